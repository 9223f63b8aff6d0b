"""After an erasure no table holds personal data, and the accounting is unchanged.

A table that refers to an account declares beside its columns how an erasure clears its rows and where an export shows
them. One that declares nothing fails here.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any, Final

import pytest
from psycopg import AsyncConnection
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, Uuid
from tests.databases import CIPHER, TestServer
from tests.unit.effort import NIGHTLY
from tests.unit.features.collected import FEATURES
from tests.unit.features.declarations import CANARY, CLIENT
from tests.unit.features.users import BORN, PHONE

from adapters.postgres import personal_data
from adapters.postgres.contexts import CONTEXTS, metadata
from adapters.postgres.database import Database
from adapters.postgres.kit.personal_data import Kept, NotExported, PersonalRows
from adapters.postgres.kit.work import Work
from adapters.postgres.personal_data import PostgresPersonalData
from booking_domain.identity.model import ERASED_NAME
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.clock import ManualClock
from booking_domain.testing.kit.storage import Cast, a_cast
from booking_domain.use_cases.accounts.erase_account import ErasureResult, erase_account
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.app import RESOURCES
from entrypoints.http.kit.exporting import sections_of
from entrypoints.http.users.export import export_document

NOT_OF_AN_ACCOUNT: Final = {
    ("bookings", "series_id"),
    ("booking_events", "id"),
    ("phone_changes", "code_id"),
    ("email_changes", "code_id"),
    ("sign_ups", "code_id"),
    ("outbox", "id"),
}
"""Ids without a foreign key that do not name an account."""
EXPORT_ONLY: Final = {"exported_at", "preferences"}
"""Parts of the export that do not stand for a table."""


def refers_to_a_person(column: Column[Any]) -> bool:
    """Whether a column names an account, directly or through the rows that it refers to."""
    if not isinstance(column.type, Uuid):
        return False
    if column.foreign_keys:
        others = [key.column.table for key in column.foreign_keys if key.column.table is not column.table]
        return any(map(belongs_to_a_person, others))
    if column.name == "id" and column.primary_key:
        return False
    return (column.table.name, column.name) not in NOT_OF_AN_ACCOUNT


def belongs_to_a_person(table: Table) -> bool:
    return table.name == "users" or any(map(refers_to_a_person, table.columns))


def missing_declarations(tables: Iterable[Table]) -> list[str]:
    return [table.name for table in tables if belongs_to_a_person(table) and PersonalRows.of(table) is None]


def test_every_table_that_refers_to_an_account_declares_how_it_is_erased_and_exported() -> None:
    assert missing_declarations(metadata.tables.values()) == [], "add `info=personal_data(…)` to the table"


def test_a_table_that_references_accounts_without_a_declaration_is_reported() -> None:
    other = MetaData()
    Table("users", other, Column("id", Uuid, primary_key=True))
    Table("reviews", other, Column("id", Uuid, primary_key=True), Column("author_id", Uuid, ForeignKey("users.id")))
    Table("replies", other, Column("review_id", Uuid, ForeignKey("reviews.id"), primary_key=True))
    Table("votes", other, Column("id", Uuid, primary_key=True), Column("voter_id", Uuid))
    Table("currencies", other, Column("code", Text, primary_key=True))
    assert missing_declarations(other.tables.values()) == ["users", "reviews", "replies", "votes"]


def test_every_section_of_the_export_has_a_table_and_every_exported_table_a_section() -> None:
    declared = [PersonalRows.of(table) for table in metadata.tables.values()]
    sections = {rows.export for rows in declared if rows is not None and isinstance(rows.export, str)}
    assert sections == set(export_document(sections_of(RESOURCES)).__struct_fields__) - EXPORT_ONLY


def test_rows_that_are_kept_or_not_exported_have_a_reason() -> None:
    declared = [rows for rows in map(PersonalRows.of, metadata.tables.values()) if rows is not None]
    parts = [part for rows in declared for part in (rows.erase, rows.export)]
    reasons = [part.reason for part in parts if isinstance(part, Kept | NotExported)]
    assert reasons
    assert all(reasons)


def test_every_table_belongs_to_one_context() -> None:
    owned = [table.name for context in CONTEXTS for table in context.tables]
    assert sorted(owned) == sorted(metadata.tables)


async def dumped(connection: AsyncConnection[Any]) -> str:
    """Return the rows of all tables as text."""
    tables = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    lines = []
    for (table,) in await tables.fetchall():
        rows = await connection.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1'.encode())  # noqa: S608
        lines += [f"{table} {row}" for (row,) in await rows.fetchall()]
    return "\n".join(lines)


class Backend(Database):
    async def outbox_events(self) -> list[Any]:
        return []


async def left_all_over(database: Backend, make: Builder) -> Cast:
    """Store a customer and a provider with a value in every personal field."""
    cast = await a_cast(database, make)
    async with database.begin() as tx:
        for feature in FEATURES:
            if feature.personal_data is not None:
                await feature.personal_data(tx, make, cast)
    return cast


@pytest.fixture
async def database(postgres: TestServer) -> AsyncIterator[Backend]:
    with postgres.database() as url:
        database = Backend(url, cipher=CIPHER, pool_size=4)
        await database.open()
        try:
            yield database
        finally:
            await database.close()


BOOKS: Final = (
    "SELECT count(*), sum(price_amount), sum(deposit_amount), sum(paid_amount), sum(refunded_amount) FROM bookings",
    "SELECT count(*), sum(amount), sum(settled_amount), min(status), min(gateway) FROM payments",
    "SELECT count(*), sum(amount), min(status), min(gateway), min(processed_at) FROM refunds",
    "SELECT count(*), min(type), max(to_status), min(by_id::text) FROM booking_events",
    "SELECT reference, status, starts_at, ends_at, customer_id, provider_id FROM bookings ORDER BY reference",
    "SELECT count(*), sum(segments) FROM sms_messages",
    "SELECT count(*) FROM claims WHERE kind = 'booking'",
)


async def the_books(connection: AsyncConnection[Any]) -> list[Any]:
    return [await (await connection.execute(query.encode())).fetchall() for query in BOOKS]


async def test_an_erasure_removes_all_personal_data_and_keeps_the_accounting(database: Backend) -> None:
    make = Builder()
    cast = await left_all_over(database, make)
    executor = Executor[Repositories](begin=database.begin, clock=ManualClock(NOW), entropy=make.entropy)
    async with database.connection() as connection:
        before, books = await dumped(connection), await the_books(connection)
        assert before.count(CANARY) + before.count(CANARY.encode().hex()) > 30  # the dump shows personal data
        for user in (cast.customer, cast.owner):
            assert await executor.run(erase_account, user.id, actor=SYSTEM) is ErasureResult.ERASED
            assert await executor.run(erase_account, user.id, actor=SYSTEM) is ErasureResult.NOT_DUE
        after = await dumped(connection)
        for canary in (CANARY, CANARY.encode().hex(), PHONE, CLIENT.address, BORN.isoformat()):
            assert canary not in after
        assert await the_books(connection) == books
        cursor = await connection.execute(
            "SELECT * FROM users WHERE id = ANY(%s)", ([cast.customer.id, cast.owner.id],)
        )
        for row in await cursor.fetchall():
            there = {
                column.name: value
                for column, value in zip(cursor.description or (), row, strict=True)
                if value is not None
            }
            assert set(there) == {
                *("id", "name", "role", "status", "locale", "time_zone", "created_at"),
                *("version", "preferences", "deleted_at", "erased_at"),
            }
            assert (there["name"], there["locale"], there["time_zone"]) == (ERASED_NAME, "en", "UTC")
            assert there["preferences"]["marketing"] is False


async def test_each_erasure_statement_is_needed(database: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving a statement out, or one that matches no rows, is noticed; `make test` leaves each fourth out."""
    statements = personal_data._CLEAR
    wholly = -1
    cast = await left_all_over(database, Builder())
    found = {}
    for left_out in (wholly, *range(0, len(statements), 1 if NIGHTLY else 4)):
        rest = tuple(each for number, each in enumerate(statements) if number != left_out)
        monkeypatch.setattr(personal_data, "_CLEAR", rest)
        async with database.connection() as connection:
            with suppress(ForeignKeyViolation):  # the database rejects it too
                async with connection.transaction(force_rollback=True):
                    for user in (cast.customer, cast.owner):
                        await PostgresPersonalData(Work(connection)).clear(user.id)
                    found[left_out] = await dumped(connection)
    same = [statements[number].sql for number, text in found.items() if number != wholly and text == found[wholly]]
    assert same == []
