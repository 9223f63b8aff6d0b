"""Two storages in lockstep: `PlatformMachine` runs on both, and both must return the same.

A use case is a function of its command, the clock, the entropy and the results of its repositories. Each repository
call, each read and each commit runs on both storages, and the results are compared; the first difference fails. So both
storages see the same use cases with the same clock and ids. Transactions run one after the other; races are the subject
of `tests/contract`.

    class OnMine(LockstepMachine):
        def open_backends(self) -> AbstractAsyncContextManager[tuple[Backend, Backend]]:
            ...  # `MemoryDatabase()`, and an empty storage of mine

    TestLockstep = OnMine.TestCase
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from hypothesis.stateful import invariant

from booking_domain.bookings.ports import BookableProvider
from booking_domain.scheduling.model import CLAIM_MARGIN, claim_margin
from booking_domain.scheduling.ports import EXCEPTION_MARGIN
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.errors import ConcurrentChange, DomainError
from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import Signals
from booking_domain.shared.time import TimeRange
from booking_domain.testing.backend import Backend
from booking_domain.testing.contracts.whole_platform import PlatformMachine
from booking_domain.use_cases.platform.ports import Reads, Repositories

_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Question:
    """A call that runs on both storages."""

    what: Callable[[], str]
    one: Callable[[], Awaitable[Any]]
    other: Callable[[], Awaitable[Any]]
    around: TimeRange | None = None
    """The window of a call about a schedule."""


_Ask: TypeAlias = Callable[[_Question], Awaitable[Any]]


class Divergence(AssertionError):
    """The two storages have returned different results."""


class Lockstep:
    """Two storages as one `Backend`. `comparisons` counts the compared results."""

    def __init__(self, one: Backend, other: Backend) -> None:
        self._one, self._other = one, other
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self.comparisons: int = 0
        self.reads: Reads = cast(Reads, _Ports(one.reads, other.reads, self._read, "reads."))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Repositories]:
        """Begin a database transaction on both: the `UnitOfWork`."""
        # A pipelined storage may report an error at the commit that the other storage reports at once.
        late: list[DomainError] = []
        finished = False

        async def ask(question: _Question) -> Any:
            answer, other_answer = await _answer(question.one), await _answer(question.other)
            if isinstance(answer, DomainError) and not isinstance(other_answer, DomainError):
                late.append(answer)
                raise answer
            if callable(answer) and callable(other_answer):  # it waits for a result: that is compared when it is called
                return lambda: ask(_Question(lambda: f"{question.what()}()", answer, other_answer))
            return self._same(question.what, answer, other_answer, question.around)

        async with self._alone(), self._one.begin() as one:
            try:
                async with self._other.begin() as other:
                    try:
                        yield cast(Repositories, _Ports(one, other, ask))
                    except DomainError as error:
                        if error not in late:
                            raise
                    finished = True
            except DomainError as error:
                if finished:
                    self._same(lambda: "the end of a database transaction", late[0] if late else None, error)
                raise
            if late:
                raise Divergence(f"{late[0]!r} was raised by the first storage only")

    def signals(self) -> Signals:
        """Listen to what is committed to the first storage."""
        return self._one.signals()

    def when_access_is_reduced(self, tell: Callable[[UserId], None]) -> None:
        """Call this after database transactions of the first storage."""
        self._one.when_access_is_reduced(tell)

    def when_public_versions_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        """Call this after database transactions of the first storage."""
        self._one.when_public_versions_change(tell)

    async def outbox_events(self) -> Sequence[Event]:
        """Return the events, which must be the same on both storages."""
        question = _Question(lambda: "outbox_events", self._one.outbox_events, self._other.outbox_events)
        events: Sequence[Event] = await self._read(question)
        return events

    async def _read(self, question: _Question) -> Any:
        async with self._alone():
            return self._same(
                question.what, await _answer(question.one), await _answer(question.other), question.around
            )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait until both storages have committed, so that reads compare the same state."""
        task = asyncio.current_task()
        if self._holder is task:
            yield
            return
        async with self._lock:
            self._holder = task
            try:
                yield
            finally:
                self._holder = None

    def _same(self, what: Callable[[], str], answer: Any, other: Any, around: TimeRange | None = None) -> Any:
        self.comparisons += 1
        if _comparable(answer, around) != _comparable(other, around):
            raise Divergence(f"{what()}:\n  {answer!r}\n  {other!r}")
        if isinstance(answer, DomainError):
            raise answer
        return answer


class _Both:
    """One port of both storages."""

    def __init__(self, one: object, other: object, name: str, ask: _Ask) -> None:
        self._one, self._other, self._name, self._ask = one, other, name, ask

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        one, other = getattr(self._one, method), getattr(self._other, method)

        def call(*arguments: Any, **named: Any) -> Awaitable[Any]:
            def what() -> str:
                return f"{self._name}{method}{arguments}{named or ''}"

            around = next((each for each in (*arguments, *named.values()) if isinstance(each, TimeRange)), None)
            return self._ask(
                _Question(what, lambda: one(*arguments, **named), lambda: other(*arguments, **named), around)
            )

        return call


class _Ports:
    """All repositories of a database transaction, or all reads, of both storages."""

    def __init__(self, one: object, other: object, ask: _Ask, name: str = "") -> None:
        self._one, self._other, self._ask, self._name = one, other, ask, name

    def __getattr__(self, port: str) -> _Both:
        return _Both(getattr(self._one, port), getattr(self._other, port), f"{self._name}{port}.", self._ask)


async def _answer(ask: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await ask()
    except DomainError as refusal:
        return refusal


def _comparable(answer: Any, around: TimeRange | None) -> Any:
    """Return the guaranteed part of a result: no wording of conflicts, and no more of a schedule than was requested."""
    match answer:
        case ConcurrentChange():
            return ConcurrentChange
        case DomainError():
            return type(answer), answer.parameters
        case BookableProvider(schedule=schedule, terms=terms):
            return _comparable(schedule, around), terms
        case ProviderSchedule() if around is not None:
            return _promised(answer, around)
        case list() | tuple():
            return [_comparable(each, around) for each in answer]
        case _:
            return answer


def _promised(schedule: ProviderSchedule, around: TimeRange) -> ProviderSchedule:
    """Return the schedule without entries far from the window, with its claims sorted by id."""
    far = claim_margin(schedule.calendar.settings)
    near = TimeRange(around.start - far, around.end + far)
    close = TimeRange(around.start - CLAIM_MARGIN, around.end + CLAIM_MARGIN)
    first, last = (around.start - EXCEPTION_MARGIN).date(), (around.end + EXCEPTION_MARGIN).date()
    return replace(
        schedule,
        calendar=replace(
            schedule.calendar,
            exceptions=tuple(each for each in schedule.calendar.exceptions if first <= each.date <= last),
            blocks=tuple(each for each in schedule.calendar.blocks if each.range.overlaps(close)),
        ),
        claims=tuple(
            sorted((each for each in schedule.claims if each.blocked.overlaps(near)), key=lambda each: each.id)
        ),
        feeds=tuple(
            replace(feed, busy=tuple(busy for busy in feed.busy if busy.overlaps(near))) for feed in schedule.feeds
        ),
    )


class LockstepMachine(PlatformMachine):
    """`PlatformMachine` on two storages that must not differ.

    Its invariant reads all bookings with events, payments and claims, and the outbox, after each step.
    """

    def open_backends(self) -> AbstractAsyncContextManager[tuple[Backend, Backend]]:
        """Open two empty storages."""
        raise NotImplementedError

    def open_backend(self) -> AbstractAsyncContextManager[Backend]:
        return self._in_lockstep()

    @asynccontextmanager
    async def _in_lockstep(self) -> AsyncIterator[Backend]:
        async with self.open_backends() as (one, other):
            self.lockstep: Lockstep = Lockstep(one, other)
            yield self.lockstep

    @invariant()
    def remaining_state_is_the_same(self) -> None:
        async def look() -> None:
            reads = self.studio.reads
            await reads.bookings.overdue(self.studio.clock.now(), _MOST)
            await reads.providers.get(self.studio.provider_id)
            for customer in self.customers:
                await reads.waiting_list.of_customer(customer.id)

        self._do(look())
