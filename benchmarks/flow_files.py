"""`python -m benchmarks.flow_files [REVISION]`: which files of `src` three flows run through, and which only pass on.

The flows are requests of a client of the application in this process, on an embedded PostgreSQL, with the relay and the
jobs of a worker; gateway and e-mail are in memory. A file takes part if a function of it is called meanwhile, imports
and the test kit apart. It only passes on if each function that it defines does nothing but hand its own arguments and
attributes to one other call, return one of them, or keep them.
"""

import argparse
import ast
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import procrastinate
from tests.databases import TestServer
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.worker.workshop import StudioJobs

from adapters.postgres.outbox.relay import relay
from booking_domain.testing.memory import MemoryMessageSender

_DAY: Final = timedelta(days=1)
TEST_KIT: Final = Path("booking_domain", "testing")
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Flows:
    """Parts of the product in this process, with a provider and customers."""

    def __init__(self, api: Api, jobs: StudioJobs, sender: MemoryMessageSender) -> None:
        self.api = api
        self.jobs = jobs
        self.sender = sender

    async def work(self) -> None:
        """Do all that the worker has to do now."""
        while (await relay(self.api.container.database(), self.jobs.dispatch)).total:
            await self.jobs.app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)

    def mailed(self, before: int) -> None:
        assert before < len(self.sender.delivered), "no e-mail was sent"

    async def booking(self) -> Callable[[], Awaitable[None]]:
        """A booking without a deposit, until its confirmation was sent."""
        api, before = self.api, len(self.sender.delivered)
        _, provider_id = await api.open_provider(priceAmount=8_000_000)
        customer = await api.joined("customer")
        await api.verify_contacts()
        await self.work()

        async def flow() -> None:
            await api.booked(customer, provider_id)
            await self.work()
            self.mailed(before)

        return flow

    async def cancellation(self) -> Callable[[], Awaitable[None]]:
        """The customer cancels a paid booking: refund, credit note, earnings."""
        api = self.api
        provider, provider_id = await api.open_provider(priceAmount=8_000_000, depositAmount=2_000_000)
        customer = await api.joined("customer")
        await api.verify_contacts()
        booking = await api.booked(customer, provider_id, "2026-11-27T10:00:00+08:00")
        payment = (
            await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})
        ).json()
        api.pay(payment)
        assert (await api.post(api.callback(payment["id"]))).status_code < 300
        await self.work()
        path = f"/bookings/{booking['id']}"

        async def flow() -> None:
            answer = await api.patch(path, customer, json={"status": "cancelled"})
            assert answer.status_code == 200, answer.text
            await self.work()
            receipts = (await api.get(f"{path}/receipts", customer)).json()["items"]
            assert [each["kind"] for each in receipts] == ["receipt", "credit_note"], receipts
            assert (await api.get("/providers/me/earnings", provider)).status_code == 200

        return flow

    async def reminder(self) -> Callable[[], Awaitable[None]]:
        """The reminder of a day before, until it was sent."""
        api = self.api
        _, provider_id = await api.open_provider(priceAmount=8_000_000)
        customer = await api.joined("customer")
        await api.verify_contacts()
        await api.booked(customer, provider_id, "2026-11-30T10:00:00+08:00")
        await self.work()
        api.clock.advance(6 * _DAY + timedelta(hours=2))
        before = len(self.sender.delivered)

        async def flow() -> None:
            await self.jobs.app.tasks["sweep"].func(0)
            await self.jobs.app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)
            await self.work()
            self.mailed(before)

        return flow


@asynccontextmanager
async def opened(server: TestServer) -> AsyncIterator[Flows]:
    with server.database() as url, tempfile.TemporaryDirectory() as folder:
        api = Api({"DATABASE_URL": url, "BOOKING_DATA_DIR": folder, "BOOKING_RATE_LIMITS": "off"}, in_memory=False)
        sender = MemoryMessageSender()
        api.container.message_sender.override(sender)
        connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
        jobs = StudioJobs(api.container, procrastinate.App(connector=connector))
        jobs.app.periodic_registry.periodic_tasks.clear()
        async with api.opened(), jobs.app.open_async():
            yield Flows(api, jobs, sender)


@contextmanager
def called() -> Iterator[set[CodeType]]:
    """The code that is called, in any thread."""
    found: set[CodeType] = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found.add(frame.f_code)

    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        yield found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def only_passes_on(source: str) -> bool:
    """Whether each of the functions in this source only passes on."""
    return all(_passes_on(each) for each in ast.walk(ast.parse(source)) if isinstance(each, Function))


def _passes_on(function: Function) -> bool:
    arguments = function.args
    own = {each.arg for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    own |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}

    def plain(value: ast.expr) -> bool:
        match value:
            case ast.Name(id=name):
                return name in own
            case ast.Attribute(value=of) | ast.Starred(value=of):
                return plain(of)
            case _:
                return False

    def passed_on(value: ast.expr | None) -> bool:
        match value:
            case None:
                return False
            case ast.Await(value=inner):
                return passed_on(inner)
            case ast.Call(func=ast.Name() | ast.Attribute(), args=args, keywords=keywords):
                return all(map(plain, args)) and all(plain(each.value) for each in keywords)
            case _:
                return plain(value)

    if isinstance(function, ast.Lambda):
        return passed_on(function.body)
    body = [each for each in function.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    match body:
        case [ast.Return(value=value)] | [ast.Expr(value=value)]:
            return passed_on(value)
        case _:
            return all(isinstance(each, ast.Assign) and plain(each.value) for each in body)


async def count(src: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = TestServer(Path(folder))
        try:
            for name in ("booking", "cancellation", "reminder"):
                async with opened(server) as flows:
                    flow = await getattr(flows, name)()
                    with called() as codes:
                        await flow()
                paths = {Path(code.co_filename) for code in codes if code.co_name != "<module>"}
                files = {each for each in paths if each.is_relative_to(src) and not each.is_relative_to(src / TEST_KIT)}
                passing = sorted(str(each.relative_to(src)) for each in files if only_passes_on(each.read_text()))
                print(f"{name:14}{len(files):5} files, of which {len(passing)} only pass on", flush=True)
                print(*(f"    {each}" for each in passing), sep="\n", flush=True)
        finally:
            server.stop()


def count_in(revision: str) -> int:
    """Count in another revision, by a process that runs this file with that tree: so it imports only what both have."""
    from benchmarks.revisions import unpacked  # noqa: PLC0415 - the other tree may not have it

    with unpacked(revision) as tree:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree / "src"), str(tree)])}
        return subprocess.run([sys.executable, "-P", __file__], cwd=tree, env=environ, check=False).returncode  # noqa: S603


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flow_files", description=__doc__)
    parser.add_argument("revision", nargs="?", help="count in this revision instead of this tree")
    revision = parser.parse_args().revision
    if revision is not None:
        return count_in(revision)
    asyncio.run(count(Path.cwd() / "src"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
