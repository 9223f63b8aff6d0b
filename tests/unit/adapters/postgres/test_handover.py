"""When an account changes hands, of every table remains what the table declares.

A stranger has rows in every table that an account owns. Then the owner proves the contact, in each way there is.
"""

from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any, Final

import pytest
from psycopg import AsyncConnection
from sqlalchemy import select
from tests.unit.adapters.postgres.test_erasure import Backend, left_all_over, missing_declarations
from tests.unit.adapters.postgres.test_erasure import database as database  # noqa: PLC0414 - a fixture
from tests.unit.effort import NIGHTLY

from adapters.postgres import personal_data
from adapters.postgres.contexts import metadata
from adapters.postgres.kit.personal_data import USER, Ended, Kept, LeftToOwner, PersonalRows, owned_by_user
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.security.entropy import SystemEntropy
from booking_domain.bookings.consents import ConsentRevoked
from booking_domain.catalogue.events import SalonLeft
from booking_domain.identity.events import EarlierAccessRemoved
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import CodePurpose, Contact, ContactChannel
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import CodeId, UserId
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.clock import ManualClock
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.identity.one_time_codes import (
    CodeGuess,
    RequestCode,
    SignInByCode,
    VerifyContact,
    request_code,
    sign_in_by_code,
    verify_contact,
)
from booking_domain.use_cases.identity.passwords import ResetPassword, reset_password
from booking_domain.use_cases.identity.sign_up import RequestSignUp, request_sign_up, use_sign_up
from booking_domain.use_cases.platform.ports import Repositories

REMEDY: Final = (
    "declare `info=personal_data(owner, erase=…, handover=…, export=…)` in the table: `ENDED` if a row reaches or acts"
    " for the account, `Asked(what)` if the owner finds it and decides, `Kept(reason)` if neither"
)
ENDED_BUT_THERE: Final[Mapping[str, Callable[[dict[str, Any]], bool]]] = {
    "booking_consents": lambda row: row["status"] == "revoked",
    "waiting_list": lambda row: row["status"] not in {"waiting", "offered"},
    "messages": lambda row: row["status"] not in {"pending", "standby"} and row["next_attempt_at"] is None,
    "claims": lambda row: row["kind"] != "hold",
    "class_places": lambda row: row["kind"] != "hold",
    "providers": lambda row: row["salon_id"] is None,
}
"""How the row looks of a table whose ended rows are not deleted."""
CHANGED_BY_THE_DOMAIN: Final[Mapping[str, tuple[str, Callable[[dict[str, Any]], bool]]]] = {
    "sessions": ("id", lambda row: row["ended_at"] is not None),
    "users": ("id", lambda row: row["phone_sealed"] is None and row["taken_over_at"] is not None),
    "one_time_codes": ("contact", lambda _: True),
    "known_clients": ("token_digest", lambda _: False),
}
"""Tables that `take_over` and the code itself change."""
GONE_WITH: Final[Mapping[str, tuple[str, str]]] = {
    "webhook_deliveries": ("webhook_endpoints", "endpoint_id"),
    "busy_times": ("calendar_feeds", "feed_id"),
}
"""Tables whose rows go with the ended row that a column names."""
_HELD: Final = {"claims", "class_places"}
"""Tables of which some rows are deleted, and some stay."""
Proof = Callable[["Taking", User], Awaitable[None]]


class Taking:
    """A database in which an account changes hands."""

    def __init__(self, database: Backend) -> None:
        self.clock = ManualClock(NOW + HOUR)
        self.security = memory_security_ports()
        self.executor = Executor[Repositories](
            begin=database.begin, clock=self.clock, entropy=SystemEntropy(), ports=(self.security,)
        )

    async def guess(self, user: User, purpose: CodePurpose) -> CodeGuess:
        """The right code, which the owner of the contact reads."""
        assert user.email is not None
        contact = Contact(ContactChannel.EMAIL, user.email)
        if purpose is CodePurpose.SIGNUP:
            code = await self.executor.run(request_sign_up, RequestSignUp(contact=contact, locale="en"), actor=SYSTEM)
        else:
            code = await self.executor.run(request_code, RequestCode(contact, purpose, user), actor=SYSTEM)
        return CodeGuess(contact, purpose, self.security.secret_codes.code(CodeId(code.id), purpose))


async def signs_in(taking: Taking, user: User) -> None:
    command = SignInByCode(await taking.guess(user, CodePurpose.LOGIN), Client())
    await taking.executor.run(sign_in_by_code, command, actor=SYSTEM)


async def signs_up(taking: Taking, user: User) -> None:
    command = SignInByCode(await taking.guess(user, CodePurpose.SIGNUP), Client())
    await taking.executor.run(use_sign_up, command, actor=SYSTEM)


async def resets_the_password(taking: Taking, user: User) -> None:
    guess = await taking.guess(user, CodePurpose.RESET)
    command = ResetPassword(guess=guess, new_password="seven red kites", new_hash="hash")
    await taking.executor.run(reset_password, command, actor=SYSTEM)


async def verifies_the_contact(taking: Taking, user: User) -> None:
    command = VerifyContact(await taking.guess(user, CodePurpose.VERIFY), None)
    await taking.executor.run(verify_contact, command, actor=SYSTEM)


async def rows_of(connection: AsyncConnection[Any], user_id: UserId) -> dict[str, list[dict[str, Any]]]:
    """The account's rows of every table."""
    found = {}
    for table in metadata.sorted_tables:
        if PersonalRows.of(table) is not None:
            owned = Statement(select(table).where(owned_by_user(table)))
            cursor = await connection.execute(owned.sql, owned.bind({USER.key: user_id}))
            names = [column.name for column in cursor.description or ()]
            found[table.name] = [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
    return found


async def prepared(database: Backend) -> Cast:
    """A stranger's rows in every table, in accounts that are active and whose contacts are not verified."""
    cast = await left_all_over(database, Builder())
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE users SET status = 'active', deleted_at = NULL, email_verified_at = NULL, phone_verified_at = NULL"
        )
    return cast


def test_every_table_that_an_account_owns_declares_what_happens_when_it_changes_hands() -> None:
    missing = missing_declarations(metadata.tables.values())
    assert not missing, f"{', '.join(missing)}: {REMEDY}"
    for table in metadata.tables.values():
        declared = PersonalRows.of(table)
        if declared is not None:
            stays = declared.handover.what if isinstance(declared.handover, LeftToOwner) else "."
            reason = declared.handover.reason if isinstance(declared.handover, Kept) else "."
            assert stays, f"{table.name}: say what the owner finds"
            assert reason, f"{table.name}: say why the rows are kept"


@pytest.mark.parametrize("proof", [signs_in, signs_up, resets_the_password, verifies_the_contact])
async def test_what_remains_of_every_table_is_what_it_declares(database: Backend, proof: Proof) -> None:
    cast = await prepared(database)
    seen: set[str] = set()
    declared = {table.name: PersonalRows.of(table) for table in metadata.sorted_tables}
    tables = {name for name, rows in declared.items() if rows is not None and not isinstance(rows.handover, Kept)}
    for person in (cast.customer, cast.owner):
        async with database.connection() as connection:
            before = await rows_of(connection, person.id)
            seen |= {name for name, rows in before.items() if rows}
        user = await database.reads.users.get(person.id)
        assert user is not None
        await proof(Taking(database), user)
        async with database.connection() as connection:
            after = await rows_of(connection, person.id)
        for name, rows in before.items():
            parent, column = GONE_WITH.get(name, ("users", ""))
            ended = {row["id"] for row in before[parent]}
            assert_settled(name, [row for row in rows if row.get(column) not in ended], after[name])
    assert tables - seen == set(), "no feature leaves a row there: see `Feature.personal_data`"


def assert_settled(name: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    declared = PersonalRows.of(metadata.tables[name])
    assert declared is not None
    changed = CHANGED_BY_THE_DOMAIN.get(name)
    if isinstance(declared.handover, Ended):
        looks_ended = ENDED_BUT_THERE.get(name, lambda _: False)
        assert all(map(looks_ended, after)), f"{name}: rows act for the account still"
        assert len(after) == len(before) or name not in ENDED_BUT_THERE or name in _HELD, f"{name}: rows are lost"
    elif changed is not None:
        key, as_expected = changed
        kept = {row[key] for row in before}
        assert all(as_expected(row) for row in after if row[key] in kept), f"{name}: rows of the stranger"
    else:
        assert [row for row in before if row not in after] == [], f"{name}: rows that stay were changed"


async def test_each_handover_statement_is_needed(database: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving a statement out, or one that matches no rows, is noticed; `make test` leaves each fourth out."""
    cast = await prepared(database)
    statements = personal_data._HANDOVER
    make = Builder(seed=9)

    async def dumped(rest: Any) -> list[Any]:
        monkeypatch.setattr(personal_data, "_HANDOVER", rest)
        async with database.connection() as connection, connection.transaction(force_rollback=True):
            for user in (cast.customer, cast.owner):
                handover = personal_data.PostgresHandover(Work(connection))
                await handover.settle(user.id, keep_factor=False, now=NOW, entropy=make.entropy)
            return [await rows_of(connection, user.id) for user in (cast.customer, cast.owner)]

    wholly = await dumped(statements)
    for left_out, (statement, _) in islice(enumerate(statements), None, None, 1 if NIGHTLY else 4):
        rest = tuple(each for number, each in enumerate(statements) if number != left_out)
        if b"recovery_codes" in statement.sql:
            continue  # the factor cannot be deleted without its codes: the foreign key refuses
        assert await dumped(rest) != wholly, statement.sql


async def test_the_owner_and_others_are_told(database: Backend) -> None:
    cast = await prepared(database)
    topics = []
    for person in (cast.customer, cast.owner):
        user = await database.reads.users.get(person.id)
        assert user is not None
        await signs_in(Taking(database), user)
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT topic FROM outbox")
        topics = [topic for (topic,) in await cursor.fetchall()]
    assert topics.count(EarlierAccessRemoved.topic) == 2
    assert ConsentRevoked.topic in topics
    assert SalonLeft.topic in topics
