"""Validation, busy status and bounds of a single VEVENT or VFREEBUSY."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Component
from icalendar.prop import vText

from booking_domain.scheduling.feeds import FeedUnreadable

MALFORMED: Final = "an event in it is malformed"
UNKNOWN_ZONE: Final = "it uses a time zone that it does not define"

_DAY: Final = timedelta(days=1)
_ZERO: Final = timedelta()
_EXACT_SECONDS: Final = "X-EXACT-SECONDS"
"""A private property added to an event: its duration in seconds, where the duration has a time part."""
_TIMES: Final = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")


def validate(event: Component) -> None:
    """Raise `FeedUnreadable` for errors that the libraries tolerate; record an exact duration on the event."""
    if event.errors:
        raise FeedUnreadable(why=MALFORMED)
    for value in (each for name in _TIMES for each in _values(event, name)):
        times = [each.dt for each in getattr(value, "dts", [value])]
        if "TZID" in value.params and any(isinstance(at, datetime) and at.tzinfo is None for at in times):
            raise FeedUnreadable(why=UNKNOWN_ZONE)
    start = _date(event, "DTSTART")
    end = _date(event, "DTEND") if "DTEND" in event else start
    length = _length(event)
    is_whole_days = not isinstance(start, datetime)
    # Comparing a date with a date-time, or a naive with an aware time, raises TypeError: also malformed.
    if end < start or length < _ZERO:
        raise FeedUnreadable(why=MALFORMED)
    if length % _DAY:
        if is_whole_days:
            raise FeedUnreadable(why=MALFORMED)
        if "DTEND" not in event:
            event[_EXACT_SECONDS] = vText(str(length.total_seconds()))


def make_uids_unique(events: Sequence[Component]) -> None:
    """Give events that share UID and SEQUENCE distinct UIDs; otherwise the library keeps only one of them.

    Among different SEQUENCEs only the highest counts (RFC 5545 §3.8.7.4).
    """
    seen: set[tuple[str, int]] = set()
    for nth, event in enumerate(events):
        if "UID" not in event or "RECURRENCE-ID" in event:
            continue
        key = (str(event["UID"]), int(event.get("SEQUENCE", 0)))
        if key in seen:
            event["UID"] = vText(f"{key[0]}#{nth}")
        seen.add(key)


def is_busy(event: Component) -> bool:
    """Neither cancelled (RFC 5545 §3.8.1.11) nor transparent (§3.8.2.7)."""
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    transparent = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not (cancelled or transparent)


def occurrence_bounds(event: Component, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of one occurrence, in UTC; an all-day event whose end equals its start lasts one day."""
    start, end = _date(event, "DTSTART"), _date(event, "DTEND")
    if not isinstance(start, datetime) and end <= start:
        end = start + _DAY
    ends = _instant(end, zone)
    if _EXACT_SECONDS in event:
        length = timedelta(seconds=float(str(event[_EXACT_SECONDS])))
        # Hours are exact, days are nominal (RFC 5545 §3.3.6). A period in an RDATE has its own duration.
        if end - start == length:
            ends = _instant(start + _DAY * length.days, zone) + length % _DAY
    return _instant(start, zone), ends


def periods_of(component: Component) -> Iterator[tuple[datetime, datetime]]:
    """The busy periods of a VFREEBUSY, in UTC; every type except FREE is busy, also unknown ones (RFC 5545 §3.2.9)."""
    for value in _values(component, "FREEBUSY"):
        if str(value.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        if value.start.tzinfo is None or value.end.tzinfo is None:  # §3.8.2.6 requires UTC
            raise FeedUnreadable(why=MALFORMED)
        yield value.start.astimezone(UTC), value.end.astimezone(UTC)


def _instant(at: date, zone: ZoneInfo) -> datetime:
    """Convert to UTC; skipped and repeated local times use the offset before the change (RFC 5545 §3.3.5): fold=0."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(), zone)
    elif at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    return at.astimezone(UTC)


def _values(component: Component, name: str) -> Sequence[Any]:
    """All values of a property that may be repeated or absent."""
    values: Any = component.get(name, [])
    return values if isinstance(values, list) else [values]


def _date(event: Component, name: str) -> date:
    value: Any = event[name]
    if not isinstance(value.dt, date):
        raise FeedUnreadable(why=MALFORMED)
    return value.dt


def _length(event: Component) -> timedelta:
    value: Any = event.get("DURATION")
    if value is None:
        return _ZERO
    if not isinstance(value.dt, timedelta):
        raise FeedUnreadable(why=MALFORMED)
    return value.dt
