"""Whether a start can be claimed, and what it claims: the rule that holds, bookings and their rescheduling share."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.model import MAX_HORIZON_DAYS, ProviderSchedule
from booking_domain.scheduling.slots import is_offered
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange

BACKDATING_LIMIT: Final = timedelta(days=1)
"""How long after its start the staff can still enter an appointment."""


def slot_window(start: datetime) -> TimeRange:
    """The window of diaries that an appointment which starts here needs."""
    return TimeRange(start, start + timedelta(seconds=1))


def claimable(
    schedule: ProviderSchedule,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    own: ClaimId | None = None,
) -> tuple[TimeRange, TimeRange]:
    """Return the span of an appointment of a customer at `start` and the range it blocks.

    A customer can have only what is offered; the customer's `own` claim (a hold, the booking that is to be moved) is
    not in the way.

    Raises:
        SlotNotOffered: no slot would be there even if nobody had claimed anything, or the day is full.
        SlotTaken: somebody has the time.
    """
    calendar, _ = schedule.seen(now)
    others, span, blocked = _asked_for(schedule, start, now, duration_minutes, own)
    minutes = (span.end - span.start) // timedelta(minutes=1)
    elsewhere = [claim for claim in others if not claim.blocked.overlaps(blocked)]
    free = len(elsewhere) == len(others)
    # Without those in the way; if there are any, without all others too, as the day may have become full by them.
    would_be_offered = any(
        is_offered(calendar, rest, span.start, now=now, duration_minutes=minutes)
        for rest in ([elsewhere] if free else [elsewhere, ()])
    )
    if not would_be_offered:
        raise SlotNotOffered(start=span.start)
    if not free:
        raise SlotTaken(start=span.start)
    return span, blocked


def placeable(
    schedule: ProviderSchedule,
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    own: ClaimId | None = None,
) -> tuple[TimeRange, TimeRange]:
    """`claimable` for the provider or an admin: on or off the grid, in or out of hours, never over another claim.

    Raises:
        SlotTaken: somebody has the time.
    """
    if not -BACKDATING_LIMIT <= start - now <= timedelta(days=MAX_HORIZON_DAYS):
        problem = f"{start:%Y-%m-%dT%H:%M:%SZ} is not between a day ago and {MAX_HORIZON_DAYS} days ahead"
        raise InvalidValue(field="slot", problem=problem)
    if start.microsecond:
        raise InvalidValue(field="slot", problem="an appointment starts at a whole second")
    others, span, blocked = _asked_for(schedule, start, now, duration_minutes, own)
    if any(claim.blocked.overlaps(blocked) for claim in others):
        raise SlotTaken(start=span.start)
    return span, blocked


def _asked_for(
    schedule: ProviderSchedule, start: datetime, now: datetime, duration_minutes: int | None, own: ClaimId | None
) -> tuple[list[Claim], TimeRange, TimeRange]:
    minutes = schedule.calendar.settings.duration_minutes if duration_minutes is None else duration_minutes
    if not 1 <= minutes <= MINUTES_A_DAY:
        raise InvalidValue(field="duration_minutes", problem=f"1 to {MINUTES_A_DAY} minutes")
    others = [claim for claim in schedule.claims if claim.id != own and claim.live(now)]
    span = TimeRange(start, start + timedelta(minutes=minutes))
    return others, span, schedule.blocked(span)
