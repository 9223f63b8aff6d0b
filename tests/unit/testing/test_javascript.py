"""The slot function in JavaScript (`examples/slots.mjs`), made from the conformance document, and the library agree."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from tests.programs import CHECKOUT
from tests.unit.effort import examples

from booking_domain.scheduling import TimeRange
from booking_domain.shared.time import time_zone
from booking_domain.testing.conformance import question_json
from booking_domain.testing.edges import EDGES
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

PROGRAM: Final = CHECKOUT / "examples" / "slots.mjs"
VECTORS: Final = CHECKOUT / "src" / "booking_domain" / "testing" / "conformance" / "vectors"
OFFSETS: Final = """
const [zone, ...seconds] = process.argv.slice(1)
const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
const wall = (at) => Date.parse(format.format(at * 1000).replace(' ', 'T') + 'Z') / 1000
console.log(JSON.stringify(seconds.map((at) => wall(at) - at)))
"""
"""What Node says of a zone: its tz database may be of another release than ours."""
QUARTER: Final = timedelta(hours=6)
NODE: Final = shutil.which("node")
pytestmark = [pytest.mark.no_cover, pytest.mark.skipif(NODE is None, reason="Node is not installed")]


def node(*arguments: str, text: str = "") -> str:
    run = subprocess.run(["node", *arguments], input=text, capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-5000:]
    return run.stdout


def test_it_passes_all_vectors() -> None:
    assert node(str(PROGRAM), *map(str, sorted(VECTORS.glob("slots-*.json")))).endswith("all passed\n")


def test_it_agrees_on_random_calendars() -> None:
    asked = list(drawn())
    lines = [json.dumps(question_json(question, *starts)) for question, starts in asked]
    answers = map(json.loads, node(str(PROGRAM), text="\n".join(lines)).splitlines())
    different = [
        question
        for (question, starts), answer in zip(asked, answers, strict=True)
        if answer != answered(question, starts) and same_offsets(question)
    ]
    assert not different, f"{len(different)} of {len(asked)}, the first: {different[0]}"


def drawn() -> Iterator[tuple[Question, tuple[datetime, ...]]]:
    """Questions with starts to explain; every second one is moved to an edge, in turn, and every third has a class."""
    found: list[Question] = []

    @examples(1_000, nightly=10_000)
    @given(question=questions(never_closing=True))
    def draw(question: Question) -> None:
        found.append(question)

    draw()
    edges = [edge for name, edge in EDGES.items() if name != "beside_another_class"]  # JSON says no class
    for number, question in enumerate(found):
        if number % 2:
            question = edges[number // 2 % len(edges)](question)  # noqa: PLW2901
        slots = question.slots()
        if slots and number % 3 == 0:
            settings = replace(question.calendar.settings, pauses=(), capacity=2 + number % 2)
            calendar = replace(question.calendar, settings=settings)
            shared = [calendar.claim(TimeRange(*slot)) for slot in (slots[0], slots[0], slots[-1])]
            question = replace(question, calendar=calendar, claims=(*question.claims, *shared))  # noqa: PLW2901
        starts = [
            question.window.start,
            *(slot.start for slot in slots[:1]),
            *(each.span.start for each in question.claims[:1]),
        ]
        yield question, (*starts, starts[-1] + timedelta(minutes=7))


def answered(question: Question, starts: Sequence[datetime]) -> dict[str, Any]:
    """The library's answer, as the program writes it."""
    why = [question.explained(start) for start in starts]
    return {
        "slots": [{"start": slot.start.isoformat(), "end": slot.end.isoformat()} for slot in question.slots()],
        "explain": [
            {
                "reasons": sorted(map(str, each.reasons)),
                "before": None if each.before is None else each.before.start.isoformat(),
                "after": None if each.after is None else each.after.start.isoformat(),
            }
            for each in why
        ],
    }


def same_offsets(question: Question) -> bool:
    """Whether Node knows the zones of the question as we do, as long as they matter."""
    calendar = question.calendar
    near = [question.now + number * QUARTER for number in range(-4 * 80, 4 * 110)]
    zones = {calendar.time_zone, calendar.time_zone if calendar.salon is None else calendar.salon.time_zone}
    return all(
        json.loads(node("-e", OFFSETS, zone, *(str(int(at.timestamp())) for at in near)))
        == [(at.astimezone(time_zone(zone)).utcoffset() or timedelta(0)).total_seconds() for at in near]
        for zone in zones
    )
