"""Strategies for amounts of money."""

from typing import Final

from hypothesis import strategies as st

from booking_domain.shared.money import MINOR_UNIT_DIGITS, Money

MOST: Final = 10**12


def currencies() -> st.SearchStrategy[str]:
    """Currencies with different minor units."""
    return st.sampled_from(["MNT", "JPY", "BHD", *sorted(MINOR_UNIT_DIGITS)])


def amounts(currency: str = "MNT", *, least: int = 0, most: int = MOST) -> st.SearchStrategy[Money]:
    """Amounts of one currency from `least` to `most` minor units."""
    return st.integers(least, most).map(lambda amount: Money(amount=amount, currency=currency))
