"""One VEVENT or VFREEBUSY: whether it can be trusted, whether it is busy, and from when to when."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Component
from icalendar.prop import vText

from booking_domain.scheduling.feeds import FeedUnreadable

MALFORMED: Final = "an event in it is malformed"
UNKNOWN_ZONE: Final = "it uses a time zone that it does not define"

_A_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta()
_EXACT: Final = "X-EXACT-SECONDS"
"""Our own mark on an event: how long it lasts on no matter which clock."""
_TIMES: Final = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")


def check(event: Component) -> None:
    """Refuse with `FeedUnreadable` what the libraries would make the best of; mark an exact length."""
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
    # A date and a date-time do not compare, nor do a floating time and one of a zone: that is malformed as well.
    if end < start or length < _NOTHING:
        raise FeedUnreadable(why=MALFORMED)
    if length % _A_DAY:
        if is_whole_days:
            raise FeedUnreadable(why=MALFORMED)
        if "DTEND" not in event:
            event[_EXACT] = vText(str(length.total_seconds()))


def tell_apart(events: Sequence[Component]) -> None:
    """Give each of several events of one UID and SEQUENCE a UID of its own: only one of them would be seen.

    Of several with different SEQUENCEs the highest is the only one that counts (RFC 5545 §3.8.7.4).
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


def bounds_of(event: Component, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of one occurrence, in UTC; a whole day that ends when it starts is one day."""
    start, end = _date(event, "DTSTART"), _date(event, "DTEND")
    if not isinstance(start, datetime) and end <= start:
        end = start + _A_DAY
    ends = _instant(end, zone)
    if _EXACT in event:
        length = timedelta(seconds=float(str(event[_EXACT])))
        # Hours are exact, days are nominal (RFC 5545 §3.3.6). A period of an RDATE has a length of its own.
        if end - start == length:
            ends = _instant(start + _A_DAY * length.days, zone) + length % _A_DAY
    return _instant(start, zone), ends


def periods_of(component: Component) -> Iterator[tuple[datetime, datetime]]:
    """The periods of a VFREEBUSY, in UTC; each type but FREE is busy, unknown ones too (RFC 5545 §3.2.9)."""
    for value in _values(component, "FREEBUSY"):
        if str(value.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        if value.start.tzinfo is None or value.end.tzinfo is None:  # §3.8.2.6 wants UTC
            raise FeedUnreadable(why=MALFORMED)
        yield value.start.astimezone(UTC), value.end.astimezone(UTC)


def _instant(at: date, zone: ZoneInfo) -> datetime:
    """A time that was skipped, or came twice, is told by the clock before the change (RFC 5545 §3.3.5): `fold=0`."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(), zone)
    elif at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    return at.astimezone(UTC)


def _values(component: Component, name: str) -> Sequence[Any]:
    """The values of a property that may be there several times, or not at all."""
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
        return _NOTHING
    if not isinstance(value.dt, timedelta):
        raise FeedUnreadable(why=MALFORMED)
    return value.dt
