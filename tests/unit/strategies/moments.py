"""Instants, ranges and the dates on which clocks are changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from booking_domain.shared.time import TimeRange

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)

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
ORDINARY_DAYS: Final[tuple[tuple[str, date], ...]] = (
    ("Asia/Kathmandu", date(2028, 2, 29)),
    ("Asia/Ulaanbaatar", date(2026, 11, 23)),
    ("UTC", date(2026, 12, 31)),
)


def days() -> st.SearchStrategy[tuple[str, date]]:
    """A time zone and a date there, mostly one on which the clocks are changed."""
    return st.sampled_from(CHANGES_OF_CLOCKS + ORDINARY_DAYS)


def midnight(day: date) -> datetime:
    """The date's midnight in UTC: within a day of anything that happens on that date anywhere."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def instants() -> st.SearchStrategy[datetime]:
    """Instants of this and the next years."""
    return st.datetimes(
        min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
        max_value=datetime(2035, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )


def minutes_from(start: datetime, before: int, after: int) -> st.SearchStrategy[datetime]:
    """Whole minutes from `before` minutes before `start` to `after` minutes after it."""
    return st.integers(-before, after).map(lambda minutes: start + minutes * MINUTE)


def spans(start: datetime, before: int, after: int, *, longest: int) -> st.SearchStrategy[TimeRange]:
    """Ranges of whole minutes that start in the given minutes around `start`, at most `longest` minutes long."""
    return st.builds(
        lambda at, minutes: TimeRange(at, at + minutes * MINUTE),
        minutes_from(start, before, after),
        st.integers(1, longest),
    )
