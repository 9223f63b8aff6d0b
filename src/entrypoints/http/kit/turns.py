"""Turns: how many requests of a process read or compute at once, and who is next.

Anybody may ask for slots, and thousands of people may share one address: the customers of a mobile carrier, a school.
So what a request costs is known before it waits. Calendars are read in turns of which many run at once, and a caller
may have many requests waiting. What is cheap is then computed in the same turn, in less time than it takes to send it
to another process. What is dear waits for one of few turns, in which a process computes it.

Callers take turns by what their requests cost: one that asks for much makes another wait for one of its requests only.
The waiting requests of one caller may cost so much together; beyond that, the dearest of them is refused. So among the
people of one address, who cannot be told apart, those who ask for the most are refused first.
"""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Generic, TypeVar

from litestar import Response

from booking_domain.shared.rate_limits import ServiceBusy, TooManyAtOnce
from entrypoints.http.kit.computers import Computing
from entrypoints.http.kit.identities import Caller
from entrypoints.http.kit.injection import Injected

AT_ONCE: Final = 2
MAX_WAITING: Final = 512
PATIENCE_SECONDS: Final = 15.0
CHEAP: Final = 5_000
"""Steps that are computed at once, in two milliseconds or less; see `steps_of`."""
DEAR: Final = 10_000
"""The steps of a request of which nothing is known before."""
MAX_COST_PER_CALLER: Final = 32 * DEAR
READING_AT_ONCE: Final = 8
"""Fewer than the connections of a process, so that others are left."""
MAX_READING: Final = 2_048
MAX_READING_PER_CALLER: Final = 1_024

TURN_ERRORS: Final = (TooManyAtOnce, ServiceBusy)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Computation(Generic[Result]):
    """What is left to compute once all is read, and how many steps it has."""

    work: Callable[[], Result]
    steps: int


@dataclass(slots=True)
class _Line:
    """The waiting requests of one caller, the cheapest first, and those of the same cost in the order of asking."""

    charged: int
    """What the caller's turns have cost; a caller who comes begins with what the next one in turn had."""
    requests: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)

    @property
    def cost(self) -> int:
        return sum(cost for cost, _, _ in self.requests)


class Turns:
    """Grants turns to callers: next is who has been charged least, and of their requests the cheapest."""

    def __init__(
        self,
        computing: Computing,
        *,
        at_once: int = AT_ONCE,
        max_waiting: int = MAX_WAITING,
        max_cost_per_caller: int = MAX_COST_PER_CALLER,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._computing = computing
        self._free = at_once
        self._max_waiting = max_waiting
        self._max_cost_per_caller = max_cost_per_caller
        self._patience_seconds = patience_seconds
        self._numbers = count()
        self._charged = 0
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, caller: str, cost: int = DEAR) -> AsyncIterator[Computing]:
        """Wait for a turn of this caller, in which computations may run, and end it with the block.

        Raises:
            TooManyAtOnce: the caller's waiting requests cost too much, and this one the most of them.
            ServiceBusy: too many requests of all callers wait, or the turn did not come in time.
        """
        await self._begin(caller, cost)
        try:
            yield self._computing
        finally:
            self._end()

    async def _begin(self, caller: str, cost: int) -> None:
        if self._free:
            self._free -= 1
            return
        if sum(len(line.requests) for line in self._lines.values()) >= self._max_waiting:
            raise ServiceBusy
        granted = self._queue(caller, cost)
        try:
            async with asyncio.timeout(self._patience_seconds):
                await granted
        except BaseException as error:
            if granted.done() and not granted.cancelled() and granted.exception() is None:
                self._end()
            else:
                self._forget(caller, granted)
            if isinstance(error, TimeoutError):
                raise ServiceBusy from None
            raise

    def _queue(self, caller: str, cost: int) -> asyncio.Future[None]:
        """Add a request, and refuse the dearest ones of the caller if all cost too much; it may be this one."""
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._lines.setdefault(caller, _Line(self._charged))
        insort(line.requests, (cost, next(self._numbers), granted))
        while line.cost > self._max_cost_per_caller and len(line.requests) > 1:
            _, _, refused = line.requests.pop()
            if not refused.done():
                refused.set_exception(TooManyAtOnce())
        return granted

    def _end(self) -> None:
        """Pass the turn on."""
        while self._lines:
            caller, line = min(self._lines.items(), key=lambda each: each[1].charged)
            cost, _, granted = line.requests.pop(0)
            self._charged = line.charged
            line.charged += cost
            if not line.requests:
                del self._lines[caller]
            if not granted.done():  # else it was cancelled in this moment
                granted.set_result(None)
                return
        self._free += 1

    def _forget(self, caller: str, granted: asyncio.Future[None]) -> None:
        line = self._lines.get(caller)
        if line is None:
            return
        line.requests = [each for each in line.requests if each[2] is not granted]
        if not line.requests:
            del self._lines[caller]


class Turn:
    """The turns of the caller of a request."""

    def __init__(self, caller: Caller, computing: Turns, reading: Turns) -> None:
        self._caller = caller
        self._computing = computing
        self._reading = reading

    def dear(self, steps: int = DEAR) -> AbstractAsyncContextManager[Computing]:
        """A turn for what is dear, reading included."""
        return self._computing.turn(self._caller, steps)

    async def compute(self, read: Callable[[], Awaitable[Computation[Result]]], *, at_least: int = 0) -> Result:
        """Read, and compute what was read: at once if it is cheap.

        What is dear is read again when its turn comes, so requests that wait keep nothing in memory. `at_least` is
        what it costs in any case: what is dear by that alone is not read twice.
        """
        if at_least <= CHEAP:
            async with self._reading.turn(self._caller, 1):
                found = await read()
                if found.steps <= CHEAP:
                    return found.work()
            at_least = found.steps
        async with self.dear(at_least) as computing:
            return await computing.run((await read()).work)


def provide_turn(turns: Injected[Turns], reading_turns: Injected[Turns], caller: Injected[Caller]) -> Turn:
    """Provide `turn`."""
    return Turn(caller, turns, reading_turns)


def encoded(answer: bytes) -> Response[Any]:
    """A response of JSON that was encoded where it was computed."""
    return Response(answer, media_type="application/json")
