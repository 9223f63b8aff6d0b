"""The second step: day and time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import ClassVar, Final, NamedTuple

from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.slots import places_left, slots_in_order
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.flow import FREE_TIMES, TIME, Choice, StepLink, page_of, step_links, summary
from entrypoints.web.components.calendar import DayCell, MonthCalendar
from entrypoints.web.kit.formats import Month
from entrypoints.web.kit.pages import Page, PageModel

_MOST: Final = 3_000
_FEW: Final = 2
_NEAREST: Final = 3
_A_DAY: Final = timedelta(days=1)
_NOON: Final = 12
_EVENING: Final = 17
_TIMES: Final = Plural("{day}, {count} time", "{day}, {count} times")
_PLACES: Final = Plural("{count} place left", "{count} places left")


class Free(NamedTuple):
    """What is free: the first start at all, and the starts of the searched days."""

    first: datetime | None
    starts: tuple[datetime, ...]
    places: Mapping[datetime, int] = {}
    """Of a class: how many places each start has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLink:
    """A free time."""

    text: str
    label: str
    """In full, for screen readers."""
    places: str
    """How many are left, of a class."""
    href: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfDayTimes:
    """The free times of a part of a day."""

    name: str
    times: tuple[TimeLink, ...]


@dataclass(frozen=True, kw_only=True)
class WhenPage(PageModel):
    """Day and time."""

    template: ClassVar = "booking/when.html"
    steps: tuple[StepLink, ...]
    summary: str
    calendar: MonthCalendar
    day: str
    parts: tuple[PartOfDayTimes, ...]
    zone: str
    none: str
    """What stands in place of times."""
    taken: str
    """What happened to the time that was chosen before."""
    hold: str
    """Where a time is chosen and kept, by who is signed in; others follow the links of the times."""
    wait: tuple[str, str]
    """Text and address of the way to the waiting list."""
    hidden: tuple[tuple[str, str], ...]
    """What was chosen before, for that form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose times they are: of a provider, or of a salon."""

    path: str
    """What the addresses of the steps begin with."""
    time_zone: str
    steps: tuple[StepLink, ...]
    summary: str
    page: str
    """Its page."""
    description: str
    accent: str = ""
    waits: bool = True
    """Whether there is a waiting list."""


def place_of(choice: Choice, facts: ProviderPage, page: Page) -> Place:
    """The times of a provider."""
    return Place(
        path=f"/book/{facts.view.profile.id}",
        time_zone=facts.view.time_zone,
        steps=step_links(TIME, choice, facts, page),
        summary=summary(choice, facts, page),
        page=page_of(facts),
        description=page.say(FREE_TIMES, name=facts.view.profile.display_name),
        accent=facts.view.profile.accent,
    )


def nearest(free: Free, to: datetime) -> tuple[datetime, ...]:
    """The three free starts that are nearest to another time, in order."""
    return tuple(sorted(sorted(free.starts, key=lambda start: abs(start - to))[:_NEAREST]))


def free_times(schedule: ProviderSchedule, window: TimeRange, now: datetime) -> Free:
    """The first free start within the horizon, and those in the window."""
    calendar, _ = schedule.calendar_at(now)
    horizon = TimeRange(now, now + timedelta(days=calendar.settings.horizon_days + 1))
    first = next(slots_in_order(calendar, schedule.claims, window=horizon, now=now), None)
    inside = tuple(islice(slots_in_order(calendar, schedule.claims, window=window, now=now), _MOST))
    return Free(
        None if first is None else first.start,
        tuple(slot.start for slot in inside),
        places_left(calendar, schedule.claims, inside, now),
    )


def when_page(
    choice: Choice,
    place: Place,
    free: Free,
    shown: date,
    page: Page,
    *,
    now: datetime,
    taken: bool,
    csrf: str = "",
) -> WhenPage:
    """The page of the month of a day."""
    zone, formats = time_zone(place.time_zone), page.formats
    today = now.astimezone(zone).date()
    by_day = days_of(free, zone)
    day = choice.day if choice.day in by_day else next(iter(by_day), None)
    path = place.path

    def of_day(to: date) -> str:
        return page.link(f"{path}/time", **choice.query(day=to.isoformat(), slot=None))

    def of_time(at: datetime) -> str:
        return page.link(f"{path}/you", **choice.query(day=None, slot=at.isoformat()))

    def to_wait(text: Phrase, **window: str) -> tuple[str, str]:
        link = page.link(f"{path}/wait", **choice.query(day=None, slot=None), **window)
        return page.say(text), link if place.waits else ""

    month = formats.month(shown)
    return WhenPage(
        title=page.say(Phrase("Choose a time")),
        accent=place.accent,
        main=place.page,
        description=place.description,
        steps=place.steps,
        summary=place.summary,
        calendar=month_calendar(by_day, page, of_day, day=day, shown=shown, today=today),
        day="" if day is None else formats.whole_day(day),
        parts=() if day is None else tuple(parts_of_day(by_day[day], free.places, page, of_time)),
        zone=formats.zone(place.time_zone),
        none="" if day is not None else page.say(Phrase("No free time in this month.")),
        wait=to_wait(Phrase("Tell me when an earlier time is free"), before=by_day[day][0].isoformat())
        if day is not None
        else to_wait(
            Phrase("Tell me when a time in this month is free"),
            after=datetime.combine(month.before + _A_DAY, time(), zone).isoformat(),
            before=datetime.combine(month.after, time(), zone).isoformat(),
        ),
        hold=page.link(f"{path}/hold") if csrf else "",
        hidden=(*choice.hidden(day=None, slot=None, until=None), ("csrf", csrf)) if csrf else (),
        taken=page.say(Phrase("Somebody else has just taken this time. These are free:")) if taken else "",
    )


def month_window(month: Month, zone: tzinfo, now: datetime) -> TimeRange:
    """What of a month is to come."""
    return TimeRange(
        max(now, datetime.combine(month.before + _A_DAY, time(), zone).astimezone(UTC)),
        max(now + _A_DAY, datetime.combine(month.after, time(), zone).astimezone(UTC)),
    )


def days_of(free: Free, zone: tzinfo) -> dict[date, list[datetime]]:
    """The free starts in local time, by their days."""
    by_day: dict[date, list[datetime]] = {}
    for start in free.starts:
        local = start.astimezone(zone)
        by_day.setdefault(local.date(), []).append(local)
    return by_day


def month_calendar(
    by_day: Mapping[date, Sequence[datetime]],
    page: Page,
    link: Callable[[date], str],
    *,
    day: date | None,
    shown: date,
    today: date,
) -> MonthCalendar:
    """What is to come of the month of a day: weeks, whose days with free times are links."""
    formats = page.formats
    month = formats.month(shown)

    def cell(of: date | None) -> DayCell | None:
        if of is None:
            return None
        times = len(by_day.get(of, ()))
        if not times:
            return DayCell(number=formats.day_of_month(of))
        return DayCell(
            number=formats.day_of_month(of),
            href=link(of),
            label=page.say.count(_TIMES, times, day=formats.whole_day(of)),
            chosen=of == day,
            few=times <= _FEW,
        )

    return MonthCalendar(
        heading=month.name,
        weekdays=month.weekdays,
        weeks=tuple(tuple(map(cell, week)) for week in month.weeks if any(of and of >= today for of in week)),
        before=link(month.before) if month.before >= today else "",
        before_label=formats.month(month.before).name,
        after=link(month.after),
        after_label=formats.month(month.after).name,
    )


def parts_of_day(
    times: Sequence[datetime], places: Mapping[datetime, int], page: Page, link: Callable[[datetime], str]
) -> Iterator[PartOfDayTimes]:
    """The free times of a day, by morning, afternoon and evening."""

    def time_link(at: datetime) -> TimeLink:
        day, clock = page.formats.whole_day(at.date()), page.formats.clock(at)
        left = places.get(at.astimezone(UTC))
        if left is None:
            label, shown = page.say(Phrase("{day}, {time}, free"), day=day, time=clock), ""
        else:
            shown = page.say.count(_PLACES, left)
            label = page.say(Phrase("{day}, {time}, {places}"), day=day, time=clock, places=shown)
        return TimeLink(text=clock, label=label, places=shown, href=link(at), at=at.isoformat())

    parts = (
        (Phrase("Morning"), [each for each in times if each.hour < _NOON]),
        (Phrase("Afternoon"), [each for each in times if _NOON <= each.hour < _EVENING]),
        (Phrase("Evening"), [each for each in times if each.hour >= _EVENING]),
    )
    for name, inside in parts:
        if inside:
            yield PartOfDayTimes(name=page.say(name), times=tuple(map(time_link, inside)))
