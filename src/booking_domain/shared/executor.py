"""The one executor: authorise → idempotency → begin → handle → commit, and again if another transaction was faster."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.idempotency import IdempotencyKey, IdempotencyStore
from booking_domain.shared.ids import Entropy
from booking_domain.shared.permissions import Permission
from booking_domain.shared.unit_of_work import UnitOfWork

ATTEMPTS: Final = 5


class WithIdempotency(Protocol):
    """What the executor itself needs of a transaction."""

    @property
    def idempotency(self) -> IdempotencyStore:
        """The store of answers."""
        ...


Command = TypeVar("Command")
Result = TypeVar("Result")
Tx = TypeVar("Tx", bound=WithIdempotency)
TxNeeded = TypeVar("TxNeeded", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a use case may know of the world besides its command and its repositories."""

    actor: Actor
    now: datetime
    entropy: Entropy


@dataclass(frozen=True, slots=True)
class UseCase(Generic[Command, TxNeeded, Result]):
    """One thing that can be done: the permission it needs, and how it is done inside a transaction.

    `handle` may run more than once, so it does nothing that a rollback does not undo: no network call, no file.
    """

    action: Permission
    handle: Callable[[Command, TxNeeded, Circumstances], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer under an idempotency key; `replayed` if the effect is an earlier request's."""

    body: bytes
    replayed: bool


class Executor(Generic[Tx]):
    """Runs use cases."""

    def __init__(
        self, *, begin: UnitOfWork[Tx], clock: Clock, entropy: Entropy, authorise: Callable[[Actor, Permission], None]
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._entropy = entropy
        self._authorise = authorise

    async def run(self, use_case: UseCase[Command, Tx, Result], command: Command, *, actor: Actor) -> Result:
        """Run a use case in a transaction of its own and return its result once that is committed.

        Raises:
            NotPermitted: the actor's role may not do this at all.
            ConcurrentChange: others were faster five times in a row.
            DomainError: whatever the use case says.
        """
        self._authorise(actor, use_case.action)

        async def once() -> Result:
            async with self._begin() as tx:
                return await use_case.handle(command, tx, self._circumstances(actor))

        return await _retried(once)

    async def run_once(
        self,
        use_case: UseCase[Command, Tx, Result],
        command: Command,
        *,
        actor: Actor,
        key: IdempotencyKey,
        answer: Callable[[Result], bytes],
    ) -> Answer:
        """Run a use case at most once under `key`; a repetition gets the first answer, byte by byte.

        Raises:
            KeyReused, RequestInFlight: see `IdempotencyStore.begin`; and all that `run` raises.
        """
        self._authorise(actor, use_case.action)

        async def once() -> Answer:
            async with self._begin() as tx:
                circumstances = self._circumstances(actor)
                earlier = await tx.idempotency.begin(key, circumstances.now)
                if earlier is not None:
                    return Answer(earlier, replayed=True)
                body = answer(await use_case.handle(command, tx, circumstances))
                await tx.idempotency.finish(key, body)
                return Answer(body, replayed=False)

        return await _retried(once)

    def _circumstances(self, actor: Actor) -> Circumstances:
        return Circumstances(actor=actor, now=self._clock.now(), entropy=self._entropy)


async def _retried(once: Callable[[], Awaitable[Result]]) -> Result:
    for _ in range(ATTEMPTS - 1):
        try:
            return await once()
        except ConcurrentChange:
            continue
    return await once()
