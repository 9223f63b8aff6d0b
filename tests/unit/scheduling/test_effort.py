"""The estimate of the work is no less than what there is to find, and grows with what a caller asks for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from tests.unit.effort import examples
from tests.unit.scheduling.making import calendar, daily, exception, rule

from booking_domain.scheduling import Calendar, Claim, SlotSettings, TimeRange, offered_slots
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.feeds import Feed
from booking_domain.scheduling.model import Block, OpeningHours
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.ids import FeedId, ProviderId, UserId
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CHEAP = 5_000


def of(calendar: Calendar, claims: Sequence[Claim] = ()) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=ProviderId(UUID(int=1)),
        owner_id=UserId(UUID(int=2)),
        accepting=True,
        calendar=calendar,
        claims=tuple(claims),
    )


def days(number: int) -> TimeRange:
    return TimeRange(NOW, NOW + timedelta(days=number))


@examples(300, nightly=50_000)
@given(question=questions(never_closing=True))
def test_no_window_has_more_slots_than_steps(question: Question) -> None:
    found = offered_slots(
        question.calendar,
        question.claims,
        window=question.window,
        now=question.now,
        duration_minutes=question.duration_minutes,
    )
    assert len(found) <= steps_of(of(question.calendar, question.claims), question.window)


def test_what_pages_ask_for_is_cheap() -> None:
    usual = of(calendar("Asia/Ulaanbaatar", *daily("10:00-13:00"), *daily("14:00-19:00")))
    always = of(calendar("Asia/Ulaanbaatar", *daily("00:00-24:00")))
    for schedule in (usual, always):
        assert steps_of(schedule, days(62)) < CHEAP
    assert steps_to_first(usual, days(365)) < CHEAP


def test_fine_steps_and_large_calendars_are_dear() -> None:
    fine = calendar("Asia/Ulaanbaatar", *daily("00:00-24:00"), settings=SlotSettings(step_minutes=1))
    usual = calendar("Asia/Ulaanbaatar", *daily("10:00-19:00"))
    taken = usual.claim(TimeRange(NOW, NOW + timedelta(hours=1)))
    assert steps_of(of(fine), days(62)) > CHEAP
    assert steps_of(of(replace(usual, rules=daily("10:00-19:00") * 100)), days(62)) > CHEAP
    assert steps_of(of(usual, [taken] * CHEAP), days(1)) > CHEAP


def test_the_first_slot_of_a_provider_who_never_closes_is_searched_in_the_whole_window() -> None:
    always = of(calendar("Asia/Ulaanbaatar", *daily("00:00-24:00")))
    assert steps_to_first(always, days(365)) == steps_of(always, days(365)) > CHEAP


def test_steps_are_those_that_are_counted_by_hand() -> None:
    """A window of seven days may meet a weekday twice, one of four and a half days once."""
    hour = TimeRange(NOW, NOW + timedelta(hours=1))
    salon = OpeningHours(
        time_zone="UTC", rules=daily("09:00-12:00")[:3], exceptions=(exception(NOW.date(), "10:00-11:00"),)
    )
    usual = Calendar(
        time_zone="UTC",
        rules=(rule(1, "10:00-12:00"), rule(2, "10:00-13:00")),
        exceptions=(
            exception(NOW.date(), "10:00-11:00", "12:00-14:00"),
            exception(NOW.date() + timedelta(days=1)),
        ),
        settings=SlotSettings(step_minutes=7),
        blocks=(Block(range=hour),),
        busy=(hour, hour),
        salon=salon,
    )
    feed = Feed(id=FeedId(UUID(int=3)), url="https://calendar.example.com/", busy=(hour, hour, hour))
    schedule = replace(of(usual, [usual.claim(hour)]), feeds=(feed,))
    by_claims = 1 + 2 * (1 + 1 + 2 + 3)
    by_exceptions = (1 + 2) + 1 + (1 + 1)
    assert steps_of(schedule, days(7)) == (2 * 5 + 3) * 60 // 7 + 2 * 2 + 2 * 3 + by_exceptions + by_claims
    shorter = TimeRange(NOW, NOW + timedelta(days=4.5))
    assert steps_of(schedule, shorter) == (5 + 3) * 60 // 7 + 2 + 3 + by_exceptions + by_claims
    year = 53 * (2 + 3) + by_exceptions + by_claims
    assert steps_to_first(schedule, days(365)) == (17 * 5 + 3) * 60 // 7 + year
    limited = replace(usual, settings=SlotSettings(step_minutes=7, max_per_day=3))
    assert steps_to_first(replace(schedule, calendar=limited), days(365)) == (53 * 5 + 3) * 60 // 7 + year
    assert steps_of(of(replace(usual, salon=None)), days(1)) == (5 + 3) * 60 // 7 + 2 + (1 + 2) + 1 + 1 + 2 * (1 + 2)
