"""What people type: dates of two calendars, with digits of any script."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jdatetime import date as SolarDate  # noqa: N812 - beside the other class `date`

from booking_domain.shared.errors import InvalidValue
from entrypoints.web.kit.typed import typed_day

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
DAYS = st.dates(min_value=date(1950, 3, 21), max_value=date(2150, 12, 31))


@given(day=DAYS, between=st.sampled_from("-/."), persian=st.booleans())
def test_a_day_is_understood_in_both_calendars(*, day: date, between: str, persian: bool) -> None:
    solar = SolarDate.fromgregorian(date=day)
    for year, month, number in ((day.year, day.month, day.day), (solar.year, solar.month, solar.day)):
        for text in (f"{year}{between}{month:02}{between}{number:02}", f"{year}{between}{month}{between}{number}"):
            assert typed_day(text.translate(PERSIAN) if persian else text, "day") == day


@pytest.mark.parametrize(
    "text", ["soon", "2026", "2026-13-01", "2026-02-29", "1404-12-30", "1405/13/01", "0-1-1", "2026-1-1-1", "9" * 5_000]
)
def test_what_is_no_day_is_said_and_nothing_is_nothing(text: str) -> None:
    with pytest.raises(InvalidValue):
        typed_day(text, "day")
    assert typed_day("", "day") is None
