"""What the questions of the harness ask about: `python -m tests.unit.testing.drawn` prints a table for its page."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from booking_domain.scheduling import Anchoring
from booking_domain.scheduling.model import MAX_HORIZON_DAYS
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

MANY: Final = 8_000
UNLIMITED: Final[dict[str, Any]] = {
    "min_notice_minutes": 0,
    "horizon_days": MAX_HORIZON_DAYS,
    **dict.fromkeys(("max_per_day", "max_per_week", "max_per_month", "max_per_year")),
}


def calendar(question: Question, **change: Any) -> Question:
    return replace(question, calendar=replace(question.calendar, **change))


def limits(question: Question) -> Question:
    return calendar(question, settings=replace(question.calendar.settings, **UNLIMITED))


WITHOUT: Final[dict[str, Callable[[Question], Question]]] = {
    "a claim": lambda question: replace(question, claims=()),
    "a block": lambda question: calendar(question, blocks=()),
    "a busy time": lambda question: calendar(question, busy=()),
    "the salon": lambda question: calendar(question, salon=None),
    "notice, horizon or a limit": limits,
    "a taken resource": lambda question: calendar(question, resources=()),
    "the hours of a service": lambda question: calendar(question, service_hours=()),
    "an exception (or adds one)": lambda question: calendar(question, exceptions=()),
}
"""What removes slots: the question without it."""


def changes_clocks(question: Question) -> bool:
    zone, at = question.calendar.zone, question.window.start
    offsets = set()
    while at < question.window.end:
        offsets.add(at.astimezone(zone).utcoffset())
        at += timedelta(minutes=15)
    return len(offsets) > 1


def counted(asked: list[Question]) -> Counter[str]:
    found = Counter[str]()
    for question in asked:
        slots, of = question.slots(), question.calendar.settings
        found["has a slot"] += bool(slots)
        found["clocks change in the window"] += changes_clocks(question)
        found["`after_claim`"] += of.anchoring is Anchoring.AFTER_CLAIM
        found["whole days"] += of.whole_days
        found["capacity above 1"] += of.capacity > 1
        found["pauses"] += bool(of.pauses)
        found["a claim at another venue"] += any(map(question.calendar.elsewhere, question.live))
        for name, without in WITHOUT.items():
            other = without(question).slots()
            found[f"slots differ without {name}"] += other != slots
    return found


def drawn() -> list[Question]:
    found: list[Question] = []

    @seed(1)
    @settings(max_examples=MANY, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(questions())
    def collect(question: Question) -> None:
        found.append(question)

    collect()
    return found


if __name__ == "__main__":
    began = time.process_time()
    asked = drawn()
    print(f"{len(asked)} questions, {1e3 * (time.process_time() - began) / len(asked):.1f} ms each")  # noqa: T201
    for name, times in counted(asked).items():
        print(f"{name:<50}{times / len(asked):>6.0%}")  # noqa: T201
