"""`python -m benchmarks.imports`: what an import of the library costs, each time in a fresh process.

Processor time without the interpreter's own start, and the memory that the import allocates. It asserts nothing.
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Final

import booking_domain
from benchmarks import report

MODULES: Final = (
    "booking_domain.core",
    "booking_domain.scheduling",
    "booking_domain",
    "dataclasses, enum, zoneinfo, uuid",
)
ROUNDS: Final = 15
TIMED: Final = "import time; a = time.process_time(); import {}; print(1e3 * (time.process_time() - a))"
TRACED: Final = "import tracemalloc; tracemalloc.start(); import {}; print(tracemalloc.get_traced_memory()[0] / 1e6)"


def main() -> None:
    print(report.hardware())
    print(f"{'import':<40}{'ms, median':>12}{'fastest':>10}{'MB':>8}")
    for module in MODULES:
        times = sorted(_said(TIMED.format(module)) for _ in range(ROUNDS))
        print(f"{module:<40}{median(times):>12.1f}{times[0]:>10.1f}{_said(TRACED.format(module)):>8.1f}")


def _said(program: str) -> float:
    environment = {"PYTHONPATH": str(Path(booking_domain.__file__).parents[1])}
    command = [sys.executable, "-S", "-c", program]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)  # noqa: S603


if __name__ == "__main__":
    main()
