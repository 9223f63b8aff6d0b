"""Row 17: memory and PostgreSQL storage behave the same under any sequence of operations."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.contract.backends import PostgresBackend
from tests.databases import CIPHER, TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.unit.effort import at_night

from adapters.postgres.contexts import metadata
from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.payments.model import Payment
from booking_domain.scheduling.claims import Claim
from booking_domain.shared.events import Event
from booking_domain.shared.ids import ClaimId, ProviderId
from booking_domain.testing.backend import Backend
from booking_domain.testing.bookings.memory.bookings import MemoryBookings
from booking_domain.testing.contracts.lockstep import Divergence, LockstepMachine
from booking_domain.testing.memory import MemoryDatabase
from booking_domain.testing.memory.database import MemoryRepositories
from booking_domain.testing.payments.memory.payments import MemoryPayments
from booking_domain.testing.scheduling.memory.claims import MemoryClaims
from booking_domain.testing.shared.memory.outbox import MemoryOutbox
from booking_domain.testing.shared.memory.tables import OUTBOX

RUNS: Final = scale.of(5_000, less=6)
STEPS: Final = scale.of(50, less=30)
PARTS: Final = scale.of(10, less=1)
"""The runs are split so that `pytest -n` can distribute them."""
_EMPTY: Final = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))  # noqa: S608
_VACUUM_EVERY: Final = 100
_TRIES: Final = settings(
    max_examples=RUNS * 5 // 4 // PARTS,  # Hypothesis ends some runs early; together they are to have all the steps
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class _OneLoop:
    """An event loop and connection pool that serve many runs; tables are emptied between runs."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.backend = PostgresBackend(url, cipher=CIPHER, pool_size=2)
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only")  # so that it empties
        self._emptied = 0
        self.run(self.backend.open())

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def close(self) -> None:
        """Called by a machine at its end; the loop stays open."""

    def empty(self) -> None:
        self._connection.execute(_EMPTY.encode())
        self._emptied += 1
        if self._emptied % _VACUUM_EVERY == 0:
            self._connection.execute("VACUUM")

    def end(self) -> None:
        self.run(self.backend.close())
        self.runner.close()
        self._connection.close()


@contextmanager
def one_loop(postgres: TestServer) -> Iterator[_OneLoop]:
    with postgres.database() as url:
        loop = _OneLoop(url)
        try:
            yield loop
        finally:
            loop.end()


def machine(
    loop: _OneLoop, done: Counter[str], memory: Callable[[], Backend] = MemoryDatabase
) -> type[LockstepMachine]:
    class OnBoth(LockstepMachine):
        def __init__(self) -> None:
            super().__init__()
            self._runner.close()
            self._runner = loop  # type: ignore[assignment]

        def open_backends(self) -> AbstractAsyncContextManager[tuple[Backend, Backend]]:
            return self._emptied()

        @asynccontextmanager
        async def _emptied(self) -> AsyncIterator[tuple[Backend, Backend]]:
            loop.empty()
            yield memory(), loop.backend

        def check_invariants(self, *arguments: Any, **named: Any) -> None:
            done["steps"] += 1
            super().check_invariants(*arguments, **named)

        def teardown(self) -> None:
            super().teardown()
            done["runs"] += 1
            done["comparisons"] += self.lockstep.comparisons

    return OnBoth


@pytest.mark.parametrize("part", range(PARTS))
def test_memory_and_postgresql_behave_the_same(part: int, postgres: TestServer, report: Report) -> None:
    done: Counter[str] = Counter()
    with one_loop(postgres) as loop:
        run_state_machine_as_test(seed(part)(machine(loop, done)), settings=_TRIES)
    assert done["runs"] >= RUNS // PARTS
    assert not scale.FULL or done["steps"] >= RUNS * STEPS // PARTS
    counted = f"{done['runs']:,} runs, {done['steps']:,} steps, {done['comparisons']:,} answers compared"
    report(17, f"part {part + 1} of {PARTS}: {counted}, divergences 0")


# Each of these is a bug in the storage of one side, as it could be written. Each must be found.


class ClaimsThatStay(MemoryClaims):
    async def release(self, provider_id: ProviderId, claim_id: ClaimId) -> None:
        pass


class ClaimsThatNeverLapse(MemoryClaims):
    async def acquire(self, claim: Claim, now: datetime) -> None:
        await super().acquire(claim, now - timedelta(days=1))


class EventsWithoutReason(MemoryBookings):
    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        await super().save(booking, was=was, events=[replace(event, reason=None) for event in events])


class BookingsWhoseDeadlineStays(MemoryBookings):
    async def save(self, booking: Booking, *, was: Booking, events: Sequence[BookingEvent] = ()) -> None:
        await super().save(replace(booking, due_at=was.due_at), was=was, events=events)


class PaymentsThatForgetWhatCame(MemoryPayments):
    async def save(self, payment: Payment, *, was: Payment) -> None:
        await super().save(replace(payment, settled=was.settled), was=was)


class OutboxInDisorder(MemoryOutbox):
    async def put(self, events: Sequence[Event]) -> None:
        await super().put(events)
        self._state[OUTBOX] = dict(sorted(self._state[OUTBOX].items(), key=lambda each: each[0].int & 0xFFFF))


PLANTED: Final = {
    "claims stay": ("claims", ClaimsThatStay),
    "lapsed holds are in the way": ("claims", ClaimsThatNeverLapse),
    "events lose their reason": ("bookings", EventsWithoutReason),
    "deadlines stay": ("bookings", BookingsWhoseDeadlineStays),
    "money is forgotten": ("payments", PaymentsThatForgetWhatCame),
    "messages in disorder": ("outbox", OutboxInDisorder),
}
LATE: Final = ("lapsed holds are in the way",)
"""What is found after hundreds of histories only."""


class Flawed(MemoryDatabase):
    """A memory database with one faulty repository."""

    def __init__(self, part: str, flawed: Callable[[Any], object]) -> None:
        super().__init__()
        self._part, self._flawed = part, flawed

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryRepositories]:
        async with super().begin() as tx:
            setattr(tx, self._part, self._flawed(getattr(tx, self._part)._current))
            yield tx


class _InMemory(LockstepMachine):
    """A flawed memory database and a correct one, which takes a tenth of the time that PostgreSQL does."""

    planted: str

    def open_backends(self) -> AbstractAsyncContextManager[tuple[Backend, Backend]]:
        return nullcontext((Flawed(*PLANTED[self.planted]), MemoryDatabase()))


@pytest.mark.parametrize("planted", [at_night(each) if each in LATE else each for each in PLANTED])
def test_a_planted_bug_in_memory_storage_is_found(planted: str) -> None:
    assert_found(type("Planted", (_InMemory,), {"planted": planted}))


def test_a_planted_bug_is_found_by_comparison_with_postgresql(postgres: TestServer) -> None:
    with one_loop(postgres) as loop:
        assert_found(machine(loop, Counter(), lambda: Flawed(*PLANTED["deadlines stay"])))


def assert_found(flawed: type[LockstepMachine]) -> None:
    effort = settings(_TRIES, max_examples=500, stateful_step_count=50, phases=[Phase.generate])
    # The machine also fails on an error that a use case does not declare, which some of the bugs cause first.
    with pytest.raises((Divergence, AssertionError)):
        run_state_machine_as_test(seed(4)(flawed), settings=effort)
