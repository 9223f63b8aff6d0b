"""A slow oracle: finds slots and reasons minute by minute, without the library's arithmetic.

The only thing asked of `zoneinfo` is what a clock on the wall shows at an instant. From that, table by table: where
a wall-clock time falls (RFC 5545 §3.3.5), which minutes are open, how many minutes ago the steps were last counted
anew, and which start a slot. Claims, blocks and busy times are whole minutes here.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from operator import and_
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling import Anchoring, Claim, ClockChanges, Hours, OpeningHours, Reason, TimeRange, WeeklyRule
from booking_domain.testing.question import Question, hours_of_services

A_DAY: Final = 24 * 60
AN_HOUR: Final = 60
MINUTE: Final = timedelta(minutes=1)
A_SUNDAY: Final = date(2000, 1, 2)
DAYS_BEFORE: Final = 16
"""How far back the oracle looks: calendars that close weekly or opened later are seen from their opening."""
DAYS_BEFORE_IF_NEVER_CLOSED: Final = 62
"""Far enough back that counting restarts on two dates before the window."""
DAYS_AFTER: Final = 10
ANEW_ON_EVERY: Final = {Anchoring.OPEN_RANGE: 28, Anchoring.AFTER_CLAIM: 1}
"""Counting may restart on dates whose ordinal (1 January of year 1 is 1) is divisible by this."""


@dataclass(frozen=True)
class Wall:
    """The local time of each of many successive minutes."""

    zone: str
    first: datetime
    shows: Sequence[int]
    """For each minute: the ordinal of its date × 1440 + the minute of that day."""
    _found: dict[int, int] = field(default_factory=dict, compare=False, repr=False)

    def minute_of(self, shown: int) -> int:
        """The minute of a local time: its first occurrence or, in a gap, by the old offset."""
        if shown not in self._found:
            self._found[shown] = self._search(shown)
        return self._found[shown]

    def _search(self, shown: int) -> int:
        a_day_before = max(0, shown - self.shows[0] - 2 * A_DAY)
        for minute in range(a_day_before, len(self.shows)):
            here = self.shows[minute]
            if here == shown:
                return minute
            if here < shown < self.shows[minute + 1]:
                return minute + shown - here
        raise AssertionError("the oracle does not see this time")

    def showing(self, since: int, until: int, clocks: ClockChanges) -> Iterator[int]:
        """The minutes in which the clock shows a time of these, the first or the second time or each time."""
        begin = max(0, since - self.shows[0] - 2 * A_DAY)
        near = range(begin, min(len(self.shows), begin + until - since + 4 * A_DAY))
        found = [minute for minute in near if since <= self.shows[minute] < until]
        times = Counter(self.shows[minute] for minute in found)
        before = Counter[int]()
        for minute in found:
            shown = self.shows[minute]
            before[shown] += 1
            wanted = (before[shown] == 1) is (clocks is ClockChanges.FIRST)
            if wanted or clocks is ClockChanges.BOTH or times[shown] == 1:
                yield minute

    def dates(self) -> range:
        """The ordinals of all dates that are covered completely."""
        return range(min(self.shows[0], self.shows[2 * A_DAY]) // A_DAY + 2, self.shows[-1] // A_DAY - 1)


@lru_cache(maxsize=128)
def wall_around(zone_name: str, around: date, days_before: int = DAYS_BEFORE) -> Wall:
    """The local times from about two weeks before a date to one week after it."""
    zone = ZoneInfo(zone_name)
    first = datetime.combine(around - timedelta(days=days_before), datetime.min.time(), UTC)

    def shown(minute: int) -> int:
        local = (first + minute * MINUTE).astimezone(zone)
        return local.toordinal() * A_DAY + local.hour * 60 + local.minute

    shows = array("l")
    for minute in range(0, (days_before + DAYS_AFTER) * A_DAY, AN_HOUR):
        here = shown(minute)
        if shown(minute + AN_HOUR) == here + AN_HOUR:
            shows.extend(range(here, here + AN_HOUR))
        else:
            shows.extend(shown(each) for each in range(minute, minute + AN_HOUR))
    return Wall(zone_name, first, shows)


def days_since_sunday(day: date) -> int:
    """Counted from a known Sunday."""
    return (day - A_SUNDAY).days % 7


def rule_applies(rule: WeeklyRule, day: date) -> bool:
    """Step week by week from the first matching date; return whether `day` is reached."""
    if days_since_sunday(day) != rule.day or (rule.valid_until is not None and day > rule.valid_until):
        return False
    if rule.valid_from is None:
        return True
    reached = rule.valid_from
    while days_since_sunday(reached) != rule.day:
        reached += timedelta(days=1)
    while reached < day:
        reached += timedelta(weeks=rule.every_weeks)
    return reached == day


def open_minutes(hours: OpeningHours, wall: Wall, clocks: ClockChanges) -> bytearray:
    """A flag for each minute: open by rules and exceptions."""
    opened = bytearray(len(wall.shows))
    for number in wall.dates():
        day = date.fromordinal(number)
        on_the_day: list[Hours] = [rule.hours for rule in hours.rules if rule_applies(rule, day)]
        for exception in hours.exceptions:
            if exception.date == day:
                on_the_day = list(exception.ranges)
        for each in on_the_day:
            start, end = each.start.minutes, each.end.minutes
            since, until = number * A_DAY + start, number * A_DAY + end + (A_DAY if end <= start else 0)
            if clocks is not ClockChanges.ELAPSED:
                for minute in wall.showing(since, until, clocks):
                    opened[minute] = 1
                continue
            first, last = wall.minute_of(since), wall.minute_of(until)
            if first < last:
                opened[first:last] = b"\1" * (last - first)
    return opened


@dataclass(frozen=True)
class Oracle:
    """Answers one question within the covered weeks of the provider and the salon."""

    question: Question
    wall: Wall
    salons_wall: Wall
    """Of the same minutes."""
    _counted: dict[int, int] = field(default_factory=dict)

    @cached_property
    def own(self) -> bytearray:
        """Open minutes of the provider."""
        return self._open(self.question.calendar, self.wall)

    @cached_property
    def salons(self) -> bytearray:
        """Open minutes of the salon; all minutes without a salon."""
        salon = self.question.calendar.salon
        return bytearray(b"\1" * len(self.own)) if salon is None else self._open(salon, self.salons_wall)

    def _open(self, hours: OpeningHours, wall: Wall) -> bytearray:
        return open_minutes(hours, wall, self.question.calendar.settings.clock_changes)

    @cached_property
    def services(self) -> list[bytearray]:
        """Open minutes of each service that has hours."""
        return [self._open(hours, self.wall) for hours in hours_of_services(self.question.calendar)]

    @cached_property
    def opened(self) -> bytearray:
        """Minutes in which both are open."""
        if self.question.calendar.salon is None:
            return self.own
        return bytearray(map(and_, self.own, self.salons))

    def counted(self, minute: int) -> int:
        """How many minutes before an open minute the counting of steps last restarted.

        They are where a range opens; if they are anchored after claims, as soon as a claim or a busy time and the
        appointment's own buffer are over; and at midnight of certain dates, but not of the first of them in the range,
        so that no range is cut in two that is not long. (A date that was skipped counts: its midnight is the next's.)
        """
        if minute not in self._counted:
            midnights, ends = self._midnights, self._ends
            dates_begun = minutes = 0
            for each in range(self.opened.rfind(0, 0, minute) + 1, len(self.opened)):
                if not self.opened[each]:
                    break
                if each in midnights:
                    dates_begun += midnights[each]
                    minutes = 0 if dates_begun > 1 else minutes
                if each in ends:
                    minutes = 0
                self._counted[each] = minutes
                minutes += 1
        return self._counted[minute]

    @cached_property
    def _midnights(self) -> Counter[int]:
        every = ANEW_ON_EVERY[self.question.calendar.settings.anchoring]
        return Counter(self.wall.minute_of(number * A_DAY) for number in self.wall.dates() if number % every == 0)

    @cached_property
    def _ends(self) -> set[int]:
        calendar = self.question.calendar
        if calendar.settings.anchoring is not Anchoring.AFTER_CLAIM:
            return set()
        ends = [*(claim.blocked.end + self.way(claim) for claim in self.live), *(busy.end for busy in calendar.busy)]
        ends += [pause.start + self.way(claim) for claim in self.live for pause in claim.pauses]
        return {self.minute(each) + calendar.settings.buffer_before_minutes for each in ends}

    @cached_property
    def live(self) -> list[Claim]:
        """The claims that have not expired."""
        now = self.question.now
        return [claim for claim in self.question.claims if claim.expires_at is None or now < claim.expires_at]

    def way(self, claim: Claim) -> timedelta:
        """How long one travels from a claim."""
        settings = self.question.calendar.settings
        at_two_venues = settings.venue and claim.venue and claim.venue != settings.venue
        return settings.travel_minutes * MINUTE if at_two_venues else 0 * MINUTE

    @cached_property
    def length(self) -> int:
        """The length of the appointment in minutes."""
        asked = self.question.duration_minutes
        return self.question.calendar.settings.duration_minutes if asked is None else asked

    def minute(self, at: datetime) -> int:
        """The number of a whole minute."""
        minute, rest = divmod(at - self.wall.first, MINUTE)
        assert not rest, "the oracle knows whole minutes only"
        return minute

    def starts(self, window: TimeRange | None = None) -> list[datetime]:
        """The offered starts in order: those without a reason against them."""
        return list(self._starts(window or self.question.window))

    def _starts(self, window: TimeRange) -> Iterator[datetime]:
        step = self.question.calendar.settings.step_minutes
        first = max(0, (window.start - self.wall.first) // MINUTE)
        for minute in range(first, len(self.opened)):
            start = self.wall.first + minute * MINUTE
            if start >= window.end:
                break
            if not self.opened[minute] or self.counted(minute) % step:
                continue
            if window.start <= start and not self.reasons(start):
                yield start

    def reasons(self, start: datetime) -> set[Reason]:
        """Every reason why an appointment cannot start here."""
        return {*self._closings(start), *self._obstacles(start), *self._limits(start)}

    def _closings(self, start: datetime) -> Iterator[Reason]:
        calendar = self.question.calendar
        minute, seconds = divmod(start - self.wall.first, MINUTE)
        lasts = slice(minute, minute + self.length + (1 if seconds else 0))
        if not all(self.own[lasts]):
            usually = self._open(replace(calendar, exceptions=()), self.wall) if calendar.exceptions else self.own
            yield Reason.EXCEPTION if all(usually[lasts]) else Reason.CLOSED
        if not all(self.salons[lasts]):
            yield Reason.SALON_CLOSED
        if not all(all(service[lasts]) for service in self.services):
            yield Reason.SERVICE_CLOSED
        if self.opened[minute] and (seconds or self.counted(minute) % calendar.settings.step_minutes):
            yield Reason.OFF_GRID

    def _obstacles(self, start: datetime) -> Iterator[Reason]:
        settings = self.question.calendar.settings
        end = start + self.length * MINUTE
        keep_from = start - settings.buffer_before_minutes * MINUTE
        keep_to = end + settings.buffer_after_minutes * MINUTE
        for block in self.question.calendar.blocks:
            if _meet(block.range, start, end):
                yield Reason.BLOCK
        free = settings.pauses if self.length == settings.duration_minutes else ()
        pauses = [start + minute * MINUTE for each in free for minute in (each.after_minutes, each.until_minutes)]
        kept, own = _parts(keep_from, *pauses, keep_to), _parts(start, *pauses, end)
        yield from self._claimed(start, end, kept, own)
        for busy in self.question.calendar.busy:
            if _any_meet(kept, [busy]):
                yield Reason.BUSY if _any_meet(own, [busy]) else Reason.BUFFER
        for resource in self.question.calendar.resources:
            taken = sum(any(_meet(each, keep_from, keep_to) for each in unit.taken) for unit in resource.units)
            if len(resource.units) - taken < resource.needed:
                yield Reason.RESOURCE_TAKEN

    def _claimed(self, start: datetime, end: datetime, kept: list[TimeRange], own: list[TimeRange]) -> Iterator[Reason]:
        settings = self.question.calendar.settings
        same_time = [claim for claim in self.live if (claim.span.start, claim.span.end) == (start, end)]
        places = [claim for claim in same_time if not settings.venue or claim.venue in {"", settings.venue}]
        for claim in self.live:
            if claim in places and len(places) < settings.capacity:
                continue
            inner = [edge for pause in claim.pauses for edge in (pause.start, pause.end)]
            parts, way = _parts(claim.blocked.start, *inner, claim.blocked.end), self.way(claim)
            if _any_meet(kept, parts):
                met = _any_meet(own, _parts(claim.span.start, *inner, claim.span.end))
                yield Reason.CLAIMED if met else Reason.BUFFER
            elif _any_meet(kept, [TimeRange(part.start - way, part.end + way) for part in parts]):
                yield Reason.TRAVEL

    def _limits(self, start: datetime) -> Iterator[Reason]:
        settings, zone = self.question.calendar.settings, ZoneInfo(self.wall.zone)
        if start - self.question.now < settings.min_notice_minutes * MINUTE:
            yield Reason.NOTICE
        day = start.astimezone(zone).date()
        # Where clocks are put back over midnight the last date ends when the wall first shows the next.
        minute = (start - self.wall.first) // MINUTE
        reached = date.fromordinal(max(self.wall.shows[max(0, minute - 4 * AN_HOUR) : minute + 1]) // A_DAY)
        if reached > self.question.now.astimezone(zone).date() + timedelta(days=settings.horizon_days):
            yield Reason.HORIZON
        dates = [claim.span.start.astimezone(zone).date() for claim in self.live]
        if settings.max_per_day is not None and dates.count(day) >= settings.max_per_day:
            yield Reason.DAY_FULL
        monday = _monday(day)
        if (
            settings.max_per_week is not None
            and [_monday(each) for each in dates].count(monday) >= settings.max_per_week
        ):
            yield Reason.WEEK_FULL
        months = [(each.year, each.month) for each in dates]
        if settings.max_per_month is not None and months.count((day.year, day.month)) >= settings.max_per_month:
            yield Reason.MONTH_FULL
        if settings.max_per_year is not None and [each.year for each in dates].count(day.year) >= settings.max_per_year:
            yield Reason.YEAR_FULL


def oracle_for(question: Question, *, days_before: int = DAYS_BEFORE) -> Oracle:
    """The oracle for a question about a window of a few days."""
    around = question.window.start.date()
    salon = question.calendar.salon
    wall = wall_around(question.calendar.time_zone, around, days_before)
    oracle = Oracle(question, wall, wall if salon is None else wall_around(salon.time_zone, around, days_before))
    if days_before < DAYS_BEFORE_IF_NEVER_CLOSED:
        assert not all(oracle.opened[: -DAYS_AFTER * A_DAY]), "the oracle does not see where this open range began"
    return oracle


def _monday(day: date) -> date:
    return day - timedelta(days=days_since_sunday(day - timedelta(days=1)))


def _meet(taken: TimeRange, start: datetime, end: datetime) -> bool:
    return not (taken.end <= start or end <= taken.start)


def _parts(*edges: datetime) -> list[TimeRange]:
    """The ranges from the first edge to the second, from the third to the fourth, and so on."""
    return [TimeRange(*each) for each in zip(edges[::2], edges[1::2], strict=True)]


def _any_meet(some: list[TimeRange], others: list[TimeRange]) -> bool:
    return any(_meet(one, other.start, other.end) for one in some for other in others)
