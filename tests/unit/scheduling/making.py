"""Shortcuts for calendars and claims."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from booking_domain.scheduling import (
    Calendar,
    Claim,
    ClaimKind,
    DateException,
    Hours,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
    offered_slots,
)
from booking_domain.shared.ids import ClaimId, ExceptionId, ProviderId, RuleId, UserId

PROVIDER: Final = ProviderId(UUID(int=1))
CUSTOMER: Final = UserId(UUID(int=2))
RULE_ID: Final = RuleId(UUID(int=3))
HOURLY: Final = SlotSettings(step_minutes=60, duration_minutes=60)
SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = range(7)


def hours(text: str) -> Hours:
    """Parse hours written as `HH:MM-HH:MM`."""
    start, _, end = text.partition("-")
    return Hours(WallTime.parse(start), WallTime.parse(end))


def rule(
    day: int, text: str, *, valid_from: date | None = None, valid_until: date | None = None, every_weeks: int = 1
) -> WeeklyRule:
    """A rule for a day of the week with its hours as `HH:MM-HH:MM`."""
    return WeeklyRule(
        id=RULE_ID,
        day=day,
        hours=hours(text),
        valid_from=valid_from,
        valid_until=valid_until,
        every_weeks=every_weeks,
    )


def daily(text: str, *, valid_from: date | None = None) -> tuple[WeeklyRule, ...]:
    """The same hours on every day of the week."""
    return tuple(rule(day, text, valid_from=valid_from) for day in range(7))


def exception(day: date, *texts: str) -> DateException:
    """An exception: other hours on a date, or closed."""
    return DateException(id=ExceptionId(UUID(int=4)), date=day, ranges=tuple(hours(text) for text in texts))


def calendar(
    zone: str, *rules: WeeklyRule, settings: SlotSettings = HOURLY, exceptions: tuple[DateException, ...] = ()
) -> Calendar:
    """A calendar; by default with hourly slots of an hour."""
    return Calendar(time_zone=zone, settings=settings, rules=rules, exceptions=exceptions)


def booked(start: datetime, minutes: int = 60, *, before: int = 0, after: int = 0) -> Claim:
    """A booking's claim, with its buffers."""
    span = TimeRange(start, start + timedelta(minutes=minutes))
    blocked = TimeRange(span.start - timedelta(minutes=before), span.end + timedelta(minutes=after))
    return Claim(
        id=ClaimId(UUID(int=5)),
        provider_id=PROVIDER,
        customer_id=CUSTOMER,
        kind=ClaimKind.BOOKING,
        span=span,
        blocked=blocked,
    )


def held(start: datetime, *, until: datetime, minutes: int = 60) -> Claim:
    """A hold with its expiry."""
    span = TimeRange(start, start + timedelta(minutes=minutes))
    return Claim(
        id=ClaimId(UUID(int=6)),
        provider_id=PROVIDER,
        customer_id=CUSTOMER,
        kind=ClaimKind.HOLD,
        span=span,
        blocked=span,
        expires_at=until,
    )


def shown(
    of: Calendar, first: date, last: date | None = None, *claims: Claim, now: datetime | None = None
) -> list[str]:
    """The slots that start on these local dates, as the clock on the wall shows them: day, time and offset.

    Asked two days before, if nothing else is said.
    """
    start = datetime(first.year, first.month, first.day, tzinfo=of.zone)
    after = (last or first) + timedelta(days=1)
    window = TimeRange(start, datetime(after.year, after.month, after.day, tzinfo=of.zone))
    slots = offered_slots(of, claims, window=window, now=now or window.start - timedelta(days=2))
    return [slot.start.astimezone(of.zone).strftime("%a %H:%M %z") for slot in slots]
