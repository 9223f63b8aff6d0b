"""The executor over a tiny store: a transaction works on a copy, which takes the place of the original at commit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.audit import AuditEntry, AuditLog, Origin, Subject
from booking_domain.shared.errors import ConcurrentChange, NotPermitted, StorageUnavailable
from booking_domain.shared.executor import ATTEMPTS, Answer, Context, Executor, UseCase
from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, IdempotencyStore, KeyReused
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.memory.entropy import SeededEntropy

START = datetime(2026, 11, 23, tzinfo=UTC)
CUSTOMER = Actor(UserId(UUID(int=1)), Role.CUSTOMER)
OTHER = Actor(UserId(UUID(int=2)), Role.CUSTOMER)
ADMIN = Actor(UserId(UUID(int=3)), Role.ADMIN)
ORIGIN = Origin(address="192.0.2.7", request_id="r1")
Kept = tuple[bytes, bytes, datetime]


@dataclass
class Tx(IdempotencyStore, AuditLog):
    """What one transaction sees: a number, the answers that were given, and the audit log."""

    number: int
    answers: dict[tuple[UserId, str], Kept]
    audited: list[AuditEntry]
    begun: tuple[IdempotencyKey, datetime] | None = None

    @property
    def audit_log(self) -> AuditLog:
        return self

    async def add(self, entry: AuditEntry) -> None:
        self.audited.append(entry)

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

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        assert self.begun is not None
        assert self.begun[0] == key
        self.answers[key.caller, key.key] = (key.fingerprint, answer, self.begun[1])


@dataclass
class World:
    """The store, its clock, and what happened, in order. Others win the first `rivals` races to commit."""

    number: int = 0
    answers: dict[tuple[UserId, str], Kept] = field(default_factory=dict)
    time: datetime = START
    happened: list[str] = field(default_factory=list)
    rivals: int = 0
    audited: list[AuditEntry] = field(default_factory=list)

    def now(self) -> datetime:
        self.happened.append("look at the clock")
        self.time += timedelta(seconds=1)
        return self.time

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        self.happened.append("begin")
        tx = Tx(self.number, dict(self.answers), list(self.audited))
        try:
            yield tx
            self._lose_to_a_rival()
        except BaseException:
            self.happened.append("roll back")
            raise
        self.number, self.answers, self.audited = tx.number, tx.answers, tx.audited
        self.happened.append("commit")

    def _lose_to_a_rival(self) -> None:
        if self.rivals:
            self.rivals -= 1
            raise ConcurrentChange(what="the number")

    @property
    def executor(self) -> Executor[Tx]:
        return Executor(begin=self.begin, clock=self, entropy=SeededEntropy(), origin=lambda: ORIGIN)


async def _add(more: int, tx: Tx, context: Context) -> int:
    tx.number += more
    return tx.number


def failing_with(error: Exception) -> Callable[[int, Tx, Context], Awaitable[int]]:
    async def handle(more: int, tx: Tx, context: Context) -> int:
        tx.number += more
        raise error

    return handle


ADD = UseCase(Permission.PAY, _add)


def run(world: World, use_case: UseCase[int, Tx, int] = ADD, *, actor: Actor = CUSTOMER) -> int:
    return asyncio.run(world.executor.run(use_case, 1, actor=actor))


def run_once(
    world: World,
    key: str = "k",
    *,
    body: bytes = b"body",
    actor: Actor = CUSTOMER,
    use_case: UseCase[int, Tx, int] = ADD,
) -> Answer:
    return asyncio.run(
        world.executor.run_once(
            use_case,
            1,
            actor=actor,
            key=IdempotencyKey(caller=actor.id, key=key, fingerprint=body),
            answer=lambda number: f"it is {number}".encode(),
        )
    )


def test_a_use_case_is_begun_handled_and_committed_in_this_order() -> None:
    world = World()
    assert run(world) == 1
    assert world.number == 1
    assert world.happened == ["begin", "look at the clock", "commit"]


def test_who_may_not_do_it_does_not_begin() -> None:
    world = World()
    with pytest.raises(NotPermitted):
        run(world, actor=Actor(CUSTOMER.id, Role.SYSTEM))
    assert world.happened == []


def test_a_refusal_is_rolled_back_and_not_tried_again() -> None:
    for error in (NotPermitted(action="count"), StorageUnavailable(), ZeroDivisionError()):
        world = World()
        with pytest.raises(type(error)) as refused:
            run(world, UseCase(Permission.PAY, failing_with(error)))
        assert refused.value is error
        assert world.number == 0
        assert world.happened == ["begin", "look at the clock", "roll back"]


def test_who_was_too_slow_begins_anew_with_a_new_look_at_the_world() -> None:
    world = World(rivals=2)
    assert run(world) == 1
    assert world.happened == [
        *["begin", "look at the clock", "roll back"] * 2,
        *["begin", "look at the clock", "commit"],
    ]


def test_a_conflict_inside_of_the_use_case_is_tried_again_as_one_at_its_end() -> None:
    world = World()
    with pytest.raises(ConcurrentChange):
        run(world, UseCase(Permission.PAY, failing_with(ConcurrentChange(what="the number"))))
    assert world.happened.count("begin") == ATTEMPTS


def test_whoever_loses_five_races_in_a_row_gives_up() -> None:
    world = World(rivals=4)
    assert run(world) == 1
    world = World(rivals=5)
    with pytest.raises(ConcurrentChange):
        run(world)
    assert (ATTEMPTS, world.happened.count("begin"), world.number) == (5, 5, 0)


def test_a_use_case_knows_who_asks_and_when() -> None:
    async def who_and_when(_: int, tx: Tx, context: Context) -> int:
        assert context.actor == SYSTEM
        assert context.now == START + timedelta(seconds=1)
        assert context.entropy.new_id() != context.entropy.new_id()
        return 42

    assert run(World(), UseCase(Permission.RUN_PLATFORM, who_and_when), actor=SYSTEM) == 42


def test_the_same_request_twice_has_one_effect_and_one_answer() -> None:
    world = World()
    assert run_once(world) == Answer(b"it is 1", replayed=False)
    assert run_once(world) == Answer(b"it is 1", replayed=True)
    assert world.number == 1


def test_a_key_stands_for_one_request() -> None:
    world = World()
    run_once(world)
    with pytest.raises(KeyReused):
        run_once(world, body=b"another body")
    assert world.number == 1


def test_other_keys_and_other_callers_are_other_requests() -> None:
    world = World()
    run_once(world)
    assert run_once(world, "another key") == Answer(b"it is 2", replayed=False)
    assert run_once(world, actor=OTHER) == Answer(b"it is 3", replayed=False)


def test_a_key_is_as_good_as_new_after_a_day() -> None:
    world = World()
    run_once(world)
    world.time += timedelta(hours=24)
    assert run_once(world, body=b"another body") == Answer(b"it is 2", replayed=False)


def test_a_request_that_failed_may_be_tried_again_under_its_key() -> None:
    world = World()
    with pytest.raises(StorageUnavailable):
        run_once(world, use_case=UseCase(Permission.PAY, failing_with(StorageUnavailable())))
    assert world.answers == {}
    assert run_once(world) == Answer(b"it is 1", replayed=False)


def test_a_request_that_lost_a_race_has_one_effect_too() -> None:
    world = World(rivals=3)
    assert run_once(world) == Answer(b"it is 1", replayed=False)
    assert run_once(world) == Answer(b"it is 1", replayed=True)
    assert world.number == 1


def test_an_answer_is_given_again_only_to_whom_the_request_is_allowed() -> None:
    world = World()
    run_once(world)
    with pytest.raises(NotPermitted):
        run_once(world, actor=Actor(CUSTOMER.id, Role.SYSTEM))


def test_what_an_admin_does_is_audited_where_the_use_case_says_nothing_of_it() -> None:
    world = World()
    run(world, actor=ADMIN)
    (entry,) = world.audited
    assert (entry.actor, entry.action, entry.subject) == (ADMIN, "payment.start", None)
    assert (entry.at, entry.origin, entry.details) == (world.time, ORIGIN, {})


def test_an_entry_names_what_was_done_and_to_what() -> None:
    world = World()
    named = UseCase(Permission.PAY, _add, lambda more, now: Subject("sum", UUID(int=more + now)), audited_as="sum.grow")
    run(world, named, actor=ADMIN)
    (entry,) = world.audited
    assert (entry.action, entry.subject) == ("sum.grow", Subject("sum", UUID(int=2)))


@pytest.mark.parametrize("actor", [CUSTOMER, Actor(OTHER.id, Role.PROVIDER), Actor(OTHER.id, Role.MANAGER)])
def test_what_others_do_is_not_audited(actor: Actor) -> None:
    world = World()
    run(world, actor=actor)
    assert world.audited == []


def test_a_use_case_may_say_more_than_once_what_it_has_done_whoever_asks() -> None:
    async def reset(_: int, tx: Tx, context: Context) -> int:
        context.note("sum.reset", Subject("sum", UUID(int=1)), details={"was": 3})
        context.note("sum.seen", actor=CUSTOMER)
        return 0

    for use_case, actor in ((UseCase(Permission.PAY, reset), ADMIN), (UseCase(Permission.RUN_PLATFORM, reset), SYSTEM)):
        world = World()
        run(world, use_case, actor=actor)
        assert [(each.actor, each.action, each.details) for each in world.audited] == [
            (actor, "sum.reset", {"was": 3}),
            (CUSTOMER, "sum.seen", {}),
        ]


def test_what_did_not_happen_has_no_entry() -> None:
    world = World()
    with pytest.raises(StorageUnavailable):
        run(world, UseCase(Permission.PAY, failing_with(StorageUnavailable())), actor=ADMIN)
    assert world.audited == []


def test_what_was_tried_again_or_asked_again_has_one_entry() -> None:
    world = World(rivals=3)
    run_once(world, actor=ADMIN)
    assert run_once(world, actor=ADMIN).replayed
    assert len(world.audited) == 1
