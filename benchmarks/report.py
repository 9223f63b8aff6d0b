"""Formats the benchmark's output."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from benchmarks.load_jobs import Measurement

_PACKAGES: Final = ("litestar", "granian", "uvloop", "psycopg", "psycopg-pool", "sqlalchemy", "msgspec")
_SETTINGS: Final = ("server_version", "fsync", "synchronous_commit", "full_page_writes")


def machine(url: str) -> str:
    """Hardware, versions and PostgreSQL settings."""
    with psycopg.connect(url) as connection:
        shown = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in _SETTINGS]
    values = dict(zip(_SETTINGS, (row[0] if row else "?" for row in shown), strict=True))
    postgres = f"PostgreSQL {values.pop('server_version')}"
    return "\n".join(
        (
            hardware(),
            f"Python {platform.python_version()}; " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
            f"{postgres}: " + ", ".join(f"{name} {value}" for name, value in values.items()),
        )
    )


def hardware() -> str:
    """The processor and the load average."""
    return f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {platform.system()}"


def line(name: str, rounds: Sequence[Measurement]) -> str:
    """The rounds of one server: median and range."""
    rates = [each.per_second for each in rounds]
    all_of_them = Measurement(1.0, [latency for each in rounds for latency in each.latencies])
    return (
        f"  {name:<48}{median(rates):>6.0f} req/s ({min(rates):.0f}–{max(rates):.0f})"
        f"   p50 {all_of_them.percentile(50):5.1f} ms   p99 {all_of_them.percentile(99):5.1f} ms"
        f"   processor {1_000 * median(map(_cost, rounds)):.2f} ms"
    )


def ratio(name: str, ours: Sequence[Measurement], floor: Sequence[Measurement]) -> str:
    """Ratio to the floor per round: by requests per second, and by the server's CPU time."""
    pairs = [one.per_second / other.per_second for one, other in zip(ours, floor, strict=True)]
    costs = [_cost(other) / _cost(one) for one, other in zip(ours, floor, strict=True) if one.processor_seconds]
    listed = " ".join(f"{pair:.2f}" for pair in pairs)
    cost = f"   by processor time {median(costs):.2f}" if costs else ""
    return f"  {name:<48}{median(pairs):>6.2f} ({min(pairs):.2f}–{max(pairs):.2f})   each: {listed}{cost}"


def _cost(measured: Measurement) -> float:
    return measured.processor_seconds / len(measured.latencies)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
