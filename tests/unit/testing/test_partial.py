"""Implementations that lack some rules are asked and held to the others only; reports can be run."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from tests.unit.effort import examples

from booking_domain.scheduling import Anchoring, Calendar, Claim, Slot, TimeRange, offered_slots
from booking_domain.testing.code import IMPORTS, code
from booking_domain.testing.partial import Lacks, edges_for, fits, name_of, properties_for
from booking_domain.testing.properties import PROPERTIES, edges_are_right
from booking_domain.testing.question import Question, SlotFunction
from booking_domain.testing.strategies import calendars, questions
from booking_domain.testing.strategies.calendars import fitted

SWITCHES: Final[dict[str, Lacks]] = {
    "nights": {"nights": False},
    "overlaps": {"overlaps": False},
    "claim_buffers": {"claim_buffers": False},
    "nights_and_overlaps": {"nights": False, "overlaps": False},
    "plain": Lacks(
        nights=False,
        overlaps=False,
        claim_buffers=False,
        anchoring=Anchoring.OPEN_RANGE,
        buffers=False,
        limits=False,
        exceptions=False,
        validity=False,
        blocks=False,
        busy=False,
        salons=False,
        service_hours=False,
        pauses=False,
        capacity=False,
        resources=False,
        whole_days=False,
        venues=False,
        clock_changes=False,
    ),
}


def without_nights(calendar: Calendar, claims: Iterable[Claim], **asked: Any) -> tuple[Slot, ...]:
    return offered_slots(fitted(calendar, nights=False, overlaps=True), claims, **asked)


def without_merging(calendar: Calendar, claims: Iterable[Claim], **asked: Any) -> tuple[Slot, ...]:
    return offered_slots(fitted(calendar, nights=True, overlaps=False), claims, **asked)


def without_buffers_of_claims(calendar: Calendar, claims: Iterable[Claim], **asked: Any) -> tuple[Slot, ...]:
    return offered_slots(calendar, [replace(claim, blocked=claim.span) for claim in claims], **asked)


PARTIAL: Final[dict[str, SlotFunction]] = {
    "nights": without_nights,
    "overlaps": without_merging,
    "claim_buffers": without_buffers_of_claims,
}


@pytest.mark.parametrize("lacks", SWITCHES.values(), ids=SWITCHES)
def test_questions_and_edges_have_nothing_that_is_lacking(lacks: Lacks) -> None:
    edges = edges_for(**lacks)

    @examples(100)
    @given(question=questions(**lacks))
    def all_fit(question: Question) -> None:
        assert fits(question, **lacks)
        assert all(fits(edge(question), **lacks) for edge in edges)

    all_fit()


@pytest.mark.parametrize("lacking", PARTIAL)
def test_a_partial_implementation_has_its_properties(lacking: str) -> None:
    lacks, mine = SWITCHES[lacking], PARTIAL[lacking]
    held = properties_for(explain=False, **lacks)

    @settings(examples(50), phases=[Phase.generate])
    @given(question=questions(**lacks))
    def holds(question: Question) -> None:
        for each in held:
            each(question, mine)

    holds()
    assert {*map(name_of, held)} == {each.__name__ for each in PROPERTIES} - {"explanations_are_true"}


@pytest.mark.parametrize("lacking", PARTIAL)
def test_what_is_lacking_is_found_without_the_switch(lacking: str) -> None:
    @settings(examples(100), phases=[Phase.generate])
    @given(question=questions())
    def holds(question: Question) -> None:
        edges_are_right(question, PARTIAL[lacking])

    with pytest.raises(AssertionError):
        holds()


def test_what_cannot_hold_is_left_out() -> None:
    names = {*map(name_of, properties_for(**SWITCHES["plain"]))}
    assert {each.__name__ for each in PROPERTIES} - names == {
        "notice_and_horizon_are_exact",
        "steps_restart_after_claims",
    }


@examples(100)
@given(calendar=calendars(nights=False, overlaps=False))
def test_calendars_have_the_switches(calendar: Calendar) -> None:
    assert calendar == fitted(calendar, nights=False, overlaps=False)


@examples(200)
@given(question=questions(never_closing=True))
def test_the_code_of_a_question_makes_it_again(question: Question) -> None:
    assert run(f"{IMPORTS}question = {code(question)}") == question


def run(program: str) -> Question:
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - what the report of a failing test says
    found: Question = names["question"]
    return found


def one_less(calendar: Calendar, claims: Iterable[Claim], **asked: Any) -> tuple[Slot, ...]:
    return offered_slots(calendar, claims, **asked)[1:]


def one_more(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> tuple[Slot, ...]:
    slots = offered_slots(calendar, claims, window=window, now=now, duration_minutes=duration_minutes)
    more = Slot(window.start, window.start + (slots[0].end - slots[0].start)) if slots else None
    return slots if more is None or more == slots[0] else (more, *slots)


@pytest.mark.parametrize(
    ("wrong", "said"), [(one_less, "a slot is missing"), (one_more, "a slot is offered, and not allowed")]
)
def test_a_report_is_the_right_way_round_and_can_be_run(wrong: SlotFunction, said: str) -> None:
    [cut] = (each for each in PROPERTIES if each.__name__ == "opening_hours_are_cut_into_slots")

    @settings(examples(200), phases=[Phase.generate])
    @given(question=questions())
    def holds(question: Question) -> None:
        cut(question, wrong)

    with pytest.raises(AssertionError) as failure:
        holds()
    report = str(failure.value)
    assert said in report
    question = run(report.split("\n\n")[1])
    with pytest.raises(AssertionError, match=said):
        cut(question, wrong)
