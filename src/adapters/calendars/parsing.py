"""What an iCalendar file (RFC 5545) says about when somebody is busy.

A file is understood whole or not at all: where one event is malformed, or in a time zone that nobody knows, the file is
unreadable. Leaving the event out would sell time that is taken. So this fails closed,
and the provider's `FeedRule` says what holds then.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from warnings import catch_warnings, simplefilter
from zoneinfo import ZoneInfo

import recurring_ical_events  # type: ignore[import-untyped]
from icalendar import Calendar, Component
from icalendar.prop import vText
from icalendar.timezone import tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.calendars.events import MALFORMED, UNKNOWN_ZONE, bounds_of, check, is_busy, periods_of, tell_apart
from adapters.calendars.lines import TOO_MUCH, lines_that_say_when
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import TimeRange, time_zone

MAX_BUSY: Final = 20_000
"""Events in the window, each repetition counted."""
_SLACK: Final = timedelta(days=2)
"""More than a time on one clock is from the same time on another, and than a clock is ever changed by."""
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(3000, 1, 1, tzinfo=UTC)
"""What a `TimeRange` can hold."""


def busy_times(file: bytes, *, window: TimeRange, zone: ZoneInfo) -> list[TimeRange]:
    """The busy times that meet the window, whole, in order, those that touch or overlap made one.

    May take forever and all memory for a file that was made to: see `sandbox`.

    Raises:
        FeedUnreadable: the file is not iCalendar, is malformed, or holds more than `MAX_BUSY` busy times.
    """
    lines = lines_that_say_when(file)
    tzp.use_default()  # forgets the zones that another file has defined
    try:
        with catch_warnings():
            simplefilter("ignore")
            # Bytes: a text of one line would be taken for the path of a file, and read.
            calendars = Calendar.from_ical(lines, multiple=True)
            found = [span for calendar in calendars for span in _spans(calendar, window, zone)]
    except FeedUnreadable:
        raise
    except MemoryError:
        raise FeedUnreadable(why=TOO_MUCH) from None
    except Exception:  # noqa: BLE001 - whatever two parsers raise on what no test has thought of
        raise FeedUnreadable(why=MALFORMED) from None
    return merged(found)


def merged(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """In order, those that touch or overlap made one."""
    result: list[TimeRange] = []
    for each in sorted(ranges):
        if result and each.start <= result[-1].end:
            result[-1] = TimeRange(result[-1].start, max(result[-1].end, each.end))
        else:
            result.append(each)
    return result


def _spans(calendar: Component, window: TimeRange, zone: ZoneInfo) -> Iterator[TimeRange]:
    _name_the_zone(calendar)
    events = calendar.walk("VEVENT")
    for event in events:
        check(event)
    tell_apart(events)
    occurrences = recurring_ical_events.of(calendar).between(window.start - _SLACK, window.end + _SLACK)
    periods = [period for each in calendar.walk("VFREEBUSY") for period in periods_of(each)]
    if len(occurrences) + len(periods) > MAX_BUSY:
        raise FeedUnreadable(why=TOO_MUCH)
    bounds = [bounds_of(event, zone) for event in occurrences if is_busy(event)] + periods
    for one, other in bounds:
        # A clock that is put forward may turn a short event around.
        start, end = max(min(one, other), _FIRST), min(max(one, other), _LAST)
        if start < window.end and window.start < end and start < end:
            yield TimeRange(start, end)


def _name_the_zone(calendar: Component) -> None:
    """Give X-WR-TIMEZONE its IANA name, under which recurring_ical_events puts floating and UTC times into the zone."""
    named = calendar.get("X-WR-TIMEZONE")
    if named is None:
        return
    name = str(named).strip("/")
    try:
        calendar["X-WR-TIMEZONE"] = vText(time_zone(WINDOWS_TO_OLSON.get(name, name)).key)
    except InvalidValue:
        raise FeedUnreadable(why=UNKNOWN_ZONE) from None
