"""Whose turn it is, of those who can stand in for one another."""

from dataclasses import dataclass
from typing import Final

from booking_domain.shared.checks import checks_types
from booking_domain.shared.errors import InvalidValue

MAX_WEIGHT: Final = 1_000
MAX_PRIORITY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_types
class Turn:
    """How one of several comes to its appointments: see `least_busy`."""

    weight: int = 100
    """Its share of the work, compared with the weights of the others."""
    priority: int = 50
    """Those with a higher one come first, however busy they are."""

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("weight", self.weight, 1, MAX_WEIGHT),
            ("priority", self.priority, 0, MAX_PRIORITY),
        ):
            if not least <= value <= most:
                raise InvalidValue(field=name, problem=f"must be between {least} and {most}")


EQUAL: Final = Turn()
"""The turn of those of whom nothing is said."""
