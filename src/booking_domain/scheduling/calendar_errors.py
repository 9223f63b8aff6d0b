"""Errors of changing a provider's calendar."""

from collections.abc import Mapping
from datetime import datetime

from booking_domain.scheduling.model import MAX_BLOCKS, MAX_EXCEPTIONS, MAX_RULES
from booking_domain.shared.errors import Conflict, Facts, NotFound

Clocks = tuple[Mapping[str, str], ...]
"""Bookings: the `reference` of each, and its start `before` and `after` a change of the time zone."""


class RuleNotFound(NotFound, code="availability.rule_not_found"):
    """You have no such availability rule."""


class ExceptionNotFound(NotFound, code="availability.exception_not_found"):
    """You have no such availability exception."""


class BlockNotFound(NotFound, code="availability.block_not_found"):
    """You have no such block."""


class NoHolidaysKnown(NotFound, code="availability.no_holidays_known", field="country"):
    """No public holidays are known of this country."""


class DateHasException(Conflict, code="availability.date_has_exception", field="date"):
    """This date already has an exception; delete it first."""


class HoursInOtherZone(Conflict, code="availability.hours_in_other_zone", field="time_zone"):
    """Say what becomes of your opening hours ({count}) in the new time zone.

    Bookings to come ({bookings}) and time off stay at their moments.
    """

    count: int
    bookings: int
    clocks: Clocks

    @property
    def facts(self) -> Facts:
        return {"bookings": self.clocks} if self.clocks else {}


class BookingsInOtherZone(Conflict, code="availability.bookings_in_other_zone", field="time_zone"):
    """Confirm the new time zone. Your bookings to come ({bookings}) stay at their moments; the next is on {next}."""

    bookings: int
    next: datetime
    zone: str
    beside: str
    clocks: Clocks

    @property
    def facts(self) -> Facts:
        return {"bookings": self.clocks}


class RulesOverlap(Conflict, code="availability.rules_overlap", field="start_time"):
    """These hours overlap or touch those of another rule of the day; make one rule of them."""


class TooManyRules(Conflict, code="availability.too_many_rules"):
    __doc__ = f"You have {MAX_RULES} availability rules already; remove one first."


class TooManyExceptions(Conflict, code="availability.too_many_exceptions"):
    __doc__ = f"You have {MAX_EXCEPTIONS} availability exceptions already; remove past ones first."


class TooManyBlocks(Conflict, code="availability.too_many_blocks"):
    __doc__ = f"You have {MAX_BLOCKS} blocks already; remove past ones first."
