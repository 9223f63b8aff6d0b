"""Every clock change from 2000 to 2037 in all time zones: no slot is shifted, lost or doubled.

The expected slots are computed from the one change alone: local time has the old offset before it, the new one after.
Zones with the same change at the same instant give the same slots, so `make test` tries every ninth distinct
change in one zone; `make nightly` tries every change in every zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Final

import pytest
from tests.unit.effort import NIGHTLY
from tests.unit.scheduling.making import RULE_ID

from booking_domain.scheduling import Calendar, Hours, SlotSettings, TimeRange, WallTime, WeeklyRule, is_offered
from booking_domain.testing.strategies import Question, Transition, transitions, zone_names

pytestmark = pytest.mark.no_cover  # tracing doubles the time of thousands of cases

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
A_DAY: Final = 24 * 60
STEPS_AND_LENGTHS: Final = ((30, 30), (60, 60), (15, 45), (7, 20), (90, 60))
STRIDE: Final = 1 if NIGHTLY else 9
LEAST_CASES: Final = 1_000 if NIGHTLY else 300


@dataclass(frozen=True)
class Opened:
    """Open from one local time to another, as datetimes without a zone."""

    opens: datetime
    closes: datetime

    def rule(self) -> WeeklyRule:
        """A rule with these hours on this one date."""
        start = self.opens.hour * 60 + self.opens.minute
        end = start + (self.closes - self.opens) // MINUTE
        on = self.opens.date()
        return WeeklyRule(
            id=RULE_ID,
            day=int(on.strftime("%w")),
            hours=Hours(WallTime(start), WallTime(end if end <= A_DAY else end - A_DAY)),
            valid_from=on,
            valid_until=on,
        )


def shapes(change: Transition) -> dict[str, tuple[Opened, ...]]:
    """Hours in every position relative to a clock change; all end at most 24 hours after they start."""
    walls = [(change.at + offset).replace(tzinfo=None) for offset in (change.before, change.after)]
    first, last = min(walls), max(walls)  # the local times between these are skipped or occur twice
    some = (last - first) // 4 // MINUTE * MINUTE
    date = datetime.combine(walls[1].date(), datetime.min.time())
    return {
        "over the change": (Opened(first - 90 * MINUTE, first + 12 * HOUR),),
        "inside the gap or the fold": (Opened(first + some, last - some),),
        "from inside it": (Opened(first + some, first + some + 10 * HOUR),),
        "into it": (Opened(first + some - 7 * HOUR, first + some),),
        "from its beginning": (Opened(first, first + 5 * HOUR),),
        "to its end": (Opened(last - 6 * HOUR, last),),
        "to midnight": tuple(Opened(date + k * DAY + 20 * HOUR, date + (k + 1) * DAY) for k in (-1, 0)),
        "past midnight": tuple(Opened(date + k * DAY + 22 * HOUR, date + (k + 1) * DAY + 2 * HOUR) for k in (-1, 0)),
        "from midnight to midnight": (Opened(date, date + DAY),),
        "every morning": tuple(Opened(date + k * DAY + 9 * HOUR, date + k * DAY + 12 * HOUR) for k in (-2, -1, 0, 1)),
        "without a break": tuple(Opened(date + k * DAY, date + (k + 1) * DAY) for k in (-1, 0, 1)),
    }


def instant_of(wall: datetime, change: Transition) -> datetime:
    """The first instant with this local time; if it is skipped, the instant by the old offset."""
    by_old, by_new = (wall.replace(tzinfo=UTC) - offset for offset in (change.before, change.after))
    return by_old if by_old < change.at or by_new < change.at else by_new


def shapes_to_try(number: int, change: Transition) -> list[tuple[str, tuple[Opened, ...]]]:
    """Every shape for a rare change; one in rotation for a change of one hour, as almost all are."""
    found = list(shapes(change).items())
    return [found[number % len(found)]] if abs(change.after - change.before) == HOUR else found


def expected(opened: tuple[Opened, ...], change: Transition, step: int, length: int) -> Iterator[datetime]:
    """The expected starts, one merged open range after another."""
    spans = sorted((instant_of(each.opens, change), instant_of(each.closes, change)) for each in opened)
    spans = [(opens, closes) for opens, closes in spans if opens < closes]
    while spans:
        opens, closes = spans.pop(0)
        while spans and spans[0][0] <= closes:
            closes = max(closes, spans.pop(0)[1])
        start = opens
        while start + length * MINUTE <= closes:
            yield start
            start += step * MINUTE


def clear_changes() -> Iterator[Transition]:
    """The clock changes that have no other one within four days; outside `make nightly` each distinct one once."""
    seen: set[tuple[datetime, timedelta, timedelta]] = set()
    for zone in zone_names():
        far = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        changes = transitions(zone, 2000, 2037)
        times = [far[0], *(change.at for change in changes), far[1]]
        for before, change, after in zip(times, changes, times[2:], strict=False):
            same = change.at, change.before, change.after
            if change.at - before > 4 * DAY and after - change.at > 4 * DAY and (NIGHTLY or same not in seen):
                seen.add(same)
                yield change


def test_no_clock_change_shifts_loses_or_doubles_a_slot() -> None:
    cases = 0
    for number, change in enumerate(islice(clear_changes(), None, None, STRIDE)):
        for name, opened in shapes_to_try(number, change):
            step, length = STEPS_AND_LENGTHS[cases % len(STEPS_AND_LENGTHS)]
            case = f"{change.zone} at {change.at:%Y-%m-%d %H:%M}, open {name}, {length} every {step} minutes"
            calendar = Calendar(
                time_zone=change.zone,
                rules=tuple(each.rule() for each in opened),
                settings=SlotSettings(step_minutes=step, duration_minutes=length),
            )
            check(calendar, change, list(expected(opened, change, step, length)), case)
            cases += 1
    assert cases >= LEAST_CASES


def check(calendar: Calendar, change: Transition, starts: list[datetime], case: str) -> None:
    asked = TimeRange(change.at - 3 * DAY, change.at + 3 * DAY)
    question = Question(calendar, (), asked, asked.start)
    assert question.offered() == starts, case
    # Querying each side of the change gives the same slots, and each slot can be booked.
    parts = [question.during(*part) for part in pairwise((asked.start, change.at, asked.end))]
    assert [start for part in parts for start in part.offered()] == starts, case
    assert all(is_offered(calendar, (), start, now=asked.start) for start in starts[:: len(starts) // 3 + 1]), case
