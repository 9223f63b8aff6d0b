"""The estimate of the work is no less than what there is to find, and grows with what a caller asks for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from tests.unit.effort import examples
from tests.unit.scheduling.making import calendar, daily

from booking_domain.scheduling import Calendar, Claim, SlotSettings, TimeRange, offered_slots
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.ids import ProviderId, UserId
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
