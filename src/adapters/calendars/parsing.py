"""Extracts busy times from an iCalendar file (RFC 5545).

Fails closed: one malformed event or unknown time zone makes the whole file unreadable, because skipping the event would
offer time that is taken. The provider's `FeedRule` decides what happens then.
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

from adapters.calendars.events import (
    MALFORMED,
    UNKNOWN_ZONE,
    is_busy,
    make_uids_unique,
    occurrence_bounds,
    periods_of,
    validate,
)
from adapters.calendars.lines import LIMIT_EXCEEDED, scheduling_lines
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import TimeRange, time_zone

MAX_BUSY: Final = 20_000
"""Occurrences in the window, including repetitions."""
_SLACK: Final = timedelta(days=2)
"""More than the difference between any two UTC offsets."""
_MIN_INSTANT: Final = datetime(1900, 1, 1, tzinfo=UTC)
_MAX_INSTANT: Final = datetime(3000, 1, 1, tzinfo=UTC)
"""The bounds of a `TimeRange`."""


def busy_times(file: bytes, *, window: TimeRange, zone: ZoneInfo) -> list[TimeRange]:
    """Return the busy times that overlap the window: not clipped to it, sorted, merged where they touch or overlap.

    Time and memory are unbounded for a malicious file; untrusted input goes through `sandbox`.

    Raises:
        FeedUnreadable: the file is not iCalendar, is malformed, or has more than `MAX_BUSY` busy times.
    """
    lines = scheduling_lines(file)
    tzp.use_default()  # clears the zones that a previous file defined
    try:
        with catch_warnings():
            simplefilter("ignore")
            # Pass bytes: icalendar treats a one-line str as a file path and reads that file.
            calendars = Calendar.from_ical(lines, multiple=True)
            found = [span for calendar in calendars for span in _busy_ranges(calendar, window, zone)]
    except FeedUnreadable:
        raise
    except MemoryError:
        raise FeedUnreadable(why=LIMIT_EXCEEDED) from None
    except Exception:  # noqa: BLE001 - the two parsers raise undocumented exceptions on malformed input
        raise FeedUnreadable(why=MALFORMED) from None
    return merge_ranges(found)


def merge_ranges(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """Sort the ranges and merge those that touch or overlap."""
    result: list[TimeRange] = []
    for each in sorted(ranges):
        if result and each.start <= result[-1].end:
            result[-1] = TimeRange(result[-1].start, max(result[-1].end, each.end))
        else:
            result.append(each)
    return result


def _busy_ranges(calendar: Component, window: TimeRange, zone: ZoneInfo) -> Iterator[TimeRange]:
    _normalize_time_zone(calendar)
    events = calendar.walk("VEVENT")
    for event in events:
        validate(event)
    make_uids_unique(events)
    occurrences = recurring_ical_events.of(calendar).between(window.start - _SLACK, window.end + _SLACK)
    periods = [period for each in calendar.walk("VFREEBUSY") for period in periods_of(each)]
    if len(occurrences) + len(periods) > MAX_BUSY:
        raise FeedUnreadable(why=LIMIT_EXCEEDED)
    bounds = [occurrence_bounds(event, zone) for event in occurrences if is_busy(event)] + periods
    for one, other in bounds:
        # When clocks go forward, a short event may end before it starts.
        start, end = max(min(one, other), _MIN_INSTANT), min(max(one, other), _MAX_INSTANT)
        if start < window.end and window.start < end and start < end:
            yield TimeRange(start, end)


def _normalize_time_zone(calendar: Component) -> None:
    """Replace X-WR-TIMEZONE by its IANA name; recurring_ical_events converts floating and UTC times to that zone."""
    named = calendar.get("X-WR-TIMEZONE")
    if named is None:
        return
    name = str(named).strip("/")
    try:
        calendar["X-WR-TIMEZONE"] = vText(time_zone(WINDOWS_TO_OLSON.get(name, name)).key)
    except InvalidValue:
        raise FeedUnreadable(why=UNKNOWN_ZONE) from None
