"""Errors of slots, holds and providers; those of changing a calendar are beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from booking_domain.scheduling.claims import HOLDS_PER_CUSTOMER
from booking_domain.shared.errors import Conflict, Facts, NotFound, RuleViolated


class SlotTaken(Conflict, code="booking.slot_taken", field="slot"):
    """The time from {start} is already taken."""

    start: datetime
    zone: str
    """Of the provider."""


WHY: Final[Mapping[str, str]] = {
    "not_bookable": "the provider takes no bookings",
    "closed": "the provider is closed then",
    "exception": "the provider is closed then, other than usual",
    "salon_closed": "the salon is closed then",
    "service_closed": "the service is not offered then",
    "notice": "it is past, or too soon",
    "horizon": "it is too far ahead",
    "off_grid": "appointments begin at other times",
    "unavailable": "the provider is not free then",
}
"""What people are told for the reasons that strangers see (`explain`)."""


def _why(reasons: tuple[str, ...]) -> str:
    return WHY.get(next(iter(reasons), ""), WHY["unavailable"])


class SlotNotOffered(RuleViolated, code="booking.slot_not_offered", field="slot"):
    """No slot is offered at {start}: {why}."""

    start: datetime
    zone: str
    reasons: tuple[str, ...] = ()
    """As strangers see them."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"start": self.start, "zone": self.zone, "why": _why(self.reasons)}

    @property
    def facts(self) -> Facts:
        return {"reasons": self.reasons} if self.reasons else {}


class DurationNotOffered(RuleViolated, code="booking.duration_not_offered", field="duration_minutes"):
    """Appointments of this length are not offered. Lengths to choose from, in minutes: {offered}."""

    offered: tuple[int, ...]

    @property
    def parameters(self) -> dict[str, object]:
        return {"offered": ", ".join(str(minutes) for minutes in self.offered)}

    @property
    def choices(self) -> tuple[str | int, ...]:
        return self.offered


class TimeNotAvailable(Conflict, code="booking.time_not_available", field="slot"):
    """The time {start} cannot be had: {why}. Choose another time."""

    start: datetime
    zone: str
    reasons: tuple[str, ...] = ()
    """As strangers see them."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"start": self.start, "zone": self.zone, "why": _why(self.reasons)}

    @property
    def facts(self) -> Facts:
        return {"reasons": self.reasons} if self.reasons else {}


class TimeOff(Conflict, code="booking.time_off", field="slot"):
    """The provider has time off at {start}, until {until}.

    Confirm the time to book it all the same.
    """

    start: datetime
    until: datetime
    zone: str


class WindowInvalid(RuleViolated, code="scheduling.window_invalid", field="to"):
    """The window must end after it begins, and at most 62 days later."""


class TooManyHolds(Conflict, code="hold.too_many"):
    __doc__ = f"You already hold {HOLDS_PER_CUSTOMER} slots; book or release one first."


class HoldNotFound(NotFound, code="hold.not_found", field="hold_id"):
    """You have no such hold, or it has expired."""


class ProviderNotBookable(Conflict, code="provider.not_bookable"):
    """This provider takes no bookings at present."""


class ProviderNotFound(NotFound, code="provider.not_found", field="provider_id"):
    """There is no such provider."""
