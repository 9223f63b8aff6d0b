"""Real clock changes, interpreted by RFC 5545 §3.3.5."""

from datetime import UTC, date, datetime

from tests.unit.scheduling.making import (
    FRIDAY,
    HOURLY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    calendar,
    daily,
    rule,
    shown,
)

from booking_domain.scheduling import SlotSettings, TimeRange, offered_slots

HALF_HOURLY = SlotSettings(step_minutes=30, duration_minutes=30)


def test_six_local_hours_last_seven_on_the_autumn_change_in_new_york() -> None:
    assert shown(calendar("America/New_York", rule(SUNDAY, "00:00-06:00")), date(2026, 11, 1)) == [
        "Sun 00:00 -0400",
        "Sun 01:00 -0400",
        "Sun 01:00 -0500",
        "Sun 02:00 -0500",
        "Sun 03:00 -0500",
        "Sun 04:00 -0500",
        "Sun 05:00 -0500",
    ]


def test_skipped_hours_offer_nothing() -> None:
    assert shown(calendar("America/New_York", rule(SUNDAY, "02:00-03:00")), date(2026, 3, 8)) == []
    assert shown(calendar("America/New_York", rule(SUNDAY, "02:30-03:30")), date(2026, 3, 8)) == []


def test_three_local_hours_last_two_on_the_spring_change_in_new_york() -> None:
    assert shown(calendar("America/New_York", rule(SUNDAY, "01:00-04:00")), date(2026, 3, 8)) == [
        "Sun 01:00 -0500",
        "Sun 03:00 -0400",
    ]


def test_a_skipped_start_is_read_with_the_old_offset() -> None:
    assert shown(calendar("Europe/Berlin", rule(SUNDAY, "02:30-05:30")), date(2026, 3, 29)) == [
        "Sun 03:30 +0200",
        "Sun 04:30 +0200",
    ]


def test_a_repeated_time_means_its_first_occurrence() -> None:
    berlin = calendar("Europe/Berlin", rule(SUNDAY, "02:00-02:30"), settings=HALF_HOURLY)
    assert shown(berlin, date(2026, 10, 25)) == ["Sun 02:00 +0200"]
    assert shown(calendar("Europe/Berlin", rule(SUNDAY, "02:00-03:00")), date(2026, 10, 25)) == [
        "Sun 02:00 +0200",
        "Sun 02:00 +0100",
    ]


def test_lord_howe_changes_its_clocks_by_half_an_hour() -> None:
    lord_howe = calendar("Australia/Lord_Howe", rule(SUNDAY, "01:00-03:00"), settings=HALF_HOURLY)
    assert shown(lord_howe, date(2026, 4, 5)) == [
        "Sun 01:00 +1100",
        "Sun 01:30 +1100",
        "Sun 01:30 +1030",
        "Sun 02:00 +1030",
        "Sun 02:30 +1030",
    ]
    assert shown(lord_howe, date(2026, 10, 4)) == ["Sun 01:00 +1030", "Sun 01:30 +1030", "Sun 02:30 +1100"]


def test_ulaanbaatar_had_summer_time_in_2016() -> None:
    salon = calendar("Asia/Ulaanbaatar", *daily("10:00-12:00"))
    assert shown(salon, date(2016, 3, 25), date(2016, 3, 26)) == [
        "Fri 10:00 +0800",
        "Fri 11:00 +0800",
        "Sat 10:00 +0900",
        "Sat 11:00 +0900",
    ]
    assert len(shown(calendar("Asia/Ulaanbaatar", rule(SATURDAY, "00:00-06:00")), date(2016, 3, 26))) == 5


def test_the_offset_of_kathmandu_is_not_a_whole_hour() -> None:
    kathmandu = calendar("Asia/Kathmandu", rule(SUNDAY, "10:00-11:00"))
    day = TimeRange(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    assert [slot.start for slot in offered_slots(kathmandu, (), window=day, now=day.start)] == [
        datetime(2026, 11, 22, 4, 15, tzinfo=UTC)
    ]


def test_a_day_that_opens_at_a_skipped_midnight_opens_at_one() -> None:
    for zone, day in (
        ("Africa/Cairo", date(2026, 4, 24)),
        ("Asia/Beirut", date(2026, 3, 29)),
        ("America/Sao_Paulo", date(2018, 11, 4)),
    ):
        weekday = day.isoweekday() % 7
        opened = shown(calendar(zone, rule(weekday, "00:00-03:00")), day)
        assert [slot[4:9] for slot in opened] == ["01:00", "02:00"], zone


def test_an_evening_until_a_skipped_midnight_joins_the_morning() -> None:
    cairo = calendar("Africa/Cairo", rule(THURSDAY, "22:30-24:00"), rule(FRIDAY, "00:00-02:30"))
    assert shown(cairo, date(2026, 4, 23), date(2026, 4, 24)) == [
        "Thu 22:30 +0200",
        "Thu 23:30 +0200",  # and at 24:00 the clock shows 01:00
        "Fri 01:30 +0300",
    ]


def test_an_evening_until_a_repeated_midnight_is_an_hour_longer() -> None:
    assert shown(calendar("Africa/Cairo", rule(THURSDAY, "22:00-24:00")), date(2026, 10, 29)) == [
        "Thu 22:00 +0300",
        "Thu 23:00 +0300",
        "Thu 23:00 +0200",
    ]


def test_easter_island_changes_its_clocks_in_the_evening() -> None:
    evening, late = rule(SATURDAY, "20:00-23:30"), rule(SATURDAY, "23:00-23:59")
    easter = calendar("Pacific/Easter", evening)
    assert shown(easter, date(2026, 9, 5)) == ["Sat 20:00 -0600", "Sat 21:00 -0600"]
    assert shown(easter, date(2026, 4, 4)) == [
        "Sat 20:00 -0500",
        "Sat 21:00 -0500",
        "Sat 21:00 -0600",
        "Sat 22:00 -0600",
    ]
    half_hourly = calendar("Pacific/Easter", late, settings=HALF_HOURLY)
    assert shown(half_hourly, date(2026, 9, 5)) == ["Sat 23:00 -0500"]


def test_the_horizon_ends_with_the_local_date_at_a_skipped_midnight() -> None:
    cairo = calendar(
        "Africa/Cairo",
        *daily("00:00-24:00"),
        settings=SlotSettings(step_minutes=60, duration_minutes=60, horizon_days=0),
    )
    now = datetime(2026, 4, 23, 20, 30, tzinfo=cairo.zone)
    assert shown(cairo, date(2026, 4, 23), date(2026, 4, 24), now=now) == [
        "Thu 21:00 +0200",
        "Thu 22:00 +0200",
        "Thu 23:00 +0200",
    ]


def test_a_night_in_apia_continues_over_the_skipped_date() -> None:
    apia = calendar("Pacific/Apia", rule(THURSDAY, "22:00-02:00"))
    night = ["Thu 22:00 -1000", "Thu 23:00 -1000", "Sat 00:00 +1400", "Sat 01:00 +1400"]
    assert shown(apia, date(2011, 12, 29), date(2011, 12, 31)) == night
    assert shown(apia, date(2011, 12, 31)) == night[2:]


def test_a_date_that_begins_twice_is_found_from_both_sides() -> None:
    st_johns = calendar("America/St_Johns", rule(SUNDAY, "00:00-01:00"), settings=HALF_HOURLY)
    window = TimeRange(datetime(2006, 10, 29, 2, 0, tzinfo=UTC), datetime(2006, 10, 29, 2, 45, tzinfo=UTC))
    slots = offered_slots(st_johns, (), window=window, now=window.start)
    # 00:00 is 02:30 UTC; at 00:01 it is 23:01 of Saturday again, and so it is still at the end of this window.
    assert [slot.start.astimezone(st_johns.zone).strftime("%a %H:%M") for slot in slots] == ["Sun 00:00"]


def test_the_29th_of_february_is_an_ordinary_day() -> None:
    tuesdays = rule(2, "10:00-11:00", valid_from=date(2028, 2, 15), every_weeks=2)
    salon = calendar("Asia/Ulaanbaatar", tuesdays, settings=HOURLY)
    assert shown(salon, date(2028, 2, 15), date(2028, 3, 15), now=datetime(2028, 2, 14, tzinfo=UTC)) == [
        "Tue 10:00 +0800",  # the 15th
        "Tue 10:00 +0800",  # the 29th
        "Tue 10:00 +0800",  # the 14th of March
    ]
