"""Whether a start can be claimed, and what it claims: the rule that holds and bookings share."""

from datetime import datetime, timedelta

from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.model import Diary
from booking_domain.scheduling.slots import is_offered
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange


def around(start: datetime) -> TimeRange:
    """The window of diaries that an appointment which starts here needs."""
    return TimeRange(start, start + timedelta(seconds=1))


def claimable(
    diary: Diary,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    own_hold: ClaimId | None = None,
) -> tuple[TimeRange, TimeRange]:
    """Return the span of an appointment at `start` and the range it blocks.

    A customer can have only what is offered; the customer's own hold is not in the way.

    Raises:
        SlotNotOffered: no slot would be there even if nobody had claimed anything, or the day is full.
        SlotTaken: somebody has the time.
    """
    calendar = diary.calendar
    minutes = calendar.settings.duration_minutes if duration_minutes is None else duration_minutes
    if not 1 <= minutes <= MINUTES_A_DAY:
        raise InvalidValue(field="duration_minutes", problem=f"1 to {MINUTES_A_DAY} minutes")
    others = [claim for claim in diary.claims if claim.id != own_hold and claim.live(now)]
    span = TimeRange(start, start + timedelta(minutes=minutes))
    blocked = diary.blocked(span)
    if not is_offered(calendar, others, span.start, now=now, duration_minutes=minutes):
        if any(claim.blocked.overlaps(blocked) for claim in others) and is_offered(
            calendar, (), span.start, now=now, duration_minutes=minutes
        ):
            raise SlotTaken(start=span.start)
        raise SlotNotOffered(start=span.start)
    return span, blocked
