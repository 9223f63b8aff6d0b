"""The executor on a small store: a transaction works on a copy, which replaces the original at commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest

from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.audit import AuditEntry, AuditLog, Origin, Subject
from booking_domain.shared.errors import ConcurrentChange, NotPermitted, RuleViolated, StorageUnavailable
from booking_domain.shared.executor import ATTEMPTS, Executor, StoredResponse, UseCase, UseCaseContext
from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, IdempotencyStore, KeyInUse, KeyReused
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.session_holds import SessionHolds
from booking_domain.testing.shared.memory.entropy import SeededEntropy

START = datetime(2026, 11, 23, tzinfo=UTC)
CUSTOMER = Actor(UserId(UUID(int=1)), Role.CUSTOMER)
OTHER = Actor(UserId(UUID(int=2)), Role.CUSTOMER)
ADMIN = Actor(UserId(UUID(int=3)), Role.ADMIN)
ORIGIN = Origin(address="192.0.2.7", request_id="r1")
Kept = tuple[bytes, bytes, datetime]


class WrongGuess(RuleViolated):
    """The guess is wrong."""

    commits: ClassVar[bool] = True


class Crash(BaseException):
    """The process dies."""


@dataclass
class Tx(IdempotencyStore, AuditLog, SessionHolds):
    """One transaction's view: a number, the answers by idempotency key, and the audit log."""

    number: int
    answers: dict[tuple[UserId, str], Kept]
    audited: list[AuditEntry]
    begun: tuple[IdempotencyKey, datetime] | None = None
    in_use: bool = False
    held: list[tuple[UserId, SessionId]] = field(default_factory=list)

    @property
    def audit_log(self) -> AuditLog:
        return self

    async def add(self, entry: AuditEntry) -> None:
        self.audited.append(entry)

    @property
    def session_holds(self) -> SessionHolds:
        return self

    async def hold(self, user_id: UserId, session_id: SessionId, now: datetime) -> None:
        self.held.append((user_id, session_id))

    @property
    def idempotency(self) -> IdempotencyStore:
        return self

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        kept = self.answers.get((key.caller, key.key))
        if kept is None or kept[2] + KEPT_FOR <= now:
            self.begun = (key, now)
            return None
        if kept[0] != key.fingerprint:
            raise KeyReused
        return kept[1]

    async def reserve(self, key: IdempotencyKey, now: datetime) -> None:
        """Reserve the key; that it is in use is noticed later, as by a store that sends statements together."""
        kept = self.answers.get((key.caller, key.key))
        self.in_use = kept is not None and kept[2] + KEPT_FOR > now
        self.begun = (key, now)

    async def confirm(self) -> None:
        if self.in_use:
            raise KeyInUse

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        await self.confirm()
        assert self.begun is not None
        assert self.begun[0] == key
        self.answers[key.caller, key.key] = (key.fingerprint, answer, self.begun[1])

    async def release(self, key: IdempotencyKey) -> None:
        assert self.begun is not None
        assert self.begun[0] == key
        self.begun = None


@dataclass
class World:
    """The store, its clock, and the steps in order. Rivals win the first `rivals` races to commit.

    `crashes` fails the next transaction right after its commit.
    """

    number: int = 0
    answers: dict[tuple[UserId, str], Kept] = field(default_factory=dict)
    time: datetime = START
    happened: list[str] = field(default_factory=list)
    rivals: int = 0
    crashes: bool = False
    held: list[tuple[UserId, SessionId]] = field(default_factory=list)
    audited: list[AuditEntry] = field(default_factory=list)

    def now(self) -> datetime:
        self.happened.append("look at the clock")
        self.time += timedelta(seconds=1)
        return self.time

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        self.happened.append("begin")
        tx = Tx(self.number, dict(self.answers), list(self.audited), held=self.held)
        try:
            yield tx
            self._lose_to_a_rival()
        except BaseException:
            self.happened.append("roll back")
            raise
        self.number, self.answers, self.audited = tx.number, tx.answers, tx.audited
        self.happened.append("commit")
        if self.crashes:
            self.crashes = False
            raise Crash

    def _lose_to_a_rival(self) -> None:
        if self.rivals:
            self.rivals -= 1
            raise ConcurrentChange(what="the number")

    @property
    def executor(self) -> Executor[Tx]:
        return Executor(begin=self.begin, clock=self, entropy=SeededEntropy(), origin=lambda: ORIGIN)


async def _add(more: int, tx: Tx, context: UseCaseContext) -> int:
    tx.number += more
    return tx.number


def failing_with(error: Exception) -> Callable[[int, Tx, UseCaseContext], Awaitable[int]]:
    async def handle(more: int, tx: Tx, context: UseCaseContext) -> int:
        tx.number += more
        raise error

    return handle


ADD = UseCase(Permission.PAY, _add)
GUESS = UseCase(Permission.PAY, failing_with(WrongGuess()))


async def run(world: World, use_case: UseCase[int, Tx, int] = ADD, *, actor: Actor = CUSTOMER) -> int:
    return await world.executor.run(use_case, 1, actor=actor)


async def run_once(
    world: World,
    key: str = "k",
    *,
    body: bytes = b"body",
    actor: Actor = CUSTOMER,
    use_case: UseCase[int, Tx, int] = ADD,
) -> StoredResponse:
    return await world.executor.run_once(
        use_case,
        1,
        actor=actor,
        key=IdempotencyKey(caller=actor.id, key=key, fingerprint=body),
        answer=lambda number: f"it is {number}".encode(),
    )


async def test_a_use_case_is_begun_handled_and_committed_in_this_order() -> None:
    world = World()
    assert await run(world) == 1
    assert world.number == 1
    assert world.happened == ["begin", "look at the clock", "commit"]


async def test_without_the_permission_no_transaction_begins() -> None:
    world = World()
    with pytest.raises(NotPermitted):
        await run(world, actor=Actor(CUSTOMER.id, Role.SYSTEM))
    assert world.happened == []


async def test_only_a_use_case_that_outlasts_its_session_holds_it_and_only_where_there_is_one() -> None:
    session_id = SessionId(UUID(int=7))
    for use_case, held in ((ADD, []), (replace(ADD, outlasts_session=True), [(CUSTOMER.id, session_id)])):
        world = World()
        await world.executor.run(use_case, 1, actor=CUSTOMER)
        assert world.held == []
        await world.executor.run(use_case, 1, actor=CUSTOMER, session_id=session_id)
        assert world.held == held
        key = IdempotencyKey(caller=CUSTOMER.id, key="k", fingerprint=b"body")
        await world.executor.run_once(use_case, 1, actor=CUSTOMER, session_id=session_id, key=key, answer=lambda _: b"")
        assert world.held == held * 2


async def test_an_error_rolls_the_transaction_back_and_is_not_retried() -> None:
    for error in (NotPermitted(permission="count"), StorageUnavailable(), ZeroDivisionError()):
        world = World()
        with pytest.raises(type(error)) as refused:
            await run(world, UseCase(Permission.PAY, failing_with(error)))
        assert refused.value is error
        assert world.number == 0
        assert world.happened == ["begin", "look at the clock", "roll back"]


async def test_a_transaction_that_lost_a_race_runs_again_with_a_new_time() -> None:
    world = World(rivals=2)
    assert await run(world) == 1
    assert world.happened == [
        *["begin", "look at the clock", "roll back"] * 2,
        *["begin", "look at the clock", "commit"],
    ]


async def test_a_conflict_inside_the_use_case_is_retried_like_one_at_the_commit() -> None:
    world = World()
    with pytest.raises(ConcurrentChange):
        await run(world, UseCase(Permission.PAY, failing_with(ConcurrentChange(what="the number"))))
    assert world.happened.count("begin") == ATTEMPTS


async def test_a_transaction_that_lost_five_races_in_a_row_fails() -> None:
    world = World(rivals=4)
    assert await run(world) == 1
    world = World(rivals=5)
    with pytest.raises(ConcurrentChange):
        await run(world)
    assert (ATTEMPTS, world.happened.count("begin"), world.number) == (5, 5, 0)


async def test_the_context_has_the_actor_and_the_time() -> None:
    async def who_and_when(_: int, tx: Tx, context: UseCaseContext) -> int:
        assert context.actor == SYSTEM
        assert context.now == START + timedelta(seconds=1)
        assert context.entropy.new_id() != context.entropy.new_id()
        return 42

    assert await run(World(), UseCase(Permission.RUN_PLATFORM, who_and_when), actor=SYSTEM) == 42


async def test_the_same_request_twice_has_one_effect_and_one_answer() -> None:
    world = World()
    assert await run_once(world) == StoredResponse(b"it is 1", replayed=False)
    assert await run_once(world) == StoredResponse(b"it is 1", replayed=True)
    assert world.number == 1


async def test_a_key_of_another_request_is_refused() -> None:
    world = World()
    await run_once(world)
    with pytest.raises(KeyReused):
        await run_once(world, body=b"another body")
    assert world.number == 1


async def test_a_repeated_request_gets_the_answer_even_if_the_use_case_would_fail_now() -> None:
    world = World()
    first = await run_once(world)
    again = await run_once(world, use_case=UseCase(Permission.PAY, failing_with(StorageUnavailable())))
    assert again == replace(first, replayed=True)
    assert world.number == 1


async def test_another_key_or_another_caller_makes_another_request() -> None:
    world = World()
    await run_once(world)
    assert await run_once(world, "another key") == StoredResponse(b"it is 2", replayed=False)
    assert await run_once(world, actor=OTHER) == StoredResponse(b"it is 3", replayed=False)


async def test_a_key_can_be_used_for_another_request_after_a_day() -> None:
    world = World()
    await run_once(world)
    world.time += timedelta(hours=24)
    assert await run_once(world, body=b"another body") == StoredResponse(b"it is 2", replayed=False)


async def test_a_failed_request_can_be_repeated_under_its_key() -> None:
    world = World()
    with pytest.raises(StorageUnavailable):
        await run_once(world, use_case=UseCase(Permission.PAY, failing_with(StorageUnavailable())))
    assert world.answers == {}
    assert await run_once(world) == StoredResponse(b"it is 1", replayed=False)


async def test_a_request_that_lost_races_has_one_effect() -> None:
    world = World(rivals=3)
    assert await run_once(world) == StoredResponse(b"it is 1", replayed=False)
    assert await run_once(world) == StoredResponse(b"it is 1", replayed=True)
    assert world.number == 1


async def test_a_replay_needs_the_permission_too() -> None:
    world = World()
    await run_once(world)
    with pytest.raises(NotPermitted):
        await run_once(world, actor=Actor(CUSTOMER.id, Role.SYSTEM))


async def answer_once(world: World, *, body: bytes = b"body", actor: Actor = CUSTOMER) -> StoredResponse:
    async def answer() -> bytes:
        return f"it is {await run(world)}".encode()

    key = IdempotencyKey(caller=actor.id, key="k", fingerprint=body)
    return await world.executor.answer_once(Permission.PAY, answer, actor=actor, key=key)


async def test_a_process_gives_its_first_answer_again_under_its_key() -> None:
    world = World(rivals=3)
    assert await answer_once(world) == StoredResponse(b"it is 1", replayed=False)
    assert await answer_once(world) == StoredResponse(b"it is 1", replayed=True)
    assert world.number == 1
    with pytest.raises(KeyReused):
        await answer_once(world, body=b"another body")
    with pytest.raises(NotPermitted):
        await answer_once(world, actor=Actor(CUSTOMER.id, Role.SYSTEM))


async def test_processes_that_run_at_the_same_time_under_one_key_give_one_answer() -> None:
    world = World()

    async def overtaken() -> bytes:
        assert await answer_once(world) == StoredResponse(b"it is 1", replayed=False)
        return b"another answer"

    key = IdempotencyKey(caller=CUSTOMER.id, key="k", fingerprint=b"body")
    done = await world.executor.answer_once(None, overtaken, actor=CUSTOMER, key=key)
    assert done == StoredResponse(b"it is 1", replayed=True)


async def test_the_command_of_an_admin_is_audited_by_default() -> None:
    world = World()
    await run(world, actor=ADMIN)
    (entry,) = world.audited
    assert (entry.actor, entry.action, entry.subject) == (ADMIN, "payment.start", None)
    assert (entry.at, entry.origin, entry.details) == (world.time, ORIGIN, {})


async def test_an_entry_has_the_action_and_the_subject_of_the_use_case() -> None:
    world = World()
    named = UseCase(Permission.PAY, _add, lambda more, now: Subject("sum", UUID(int=more + now)), audited_as="sum.grow")
    await run(world, named, actor=ADMIN)
    (entry,) = world.audited
    assert (entry.action, entry.subject) == ("sum.grow", Subject("sum", UUID(int=2)))


@pytest.mark.parametrize("actor", [CUSTOMER, Actor(OTHER.id, Role.PROVIDER), Actor(OTHER.id, Role.MANAGER)])
async def test_the_command_of_another_role_is_not_audited_by_default(actor: Actor) -> None:
    world = World()
    await run(world, actor=actor)
    assert world.audited == []


async def test_the_notes_of_a_use_case_are_audited_for_every_role() -> None:
    async def reset(_: int, tx: Tx, context: UseCaseContext) -> int:
        context.note("sum.reset", Subject("sum", UUID(int=1)), details={"was": 3})
        context.note("sum.seen", actor=CUSTOMER)
        return 0

    for use_case, actor in ((UseCase(Permission.PAY, reset), ADMIN), (UseCase(Permission.RUN_PLATFORM, reset), SYSTEM)):
        world = World()
        await run(world, use_case, actor=actor)
        assert [(each.actor, each.action, each.details) for each in world.audited] == [
            (actor, "sum.reset", {"was": 3}),
            (CUSTOMER, "sum.seen", {}),
        ]


async def test_a_rolled_back_command_has_no_entry() -> None:
    world = World()
    with pytest.raises(StorageUnavailable):
        await run(world, UseCase(Permission.PAY, failing_with(StorageUnavailable())), actor=ADMIN)
    assert world.audited == []


async def test_retries_and_replays_add_no_entry() -> None:
    world = World(rivals=3)
    await run_once(world, actor=ADMIN)
    assert (await run_once(world, actor=ADMIN)).replayed
    assert len(world.audited) == 1


async def test_an_error_that_commits_is_raised_after_the_commit() -> None:
    world = World()
    with pytest.raises(WrongGuess):
        await run(world, GUESS)
    assert world.number == 1
    assert world.happened == ["begin", "look at the clock", "commit"]


async def test_a_transaction_that_commits_an_error_is_retried_after_a_lost_race() -> None:
    world = World(rivals=2)
    with pytest.raises(WrongGuess):
        await run(world, GUESS)
    assert world.number == 1
    assert world.happened.count("begin") == 3
    world = World(rivals=5)
    with pytest.raises(ConcurrentChange):
        await run(world, GUESS)
    assert world.number == 0


async def test_a_crash_between_commit_and_raise_keeps_the_counted_failure() -> None:
    world = World(crashes=True)
    with pytest.raises(Crash):
        await run(world, GUESS)
    assert world.number == 1
    with pytest.raises(WrongGuess):
        await run(world, GUESS)
    assert world.number == 2


async def test_a_committed_error_is_not_stored_under_the_idempotency_key() -> None:
    world = World()
    for tries in (1, 2):
        with pytest.raises(WrongGuess):
            await run_once(world, use_case=GUESS)
        assert (world.number, world.answers) == (tries, {})
    assert await run_once(world, body=b"another body") == StoredResponse(b"it is 3", replayed=False)


async def test_an_error_that_commits_keeps_the_notes_of_the_use_case_and_no_other_entry() -> None:
    async def guess(_: int, tx: Tx, context: UseCaseContext) -> int:
        context.note("guess.wrong", Subject("sum", UUID(int=1)))
        raise WrongGuess

    world = World()
    with pytest.raises(WrongGuess):
        await run(world, UseCase(Permission.PAY, guess), actor=ADMIN)
    assert [each.action for each in world.audited] == ["guess.wrong"]
    world = World()
    with pytest.raises(WrongGuess):
        await run(world, GUESS, actor=ADMIN)
    assert world.audited == []
