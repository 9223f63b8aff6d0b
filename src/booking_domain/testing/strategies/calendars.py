"""Calendars: rules, exceptions, blocks, busy times, a salon's hours and settings, valid by construction.

The strategies draw sketches relative to a day, so that they are created once: drawing a calendar must be cheap.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from booking_domain.scheduling import (
    Anchoring,
    Block,
    Calendar,
    ClockChanges,
    DateException,
    Hours,
    OpeningHours,
    Pause,
    RequiredResource,
    ResourceUnit,
    ServiceHours,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.shared.ids import BlockId, ExceptionId, RuleId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.kit.choices import one_of_each
from booking_domain.testing.question import hours_of_services
from booking_domain.testing.strategies.moments import MINUTE, midnight
from booking_domain.testing.strategies.zones import zones_and_dates

A_DAY: Final = MINUTES_A_DAY
ROUND_THE_CLOCK: Final = Hours(WallTime(0), WallTime(A_DAY))
_NEAR_CHANGES: Final = [0, 1, 15, 30, 60, 90, 120, 135, 150, 180, 240, 22 * 60, 23 * 60, 23 * 60 + 30, 23 * 60 + 59]
_TIMES: Final = [*_NEAR_CHANGES * 4, *range(0, A_DAY, 30), *range(0, A_DAY, 11)]
_STARTS: Final = [WallTime(minutes) for minutes in _TIMES]
_ENDS: Final = [*_STARTS, *[WallTime(A_DAY)] * 12]
_HOURS: Final = one_of_each(Hours, _STARTS, _ENDS)
HoursT = TypeVar("HoursT", bound=OpeningHours)


def opening_hours() -> st.SearchStrategy[Hours]:
    """Opening hours, also past midnight, often near midnight and near the usual hours of clock changes."""
    return _HOURS


@st.composite
def hours_in_two_parts(draw: st.DrawFn) -> tuple[Hours, Hours]:
    """Opening hours of at least two minutes, split in two on their first day."""
    start = draw(st.integers(0, A_DAY - 2))
    end = start + draw(st.integers(2, A_DAY))
    cut = WallTime(draw(st.integers(start + 1, min(end, A_DAY) - 1)))
    return Hours(WallTime(start), cut), Hours(cut, WallTime(end if end <= A_DAY else end - A_DAY))


@dataclass(frozen=True)
class Switches:
    """What calendars can contain; by default everything."""

    anchoring: Anchoring | None = None
    """None: any anchoring."""
    buffers: bool = True
    limits: bool = True
    """Notice, a near horizon, and limits per day, week, month and year."""
    exceptions: bool = True
    validity: bool = True
    """Rules with a first and last date, and rules that skip weeks."""
    blocks: bool = True
    busy: bool = True
    salons: bool = True
    service_hours: bool = True
    pauses: bool = True
    capacity: bool = True
    """Several places of an appointment."""
    resources: bool = True
    whole_days: bool = True
    """Appointments of whole days, and others of more than 24 hours."""
    venues: bool = True
    """Where appointments and claims are, and the time to travel."""
    clock_changes: bool = True
    """Hours that are read by the clock around its changes."""
    never_closing: bool = False
    """Some calendars never close; all others close at some time in every week."""


def slot_settings(switches: Switches = Switches()) -> st.SearchStrategy[SlotSettings]:
    """Slot settings, often common ones."""
    buffers = [0, 0, 0, 1, 10, 15, 30, 90] if switches.buffers else [0]
    steps = [30, 60, 5, 7, 10, 15, 20, 25, 45, 50, 90, 120]
    lengths = [*[60, 5, 15, 30, 45, 90] * 4, 240, A_DAY, *([2 * A_DAY - 60] if switches.whole_days else [])]
    anchorings = [switches.anchoring] if switches.anchoring else list(Anchoring)
    places = [*[1] * 6, *([2, 3] if switches.capacity else [])]
    pauses = TWELFTHS if switches.pauses else [()]
    days = [*[0] * 36, *([1, 2, 2, 3] if switches.whole_days else [])]
    ways = [*[("", 0)] * 5, *([("salon", 30), ("salon", 100), ("home", 45), ("", 45)] if switches.venues else [])]
    clocks = [*[ClockChanges.ELAPSED] * 9, *(ClockChanges if switches.clock_changes else [])]
    sketches = one_of_each(_Cut, steps, lengths, buffers, buffers, anchorings, places, pauses, days, ways, clocks)
    cuts = sketches.map(_Cut.settings)
    if not switches.limits:
        return cuts
    limits = one_of_each(
        _Limits,
        [*[0] * 16, 1, 45, A_DAY, 2 * A_DAY, 3 * A_DAY],
        [*[90] * 20, 0, 1, 2, 3, 4],
        [None, None, None, None, 1, 2],
        [None, None, None, None, None, 1, 2, 3],
        [*[None] * 22, 1, 2],
        [*[None] * 22, 1, 2],
    )
    return st.builds(_with_limits, cuts, limits)


class _Limits(NamedTuple):
    notice: int
    horizon: int
    a_day: int | None
    a_week: int | None
    a_month: int | None
    a_year: int | None


Twelfths = tuple[tuple[int, int], ...]
"""When pauses begin and end, in twelfths of an appointment."""
TWELFTHS: Final[list[Twelfths]] = [(), (), (), (), ((4, 8),), ((2, 5), (7, 10))]


def pauses_in(minutes: int, twelfths: Twelfths) -> tuple[Pause, ...]:
    """The pauses of an appointment of this length, but for those that would begin with it or after more than a day."""
    edges = ((minutes * start // 12, minutes * end // 12) for start, end in twelfths)
    return tuple(Pause(start, end - start) for start, end in edges if 0 < start < end and start <= A_DAY)


class _Cut(NamedTuple):
    step: int
    length: int
    before: int
    after: int
    anchoring: Anchoring
    places: int
    twelfths: Twelfths
    days: int
    way: tuple[str, int]
    clocks: ClockChanges

    def settings(self) -> SlotSettings:
        venue, travel = self.way
        return SlotSettings(
            step_minutes=self.step,
            duration_minutes=self.days * A_DAY or self.length,
            buffer_before_minutes=self.before,
            buffer_after_minutes=self.after,
            anchoring=self.anchoring,
            capacity=self.places,
            pauses=pauses_in(self.length, self.twelfths) if self.places == 1 and not self.days else (),
            whole_days=self.days > 0,
            venue=venue,
            travel_minutes=travel,
            clock_changes=self.clocks,
        )


def _with_limits(settings: SlotSettings, limits: _Limits) -> SlotSettings:
    return replace(
        settings,
        min_notice_minutes=limits.notice,
        horizon_days=limits.horizon,
        max_per_day=limits.a_day,
        max_per_week=limits.a_week,
        max_per_month=limits.a_month,
        max_per_year=limits.a_year,
    )


class _Validity(NamedTuple):
    every_weeks: int = 1
    since: int | None = None
    lasts: int | None = None


_ALWAYS: Final = _Validity()


@dataclass(frozen=True)
class _RuleSketch:
    weekday: int
    """Days after the weekday without rules, which closes the calendar at some time in every week."""
    hours: Hours
    valid: _Validity = _ALWAYS

    def rule(self, number: int, left_out: int, day: date) -> WeeklyRule:
        since = self.valid.since
        if since is None and self.valid.every_weeks > 1:
            since = -70 - 7 * (self.weekday % 3)
        valid_from = None if since is None else day + timedelta(days=since)
        until = None if self.valid.lasts is None else (valid_from or day) + timedelta(days=self.valid.lasts)
        return WeeklyRule(
            id=RuleId(UUID(int=number)),
            day=(left_out + self.weekday) % 7,
            hours=self.hours,
            valid_from=valid_from,
            valid_until=until,
            every_weeks=self.valid.every_weeks,
        )


@dataclass(frozen=True)
class _SalonSketch:
    zone: str | None
    """None: the time zone of the provider."""
    daily: Hours | None
    rules: list[_RuleSketch]
    exceptions: dict[int, list[Hours]]

    def hours(self, zone: str, left_out: int, day: date) -> OpeningHours:
        if self.daily is None:
            rules = tuple(sketch.rule(100 + number, left_out, day) for number, sketch in enumerate(self.rules))
        else:
            rules = _daily(self.daily, None)
        return OpeningHours(time_zone=self.zone or zone, rules=rules, exceptions=_exceptions(self.exceptions, day))


@dataclass(frozen=True)
class _ServiceSketch:
    """The hours of services, each on every day except the omitted weekday."""

    services: tuple[tuple[Hours, ...], ...] = ()
    valid: _Validity = _ALWAYS

    def hours(self, left_out: int, day: date) -> tuple[ServiceHours, ...]:
        return tuple(
            ServiceHours(
                tuple(
                    _RuleSketch(weekday, hours, self.valid).rule(200 + weekday, left_out, day)
                    for weekday in range(1, 7)
                    for hours in daily
                )
            )
            for daily in self.services
        )


@dataclass(frozen=True)
class _RangeSketch:
    start: int
    minutes: int

    def range(self, day: date) -> TimeRange:
        start = midnight(day) + self.start * MINUTE
        return TimeRange(start, start + self.minutes * MINUTE)


@dataclass(frozen=True)
class _ResourceSketch:
    units: int
    needed: int
    taken: list[_RangeSketch]
    """In turn of each unit."""

    def resource(self, day: date) -> RequiredResource:
        taken = tuple(sketch.range(day) for sketch in self.taken)
        units = tuple(ResourceUnit(taken=taken[number :: self.units]) for number in range(self.units))
        return RequiredResource(units=units, needed=self.needed)


@dataclass(frozen=True)
class CalendarSketch:
    """A calendar relative to a day."""

    settings: SlotSettings
    left_out: int
    rules: list[_RuleSketch]
    daily: Hours | None
    """On every day except the omitted weekday, in addition to the rules."""
    daily_every: tuple[int, int]
    """The interval in weeks, and the start in days before the day."""
    round_the_clock_for: int | None
    exceptions: dict[int, list[Hours]]
    blocks: list[_RangeSketch]
    busy: list[_RangeSketch]
    salon: _SalonSketch | None
    services: _ServiceSketch
    resources: list[_ResourceSketch]

    def calendar(self, zone: str, day: date) -> Calendar:
        """Place the sketch around a date in a time zone."""
        rules = tuple(sketch.rule(1 + number, self.left_out, day) for number, sketch in enumerate(self.rules))
        if self.daily is not None:
            weeks, ago = self.daily_every
            since = None if weeks == 1 else day - timedelta(days=ago)
            rules += tuple(rule for rule in _daily(self.daily, since, weeks) if rule.day != self.left_out)
        if self.round_the_clock_for is not None:
            since = None if self.round_the_clock_for < 0 else day - timedelta(days=self.round_the_clock_for)
            rules = _daily(ROUND_THE_CLOCK, since)
        return Calendar(
            time_zone=zone,
            settings=self.settings,
            rules=rules,
            exceptions=_exceptions(self.exceptions, day),
            blocks=tuple(
                Block(id=BlockId(UUID(int=1 + number)), range=sketch.range(day))
                for number, sketch in enumerate(self.blocks)
            ),
            busy=tuple(sketch.range(day) for sketch in self.busy),
            salon=None if self.salon is None else self.salon.hours(zone, self.left_out, day),
            service_hours=self.services.hours(self.left_out, day),
            resources=tuple(sketch.resource(day) for sketch in self.resources),
        )


def _daily(hours: Hours, since: date | None, every_weeks: int = 1) -> tuple[WeeklyRule, ...]:
    return tuple(
        WeeklyRule(id=RuleId(UUID(int=50 + day)), day=day, hours=hours, valid_from=since, every_weeks=every_weeks)
        for day in range(7)
    )


def _exceptions(sketches: dict[int, list[Hours]], day: date) -> tuple[DateException, ...]:
    return tuple(
        DateException(id=ExceptionId(UUID(int=10 + away)), date=day + timedelta(days=away), ranges=tuple(ranges))
        for away, ranges in sketches.items()
    )


_BROAD: Final = [
    Hours(WallTime(start * 60), WallTime(end * 60))
    for start, end in ((9, 21), (6, 24), (0, 24), (10, 19), (10, 2), (20, 8))
]
_PLAIN_RULES: Final = one_of_each(
    lambda day, start, end: _RuleSketch(day, Hours(start, end)), range(1, 7), _STARTS, _ENDS
)
_VALIDITIES: Final = [
    *[_ALWAYS] * 24,
    *(_Validity(since=since) for since in (-100, -7, -6, -1, 0, 1, 2)),
    *(_Validity(lasts=lasts) for lasts in (0, 1, 7)),
    *(_Validity(since=-50, lasts=lasts) for lasts in (50, 51)),
    *(_Validity(every_weeks=weeks) for weeks in (2, 3)),
    *(_Validity(every_weeks=weeks, since=since) for weeks, since in ((2, -7), (2, -6), (2, -50), (3, -100))),
]
_RULES: Final = one_of_each(
    lambda valid, day, start, end: _RuleSketch(day, Hours(start, end), valid), _VALIDITIES, range(1, 7), _STARTS, _ENDS
)


def _exception(away: int, ranges: int, start: WallTime, end: WallTime) -> tuple[int, list[Hours]]:
    """Closed, other hours, or these hours and the rest of the day."""
    hours = Hours(start, end)
    return away, [hours, Hours(WallTime(end.minutes % A_DAY), start)][:ranges]


_EXCEPTIONS: Final = st.lists(one_of_each(_exception, range(-2, 5), range(3), _STARTS, _ENDS), max_size=2).map(dict)
_SALON_ZONES: Final = [None, None, None, "Asia/Ulaanbaatar", "Europe/Berlin", "Pacific/Easter"]
_BROAD_SALONS: Final = one_of_each(lambda zone, daily: _SalonSketch(zone, daily, [], {}), _SALON_ZONES, _BROAD)
_SALONS: Final = st.one_of(
    st.none(),
    st.none(),
    _BROAD_SALONS,
    st.builds(lambda salon, exceptions: replace(salon, exceptions=exceptions), _BROAD_SALONS, _EXCEPTIONS),
    st.builds(
        lambda rules, exceptions: _SalonSketch(None, None, rules, exceptions),
        st.lists(_PLAIN_RULES, min_size=6, max_size=9),
        _EXCEPTIONS,
    ),
)
_NO_SERVICES: Final = _ServiceSketch()
_SERVICES: Final = one_of_each(
    _ServiceSketch,
    [
        *[()] * 12,
        *([tuple(map(Hours.parse, texts))] for texts in (["08:00-20:10"], ["18:00-24:00", "00:00-09:00"])),
        *([tuple(map(Hours.parse, texts))] for texts in (["09:00-13:00", "13:00-19:00"], ["20:00-11:30"])),
        [(Hours.parse("00:00-24:00"),), (Hours.parse("07:30-18:00"),)],
    ],
    [*[_ALWAYS] * 4, _Validity(since=0), _Validity(lasts=0), _Validity(every_weeks=2, since=-7)],
)
_FROM: Final = range(-A_DAY, 2 * A_DAY)
_BLOCKS: Final = one_of_each(_RangeSketch, _FROM, [60, 1, 30, 60, 240, A_DAY, 2 * A_DAY])
_BUSY: Final = one_of_each(_RangeSketch, _FROM, [60, 1, 15, 30, 60, 90, 300, A_DAY])
_NO_RANGES: Final[st.SearchStrategy[list[_RangeSketch]]] = st.just([])
_NO_RESOURCES: Final[st.SearchStrategy[list[_ResourceSketch]]] = st.just([])
_RESOURCES: Final = st.one_of(
    _NO_RESOURCES,
    _NO_RESOURCES,
    st.builds(
        lambda pool, taken: [_ResourceSketch(pool[0], pool[1], taken)],
        st.sampled_from([(1, 1), (2, 1), (2, 2), (3, 2)]),
        st.lists(_BUSY, max_size=4),
    ),
)


def calendar_sketches(switches: Switches = Switches()) -> st.SearchStrategy[CalendarSketch]:
    """Calendars relative to a day."""
    round_the_clock = [*[None] * 8, *([0, 2, 9] if switches.validity else []), *([-1] * switches.never_closing * 2)]
    daily_every = [*[(1, 0)] * 15, *([(2, 4), (2, 11), (3, 18)] if switches.validity else [])]
    return st.builds(
        _sketch,
        one_of_each(_Base, range(7), [None, *_BROAD], daily_every, round_the_clock),
        settings=slot_settings(switches),
        rules=st.lists(_RULES if switches.validity else _PLAIN_RULES, min_size=2, max_size=6),
        exceptions=_EXCEPTIONS if switches.exceptions else st.just({}),
        blocks=st.lists(_BLOCKS, max_size=3) if switches.blocks else _NO_RANGES,
        busy=st.lists(_BUSY, max_size=3) if switches.busy else _NO_RANGES,
        salon=_SALONS if switches.salons else st.none(),
        services=_services(switches),
        resources=_RESOURCES if switches.resources else _NO_RESOURCES,
    )


def _services(switches: Switches) -> st.SearchStrategy[_ServiceSketch]:
    if not switches.service_hours:
        return st.just(_NO_SERVICES)
    return _SERVICES if switches.validity else _SERVICES.map(lambda sketch: replace(sketch, valid=_ALWAYS))


class _Base(NamedTuple):
    left_out: int
    daily: Hours | None
    daily_every: tuple[int, int]
    round_the_clock_for: int | None


def _sketch(base: _Base, **rest: Any) -> CalendarSketch:
    return CalendarSketch(**base._asdict(), **rest)


def fitted(calendar: Calendar, *, nights: bool, overlaps: bool) -> Calendar:
    """The calendar without hours past midnight, and without rules that meet an earlier one of the same hours."""
    if nights and overlaps:
        return calendar
    salon = calendar.salon
    return replace(
        _fitted(calendar, nights=nights, overlaps=overlaps),
        salon=None if salon is None else _fitted(salon, nights=nights, overlaps=overlaps),
        service_hours=tuple(
            ServiceHours(_fitted(hours, nights=nights, overlaps=overlaps).rules)
            for hours in hours_of_services(calendar)
        ),
    )


def _fitted(hours: HoursT, *, nights: bool, overlaps: bool) -> HoursT:
    rules, exceptions = hours.rules, hours.exceptions
    if not nights:
        rules = tuple(replace(rule, hours=_within_a_day(rule.hours)) for rule in rules)
        exceptions = tuple(replace(off, ranges=tuple(map(_within_a_day, off.ranges))) for off in exceptions)
    if not overlaps:
        kept: list[WeeklyRule] = []
        for rule in rules:
            if not any(meet(rule, other) for other in kept):
                kept.append(rule)
        rules = tuple(kept)
        # Hours of other dates may reach midnight, so a range of an exception does not.
        exceptions = tuple(
            replace(off, ranges=tuple(map(_inside_a_day, off.ranges[:1])) if not nights else ()) for off in exceptions
        )
    return replace(hours, rules=rules, exceptions=exceptions)


def _within_a_day(hours: Hours) -> Hours:
    """The hours, if they end on their date; otherwise those from their end to their start, or until midnight."""
    if not hours.past_midnight:
        return hours
    if hours.end.minutes in {0, hours.start.minutes}:
        return Hours(hours.start, WallTime(A_DAY))
    return Hours(hours.end, hours.start)


def _inside_a_day(hours: Hours) -> Hours:
    return Hours(WallTime(max(hours.start.minutes, 1)), WallTime(min(hours.end.minutes, A_DAY - 1)))


def meet(one: WeeklyRule, other: WeeklyRule) -> bool:
    """Whether two rules overlap or touch in a week, by the clock on the wall and whenever they are valid."""
    first, second = _week_of(one), _week_of(other)
    week = 7 * A_DAY
    return any(first[0] <= second[1] + shift and second[0] + shift <= first[1] for shift in (-week, 0, week))


def _week_of(rule: WeeklyRule) -> tuple[int, int]:
    opens, closes = rule.hours.seconds
    return rule.day * A_DAY + opens // 60, rule.day * A_DAY + closes // 60


def calendars(
    days: st.SearchStrategy[tuple[str, date]] | None = None,
    *,
    anchoring: Anchoring | None = None,
    buffers: bool = True,
    limits: bool = True,
    exceptions: bool = True,
    validity: bool = True,
    blocks: bool = True,
    busy: bool = True,
    salons: bool = True,
    service_hours: bool = True,
    pauses: bool = True,
    capacity: bool = True,
    resources: bool = True,
    whole_days: bool = True,
    venues: bool = True,
    clock_changes: bool = True,
    never_closing: bool = False,
    nights: bool = True,
    overlaps: bool = True,
) -> st.SearchStrategy[Calendar]:
    """Calendars for the days around a date, usually one with a clock change.

    The keywords exclude parts of calendars. `never_closing` adds calendars that never close.
    """
    switches = Switches(
        anchoring=anchoring,
        buffers=buffers,
        limits=limits,
        exceptions=exceptions,
        validity=validity,
        blocks=blocks,
        busy=busy,
        salons=salons,
        service_hours=service_hours,
        pauses=pauses,
        capacity=capacity,
        resources=resources,
        whole_days=whole_days,
        venues=venues,
        clock_changes=clock_changes,
        never_closing=never_closing,
    )
    return st.builds(
        lambda sketch, zone_and_day: fitted(sketch.calendar(*zone_and_day), nights=nights, overlaps=overlaps),
        calendar_sketches(switches),
        zones_and_dates() if days is None else days,
    )
