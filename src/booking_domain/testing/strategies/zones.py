"""Time zones and the dates of their clock changes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from hypothesis import strategies as st

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import time_zone

CHANGES_OF_CLOCKS: Final[tuple[tuple[str, date], ...]] = (
    ("Africa/Cairo", date(2026, 4, 24)),  # 00:00 → 01:00
    ("Africa/Cairo", date(2026, 10, 29)),  # 24:00 → 23:00
    ("America/New_York", date(2026, 3, 8)),  # 02:00 → 03:00
    ("America/New_York", date(2026, 11, 1)),  # 02:00 → 01:00
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 24:00 → 23:00
    ("America/Sao_Paulo", date(2018, 11, 4)),  # 00:00 → 01:00
    ("America/St_Johns", date(2006, 4, 2)),  # 00:01 → 01:01
    ("America/St_Johns", date(2006, 10, 29)),  # 00:01 → 23:01 of the day before
    ("Asia/Beirut", date(2026, 3, 29)),  # 00:00 → 01:00
    ("Asia/Beirut", date(2026, 10, 24)),  # 24:00 → 23:00
    ("Asia/Kathmandu", date(1986, 1, 1)),  # 00:00 → 00:15, for good
    ("Asia/Ulaanbaatar", date(2016, 3, 26)),  # 02:00 → 03:00
    ("Asia/Ulaanbaatar", date(2016, 9, 23)),  # 24:00 → 23:00
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # 02:00 → 01:30
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # 02:00 → 02:30
    ("Europe/Berlin", date(2026, 3, 29)),  # 02:00 → 03:00
    ("Europe/Berlin", date(2026, 10, 25)),  # 03:00 → 02:00
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that does not occur
    ("Pacific/Easter", date(2026, 4, 4)),  # 22:00 → 21:00
    ("Pacific/Easter", date(2026, 9, 5)),  # 22:00 → 23:00
)
"""One clock change of each kind."""
ORDINARY_DAYS: Final[tuple[tuple[str, date], ...]] = (
    ("Asia/Kathmandu", date(2028, 2, 29)),
    ("Asia/Ulaanbaatar", date(2026, 11, 23)),
    ("UTC", date(2026, 12, 31)),
)
FIRST_YEAR: Final = 1973
"""From this year on every offset is a whole number of minutes (Liberia's was not until 1972)."""
LAST_YEAR: Final = 2037
_STEP: Final = timedelta(days=4)


@dataclass(frozen=True)
class Transition:
    """A change of the UTC offset of a time zone."""

    zone: str
    at: datetime
    """The first instant with the new offset."""
    before: timedelta
    after: timedelta

    @property
    def date(self) -> date:
        """Return the local date of the clock change."""
        return self.at.astimezone(time_zone(self.zone)).date()


@lru_cache(maxsize=4096)
def transitions(zone: str, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> tuple[Transition, ...]:
    """Return all offset changes of a time zone in these years, in order, according to `zoneinfo`.

    An offset that lasted less than four days can be missed.

    >>> [f"{each.at:%Y-%m-%d %H:%M} {each.before} {each.after}" for each in transitions("Asia/Ulaanbaatar", 2016, 2026)]
    ['2016-03-25 18:00 8:00:00 9:00:00', '2016-09-23 15:00 9:00:00 8:00:00']
    """
    here = time_zone(zone)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(here).utcoffset() or timedelta(0)

    found: list[Transition] = []
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    before = offset(at)
    while at < end:
        after_a_step = min(at + _STEP, end)
        after = offset(after_a_step)
        if after != before:
            low, high = at, after_a_step
            while high - low > timedelta(seconds=1):
                middle = low + ((high - low) // 2)
                middle -= timedelta(microseconds=middle.microsecond)
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            found.append(Transition(zone, high, before, after))
        at, before = after_a_step, after
    return tuple(found)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The IANA time zones that are installed."""
    return tuple(sorted(name for name in available_timezones() if _is_known(name)))


def zones() -> st.SearchStrategy[str]:
    """Names of time zones, usually ones with unusual clock changes."""
    named = sorted({zone for zone, _ in CHANGES_OF_CLOCKS + ORDINARY_DAYS})
    return st.sampled_from(named) | st.deferred(lambda: st.sampled_from(zone_names()))


def named_zones_and_dates() -> st.SearchStrategy[tuple[str, date]]:
    """Time zones and dates, usually with a clock change: one of each kind."""
    return st.sampled_from(CHANGES_OF_CLOCKS + ORDINARY_DAYS)


def zones_and_dates(
    zone: str | None = None, *, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR
) -> st.SearchStrategy[tuple[str, date]]:
    """A time zone and a date, usually one with a clock change.

    Args:
        zone: The time zone. By default, three of four are one of each kind of clock change (`CHANGES_OF_CLOCKS`),
            and one of four is any change of any time zone.
        first_year: The first year of the changes. Before 1973 some offsets are not whole minutes.
        last_year: The last year of the changes, at most 2999.
    """

    def nth(name: str, number: int) -> tuple[str, date]:
        changes = transitions(name, first_year, last_year)
        if not changes:
            days = (date(last_year, 12, 31) - date(first_year, 1, 1)).days + 1
            return name, date(first_year, 1, 1) + timedelta(days=number % days)
        return name, changes[number % len(changes)].date

    def real(names: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, date]]:
        return st.builds(nth, names, st.integers(0, 30_000))

    if zone is not None:
        return real(st.just(zone))
    named = tuple(each for each in CHANGES_OF_CLOCKS + ORDINARY_DAYS if first_year <= each[1].year <= last_year)
    anywhere = st.deferred(lambda: real(st.sampled_from(zone_names())))
    if not named:
        return anywhere
    kinds = st.sampled_from(named)
    return st.one_of(kinds, kinds, kinds, anywhere)


def _is_known(name: str) -> bool:
    try:
        time_zone(name)
    except InvalidValue:
        return False
    return name != "Factory"
