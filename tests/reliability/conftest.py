"""What was measured is printed at the end, with the machine and its load."""

import os
from collections.abc import Callable

import pytest
from tests.reliability import scale

Report = Callable[[int, str], None]


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Take down a figure of a row of the table in docs/reliability.md."""

    def take_down(row: int, figure: str) -> None:
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        record_property(f"row {row}", f"{figure} (load {load})")

    return take_down


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    figures = [(name, figure) for each in passed for name, figure in each.user_properties if name.startswith("row ")]
    if figures and scale.FULL:
        terminalreporter.section(f"measured on {os.cpu_count()} processors")
        for name, figure in figures:
            terminalreporter.write_line(f"{name}: {figure}")
