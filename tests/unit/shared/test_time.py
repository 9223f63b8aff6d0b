from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange, WallTime, instant, time_zone
from booking_domain.testing.strategies import instants

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


class Nowhere(tzinfo):
    """A time zone without a UTC offset. Python treats a datetime with it as naive."""

    def utcoffset(self, dt: datetime | None, /) -> timedelta | None:
        return None

    def dst(self, dt: datetime | None, /) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None, /) -> str | None:
        return None


@given(st.datetimes(), st.none() | st.just(Nowhere()))
def test_a_naive_datetime_is_refused(value: datetime, zone: tzinfo | None) -> None:
    with pytest.raises(InvalidValue) as refused:
        instant(value.replace(tzinfo=zone), field="starts_from")
    assert refused.value.field_path == ("starts_from",)


@given(instants(), OFFSETS)
def test_an_instant_is_the_same_whatever_offset_it_is_written_with(value: datetime, offset: timezone) -> None:
    read = instant(value.astimezone(offset))
    assert read == value
    assert read.tzinfo is UTC


@given(st.datetimes(timezones=OFFSETS))
def test_instants_out_of_range_are_refused(value: datetime) -> None:
    if 1900 < value.year < 2999:
        assert instant(value) == value
    elif not 1899 <= value.year <= 3000:
        with pytest.raises(InvalidValue):
            instant(value)


@pytest.mark.parametrize("value", [datetime.min, datetime.max])  # noqa: DTZ901
def test_the_extreme_datetimes_are_refused_in_every_offset(value: datetime) -> None:
    for hours in (-12, 0, 12):
        with pytest.raises(InvalidValue):
            instant(value.replace(tzinfo=timezone(timedelta(hours=hours))))


def test_times_of_day_go_from_00_00_to_24_00() -> None:
    assert WallTime.parse("00:00").minutes == 0
    assert WallTime.parse("23:59").minutes == 1439
    assert WallTime.parse("24:00").minutes == MINUTES_A_DAY


@given(st.integers(0, MINUTES_A_DAY))
def test_a_time_of_day_is_read_as_it_is_written(minutes: int) -> None:
    assert WallTime.parse(str(WallTime(minutes))) == WallTime(minutes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24:01",
        "25:00",
        "12:60",
        "9:00",
        "09:0",
        "1:000",
        "12345",
        ":0059",
        "0059:",
        "-1:00",
        "+9:00",
        "09.00",
        "09:00 ",
        " 9:00",
        "０９:00",
        "٠٩:00",
        "09:5９",
        "1e:00",
        "ab:cd",
    ],
)
def test_invalid_times_of_day_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        WallTime.parse(text)
    assert refused.value.field_path == ("text",)


@examples(300)
@given(st.text(alphabet="0123456789:-+ ５", max_size=6) | st.text(max_size=6))
def test_any_text_is_a_time_of_day_or_is_refused(text: str) -> None:
    try:
        assert str(WallTime.parse(text)) == text
    except InvalidValue as refused:
        assert refused.field == "text"  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("minutes", [-1, MINUTES_A_DAY + 1])
def test_times_outside_the_day_are_refused(minutes: int) -> None:
    with pytest.raises(InvalidValue):
        WallTime(minutes)


@pytest.mark.parametrize("name", ["Asia/Ulaanbaatar", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+8"])
def test_a_time_zone_is_known_by_its_iana_name(name: str) -> None:
    assert time_zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "/etc/passwd", "../../etc/passwd", "Asia", "Asia/", "asia/ulaanbaatar", "Asia/Atlantis"),
        *("UTC ", "\0", "Asia/\0", "\ud800", "x" * 5_000, "tzdata.zi", "+08:00"),
        *("localtime", "posixrules", "right/Asia/Ulaanbaatar", "posix/UTC"),
    ],
)
def test_unknown_time_zones_are_refused(name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        time_zone(name)
    assert refused.value.field_path == ("time_zone",)


@examples(200)
@given(st.text(max_size=20))
def test_any_text_is_a_time_zone_or_is_refused(name: str) -> None:
    try:
        assert time_zone(name).key == name
    except InvalidValue as refused:
        assert refused.field == "time_zone"  # noqa: PT017 - either outcome is right


@given(instants(), st.timedeltas(timedelta(days=-2), timedelta(0)))
def test_a_range_ends_after_it_starts(start: datetime, away: timedelta) -> None:
    with pytest.raises(InvalidValue) as refused:
        TimeRange(start, start + away)
    assert refused.value.field_path == ("end",)


def test_a_range_is_made_of_instants() -> None:
    aware, naive = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24)  # noqa: DTZ001
    for field, ends in (("start", (naive, aware)), ("end", (aware, naive))):
        with pytest.raises(InvalidValue) as refused:
            TimeRange(*ends)
        assert refused.value.field_path == (field,)


def test_a_range_is_kept_in_utc() -> None:
    ulaanbaatar = time_zone("Asia/Ulaanbaatar")
    range_ = TimeRange(datetime(2026, 11, 23, 10, tzinfo=ulaanbaatar), datetime(2026, 11, 23, 11, tzinfo=ulaanbaatar))
    assert range_ == TimeRange(datetime(2026, 11, 23, 2, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC))
    assert range_.start.tzinfo is UTC


def minute(number: int) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=number)


@examples(500)
@given(*[st.tuples(st.integers(0, 12), st.integers(1, 6))] * 2)
def test_ranges_overlap_if_and_only_if_they_have_a_minute_in_common(a: tuple[int, int], b: tuple[int, int]) -> None:
    first, second = (TimeRange(minute(start), minute(start + length)) for start, length in (a, b))
    in_common = set(range(a[0], sum(a))) & set(range(b[0], sum(b)))
    assert first.overlaps(second) == second.overlaps(first) == bool(in_common)


def test_ranges_that_touch_do_not_overlap() -> None:
    assert not TimeRange(minute(0), minute(1)).overlaps(TimeRange(minute(1), minute(2)))
