"""Measures the contenders alternately and prints the results.

It asserts only that all contenders return the same result, not their speed; docs/develop/benchmarks.md explains
the output.
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
from benchmarks.slots import integer_floor, interval_library
from benchmarks.slots.workloads import NOW, Workload, minutes, variants, workloads
from booking_domain.scheduling import offered_slots

MAX_RATIO_TO_INTEGERS: Final = 2.0
MIN_RATIO_TO_INTERVALS: Final = 20
MAX_RATIO_TO_PLAIN: Final = 1.5
_SECONDS_PER_WORKLOAD: Final = 8
"""Time limit per workload; no new round starts after it."""
_SLICE_NANOSECONDS: Final = 5_000_000
"""The share of each contender in a round: long enough that the CPU caches hold its own data."""

Contender = Callable[[], Sequence[Any]]
_start: Final = itemgetter(0)


class ResultMismatch(Exception):
    """A contender returned a different result."""


def main() -> None:
    print(report.hardware())
    print(f"Python {platform.python_version()}; portion {version('portion')}\n")
    print("offered_slots (calendar and claims to slots) compared with integers (to pairs of integers); µs per call")
    _row("", "slots", "integers", "ours", "÷ integers", "portion, batched", "÷ ours")
    notes: list[str] = []
    for workload in workloads():
        one_by_one = _time(_checked(workload, "portion, one by one", _integers(workload, interval_library.one_by_one)))
        peer = _checked(workload, "portion, batched", _integers(workload, interval_library.batched))
        floor = _checked(workload, "integers", _pairs(workload))
        ours = _checked(workload, "ours", _ours(workload))
        starts = _checked(workload, "integers, starts alone", _integers(workload, integer_floor.starts))
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
            f"{workload.name}: {workload.description}; {len(seen[ours].rounds)} rounds.",
            f"    integers without the ends: {_times(seen[starts])}; ours ÷ that: {_ratio(seen[ours], seen[starts])}",
            f"    portion, one by one: {one_by_one / 1_000:,.0f}, called once",
        ]
    _row("goal", "", "", "", f"≤ {MAX_RATIO_TO_INTEGERS}", "", f"≥ {MIN_RATIO_TO_INTERVALS}")
    print("Times: median of all calls (10th and 90th percentiles). Ratios: per round, likewise.")
    print("\n".join(notes) + "\n", flush=True)
    print(f"calendars whose time is shared, compared with plain ones; µs per call, goal ≤ {MAX_RATIO_TO_PLAIN}")
    for workload in workloads():
        if len(workload.providers) == 1:
            _compare_variants(workload)


def _compare_variants(workload: Workload) -> None:
    contenders = {
        name: partial(offered_slots, calendar, claims, window=workload.window, now=NOW)
        for name, calendar, claims in variants(workload)
    }
    seen = _compare(*contenders.values())
    plain = seen[next(iter(contenders.values()))]
    for name, contender in contenders.items():
        spent = f"{_times(seen[contender]):>24}{_ratio(seen[contender], plain):>20}"
        print(f"  {workload.name}  {name:<34}{len(contender()):>6} slots {spent}")
    sys.stdout.flush()


@dataclass
class _Timings:
    """Nanoseconds per call, and the median per round."""

    calls: list[int]
    rounds: list[float]


def _ours(workload: Workload) -> Contender:
    each = [
        partial(offered_slots, calendar, claims, window=workload.window, now=NOW)
        for calendar, claims in workload.providers
    ]
    return each[0] if len(each) == 1 else lambda: sorted(set().union(*[contender() for contender in each]))


def _integers(workload: Workload, solve: Callable[..., list[int]]) -> Contender:
    each = _solved(workload, solve)
    return each[0] if len(each) == 1 else lambda: sorted(set().union(*[contender() for contender in each]))


def _pairs(workload: Workload) -> Contender:
    """The floor: a slot as a pair of integers, start and end."""
    length = workload.query.length

    def pairs(starts: Callable[[], list[int]]) -> list[tuple[int, int]]:
        return [(start, start + length) for start in starts()]

    each = [partial(pairs, starts) for starts in _solved(workload, integer_floor.starts)]
    return each[0] if len(each) == 1 else lambda: sorted(set().union(*[contender() for contender in each]))


def _solved(workload: Workload, solve: Callable[..., list[int]]) -> list[Callable[[], list[int]]]:
    query = workload.query
    more = (query.window, query.now, query.step, query.length, query.before, query.after, query.notice)
    return [partial(solve, query.week, query.midnights, busy, *more) for busy in workload.busy]


def _checked(workload: Workload, name: str, contender: Contender) -> Contender:
    """Return the contender after checking its result.

    Raises:
        ResultMismatch: the result differs from the expected one.
    """
    expected = _integers(workload, integer_floor.starts)()
    found = [_minutes(start) for start in contender()]
    if found != expected or len(found) != workload.starts:
        raise ResultMismatch(
            f"{workload.name}, {name}: {len(found)} starts instead of {workload.starts}, or different ones"
        )
    return contender


def _minutes(result: Any) -> int:
    start = result[0] if isinstance(result, tuple) else result
    return minutes(start) if isinstance(start, datetime) else int(start)


def _compare(*contenders: Contender) -> dict[Contender, _Timings]:
    """Measure in rounds, alternating the order of the contenders."""
    calls = {contender: max(1, _SLICE_NANOSECONDS // _time(contender)) for contender in contenders}
    seen = {contender: _Timings([], []) for contender in contenders}
    until = time.monotonic() + _SECONDS_PER_WORKLOAD
    while time.monotonic() < until:
        for contender in contenders if len(seen[contenders[0]].rounds) % 2 == 0 else reversed(contenders):
            times = [_time(contender) for _ in range(calls[contender])]
            seen[contender].calls += times
            seen[contender].rounds.append(median(times))
    return seen


def _time(contender: Contender) -> int:
    begun = time.perf_counter_ns()
    contender()
    return time.perf_counter_ns() - begun


def _times(seen: _Timings) -> str:
    low, middle, high = _spread(seen.calls)
    digits = 1 if middle < 1_000_000 else 0
    return f"{middle / 1_000:,.{digits}f} ({low / 1_000:,.{digits}f}–{high / 1_000:,.{digits}f})"


def _ratio(one: _Timings, other: _Timings) -> str:
    low, middle, high = _spread([a / b for a, b in zip(one.rounds, other.rounds, strict=True)])
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 10], median(ordered), ordered[len(ordered) * 9 // 10]


def _row(*cells: str) -> None:
    widths = (4, 6, 24, 24, 20, 28, 22)
    print("".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))
    sys.stdout.flush()
