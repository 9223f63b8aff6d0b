"""Measure the contenders in turn, and print what came of it.

It asserts nothing about speed, only that all of them answer alike. docs/benchmarks.md says how to read what it prints.
"""

import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from operator import itemgetter
from statistics import median
from typing import Any, Final

from benchmarks import report
from benchmarks.slots import integers, intervals
from benchmarks.slots.workloads import NOW, Workload, minutes, workloads
from booking_domain.scheduling import offered_slots

MOST_OF_INTEGERS: Final = 2.0
LEAST_OF_INTERVALS: Final = 20
_SECONDS: Final = 8
"""For one workload, no new round begins after this."""
_SLICE: Final = 5_000_000
"""How many nanoseconds of a round each contender has: enough that the others' data is out of its caches."""

Answer = Callable[[], Sequence[Any]]
_start: Final = itemgetter(0)


class Different(Exception):
    """A contender gave another answer."""


def main() -> None:
    """Check, measure and print."""
    print(report.hardware())
    print(f"Python {platform.python_version()}; portion {version('portion')}\n")
    print(
        "offered_slots, claims and calendar in and slots out, beside integers in and pairs of integers out; µs a call"
    )
    _row("", "slots", "integers", "ours", "÷ integers", "portion, batched", "÷ ours")
    notes: list[str] = []
    for workload in workloads():
        one_by_one = _time(_checked(workload, "portion, one by one", _integers(workload, intervals.one_by_one)))
        peer = _checked(workload, "portion, batched", _integers(workload, intervals.batched))
        floor = _checked(workload, "integers", _pairs(workload))
        ours = _checked(workload, "ours", _ours(workload))
        starts = _checked(workload, "integers, starts alone", _integers(workload, integers.starts))
        seen = _compare(floor, ours, peer, starts)
        _row(
            workload.name,
            f"{workload.starts}",
            _times(seen[floor]),
            _times(seen[ours]),
            _ratio(seen[ours], seen[floor]),
            _times(seen[peer]),
            _ratio(seen[peer], seen[ours]),
        )
        notes += [
            f"{workload.name}: {workload.says}; {len(seen[ours].rounds)} rounds.",
            f"    integers without the ends: {_times(seen[starts])}; ours ÷ that: {_ratio(seen[ours], seen[starts])}",
            f"    portion, one by one: {one_by_one / 1_000:,.0f}, called once",
        ]
    _row("goal", "", "", "", f"≤ {MOST_OF_INTEGERS}", "", f"≥ {LEAST_OF_INTERVALS}")
    print("Times: the median of all calls (what 10 % and 90 % of them took at most). Ratios: of each round, likewise.")
    print("\n".join(notes) + "\n", flush=True)


@dataclass
class _Seen:
    """Nanoseconds of every call, and the median of every round."""

    calls: list[int]
    rounds: list[float]


def _ours(workload: Workload) -> Answer:
    each = [
        partial(offered_slots, calendar, claims, window=workload.window, now=NOW)
        for calendar, claims in workload.providers
    ]
    return each[0] if len(each) == 1 else lambda: sorted(set().union(*[answer() for answer in each]))


def _integers(workload: Workload, solve: Callable[..., list[int]]) -> Answer:
    each = _solved(workload, solve)
    return each[0] if len(each) == 1 else lambda: sorted(set().union(*[answer() for answer in each]))


def _pairs(workload: Workload) -> Answer:
    """The floor: what a slot is in integers, its start and its end."""
    length = workload.asked.length

    def pairs(starts: Callable[[], list[int]]) -> list[tuple[int, int]]:
        return [(start, start + length) for start in starts()]

    each = [partial(pairs, answer) for answer in _solved(workload, integers.starts)]
    return each[0] if len(each) == 1 else lambda: sorted(set().union(*[answer() for answer in each]))


def _solved(workload: Workload, solve: Callable[..., list[int]]) -> list[Callable[[], list[int]]]:
    asked = workload.asked
    more = (asked.window, asked.now, asked.step, asked.length, asked.before, asked.after, asked.notice)
    return [partial(solve, asked.week, asked.midnights, busy, *more) for busy in workload.busy]


def _checked(workload: Workload, name: str, contender: Answer) -> Answer:
    """The contender, if its answer is the one of the others.

    Raises:
        Different: it is not.
    """
    expected = _integers(workload, integers.starts)()
    found = [_minutes(answer) for answer in contender()]
    if found != expected or len(found) != workload.starts:
        raise Different(f"{workload.name}, {name}: {len(found)} starts instead of {workload.starts}, or other ones")
    return contender


def _minutes(answer: Any) -> int:
    start = answer[0] if isinstance(answer, tuple) else answer
    return minutes(start) if isinstance(start, datetime) else int(start)


def _compare(*contenders: Answer) -> dict[Answer, _Seen]:
    """Let them take turns, in one order and then in the other."""
    calls = {contender: max(1, _SLICE // _time(contender)) for contender in contenders}
    seen = {contender: _Seen([], []) for contender in contenders}
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        for contender in contenders if len(seen[contenders[0]].rounds) % 2 == 0 else reversed(contenders):
            times = [_time(contender) for _ in range(calls[contender])]
            seen[contender].calls += times
            seen[contender].rounds.append(median(times))
    return seen


def _time(contender: Answer) -> int:
    begun = time.perf_counter_ns()
    contender()
    return time.perf_counter_ns() - begun


def _times(seen: _Seen) -> str:
    low, middle, high = _spread(seen.calls)
    digits = 1 if middle < 1_000_000 else 0
    return f"{middle / 1_000:,.{digits}f} ({low / 1_000:,.{digits}f}–{high / 1_000:,.{digits}f})"


def _ratio(one: _Seen, other: _Seen) -> str:
    low, middle, high = _spread([a / b for a, b in zip(one.rounds, other.rounds, strict=True)])
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 10], median(ordered), ordered[len(ordered) * 9 // 10]


def _row(*cells: str) -> None:
    widths = (4, 6, 24, 24, 20, 28, 22)
    print("".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))
    sys.stdout.flush()
