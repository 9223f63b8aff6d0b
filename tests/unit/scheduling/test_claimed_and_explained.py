"""Claiming and explaining starts of a requested length, with busy times of external calendars."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.unit.scheduling.making import MONDAY, PROVIDER, booked, calendar, daily, rule

from booking_domain.scheduling import Anchoring, Claim, Reason, SlotSettings, TimeRange, explain
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.feeds import STALE_AFTER, Feed, FeedRule, WhenFeedFails
from booking_domain.scheduling.model import CLAIM_MARGIN, WEEKLY_CLAIM_MARGIN, claim_margin
from booking_domain.scheduling.placing import claimable
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import FeedId, UserId

SALON = calendar("Asia/Ulaanbaatar", rule(MONDAY, "09:00-13:00"))
INSTANT = timedelta(microseconds=1)


def schedule(*claims: Claim) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=PROVIDER, owner_id=UserId(UUID(int=9)), accepting=True, calendar=SALON, claims=claims
    )


def monday(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=SALON.zone)


NOW = monday(0)


def test_an_appointment_past_closing_is_not_offered_even_if_its_time_is_taken() -> None:
    claimable(schedule(), monday(10), now=NOW, duration_minutes=180)
    for claims in ((), (booked(monday(11)),), (booked(monday(8)),)):
        with pytest.raises(SlotNotOffered):
            claimable(schedule(*claims), monday(11), now=NOW, duration_minutes=180)


def test_an_appointment_whose_end_is_claimed_is_taken() -> None:
    later = booked(monday(12))
    claimable(schedule(later), monday(10), now=NOW, duration_minutes=120)
    with pytest.raises(SlotTaken):
        claimable(schedule(later), monday(10), now=NOW, duration_minutes=121)


def test_busy_times_cannot_be_claimed_nor_any_time_when_they_are_unknown() -> None:
    busy = TimeRange(monday(9), monday(10))
    feed = Feed(id=FeedId(UUID(int=1)), url="https://a.example/x.ics", busy=(busy,), read_at=NOW)
    known = replace(schedule(), feeds=(feed,), feed_rule=FeedRule(WhenFeedFails.CLOSED))
    claimable(known, monday(10), now=NOW + STALE_AFTER)
    for start, now in ((monday(9), NOW), (monday(10), NOW + STALE_AFTER + INSTANT)):
        with pytest.raises(SlotNotOffered):
            claimable(known, start, now=now)


def test_explaining_a_start_needs_an_instant() -> None:
    why = explain(SALON, (), monday(9), now=NOW)
    assert (why.start, why.start.tzinfo, why.offered) == (monday(9), UTC, True)
    with pytest.raises(InvalidValue) as refused:
        explain(SALON, (), monday(9).replace(tzinfo=None), now=NOW)
    assert refused.value.field_path == ("start",)


def test_the_nearest_slots_have_the_requested_length() -> None:
    why = explain(SALON, (), monday(12), now=NOW, duration_minutes=120)
    assert why.reasons == (Reason.CLOSED,)
    assert why.before is not None
    assert why.after is not None
    assert (why.before.start, why.before.end) == (monday(11), monday(13))
    week = timedelta(days=7)
    assert (why.after.start, why.after.end) == (monday(9) + week, monday(11) + week)


def test_a_diary_reaches_over_the_period_in_which_bookings_are_counted() -> None:
    assert claim_margin(SlotSettings()) == CLAIM_MARGIN == timedelta(days=3)
    assert claim_margin(SlotSettings(max_per_week=1)) == WEEKLY_CLAIM_MARGIN == timedelta(days=9)
    assert claim_margin(SlotSettings(max_per_week=1, max_per_month=1)) == timedelta(days=33)
    assert claim_margin(SlotSettings(max_per_month=1, max_per_year=1)) == timedelta(days=368)
    assert claim_margin(SlotSettings(duration_minutes=1_439)) == timedelta(days=3)
    of_a_day, limits = SlotSettings(duration_minutes=1_440), ("max_per_week", "max_per_month", "max_per_year")
    assert claim_margin(of_a_day) == timedelta(days=4)
    found = [claim_margin(replace(of_a_day, **{limit: 1})).days for limit in limits]  # type: ignore[arg-type]
    assert found == [10, 34, 369]


def test_notice_and_horizon_are_exact_reasons() -> None:
    strict = replace(SALON, settings=SlotSettings(min_notice_minutes=60, horizon_days=7))
    soonest, last_midnight = NOW + timedelta(hours=1), NOW + timedelta(days=8)
    for start, reason, given in (
        (soonest - INSTANT, Reason.NOTICE, True),
        (soonest, Reason.NOTICE, False),
        (last_midnight - timedelta(seconds=1), Reason.HORIZON, False),
        (last_midnight, Reason.HORIZON, True),
    ):
        assert (reason in explain(strict, (), start, now=NOW).reasons) == given, (start, reason)


def test_the_closing_time_is_closed_and_not_off_the_grid() -> None:
    every_50 = replace(SALON, settings=SlotSettings(step_minutes=50, duration_minutes=50))
    assert explain(every_50, (), monday(13), now=NOW).reasons == (Reason.CLOSED,)
    assert explain(every_50, (), monday(12, 59), now=NOW).reasons == (Reason.CLOSED, Reason.OFF_GRID)


def test_an_instant_after_a_slot_is_off_the_grid() -> None:
    for start in (monday(9), monday(10)):
        assert explain(SALON, (), start + INSTANT, now=NOW).reasons == (Reason.OFF_GRID,)


def test_a_slot_where_counting_restarts_is_on_the_grid() -> None:
    settings = SlotSettings(step_minutes=50, duration_minutes=50, anchoring=Anchoring.AFTER_CLAIM)
    always = calendar("Asia/Ulaanbaatar", *daily("00:00-24:00"), settings=settings)
    later = booked(monday(10, 7), 30)
    for start in (monday(0) + timedelta(days=1), monday(10, 37), monday(11, 27)):
        assert explain(always, (later,), start, now=NOW).offered, start


@pytest.mark.parametrize("days", [-1, 0, 1, 3, 7])
def test_a_provider_that_never_opens_has_no_nearest_slots(days: int) -> None:
    never = calendar("Asia/Ulaanbaatar", settings=SlotSettings(horizon_days=6))
    why = explain(never, (), NOW + timedelta(days=days), now=NOW)
    assert (why.before, why.after) == (None, None)
    assert Reason.CLOSED in why.reasons
