"""An appointment that repeats: its dates, which of them are free, and other times at which all are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from booking_domain.notifications.notices import LocalTime
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.placing import claimable
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.bookings.place_series import series_starts
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.flow import EVERY, EVERY_WEEKS, MOST_TIMES, TIMES, Choice
from entrypoints.web.booking.when import free_times
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields, hidden
from entrypoints.web.kit.pages import Page

SEEN: Final = "seen"
"""Which dates were shown: none is booked unseen."""
_OTHERS: Final = 3
_TRIED: Final = 40
"""The nearest free times of which it is asked whether all of their repetitions are free."""
SERIES_STEPS: Final = 500
"""No less than the work for a date and its other first times."""
_WEEKS: Final = Plural("Every week", "Every {count} weeks")
_APPOINTMENTS: Final = Plural("{count} appointment", "{count} appointments")


class SeriesDate(NamedTuple):
    """An appointment of a series; `problem`: why it cannot be booked."""

    when: str
    price: str
    problem: str


class Series(NamedTuple):
    """The starts, what is wrong with each, and the nearest other first times at which all are free."""

    dates: tuple[tuple[datetime, DomainError | None], ...]
    others: tuple[datetime, ...]

    @property
    def free(self) -> bool:
        """Whether all of them can be booked."""
        return all(problem is None for _, problem in self.dates)


def series_of(schedule: ProviderSchedule, choice: Choice, first: datetime, window: TimeRange, now: datetime) -> Series:
    """The dates of a choice that repeats; other first times are in the window."""

    def dates(start: datetime) -> list[datetime]:
        zone = schedule.calendar.time_zone
        return series_starts(start, zone, every_weeks=choice.every, times=choice.times)

    found = tuple((start, _problem(schedule, start, now)) for start in dates(first))
    if all(problem is None for _, problem in found):
        return Series(found, ())
    near = sorted(free_times(schedule, window, now).starts, key=lambda start: abs(start - first))[:_TRIED]
    fitting = (start for start in near if not any(_problem(schedule, each, now) for each in dates(start)))
    return Series(found, tuple(sorted(islice(fitting, _OTHERS))))


def series_dates(series: Series, prices: Sequence[Money], zone: str, page: Page) -> tuple[SeriesDate, ...]:
    """The dates as the summary shows them."""
    return tuple(
        SeriesDate(
            when=page.say.values.time(LocalTime(start, zone)),
            price=page.formats.money(price),
            problem="" if problem is None else page.say.error(problem),
        )
        for (start, problem), price in zip(series.dates, prices, strict=True)
    )


def repeat_fields(choice: Choice, page: Page) -> Fields:
    """How often the appointment repeats."""
    say = page.say
    return (
        Field(
            name=EVERY,
            label=say(Phrase("Repeat")),
            value=str(choice.every or ""),
            choices=(("", say(Phrase("Only once"))), *_counted(_WEEKS, EVERY_WEEKS, page)),
        ),
        Field(
            name=TIMES,
            label=say(Phrase("How many in all")),
            value=str(choice.times or ""),
            choices=_counted(_APPOINTMENTS, range(2, MOST_TIMES + 1), page),
        ),
        hidden(SEEN, seen(choice)),
    )


def seen(choice: Choice) -> str:
    """What says which dates a form has shown."""
    return f"{choice.every} {choice.times} {choice.slot and choice.slot.isoformat()}" if choice.repeats else ""


def _counted(text: Plural, numbers: Iterable[int], page: Page) -> tuple[tuple[str, str], ...]:
    return tuple((str(each), page.say.count(text, each)) for each in numbers)


def _problem(schedule: ProviderSchedule, start: datetime, now: datetime) -> DomainError | None:
    try:
        claimable(schedule, start, now=now)
    except (SlotTaken, SlotNotOffered) as error:
        return error
    return None
