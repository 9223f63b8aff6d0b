"""Errors of scheduling."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from booking_domain.scheduling.claims import HOLDS_PER_CUSTOMER
from booking_domain.scheduling.model import MAX_BLOCKS, MAX_EXCEPTIONS, MAX_RULES
from booking_domain.shared.errors import Conflict, NotFound, RuleViolated


@dataclass(eq=False, kw_only=True)
class SlotTaken(Conflict):
    """The time from {start:%Y-%m-%dT%H:%M:%SZ} is already taken."""

    code: ClassVar[str] = "booking.slot_taken"
    input_field: ClassVar[str | None] = "slot"
    start: datetime


@dataclass(eq=False, kw_only=True)
class SlotNotOffered(RuleViolated):
    """No slot is offered at {start:%Y-%m-%dT%H:%M:%SZ}.

    The provider is closed, the time is off the grid, past, too soon or too far ahead, or the day is full.
    """

    code: ClassVar[str] = "booking.slot_not_offered"
    input_field: ClassVar[str | None] = "slot"
    start: datetime


@dataclass(eq=False, kw_only=True)
class DurationNotOffered(RuleViolated):
    """Appointments of this length are not offered. Lengths to choose from, in minutes: {offered}."""

    code: ClassVar[str] = "booking.duration_not_offered"
    input_field: ClassVar[str | None] = "duration_minutes"
    offered: tuple[int, ...]

    @property
    def parameters(self) -> dict[str, object]:
        return {"offered": ", ".join(str(minutes) for minutes in self.offered)}


@dataclass(eq=False, kw_only=True)
class TimeNotAvailable(Conflict):
    """The provider is not available at {start:%Y-%m-%dT%H:%M:%SZ}; choose another time.

    The time is closed, blocked or busy, or the day or week is full.
    """

    code: ClassVar[str] = "booking.time_not_available"
    input_field: ClassVar[str | None] = "slot"
    start: datetime


class WindowInvalid(RuleViolated):
    """The window is invalid: `to` must be after `from`, and at most 62 days later."""

    code: ClassVar[str] = "scheduling.window_invalid"
    input_field: ClassVar[str | None] = "to"


class TooManyHolds(Conflict):
    __doc__ = f"You already hold {HOLDS_PER_CUSTOMER} slots; book or release one first."

    code: ClassVar[str] = "hold.too_many"


class HoldNotFound(NotFound):
    """You have no such hold, or it has expired."""

    code: ClassVar[str] = "hold.not_found"
    input_field: ClassVar[str | None] = "hold_id"


class RuleNotFound(NotFound):
    """You have no such availability rule."""

    code: ClassVar[str] = "availability.rule_not_found"


class ExceptionNotFound(NotFound):
    """You have no such availability exception."""

    code: ClassVar[str] = "availability.exception_not_found"


class BlockNotFound(NotFound):
    """You have no such block."""

    code: ClassVar[str] = "availability.block_not_found"


class DateHasException(Conflict):
    """This date already has an exception; delete it first."""

    code: ClassVar[str] = "availability.date_has_exception"
    input_field: ClassVar[str | None] = "date"


class ProviderNotBookable(Conflict):
    """This provider takes no bookings at present."""

    code: ClassVar[str] = "provider.not_bookable"


class TooManyRules(Conflict):
    __doc__ = f"You have {MAX_RULES} availability rules already; remove one first."

    code: ClassVar[str] = "availability.too_many_rules"


class TooManyExceptions(Conflict):
    __doc__ = f"You have {MAX_EXCEPTIONS} availability exceptions already; remove past ones first."

    code: ClassVar[str] = "availability.too_many_exceptions"


class TooManyBlocks(Conflict):
    __doc__ = f"You have {MAX_BLOCKS} blocks already; remove past ones first."

    code: ClassVar[str] = "availability.too_many_blocks"


class ProviderNotFound(NotFound):
    """There is no such provider."""

    code: ClassVar[str] = "provider.not_found"
    input_field: ClassVar[str | None] = "provider_id"
