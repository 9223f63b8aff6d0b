"""The base class of builders, and the times and prices that built values have."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from booking_domain.shared.money import Money
from booking_domain.testing.shared.memory.entropy import SeededEntropy

NOW: Final = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
"""A Monday morning in Ulaanbaatar, to the microsecond."""
TOMORROW: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""Tuesday 10:00 in Ulaanbaatar."""
HOUR: Final = timedelta(hours=1)
PRICE: Final = Money.of(80_000, "MNT")
DEPOSIT: Final = Money.of(20_000, "MNT")


class BaseBuilder:
    """Builds values whose ids sort in the order of creation."""

    def __init__(self, seed: int = 0) -> None:
        self.entropy: SeededEntropy = SeededEntropy(seed)
        self._numbers = count(1)
