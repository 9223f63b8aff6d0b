"""A hundred questions find every bug at the edges where bugs live."""

import sys
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.unit.effort import NIGHTLY
from tests.unit.scheduling.planted import Wrong, function
from tests.unit.scheduling.planted_edges import EDGE_BUGS

from booking_domain.testing.edges import EDGES
from booking_domain.testing.properties import edges_are_right
from booking_domain.testing.strategies import Question, questions

EXAMPLES, RUNS = (100, 20) if NIGHTLY else (12, 1)


def drawn(number: int, many: int) -> list[Question]:
    """The questions that a run of Hypothesis with this seed draws."""
    found: list[Question] = []

    @seed(number)
    @settings(max_examples=many, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(questions())
    def collect(question: Question) -> None:
        found.append(question)

    collect()
    return found


def finds(asked: Iterable[Question], bug: Wrong) -> bool:
    """Whether the property refuses the bug for one of the questions; stops there."""
    for question in asked:
        try:
            edges_are_right(question, function(bug))
        except AssertionError:
            return True
    return False


@pytest.mark.no_cover
def test_bugs_at_edges_are_found_in_each_run() -> None:
    runs = [drawn(number, EXAMPLES) for number in range(RUNS)]
    missed = [(bug.__name__, number) for bug in EDGE_BUGS for number, run in enumerate(runs) if not finds(run, bug)]
    assert missed == []


def measured(many: int) -> Iterable[str]:
    """How often each bug changes slots: of the questions as they are drawn, and moved to the edges."""
    asked = drawn(1, many)
    yield f"{'bug':<42}{'as drawn':>10}{'at edges':>10}"
    for bug in EDGE_BUGS:
        by = function(bug)
        plain = sum(question.slots(by) != question.slots() for question in asked)
        moved = [any(each.slots(by) != each.slots() for each in (e(q) for e in EDGES.values())) for q in asked]
        yield f"{bug.__name__:<42}{plain / len(asked):>10.2%}{sum(moved) / len(asked):>10.2%}"


if __name__ == "__main__":  # `python -m tests.unit.scheduling.test_edges 1000`
    print(*measured(int(sys.argv[1])), sep="\n")  # noqa: T201
