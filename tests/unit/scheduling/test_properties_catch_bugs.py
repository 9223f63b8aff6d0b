"""Each property of the public harness catches bugs, and each of many planted bugs is caught."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.unit.scheduling.planted import BUGS, Wrong, function

from booking_domain.scheduling import Slot, offered_slots
from booking_domain.testing.properties import PROPERTIES, Property
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

uncounted = pytest.mark.no_cover  # its thousands of examples cost twice as much when lines are counted


@lru_cache(maxsize=1)
def asked() -> tuple[Question, ...]:
    """The same questions each time."""
    found: list[Question] = []

    @settings(
        max_examples=1_000,
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
    """Whether one of the properties catches one of the bugs, by the first question that shows it."""
    functions = [function(bug) for bug in bugs]
    for question, wrong, holds in product(asked(), functions, properties):
        try:
            holds(question, wrong)
        except AssertionError:
            return True
    return False


@uncounted
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_caught(bug: Wrong) -> None:
    assert caught([bug], PROPERTIES)


@uncounted
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_a_property_catches_a_bug(holds: Property) -> None:
    assert caught(BUGS, [holds])


def test_what_is_wrong_is_said_with_the_start_the_zone_and_the_local_time() -> None:
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
    assert rest == str(question).splitlines()
