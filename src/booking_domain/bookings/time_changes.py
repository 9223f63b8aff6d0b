"""Times that the provider's side sets for a booking, and what the customer has agreed to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.transitions import Party
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.time import TimeRange

OBJECTION_WINDOW: Final = timedelta(hours=24)
"""How long the customer may cancel with a full refund after the provider's side has rescheduled."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class TimeChange:
    """The provider's side has rescheduled a booking, and the customer has not accepted the new time."""

    by: Party
    agreed: TimeRange
    """The time that the customer last agreed to."""
    objection_deadline: datetime
    """Until then the customer may cancel and gets a full refund."""

    def may_object(self, now: datetime) -> bool:
        """Whether the customer may still cancel with a full refund."""
        return now < self.objection_deadline

    def settled(self, start: datetime, now: datetime) -> bool:
        """Whether the customer agreed to the new start by silence: the deadline was before it, and has passed."""
        return self.objection_deadline <= min(start, now)

    def followed_by(self, by: Party, span: TimeRange, now: datetime) -> "TimeChange":
        """The change that replaces this one when the provider's side reschedules again, from `span`."""
        return changed_time(by, span if self.settled(span.start, now) else self.agreed, now)


def changed_time(by: Party, agreed: TimeRange, now: datetime) -> TimeChange:
    """The change that the provider's side makes at `now` to a booking whose agreed time is `agreed`."""
    return TimeChange(by=by, agreed=agreed, objection_deadline=now + OBJECTION_WINDOW)
