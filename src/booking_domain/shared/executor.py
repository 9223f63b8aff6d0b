"""The executor runs every use case: authorise → begin → idempotency → handle → audit → commit, with retries.

A transaction that loses a race (`ConcurrentChange`) is run again, up to five times.

An error rolls the transaction back, unless its class declares `commits`: then the transaction is committed first and
the error is raised afterwards. So a wrong code is counted although the use case raises.

Every command that an admin runs leaves an entry in the audit log, in the transaction of the command. Commands of other
actors leave one where the use case calls `UseCaseContext.note`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, TypeVar, cast

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import AuditEntry, AuditLog, Details, Note, Origin, Subject
from booking_domain.shared.clock import Clock
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import ConcurrentChange, DomainError
from booking_domain.shared.idempotency import IdempotencyKey, IdempotencyStore, KeyInUse, RequestInFlight
from booking_domain.shared.ids import AuditId, Entropy, SessionId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.session_holds import SessionHolds
from booking_domain.shared.unit_of_work import UnitOfWork

ATTEMPTS: Final = 5


class ExecutorTx(Protocol):
    """What the executor itself needs of a transaction."""

    @property
    def idempotency(self) -> IdempotencyStore: ...
    @property
    def audit_log(self) -> AuditLog: ...
    @property
    def session_holds(self) -> SessionHolds: ...


Command = TypeVar("Command")
Result = TypeVar("Result")
Tx = TypeVar("Tx", bound=ExecutorTx)
Begun = TypeVar("Begun", bound=ExecutorTx, covariant=True)
Port = TypeVar("Port")
TxNeeded = TypeVar("TxNeeded", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCaseContext:
    """What a use case knows besides its command and its repositories."""

    actor: Actor
    now: datetime
    entropy: Entropy
    session_id: SessionId | None = None
    """The session of the request; None where there is none, as in a job."""
    ports: Mapping[type[Any], object] = field(default_factory=dict)
    noted: list[Note] = field(default_factory=list)

    def get(self, kind: type[Port], default: Port | None = None) -> Port:
        """The ports that the composition root gave to the executor, by the type of their dataclass, or `default`."""
        return cast("Port", self.ports[kind] if default is None else self.ports.get(kind, default))

    def configured(self, kind: type[Port]) -> Port:
        """The configuration of this type that the composition root gave to the executor, else its defaults."""
        given = self.ports.get(kind)
        return cast("Port", _defaults(kind) if given is None else given)  # type: ignore[arg-type]

    def note(
        self,
        action: str,
        subject: Subject | None = None,
        *,
        actor: Actor | None = None,
        details: Details | None = None,
    ) -> None:
        """Add an entry to the audit log, whatever the actor's role; see `Note`."""
        self.noted.append(Note(action=action, subject=subject, actor=actor, details=details or {}))


@cache
def _defaults(kind: Callable[[], object]) -> object:
    return kind()


def _no_subject(_command: object, _result: object) -> None:
    """The command has no subject but the actor."""


@dataclass(frozen=True, slots=True)
@checks_enums
class UseCase(Generic[Command, TxNeeded, Result]):
    """A use case: the permission it needs and the function that runs inside a transaction.

    `handle` may run more than once, so it must not do what a rollback does not undo: no network call, no file.
    """

    action: Permission
    handle: Callable[[Command, TxNeeded, UseCaseContext], Awaitable[Result]]
    concerns: Callable[[Command, Result], Subject | None] = _no_subject
    """The subject of the audit entry of an admin's command."""
    audited_as: str | None = None
    """The action of that entry; None: the name of the permission."""
    raises: tuple[type[DomainError], ...] = ()
    """The errors that `handle` raises, besides NotPermitted, ConcurrentChange and StorageUnavailable; entry points
    document them."""
    outlasts_session: bool = False
    """Whether it makes what acts for the account after the session of the request. Then that session is held: what ends
    it and settles the account waits for the command, or the command is refused; see `SessionHolds`."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response to a request with an idempotency key; `replayed` if an earlier request had the effect."""

    body: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class _Refused:
    """An error that is raised once the transaction is committed."""

    error: DomainError


class Executor(Generic[Begun]):
    """Runs use cases. `ports` are pure ports and configuration, which use cases find by `UseCaseContext.get`."""

    def __init__(
        self,
        *,
        begin: UnitOfWork[Begun],
        clock: Clock,
        entropy: Entropy,
        origin: Callable[[], Origin] = Origin,
        ports: Sequence[object] = (),
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._entropy = entropy
        self._origin = origin
        self._ports: Mapping[type[Any], object] = MappingProxyType({type(each): each for each in ports})

    async def run(
        self,
        use_case: UseCase[Command, Begun, Result],
        command: Command,
        *,
        actor: Actor,
        session_id: SessionId | None = None,
    ) -> Result:
        """Run a use case in its own transaction and return its result after the commit.

        Raises:
            NotPermitted: the actor's role does not have the permission.
            InvalidToken: the use case outlasts its session, which has ended.
            ConcurrentChange: the transaction lost five races in a row.
            DomainError: an error of the use case; the transaction is rolled back, or committed if the error `commits`.
        """
        authorise(actor, use_case.action)

        async def attempt() -> Result | _Refused:
            async with self._begin() as tx:
                context = self._context(actor, session_id)
                await _hold_session(use_case, tx, context)
                return await self._handle(use_case, command, tx, context)

        return await _retried(attempt)

    async def run_once(
        self,
        use_case: UseCase[Command, Begun, Result],
        command: Command,
        *,
        actor: Actor,
        key: IdempotencyKey,
        answer: Callable[[Result], bytes],
        session_id: SessionId | None = None,
    ) -> StoredResponse:
        """Run a use case at most once under `key`; a repetition gets the first answer, byte by byte.

        Only a success is kept as an answer. After any error, one that commits included, the key can be used again.

        Raises:
            KeyReused, RequestInFlight: see `IdempotencyStore.begin`; and all that `run` raises.
        """
        authorise(actor, use_case.action)

        async def attempt() -> StoredResponse | _Refused:
            async with self._begin() as tx:
                context = self._context(actor, session_id)
                await tx.idempotency.reserve(key, context.now)
                try:
                    await _hold_session(use_case, tx, context)
                    result = await self._handle(use_case, command, tx, context)
                except DomainError:
                    await tx.idempotency.confirm()  # the answer to an earlier request goes before an error
                    raise
                if isinstance(result, _Refused):
                    await tx.idempotency.release(key)
                    return result
                body = answer(result)
                await tx.idempotency.finish(key, body)
                return StoredResponse(body, replayed=False)

        async def attempt_or_replay() -> StoredResponse | _Refused:
            try:
                return await attempt()
            except KeyInUse as used:
                if used.in_flight:
                    raise RequestInFlight from used
                return await self._earlier(key)

        return await _retried(attempt_or_replay)

    async def _earlier(self, key: IdempotencyKey) -> StoredResponse:
        """The answer under a key that was in use.

        Raises:
            ConcurrentChange: the key is free by now.
        """
        async with self._begin() as tx:
            earlier = await tx.idempotency.begin(key, self._clock.now())
            if earlier is None:
                raise ConcurrentChange(what="the idempotency key")
            return StoredResponse(earlier, replayed=True)

    async def answer_once(
        self,
        action: Permission | None,
        answer: Callable[[], Awaitable[bytes]],
        *,
        actor: Actor,
        key: IdempotencyKey,
    ) -> StoredResponse:
        """Return the answer that is stored under `key`, else store and return that of a process.

        It runs between two transactions, so requests at the same time may each run it: it must be idempotent by itself.
        They get the same answer.

        Raises:
            NotPermitted: the actor's role does not have the permission of the process.
            KeyReused, RequestInFlight: see `IdempotencyStore.begin`; and all that `answer` raises.
        """
        if action is not None:
            authorise(actor, action)

        async def look_up() -> StoredResponse | None:
            async with self._begin() as tx:
                earlier = await tx.idempotency.begin(key, self._clock.now())
                if earlier is not None:
                    return StoredResponse(earlier, replayed=True)
                await tx.idempotency.release(key)
                return None

        earlier = await _retried(look_up)
        if earlier is not None:
            return earlier
        body = await answer()

        async def keep() -> StoredResponse:
            async with self._begin() as tx:
                earlier = await tx.idempotency.begin(key, self._clock.now())
                if earlier is not None:
                    return StoredResponse(earlier, replayed=True)
                await tx.idempotency.finish(key, body)
                return StoredResponse(body, replayed=False)

        return await _retried(keep)

    async def _handle(
        self, use_case: UseCase[Command, Tx, Result], command: Command, tx: Tx, context: UseCaseContext
    ) -> Result | _Refused:
        """Handle the command and write its audit entries; return an error that commits instead of raising it.

        A refused command leaves only the entries that the use case noted itself.
        """
        try:
            result = await use_case.handle(command, tx, context)
        except DomainError as error:
            if not error.commits:
                raise
            await self._audit(context.noted, None, tx, context)
            return _Refused(error)
        notes = context.noted
        if not notes and context.actor.role is Role.ADMIN:
            notes = [Note(action=use_case.audited_as or use_case.action.value)]
        if notes:
            await self._audit(notes, use_case.concerns(command, result), tx, context)
        return result

    async def _audit(self, notes: list[Note], subject: Subject | None, tx: ExecutorTx, context: UseCaseContext) -> None:
        for note in notes:
            await tx.audit_log.add(
                AuditEntry(
                    id=AuditId(self._entropy.new_id()),
                    at=context.now,
                    actor=note.actor or context.actor,
                    action=note.action,
                    subject=note.subject or subject,
                    origin=self._origin(),
                    details=note.details,
                )
            )

    def _context(self, actor: Actor, session_id: SessionId | None) -> UseCaseContext:
        return UseCaseContext(
            actor=actor, now=self._clock.now(), entropy=self._entropy, session_id=session_id, ports=self._ports
        )


async def _hold_session(use_case: UseCase[Any, Any, Any], tx: ExecutorTx, context: UseCaseContext) -> None:
    if use_case.outlasts_session and context.session_id is not None:
        await tx.session_holds.hold(context.actor.id, context.session_id, context.now)


async def _retried(attempt: Callable[[], Awaitable[Result | _Refused]]) -> Result:
    for _ in range(ATTEMPTS - 1):
        try:
            return _result(await attempt())
        except ConcurrentChange:
            continue
    return _result(await attempt())


def _result(outcome: Result | _Refused) -> Result:
    if isinstance(outcome, _Refused):
        raise outcome.error
    return outcome
