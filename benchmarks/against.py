"""`python -m benchmarks.against REVISION`: compares requests and slots of this tree with those of another revision.

Each tree serves its own application on a PostgreSQL of its own, with its own `against_side.py`, and both are asked
alternately, in both orders, by the load generator of this tree. Run it from the checkout. It asserts nothing;
docs/develop/benchmarks.md explains the output.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec

from benchmarks import report
from benchmarks.load_jobs import Job, Measurement, as_read
from benchmarks.revisions import unpacked
from benchmarks.servers import ProcessFailed, log_of, run_load

_SIDE: Final = Path("benchmarks", "against_side.py")
_WARM_UP: Final = 2_000
"""As many as there are customers: each token is checked, and its session read, when it is first seen."""
_THIS: Final = "this tree"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=400, help="per tree and round")
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--only", default="", help="requests whose names contain this")
    parser.add_argument("--packages", default="", help="a folder with packages that only the revision needs")
    return parser.parse_args()


class Side:
    """One tree, in a process of its own that answers commands in JSON lines.

    It runs the `against_side.py` of that tree, whose modules may have other names. The commands are the same in all
    revisions that have the file.
    """

    def __init__(self, name: str, tree: Path, stack: ExitStack, packages: Iterable[str] = ()) -> None:
        self.name = name
        self._first = datetime.now(UTC).date() + timedelta(days=1)
        self._misses = 0
        self._log = stack.enter_context(log_of(f"against-{name.replace(' ', '-')}"))
        path = os.pathsep.join([str(tree / "src"), str(tree), *packages])
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", tree / _SIDE],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        stack.callback(self._process.wait)
        stack.callback(self._process.communicate)  # closes its input, at which it ends

    def ask(self, *command: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(msgspec.json.encode(command) + b"\n")
            self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise ProcessFailed(f"{self.name} has ended:\n{Path(self._log.name).read_text(errors='replace').rstrip()}")
        return msgspec.json.decode(said)

    def book(self, connections: int, requests: int) -> Measurement:
        port, bookings = self.ask("requests", requests)
        return self._run(Job(port, connections, 201, [each.encode() for each in bookings]))

    def read(self, connections: int, requests: int) -> Measurement:
        port, bookings = self.ask("requests", requests)
        return self._run(Job(port, connections, 200, [as_read(each.encode(), "/api/v1/auth/me") for each in bookings]))

    def miss(self, connections: int, requests: int) -> Measurement:
        """Ask for slots of 30 days that nobody has asked for: each window ends another microsecond later."""
        port, bookings = self.ask("requests", requests)
        asked = []
        for each in map(str.encode, bookings):
            self._misses += 1
            provider_id = msgspec.json.decode(each.partition(b"\r\n\r\n")[2])["providerId"]
            until = f"{self._first + timedelta(days=30)}T00:00:00.{self._misses:06}Z"
            asked.append(
                as_read(each, f"/api/v1/providers/{provider_id}/slots?from={self._first}T00:00:00Z&to={until}")
            )
        return self._run(Job(port, connections, 200, asked))

    def _run(self, job: Job) -> Measurement:
        used = self.ask("processor")
        measured = run_load(job)
        measured.processor_seconds = self.ask("processor") - used
        return measured


_REQUESTS: Final = {"bookings": Side.book, "reads of the account": Side.read, "slots that are not kept": Side.miss}


def main() -> None:
    asked = arguments()
    with ExitStack() as stack:
        other = stack.enter_context(unpacked(asked.revision))
        here = Side(_THIS, Path.cwd(), stack)
        there = Side(asked.revision, other, stack, filter(None, [asked.packages]))
        print(report.hardware(), flush=True)
        _compare_slots(here, there, asked.rounds)
        for side in (here, there):
            side.book(64, _WARM_UP)
        for connections in asked.connections:
            for what in (each for each in _REQUESTS if asked.only in each):
                _compare_requests(here, there, what, connections, asked)


def _compare_requests(here: Side, there: Side, what: str, connections: int, asked: argparse.Namespace) -> None:
    ask, seen = _REQUESTS[what], {here.name: list[Measurement](), there.name: list[Measurement]()}
    for number in range(asked.rounds):
        for side in (here, there) if number % 2 == 0 else (there, here):
            seen[side.name].append(ask(side, connections, asked.requests))
    print(f"{connections} connections, {asked.rounds} rounds of {asked.requests} {what} each")
    for name, measured in seen.items():
        print(report.line(name, measured))
    print(report.ratio(f"{here.name} ÷ {there.name}", seen[here.name], seen[there.name]), flush=True)


def _compare_slots(here: Side, there: Side, rounds: int) -> None:
    seen: dict[str, list[dict[str, float]]] = {here.name: [], there.name: []}
    for number in range(rounds):
        for side in (here, there) if number % 2 == 0 else (there, here):
            seen[side.name].append(side.ask("slots"))
    print(f"slots, median of {rounds} rounds: µs per call, and speed compared with {there.name}")
    for workload in seen[here.name][0]:
        ours, theirs = ([each[workload] for each in seen[name]] for name in (here.name, there.name))
        pairs = [other / one for one, other in zip(ours, theirs, strict=True)]
        print(
            f"  {workload:<6}{median(ours):>10.1f} {median(theirs):>10.1f}"
            f"{median(pairs):>8.2f} ({min(pairs):.2f}–{max(pairs):.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
