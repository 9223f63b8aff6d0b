"""How much work slots are, before they are computed. A thousand steps take half a millisecond to a millisecond."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from booking_domain.scheduling.model import OpeningHours
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.time import SECONDS_A_DAY, TimeRange

_A_WEEK: Final = 7
_NEAR: Final = timedelta(weeks=16)
"""The first slot is searched in 16 open ranges at a time, each of which is shorter than a week or never closes."""


def steps_of(schedule: ProviderSchedule, window: TimeRange) -> int:
    """No less than the number of slots in the window, and of the periods that are looked at to find them."""
    return _starts(schedule, window) + _periods(schedule, window)


def steps_to_first(schedule: ProviderSchedule, window: TimeRange) -> int:
    """The same for the first slot in the window, if the search begins at its start and few times are full."""
    settings = schedule.calendar.settings
    never_closes = _seconds(rule.hours for rule in schedule.calendar.rules) >= _A_WEEK * SECONDS_A_DAY
    if never_closes or any(settings.limits):
        return steps_of(schedule, window)
    near = TimeRange(window.start, min(window.end, window.start + _NEAR))
    return _starts(schedule, near) + _periods(schedule, window)


def _starts(schedule: ProviderSchedule, window: TimeRange) -> int:
    calendar, seconds = schedule.calendar, int((window.end - window.start).total_seconds())
    weekly = _weeks(window) * _seconds(rule.hours for rule in calendar.rules)
    exceptional = _seconds(hours for exception in calendar.exceptions for hours in exception.ranges)
    return min(seconds, weekly + exceptional) // (calendar.settings.step_minutes * 60)


def _periods(schedule: ProviderSchedule, window: TimeRange) -> int:
    """Each open range may have one slot more than whole steps, and each claim may begin the grid again."""
    calendar, weeks = schedule.calendar, _weeks(window)
    busy = len(calendar.busy) + sum(len(feed.busy) for feed in schedule.feeds)
    taken = len(calendar.blocks) + len(schedule.claims) + busy
    return 1 + _ranges(calendar, weeks) + _ranges(calendar.salon, weeks) + 2 * taken


def _weeks(window: TimeRange) -> int:
    """How often a day of the week may lie in the window or reach into it, whatever its time zone."""
    days = int((window.end - window.start).total_seconds()) // SECONDS_A_DAY + 3
    return -(-days // _A_WEEK)


def _seconds(hours: Iterable[Hours]) -> int:
    return sum(end - start for start, end in (each.seconds for each in hours))


def _ranges(hours: OpeningHours | None, weeks: int) -> int:
    if hours is None:
        return 0
    return weeks * len(hours.rules) + sum(1 + len(each.ranges) for each in hours.exceptions)
