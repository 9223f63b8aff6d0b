from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.unit.scheduling.making import (
    MONDAY,
    TUESDAY,
    booked,
    calendar,
    daily,
    exception,
    held,
    rule,
    shown,
)

from booking_domain.scheduling import SlotSettings, TimeRange, is_offered, offered_slots
from booking_domain.shared.errors import InvalidValue

UB = "Asia/Ulaanbaatar"
MONDAY_23 = date(2026, 11, 23)
TUESDAY_24 = date(2026, 11, 24)


def on_monday(hour: int, minute: int = 0) -> datetime:
    """A local time on the Monday of these tests, in Ulaanbaatar."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=calendar(UB).zone)


def times(slots: list[str]) -> list[str]:
    return [slot[4:9] for slot in slots]


def with_settings(step: int = 60, duration: int = 60, **others: Any) -> SlotSettings:
    return SlotSettings(step_minutes=step, duration_minutes=duration, **others)


def test_slots_are_counted_from_the_opening_and_end_before_the_closing() -> None:
    salon = calendar(UB, rule(MONDAY, "09:10-11:30"), settings=with_settings(step=40, duration=60))
    assert times(shown(salon, MONDAY_23)) == ["09:10", "09:50", "10:30"]


def test_a_range_that_is_shorter_than_the_appointment_offers_nothing() -> None:
    assert shown(calendar(UB, rule(MONDAY, "09:00-09:59")), MONDAY_23) == []


def test_a_day_without_a_rule_offers_nothing() -> None:
    assert shown(calendar(UB, rule(TUESDAY, "09:00-12:00")), MONDAY_23) == []


def test_sunday_is_day_0() -> None:
    assert shown(calendar(UB, rule(0, "09:00-10:00")), date(2026, 11, 22)) == ["Sun 09:00 +0800"]


def test_ranges_that_touch_or_overlap_are_one() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-10:00"), rule(MONDAY, "10:00-11:00"), rule(MONDAY, "10:30-11:30"))
    assert times(shown(salon, MONDAY_23)) == ["09:00", "10:00"]
    assert times(shown(calendar(UB, *salon.rules, settings=with_settings(30, 90)), MONDAY_23)) == [
        "09:00",
        "09:30",
        "10:00",
    ]


def test_a_range_inside_another_changes_nothing() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-12:00"), rule(MONDAY, "10:15-10:45"))
    assert times(shown(salon, MONDAY_23)) == ["09:00", "10:00", "11:00"]


def test_the_requested_length_replaces_the_default() -> None:
    window = TimeRange(on_monday(0), on_monday(23))
    slots = offered_slots(
        calendar(UB, rule(MONDAY, "09:00-12:00")), (), window=window, now=window.start, duration_minutes=120
    )
    assert [(slot.start, slot.end) for slot in slots] == [
        (on_monday(9), on_monday(11)),
        (on_monday(10), on_monday(12)),
    ]


def test_hours_past_midnight_are_one_range() -> None:
    bar = calendar(UB, rule(MONDAY, "22:00-02:00"))
    assert shown(bar, MONDAY_23, TUESDAY_24) == [
        "Mon 22:00 +0800",
        "Mon 23:00 +0800",
        "Tue 00:00 +0800",
        "Tue 01:00 +0800",
    ]
    assert shown(bar, TUESDAY_24) == ["Tue 00:00 +0800", "Tue 01:00 +0800"]


def test_hours_that_end_when_they_start_last_a_day() -> None:
    assert len(shown(calendar(UB, rule(MONDAY, "08:00-08:00")), MONDAY_23, TUESDAY_24)) == 24


def test_an_evening_until_24_00_and_the_morning_after_are_one_range() -> None:
    salon = calendar(UB, rule(MONDAY, "22:30-24:00"), rule(TUESDAY, "00:00-01:30"))
    assert shown(salon, MONDAY_23, TUESDAY_24) == ["Mon 22:30 +0800", "Mon 23:30 +0800", "Tue 00:30 +0800"]


def test_a_slot_over_midnight_is_offered_when_asked_for_alone() -> None:
    salon = calendar(UB, rule(MONDAY, "22:30-24:00"), rule(TUESDAY, "00:00-01:30"))
    assert is_offered(salon, (), on_monday(23, 30), now=on_monday(0))


def test_a_window_ending_in_the_evening_has_slots_that_end_after_midnight() -> None:
    salon = calendar(UB, *daily("00:00-24:00"))
    window = TimeRange(on_monday(22), on_monday(23, 30))
    slots = offered_slots(salon, (), window=window, now=window.start, duration_minutes=240)
    assert [slot.start for slot in slots] == [on_monday(22), on_monday(23)]


def test_slots_count_from_an_opening_days_ago() -> None:
    opened = date(2026, 11, 20)
    always = tuple(rule(day, "00:00-24:00", valid_from=opened) for day in range(7))
    salon = calendar(UB, *always, settings=with_settings(step=50, duration=50))
    since = datetime(2026, 11, 20, tzinfo=salon.zone)
    first = times(shown(salon, MONDAY_23, now=on_monday(0)))[0]
    steps = -(-(on_monday(0) - since) // timedelta(minutes=50))
    assert first == (since + steps * timedelta(minutes=50)).strftime("%H:%M")


def test_a_provider_that_never_closes_has_slots_on_the_hour() -> None:
    salon = calendar(UB, *daily("00:00-24:00"))
    assert times(shown(salon, MONDAY_23)) == [f"{hour:02d}:00" for hour in range(24)]


def test_an_exception_closes_its_date() -> None:
    salon = calendar(UB, *daily("09:00-10:00"), exceptions=(exception(MONDAY_23),))
    assert shown(salon, MONDAY_23, TUESDAY_24) == ["Tue 09:00 +0800"]


def test_an_exception_replaces_the_hours() -> None:
    salon = calendar(UB, *daily("09:00-10:00"), exceptions=(exception(MONDAY_23, "13:00-14:00", "20:00-21:00"),))
    assert times(shown(salon, MONDAY_23)) == ["13:00", "20:00"]


def test_hours_of_the_evening_before_run_into_an_exception() -> None:
    bar = calendar(UB, *daily("22:00-02:00"), exceptions=(exception(TUESDAY_24),))
    assert shown(bar, TUESDAY_24) == ["Tue 00:00 +0800", "Tue 01:00 +0800"]


def test_an_exception_past_midnight_runs_into_the_next_date() -> None:
    salon = calendar(UB, exceptions=(exception(MONDAY_23, "23:00-01:00"),))
    assert shown(salon, MONDAY_23, TUESDAY_24) == ["Mon 23:00 +0800", "Tue 00:00 +0800"]


def test_a_rule_opens_only_on_the_dates_of_its_validity_both_included() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-10:00", valid_from=date(2026, 11, 9), valid_until=MONDAY_23))
    opened = [day for day in (2, 9, 16, 23, 30) if shown(salon, date(2026, 11, day))]
    assert opened == [9, 16, 23]


def test_every_other_week_counts_from_the_first_weekday_of_the_validity() -> None:
    wednesday = date(2026, 11, 4)
    salon = calendar(UB, rule(MONDAY, "09:00-10:00", valid_from=wednesday, every_weeks=2))
    opened = [day for day in (2, 9, 16, 23, 30) if shown(salon, date(2026, 11, day))]
    assert opened == [9, 23]


def test_buffers_keep_a_distance_to_other_claims() -> None:
    settings = with_settings(step=15, duration=30, buffer_before_minutes=15, buffer_after_minutes=30)
    salon = calendar(UB, rule(MONDAY, "09:00-13:00"), settings=settings)
    other = booked(on_monday(10, 30), 30)
    assert times(shown(salon, MONDAY_23, None, other)) == [
        "09:00",
        "09:15",
        "09:30",  # until 10:00, and half an hour after it
        "11:15",  # a quarter of an hour after 11:00
        "11:30",
        "11:45",
        "12:00",
        "12:15",
        "12:30",
    ]


def test_the_buffers_of_the_other_claim_count_as_they_were_when_it_was_made() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-13:00"))
    assert times(shown(salon, MONDAY_23, None, booked(on_monday(11), before=1))) == ["09:00", "12:00"]
    assert times(shown(salon, MONDAY_23, None, booked(on_monday(11), after=1))) == ["09:00", "10:00"]
    assert times(shown(salon, MONDAY_23, None, booked(on_monday(11)))) == ["09:00", "10:00", "12:00"]


def test_buffers_may_reach_outside_of_open_hours() -> None:
    settings = with_settings(buffer_before_minutes=45, buffer_after_minutes=45)
    assert times(shown(calendar(UB, rule(MONDAY, "09:00-10:00"), settings=settings), MONDAY_23)) == ["09:00"]


def test_a_long_claim_blocks_although_shorter_ones_began_later() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-13:00"))
    claims = (booked(on_monday(8), 60 * 4), booked(on_monday(9), 5))
    assert times(shown(salon, MONDAY_23, None, *claims)) == ["12:00"]


def test_a_hold_blocks_until_it_expires() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-10:00"))
    hold = held(on_monday(9), until=on_monday(8))
    just_before = on_monday(8) - timedelta(microseconds=1)
    assert shown(salon, MONDAY_23, None, hold, now=just_before) == []
    assert times(shown(salon, MONDAY_23, None, hold, now=on_monday(8))) == ["09:00"]


def test_notice_is_exact_to_the_microsecond() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-11:00"), settings=with_settings(min_notice_minutes=120))
    assert times(shown(salon, MONDAY_23, now=on_monday(7))) == ["09:00", "10:00"]
    assert times(shown(salon, MONDAY_23, now=on_monday(7) + timedelta(microseconds=1))) == ["10:00"]


def test_without_notice_a_slot_can_be_booked_until_it_starts() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-10:00"))
    assert is_offered(salon, (), on_monday(9), now=on_monday(9))
    assert not is_offered(salon, (), on_monday(9), now=on_monday(9, 1))


def test_the_horizon_counts_days_from_the_providers_date() -> None:
    salon = calendar(UB, *daily("00:00-24:00"), settings=with_settings(horizon_days=1))
    late_on_sunday = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # 23:59 in Ulaanbaatar
    assert shown(salon, MONDAY_23, TUESDAY_24, now=late_on_sunday)[-1] == "Mon 23:00 +0800"
    assert shown(salon, MONDAY_23, TUESDAY_24, now=late_on_sunday + timedelta(minutes=1))[-1] == "Tue 23:00 +0800"


def test_a_day_is_full_at_the_maximum_number_of_starts() -> None:
    salon = calendar(UB, *daily("09:00-12:00"), settings=with_settings(max_per_day=1))
    other = booked(on_monday(20))
    assert shown(salon, MONDAY_23, TUESDAY_24, other)[0] == "Tue 09:00 +0800"
    two = calendar(UB, *daily("09:00-12:00"), settings=with_settings(max_per_day=2))
    assert len(shown(two, MONDAY_23, None, other)) == 3


def test_the_daily_maximum_counts_starts_by_the_providers_date() -> None:
    salon = calendar(UB, *daily("00:00-24:00"), settings=with_settings(max_per_day=1))
    over_midnight = booked(on_monday(23, 30))
    assert {slot[:3] for slot in shown(salon, MONDAY_23, TUESDAY_24, over_midnight)} == {"Tue"}


def test_an_expired_hold_does_not_fill_the_day() -> None:
    salon = calendar(UB, *daily("09:00-10:00"), settings=with_settings(max_per_day=1))
    assert shown(salon, MONDAY_23, None, held(on_monday(20), until=on_monday(8)), now=on_monday(8))


def test_the_window_includes_its_start_and_excludes_its_end() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-12:00"))
    window = TimeRange(on_monday(9), on_monday(11))
    assert [slot.start.hour for slot in offered_slots(salon, (), window=window, now=window.start)] == [1, 2]


def test_a_window_that_lies_in_the_past_is_empty() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-12:00"))
    assert offered_slots(salon, (), window=TimeRange(on_monday(9), on_monday(11)), now=on_monday(11)) == ()


def test_a_start_off_the_grid_is_not_offered() -> None:
    salon = calendar(UB, rule(MONDAY, "09:00-12:00"))
    asked = {minutes: is_offered(salon, (), on_monday(9, minutes), now=on_monday(0)) for minutes in (0, 1, 30, 59)}
    assert asked == {0: True, 1: False, 30: False, 59: False}
    assert not is_offered(salon, (), on_monday(9) + timedelta(microseconds=1), now=on_monday(0))
    assert not is_offered(salon, (), on_monday(9) + timedelta(seconds=1), now=on_monday(0))


def test_a_start_without_an_offset_is_refused() -> None:
    with pytest.raises(InvalidValue):
        is_offered(calendar(UB), (), datetime(2026, 11, 23, 9), now=on_monday(0))  # noqa: DTZ001
