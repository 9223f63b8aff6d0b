"""Prints the measured figures at the end, with the machine and its load."""

import os
from collections.abc import Callable
from typing import Protocol

import pytest
from tests.reliability import scale


class Report(Protocol):
    """Record a figure of a row of the table in docs/develop/reliability.md.

    A missed goal is printed and fails nothing: how long something takes also depends on what else the machine does.
    """

    def __call__(self, row: int, figure: str, *, goal_met: bool = True) -> None: ...


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    def record(row: int, figure: str, *, goal_met: bool = True) -> None:
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        record_property(f"row {row}", f"{figure} (load {load}){'' if goal_met else ' GOAL MISSED'}")

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    figures = [(name, figure) for each in passed for name, figure in each.user_properties if name.startswith("row ")]
    if figures and scale.FULL:
        terminalreporter.section(f"measured on {os.cpu_count()} processors")
        for name, figure in figures:
            terminalreporter.write_line(f"{name}: {figure}")
