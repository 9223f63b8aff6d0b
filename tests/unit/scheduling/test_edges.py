"""A hundred questions find every bug at the edges where bugs live, and so do three vectors.

`python -m tests.unit.scheduling.test_edges` counts it anew for docs/develop/mutants.md.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.unit.effort import NIGHTLY, sampled
from tests.unit.scheduling.planted import Wrong, function
from tests.unit.scheduling.planted_days_and_venues import DAY_AND_VENUE_BUGS
from tests.unit.scheduling.planted_edges import EDGE_BUGS
from tests.unit.scheduling.planted_sharing import SHARING_BUGS, shares_its_time_with_other_classes
from tests.unit.scheduling.planted_variants import VARIANTS

from booking_domain.testing.conformance import check_slots, load_slot_cases
from booking_domain.testing.edges import EDGES
from booking_domain.testing.properties import edges_are_right
from booking_domain.testing.strategies import Question, questions

ALL_BUGS: Final = (*EDGE_BUGS, *SHARING_BUGS, *DAY_AND_VENUE_BUGS, *VARIANTS)
WITH_VECTORS: Final = tuple(bug for bug in ALL_BUGS if bug is not shares_its_time_with_other_classes)
"""Vectors name no classes."""
EXAMPLES, RUNS = (100, 20) if NIGHTLY else (12, 1)


@lru_cache(maxsize=60)
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
@pytest.mark.parametrize("bug", sampled(ALL_BUGS, every=8), ids=lambda bug: bug.__name__)
def test_a_bug_at_an_edge_is_found_in_each_run(bug: Wrong) -> None:
    assert [number for number in range(RUNS) if not finds(drawn(number, EXAMPLES), bug)] == []


@pytest.mark.no_cover
@pytest.mark.parametrize("bug", sampled(WITH_VECTORS, every=8), ids=lambda bug: bug.__name__)
def test_a_bug_at_an_edge_fails_three_vectors(bug: Wrong) -> None:
    assert len(check_slots(function(bug), load_slot_cases())) >= 3


def measured(many: int = 300, runs: int = 60) -> Iterator[str]:
    """How often each bug changes slots, of questions as they are drawn and moved to the edges; and what finds it."""
    asked, vectors = drawn(1, many), load_slot_cases()
    yield "| bug | as drawn | at edges | runs that find it | vectors |"
    yield "|---|---|---|---|---|"
    for bug in ALL_BUGS:
        by = function(bug)
        plain = sum(question.slots(by) != question.slots() for question in asked)
        moved = sum(any(e(q).slots(by) != e(q).slots() for e in EDGES.values()) for q in asked)
        found = sum(finds(drawn(number, 100), bug) for number in range(runs))
        shares = f"{plain / len(asked):.1%} | {moved / len(asked):.1%}"
        yield f"| `{bug.__name__}` | {shares} | {found} of {runs} | {len(check_slots(by, vectors))} |"


if __name__ == "__main__":
    for line in measured():
        print(line, flush=True)  # noqa: T201
