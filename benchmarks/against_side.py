"""One tree of `benchmarks.against`: serves its application, and answers commands in JSON lines.

It runs with the modules of its own tree. `benchmarks.against` of later revisions runs it too: keep the commands.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from typing import Any

from benchmarks.dataset import Dataset
from benchmarks.environment import database, production
from benchmarks.servers import served
from benchmarks.slots import comparison
from benchmarks.slots.workloads import workloads
from entrypoints.container import Container
from entrypoints.settings.main import Settings

SLOT_SECONDS = 0.15
"""How long each workload of slots is measured in a round."""


def main() -> None:
    """Answer until the input ends."""
    with ExitStack() as stack:
        environ = production(stack.enter_context(database()))
        dataset = _dataset(Container(settings=Settings.from_environment(environ)))
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        solvers = {workload.name: comparison._ours(workload) for workload in workloads()}  # noqa: SLF001
        for line in sys.stdin:
            match json.loads(line):
                case ["requests", number]:
                    said: Any = server.port, [request.decode() for request in dataset.requests(number)]
                case ["processor"]:
                    said = server.processor_seconds()
                case _:
                    said = {name: _microseconds(solve) for name, solve in solvers.items()}
            print(json.dumps(said), flush=True)


def _dataset(container: Container) -> Dataset:
    made = Dataset(container)

    async def fill() -> None:
        await container.database().open()
        try:
            await made.open()
        finally:
            await container.database().close()

    asyncio.run(fill())
    return made


def _microseconds(solve: Callable[[], object]) -> float:
    until, times = time.perf_counter() + SLOT_SECONDS, list[int]()
    while time.perf_counter() < until:
        begun = time.perf_counter_ns()
        solve()
        times.append(time.perf_counter_ns() - begun)
    return median(times) / 1_000


if __name__ == "__main__":
    main()
