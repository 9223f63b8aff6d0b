"""Descriptions of calendars and claims for the messages of failing tests."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling import (
    Calendar,
    Claim,
    ClockChanges,
    DateException,
    Hours,
    OpeningHours,
    RequiredResource,
    SlotSettings,
    TimeRange,
    WeeklyRule,
)

_DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def local(at: datetime, zone: ZoneInfo) -> str:
    """Format an instant in local time.

    >>> from datetime import UTC
    >>> local(datetime(2026, 11, 23, 1, tzinfo=UTC), ZoneInfo("Asia/Ulaanbaatar"))
    'Mon 2026-11-23 09:00+0800'
    """
    here = at.astimezone(zone)
    odd = here.strftime(":%S.%f").rstrip("0").rstrip(".") if here.microsecond else here.strftime(":%S")
    return f"{here:%a %Y-%m-%d %H:%M}{odd if here.second or here.microsecond else ''}{here:%z}"


def ranged(span: TimeRange, zone: ZoneInfo) -> str:
    """Format a range in local time."""
    return f"{local(span.start, zone)} to {local(span.end, zone)}"


def in_words(calendar: Calendar) -> Iterator[str]:
    """Describe a calendar, one line per entry."""
    zone = calendar.zone
    yield f"calendar in {calendar.time_zone}: {_settings(calendar.settings)}"
    yield from _hours(calendar)
    for block in calendar.blocks:
        yield f"block {ranged(block.range, zone)}"
    for busy in calendar.busy:
        yield f"busy {ranged(busy, zone)}"
    if calendar.salon is not None:
        yield f"salon in {calendar.salon.time_zone}:"
        yield from (f"  {line}" for line in _hours(calendar.salon))
    for each in calendar.service_hours:
        yield "hours of a service:"
        yield from (f"  {_rule(rule)}" for rule in each.rules)
    yield from (_resource(each, zone) for each in calendar.resources)


def claim_in_words(claim: Claim, now: datetime, zone: ZoneInfo) -> str:
    """Describe a claim."""
    kind = str(claim.kind) if claim.live(now) else f"lapsed {claim.kind}"
    expires = "" if claim.expires_at is None else f" until {local(claim.expires_at, zone)}"
    blocked = "" if claim.blocked == claim.span else f", blocks {ranged(claim.blocked, zone)}"
    more = "".join(f", pause {ranged(pause, zone)}" for pause in claim.pauses)
    more += f", at {claim.venue}" if claim.venue else ""
    of = "" if claim.class_id is None else f" of class {claim.class_id}"
    return f"{'overbooked ' if claim.lane else ''}{kind}{of}{expires}: {ranged(claim.span, zone)}{blocked}{more}"


def _settings(settings: SlotSettings) -> str:
    limits = zip(("day", "week", "month", "year"), settings.limits, strict=True)
    parts = [
        f"{settings.duration_minutes} min every {settings.step_minutes} min ({settings.anchoring})",
        f"buffers {settings.buffer_before_minutes} and {settings.buffer_after_minutes} min",
        f"notice {settings.min_notice_minutes} min",
        f"horizon {settings.horizon_days} days",
        *(f"at most {most} a {period}" for period, most in limits if most is not None),
        *(f"pause from {pause.after_minutes} to {pause.until_minutes} min" for pause in settings.pauses),
        *([f"{settings.capacity} places"] if settings.capacity > 1 else []),
        *(["whole days"] if settings.whole_days else []),
        *([f"clock changes: {settings.clock_changes}"] if settings.clock_changes is not ClockChanges.ELAPSED else []),
        *([f"at {settings.venue}, {settings.travel_minutes} min from other venues"] if settings.venue else []),
        *(f"{each.minutes} min from {each.venues[0]} to {each.venues[1]} and back" for each in settings.ways),
        *([] if settings.class_id is None else [f"class {settings.class_id}"]),
    ]
    return ", ".join(parts)


def _hours(hours: OpeningHours) -> Iterator[str]:
    for rule in hours.rules:
        yield _rule(rule)
    for exception in hours.exceptions:
        yield _exception(exception)


def _rule(rule: WeeklyRule) -> str:
    since = f" from {rule.valid_from}" if rule.valid_from else ""
    until = f" until {rule.valid_until}" if rule.valid_until else ""
    weeks = f" every {rule.every_weeks} weeks" if rule.every_weeks > 1 else ""
    return f"{_DAYS[rule.day]} {_between(rule.hours)}{since}{until}{weeks}"


def _resource(resource: RequiredResource, zone: ZoneInfo) -> str:
    units = "; ".join(", ".join(ranged(each, zone) for each in unit.taken) or "free" for unit in resource.units)
    return f"needs {resource.needed} of {len(resource.units)} units: {units}"


def _exception(exception: DateException) -> str:
    ranges = ", ".join(_between(each) for each in exception.ranges)
    return f"exception {exception.date}: {ranges or 'closed'}"


def _between(hours: Hours) -> str:
    return f"{hours.start}-{hours.end}"
