"""Hours that begin or end at a time which a change of clocks skips or repeats.

By default slots take the first of two such times, and for one that does not occur the offset before the gap (RFC 5545
§3.3.5); `SlotSettings.clock_changes` says otherwise. Whoever wants something else finds the dates here, and refuses the
hours or replaces them by a `DateException`:

>>> from booking_domain.scheduling.model import OpeningHours
>>> from booking_domain.scheduling.weekly import Hours, WeeklyRule
>>> night = OpeningHours(time_zone="America/New_York", rules=WeeklyRule.every_day(Hours.parse("22:00-02:30")))
>>> [(str(each.at), each.occurs) for each in unusual_times(night, date(2026, 1, 1), date(2026, 12, 31))]
[('2026-03-08 02:30:00-05:00', 0)]
>>> bar = OpeningHours(time_zone="America/New_York", rules=WeeklyRule.every_day(Hours.parse("01:30-06:00")))
>>> [(str(each.at), each.occurs) for each in unusual_times(bar, date(2026, 1, 1), date(2026, 12, 31))]
[('2026-11-01 01:30:00-04:00', 2)]
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking_domain.scheduling.model import OpeningHours


class UnusualTime(NamedTuple):
    """A time at which hours begin or end, and that does not occur once."""

    at: datetime
    """In the zone of the hours, with the offset that slots take by default."""
    occurs: int
    """How often clocks show this time on its date: 0 or 2."""
    on: date
    """The date on which the hours begin; an exception for it replaces them."""


def unusual_times(hours: OpeningHours, first: date, last: date) -> tuple[UnusualTime, ...]:
    """The unusual times of the hours that begin on the dates from `first` to `last`, in order, once each.

    A calendar in a salon is open only while both are: ask about `calendar.salon`, too.
    """
    zone, exceptions = hours.zone, {each.date: each.ranges for each in hours.exceptions}
    found = set[UnusualTime]()
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        ranges = exceptions.get(day)
        if ranges is None:
            ranges = tuple(rule.hours for rule in hours.rules if rule.applies_on(day))
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for seconds in (each for of_date in ranges for each in of_date.seconds):
            at = midnight + timedelta(seconds=seconds)  # by the clock on the wall
            gain = (at.utcoffset() or timedelta(0)) - (at.replace(fold=1).utcoffset() or timedelta(0))
            if gain:
                found.add(UnusualTime(at, 2 if gain > timedelta(0) else 0, day))
    return tuple(sorted(found))
