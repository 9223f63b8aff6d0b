"""Whether a start of a calendar can be claimed, and which range it blocks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.explain import public_reasons, reasons_against
from booking_domain.scheduling.model import Calendar, length_margin
from booking_domain.scheduling.slots import blocked_range, in_the_way, is_offered, lacks_resource
from booking_domain.scheduling.whole_days import appointment_at
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import LONGEST_APPOINTMENT, TimeRange


def slot_window(start: datetime, minutes: int | None = None) -> TimeRange:
    """The window to read a schedule with, for an appointment that starts at `start`.

    `minutes` is its length if the schedule does not say it: one that its provider does not offer.
    """
    return TimeRange(start, start + timedelta(seconds=1) + length_margin(minutes or 0))


def claimable_in(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, *, now: datetime, duration_minutes: int | None = None
) -> tuple[TimeRange, TimeRange]:
    """Return the span of a customer's appointment at `start`, and the range it blocks.

    Raises:
        InvalidValue: the length is not 1 minute to 14 days.
        SlotNotOffered: the start would not be offered even without claims, or the day is full.
        SlotTaken: another claim overlaps, or too few units of a resource are free.
    """
    calendar = of_length(calendar, duration_minutes)
    others, span, blocked = requested(calendar, claims, start, now)
    near = in_the_way(calendar, others, span, blocked)
    # Check without the overlapping claims, and, if there are any, without all claims: they may have filled the day.
    kept = [[claim for claim in others if claim not in near], []] if near else [others]
    alone = replace(calendar, resources=()) if calendar.resources else calendar
    if not any(is_offered(alone, each, span.start, now=now) for each in kept):
        reasons = public_reasons(reasons_against(calendar, others, span, now))
        raise SlotNotOffered(start=span.start, zone=calendar.time_zone, reasons=reasons)
    if near or lacks_resource(calendar, blocked):
        raise SlotTaken(start=span.start, zone=calendar.time_zone)
    return span, blocked_range(calendar, others, span)


def of_length(calendar: Calendar, duration_minutes: int | None) -> Calendar:
    """The calendar for appointments of this length; None: its own. Raise `InvalidValue` if none is so long."""
    minutes = calendar.settings.duration_minutes if duration_minutes is None else duration_minutes
    if not 1 <= minutes <= LONGEST_APPOINTMENT:
        raise InvalidValue(field="duration_minutes", problem=f"1 to {LONGEST_APPOINTMENT} minutes")
    return calendar.lasting(minutes)


def requested(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, now: datetime
) -> tuple[list[Claim], TimeRange, TimeRange]:
    """The live claims, and the span of the appointment at `start` with the range that it would block."""
    span = appointment_at(calendar, start)
    return [claim for claim in claims if claim.live(now)], span, calendar.blocked(span)
