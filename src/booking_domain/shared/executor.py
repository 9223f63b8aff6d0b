"""The one executor: authorise → begin → idempotency → handle → audit → commit, and again if another was faster.

Whatever an admin does has an entry in the audit log, in the transaction in which it is done: no use case can forget it.
What others do has one where the use case says so (`Context.note`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import AuditEntry, AuditLog, Details, Note, Origin, Subject
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.idempotency import IdempotencyKey, IdempotencyStore
from booking_domain.shared.ids import AuditId, Entropy
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.unit_of_work import UnitOfWork

ATTEMPTS: Final = 5


class ExecutorTx(Protocol):
    """What the executor itself needs of a transaction."""

    @property
    def idempotency(self) -> IdempotencyStore:
        """The store of answers."""
        ...

    @property
    def audit_log(self) -> AuditLog:
        """Where entries go."""
        ...


Command = TypeVar("Command")
Result = TypeVar("Result")
Tx = TypeVar("Tx", bound=ExecutorTx)
TxNeeded = TypeVar("TxNeeded", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a use case may know of the world besides its command and its repositories."""

    actor: Actor
    now: datetime
    entropy: Entropy
    noted: list[Note] = field(default_factory=list)

    def note(
        self,
        action: str,
        subject: Subject | None = None,
        *,
        actor: Actor | None = None,
        details: Details | None = None,
    ) -> None:
        """Have the audit log say so, whoever asks; see `Note`."""
        self.noted.append(Note(action=action, subject=subject, actor=actor, details=details or {}))


def _nothing(_command: object, _result: object) -> None:
    """Nothing but what is the actor's own."""


@dataclass(frozen=True, slots=True)
class UseCase(Generic[Command, TxNeeded, Result]):
    """One thing that can be done: the permission it needs, and how it is done inside a transaction.

    `handle` may run more than once, so it does nothing that a rollback does not undo: no network call, no file.
    """

    action: Permission
    handle: Callable[[Command, TxNeeded, Context], Awaitable[Result]]
    concerns: Callable[[Command, Result], Subject | None] = _nothing
    """What the audit log names as the object."""
    audited_as: str | None = None
    """What the audit log calls it when an admin has done it; None: as the permission is called."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer under an idempotency key; `replayed` if the effect is an earlier request's."""

    body: bytes
    replayed: bool


class Executor(Generic[Tx]):
    """Runs use cases."""

    def __init__(
        self, *, begin: UnitOfWork[Tx], clock: Clock, entropy: Entropy, origin: Callable[[], Origin] = Origin
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._entropy = entropy
        self._origin = origin

    async def run(self, use_case: UseCase[Command, Tx, Result], command: Command, *, actor: Actor) -> Result:
        """Run a use case in a transaction of its own and return its result once that is committed.

        Raises:
            NotPermitted: the actor's role may not do this at all.
            ConcurrentChange: others were faster five times in a row.
            DomainError: whatever the use case says.
        """
        authorise(actor, use_case.action)

        async def once() -> Result:
            async with self._begin() as tx:
                return await self._done(use_case, command, tx, self._circumstances(actor))

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
        authorise(actor, use_case.action)

        async def once() -> Answer:
            async with self._begin() as tx:
                circumstances = self._circumstances(actor)
                earlier = await tx.idempotency.begin(key, circumstances.now)
                if earlier is not None:
                    return Answer(earlier, replayed=True)
                body = answer(await self._done(use_case, command, tx, circumstances))
                await tx.idempotency.finish(key, body)
                return Answer(body, replayed=False)

        return await _retried(once)

    async def _done(self, use_case: UseCase[Command, Tx, Result], command: Command, tx: Tx, context: Context) -> Result:
        result = await use_case.handle(command, tx, context)
        notes = context.noted
        if not notes and context.actor.role is Role.ADMIN:
            notes = [Note(action=use_case.audited_as or use_case.action.value)]
        for note in notes:
            await tx.audit_log.add(
                AuditEntry(
                    id=AuditId(self._entropy.new_id()),
                    at=context.now,
                    actor=note.actor or context.actor,
                    action=note.action,
                    subject=note.subject or use_case.concerns(command, result),
                    origin=self._origin(),
                    details=note.details,
                )
            )
        return result

    def _circumstances(self, actor: Actor) -> Context:
        return Context(actor=actor, now=self._clock.now(), entropy=self._entropy)


async def _retried(once: Callable[[], Awaitable[Result]]) -> Result:
    for _ in range(ATTEMPTS - 1):
        try:
            return await once()
        except ConcurrentChange:
            continue
    return await once()
