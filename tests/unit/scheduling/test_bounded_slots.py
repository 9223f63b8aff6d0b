"""Parts of the offered slots: they agree with the whole, and no more slots are made than are asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from tests.unit.effort import examples
from tests.unit.scheduling.making import calendar, daily

from booking_domain.scheduling import Slot, SlotSettings, TimeRange, offered_slots, slots
from booking_domain.scheduling.slots import MAX_SLOTS, first_slots, last_slot, slots_in_order
from booking_domain.shared.time import ORIGIN
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ALWAYS_EVERY_MINUTE = calendar(
    "Asia/Ulaanbaatar",
    *daily("00:00-24:00"),
    settings=SlotSettings(step_minutes=1, duration_minutes=30, horizon_days=365),
)
SIXTY_TWO_DAYS = TimeRange(NOW, NOW + timedelta(days=62))


def whole(question: Question) -> tuple[Slot, ...]:
    return offered_slots(
        question.calendar,
        question.claims,
        window=question.window,
        now=question.now,
        duration_minutes=question.duration_minutes,
    )


def pages(question: Question) -> list[Slot]:
    """All slots, asked for as clients do."""
    window, found = question.window, list[Slot]()
    while True:
        page = first_slots(
            question.calendar,
            question.claims,
            window=window,
            now=question.now,
            duration_minutes=question.duration_minutes,
        )
        assert len(page.slots) <= slots.MAX_SLOTS
        found += page.slots
        if page.next_from is None:
            return found
        window = TimeRange(page.next_from, window.end)


@pytest.mark.parametrize("most", [7, 100])
@examples(60)
@given(question=questions())
def test_pages_together_have_every_slot_once(most: int, question: Question) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "MAX_SLOTS", most)
        assert pages(question) == list(whole(question))


@examples(200)
@given(question=questions())
def test_the_last_slot_is_the_last_of_all(question: Question) -> None:
    found = last_slot(
        question.calendar,
        question.claims,
        window=question.window,
        now=question.now,
        duration_minutes=question.duration_minutes,
    )
    assert found == (whole(question) or (None,))[-1]


def test_an_answer_has_at_most_five_thousand_slots() -> None:
    page = first_slots(ALWAYS_EVERY_MINUTE, (), window=SIXTY_TWO_DAYS, now=NOW)
    assert (len(page.slots), page.next_from) == (MAX_SLOTS, NOW + timedelta(minutes=MAX_SLOTS))


def test_an_ordinary_answer_is_whole() -> None:
    every_half_hour = calendar("UTC", *daily("00:00-24:00"), settings=SlotSettings(horizon_days=365))
    page = first_slots(every_half_hour, (), window=SIXTY_TWO_DAYS, now=NOW)
    assert (len(page.slots), page.next_from) == (62 * 48, None)


def test_slots_that_are_not_requested_are_not_computed() -> None:
    slots._slots_of.cache_clear()
    first = next(slots_in_order(ALWAYS_EVERY_MINUTE, (), window=SIXTY_TWO_DAYS, now=NOW))
    last = last_slot(ALWAYS_EVERY_MINUTE, (), window=SIXTY_TWO_DAYS, now=NOW)
    assert (first.start, last and last.start) == (NOW, SIXTY_TWO_DAYS.end - timedelta(minutes=1))
    made = slots._slots_of(30 * 60)
    assert len(made) < 10_000  # of 89,280
    assert ORIGIN + timedelta(seconds=min(made)) == NOW


def test_parts_are_of_the_length_that_is_asked_for() -> None:
    four_hours, five_days = 240, TimeRange(NOW, NOW + timedelta(days=5))
    by_day = calendar("UTC", *daily("10:00-15:00"), settings=SlotSettings(step_minutes=60))
    asked = offered_slots(by_day, (), window=five_days, now=NOW, duration_minutes=four_hours)
    assert len(asked) == 5 * 2
    assert first_slots(by_day, (), window=five_days, now=NOW, duration_minutes=four_hours).slots == asked
    assert last_slot(by_day, (), window=five_days, now=NOW, duration_minutes=four_hours) == asked[-1]
