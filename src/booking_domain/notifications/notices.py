"""Notices: messages to a person, as an English template and typed values. A `Translator` renders them.

The templates are the message ids of the gettext catalogues: after changing one, run `make catalogues` and translate it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Final, Protocol, Self

from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.shared.user_texts import without_links

MOST_QUOTED: Final = 40
"""Characters of a value in a subject."""
_AREAS_OF_CITIES: Final = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
"""Areas of the IANA database in which a place names one clock."""
_A_DAY: Final = timedelta(days=1)
_LEAST: Final = timedelta.resolution


@dataclass(frozen=True, slots=True)
class LocalTime:
    """An instant on the clock of a time zone, which it names; another clock stands beside it if it shows another time.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 24, 2, tzinfo=UTC)
    >>> str(LocalTime(at, "Asia/Ulaanbaatar"))
    '2026-11-24 10:00 (Ulaanbaatar)'
    >>> str(LocalTime(at, "Asia/Ulaanbaatar", beside="Asia/Shanghai"))
    '2026-11-24 10:00 (Ulaanbaatar)'
    >>> str(LocalTime(at, "Asia/Ulaanbaatar", beside="Asia/Tehran"))
    '2026-11-24 10:00 (Ulaanbaatar; Tehran: 2026-11-24 05:30)'
    >>> str(LocalTime.of(TimeRange(at, at + timedelta(hours=33)), "Asia/Ulaanbaatar"))
    '2026-11-24 10:00 to 2026-11-25 (Ulaanbaatar)'
    """

    instant: datetime
    zone: str
    """The name of an IANA time zone."""
    beside: str | None = None
    """The time zone of the other clock."""
    last_day: date | None = None
    """The last day of what begins then, if it takes more than one."""

    @classmethod
    def of(cls, span: TimeRange, zone: str, beside: str | None = None) -> Self:
        """When an appointment begins, and the last day of one that takes a day or longer."""
        first, last = (at.astimezone(time_zone(zone)).date() for at in (span.start, span.end - _LEAST))
        return cls(span.start, zone, beside, last if last > first and span.end - span.start >= _A_DAY else None)

    def __str__(self) -> str:
        names, wall = zone_name(self.zone), _on_the_wall(self.instant, self.zone)
        until = "" if self.last_day is None else f" to {self.last_day}"
        if self.beside is not None and (other := _on_the_wall(self.instant, self.beside)) != wall:
            names += f"; {zone_name(self.beside)}: {other}"
        return f"{wall}{until} ({names})"


def zone_name(zone: str) -> str:
    """The city of a time zone, or the whole name if it names no city.

    >>> zone_name("America/Argentina/Buenos_Aires"), zone_name("US/Central"), zone_name("UTC")
    ('Buenos Aires', 'US/Central', 'UTC')
    """
    area, _, place = zone.partition("/")
    return place.rpartition("/")[2].replace("_", " ") if area in _AREAS_OF_CITIES else zone


def _on_the_wall(at: datetime, zone: str) -> str:
    return f"{at.astimezone(time_zone(zone)):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """An instant on the clock of who reads it, without its zone; the date stands with it if it is not of today.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 24, 2, tzinfo=UTC)
    >>> str(TimeOfDay(at, "Asia/Ulaanbaatar", now=at)), str(TimeOfDay(at, "Asia/Ulaanbaatar", now=at.replace(day=23)))
    ('10:00', '2026-11-24 10:00')
    """

    instant: datetime
    zone: str
    """The name of an IANA time zone."""
    now: datetime | None = None
    """When it is written; None: on the same day."""

    @property
    def local(self) -> datetime:
        """The instant on the clock of the zone."""
        return self.instant.astimezone(time_zone(self.zone))

    @property
    def today(self) -> bool:
        """Whether it is written on the same day."""
        return self.now is None or self.now.astimezone(time_zone(self.zone)).date() == self.local.date()

    def __str__(self) -> str:
        return f"{self.local:%H:%M}" if self.today else _on_the_wall(self.instant, self.zone)


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that the platform has made. No other value of a notice becomes a link."""

    url: str = field(repr=False)
    """May hold a secret."""

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the platform in place of a value, in English; the catalogues translate them."""

    text: str

    def __str__(self) -> str:
        return self.text


NoticeValue = (
    str | int | Link | Words | date | Money | LocalTime | TimeOfDay | tuple[LocalTime, ...] | tuple[Money, ...]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplate:
    """Subject and text in English, with placeholders in braces."""

    subject: str
    """The subject of an e-mail; a text message has none.

    It says in words of the platform who speaks, and quotes the words of users: `Invitation from a salon: “{salon}”`.
    """
    text: str
    details: tuple[str, ...] = ()
    """Lines `Label: value` after the text and an empty line; one is left out if a value is missing or empty."""

    def fill(self, **values: NoticeValue) -> "Notice":
        """Return a notice with these values; unused values are ignored."""
        return Notice(template=self, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to one person, in no language yet."""

    template: NoticeTemplate
    values: Mapping[str, NoticeValue] = field(repr=False)
    """May hold secrets, e.g. a one-time code."""

    @property
    def details(self) -> tuple[str, ...]:
        """The details of the template for which there are values."""
        return tuple(each for each in self.template.details if all(self.values.get(name) for name in names_in(each)))

    def written(self, template: str, show: Callable[[NoticeValue], str] = str) -> str:
        """Return a translation of the text with the values in their places, without links but those of the platform.

        `show` writes times and amounts in the language of the template.
        """
        return _filled(template, self.values, without_links, show)

    def written_subject(self, template: str, show: Callable[[NoticeValue], str] = str) -> str:
        """Return a translation of the subject: one line, with the values in their places, long ones shortened."""
        return _filled(template, self.values, _shortened, show)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedNotice:
    """A message in one language, ready to be sent."""

    language: str
    """Of `LANGUAGES`."""
    subject: str = field(repr=False)
    text: str = field(repr=False)


class Translator(Protocol):
    """Renders notices in a language."""

    def translate(self, notice: Notice, locale: str) -> TranslatedNotice:
        """Translate a notice to the locale's language, or to the platform's default if there is no translation."""
        ...


def names_in(text: str) -> Iterator[str]:
    """Yield the fields that a text names, as often as it names them.

    >>> list(names_in("{provider} expects you on {when}."))
    ['provider', 'when']

    Raises:
        ValueError: a brace is not closed, or not opened.
    """
    return (name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _filled(
    template: str,
    values: Mapping[str, NoticeValue],
    quote: Callable[[str], str],
    show: Callable[[NoticeValue], str],
) -> str:
    """The template with the values that it names; writing one takes long, so the others are not written."""
    named = {name: values[name] for name in names_in(template)}
    return template.format(
        **{name: quote(value) if isinstance(value, str) else show(value) for name, value in named.items()}
    )


def _shortened(text: str) -> str:
    line = " ".join(without_links(text).split())
    return line if len(line) <= MOST_QUOTED else f"{line[: MOST_QUOTED - 1].rstrip()}…"
