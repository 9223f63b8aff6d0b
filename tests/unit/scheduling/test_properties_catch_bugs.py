"""Every property of the public harness catches a bug, and every planted bug is caught by a property."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.unit.effort import sampled
from tests.unit.scheduling.planted import BUGS, Wrong, function

from booking_domain.scheduling import Slot, offered_slots
from booking_domain.testing.properties import PROPERTIES, Property
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

QUESTIONS: Final = 1_000
"""Hypothesis also draws constants of the imported modules, so the position of the first revealing question varies."""

CATCHES: Final = {
    "forgets_the_notice": "notice_and_horizon_are_exact",
    "is_a_minute_early_with_the_notice": "notice_and_horizon_are_exact",
    "counts_the_day_in_utc": "slots_respect_the_calendar",
    "ignores_the_salon": "slots_respect_the_calendar",
    "reads_the_salons_hours_in_the_providers_zone": "slots_respect_the_calendar",
    "ignores_its_buffer_before": "slots_keep_their_distance",
    "ignores_its_buffer_after": "slots_keep_their_distance",
    "swaps_the_buffers": "explanations_are_true",
    "ignores_the_neighbours_buffers": "slots_keep_their_distance",
    "ignores_busy_times": "slots_keep_their_distance",
    "takes_holds_for_nothing": "slots_keep_their_distance",
    "thinks_that_claims_come_in_order": "explanations_are_true",
    "stops_at_the_first_lapsed_claim": "order_does_not_matter",
    "takes_lapsed_holds_for_busy": "lapsed_holds_never_matter",
    "keeps_a_hold_that_lapses_now": "lapsed_holds_never_matter",
    "checks_only_the_start_against_claims": "slots_respect_the_calendar",
    "skips_weeks_by_the_number_of_the_week": "whole_weeks_move_slots_along",
    "offers_more_once_somebody_came": "busy_time_never_adds_a_slot",
}
"""The property that catches a well-hidden bug first: tried before the others, which saves most of the time."""

uncounted = pytest.mark.no_cover  # tracing doubles the time of thousands of examples


@lru_cache(maxsize=1)
def asked() -> tuple[Question, ...]:
    """Generated questions, the same in every run."""
    found: list[Question] = []

    @settings(
        max_examples=QUESTIONS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(questions(never_closing=True))
    def collect(question: Question) -> None:
        found.append(question)

    collect()
    return tuple(found)


def caught(bugs: Sequence[Wrong], properties: Sequence[Property]) -> bool:
    """Whether one of the properties catches one of the bugs; stop at the first question that shows it."""
    functions = [function(bug) for bug in bugs]
    for question, wrong, holds in product(asked(), functions, properties):
        try:
            holds(question, wrong)
        except AssertionError:
            return True
    return False


@uncounted
@pytest.mark.parametrize("bug", sampled(BUGS, every=8), ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_caught(bug: Wrong) -> None:
    likely = [holds for holds in PROPERTIES if holds.__name__ == CATCHES.get(bug.__name__)]
    assert caught([bug], likely) or caught([bug], PROPERTIES)


@uncounted
@pytest.mark.parametrize("holds", sampled(PROPERTIES, every=8), ids=lambda holds: holds.__name__)
def test_a_property_catches_a_bug(holds: Property) -> None:
    likely = [bug for bug in BUGS if CATCHES.get(bug.__name__) == holds.__name__]
    assert caught(likely, [holds]) or caught(BUGS, [holds])


def test_a_failure_names_the_start_the_zone_and_the_local_time() -> None:
    def is_late(question: Question) -> list[Slot]:
        return [Slot(slot.start, slot.end + (slot.end - slot.start)) for slot in question.slots(offered_slots)]

    holds = PROPERTIES[0]
    question = next(each for each in asked() if each.offered())
    with pytest.raises(AssertionError) as raised:
        holds(question, function(is_late))
    first, where, *rest = str(raised.value).splitlines()
    start = question.offered()[0]
    assert first == f"A slot ends after {2 * question.length}"
    assert where == f"start {question.local(start)} in {question.calendar.time_zone}"
    shown = str(question).splitlines()
    assert rest[: len(shown)] == shown
