"""Encrypted personal data: it is unreadable without the key, and keys can be rotated."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from tests.databases import CIPHER, TestServer

from adapters.postgres import rotation
from adapters.postgres.database import Database
from adapters.postgres.rotation import Rotated, rotate
from adapters.security.encryption import AesGcmFieldCipher, DecryptionError
from booking_domain.identity.model import User
from booking_domain.identity.ports import UserFilter
from booking_domain.testing.builders import Builder

OLD, NEW, INDEX = (
    "the secret of last year; 32 long",
    "the secret of this year; 32 long",
    "what is found by; 32 characters",
)
PHONE, ADDRESS, BORN = "+97699112233", "Canary street 8", date(1987, 6, 5)
ENCRYPTED_FIELDS = 3


@pytest.fixture
def url(postgres: TestServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


def a_user(make: Builder) -> User:
    return replace(make.user(), phone=PHONE, address=ADDRESS, birth_date=BORN)


async def in_database(url: str, cipher: AesGcmFieldCipher, story: Callable[[Database], Awaitable[None]]) -> None:
    database = Database(url, cipher=cipher, pool_size=2)
    await database.open()
    try:
        await story(database)
    finally:
        await database.close()


def everything(url: str) -> str:
    """Return the rows of all tables as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return "\n".join(
            str(row)
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text, convert_from(t::text::bytea, 'UTF8') FROM \"{table}\" t")  # noqa: S608
        )


async def test_encrypted_fields_are_not_stored_in_plain_text(url: str) -> None:
    user = replace(a_user(Builder()), name="A name that is not encrypted")

    async def story(database: Database) -> None:
        async with database.begin() as tx:
            await tx.users.add(user)

    await in_database(url, CIPHER, story)
    found = everything(url)
    assert "A name that is not encrypted" in found  # the dump shows plain text
    sealed = (PHONE, PHONE[4:], ADDRESS, "Canary", BORN.isoformat(), PHONE.encode().hex(), b"Canary".hex())
    for canary in sealed:
        assert canary not in found


async def test_after_a_rotation_the_old_key_is_not_needed_and_a_second_rotation_changes_nothing(url: str) -> None:
    make = Builder()
    users = [a_user(make), make.user(), replace(make.user(), phone=None)]

    async def add(database: Database) -> None:
        async with database.begin() as tx:
            for user in users:
                await tx.users.add(user)

    async def rotate_keys(database: Database) -> None:
        assert await rotate(database) == Rotated(seen=ENCRYPTED_FIELDS + 1, renewed=ENCRYPTED_FIELDS + 1)
        assert await rotate(database) == Rotated(seen=ENCRYPTED_FIELDS + 1, renewed=0)

    async def read(database: Database) -> None:
        assert [await database.reads.users.get(user.id) for user in users] == users
        assert await database.reads.users.by_login(PHONE) == users[0]

    await in_database(url, AesGcmFieldCipher(OLD, INDEX), add)
    await in_database(url, AesGcmFieldCipher(NEW, INDEX, previous=[OLD]), rotate_keys)
    await in_database(url, AesGcmFieldCipher(NEW, INDEX), read)


async def test_a_rotation_without_the_old_key_fails_and_changes_nothing(url: str) -> None:
    user = a_user(Builder())

    async def add(database: Database) -> None:
        async with database.begin() as tx:
            await tx.users.add(user)

    async def rotate_keys(database: Database) -> None:
        with pytest.raises(DecryptionError):
            await rotate(database)

    async def read(database: Database) -> None:
        assert await database.reads.users.get(user.id) == user

    await in_database(url, AesGcmFieldCipher(OLD, INDEX), add)
    await in_database(url, AesGcmFieldCipher(NEW, INDEX), rotate_keys)
    await in_database(url, AesGcmFieldCipher(OLD, INDEX), read)


async def test_a_rotation_rewrites_blind_indexes_with_a_new_index_key(url: str) -> None:
    user = a_user(Builder())

    async def add(database: Database) -> None:
        async with database.begin() as tx:
            await tx.users.add(user)

    async def rotate_keys(database: Database) -> None:
        assert await database.reads.users.by_login(PHONE) is None
        assert await database.reads.users.page(UserFilter(text="2233", limit=1)) == []
        assert await rotate(database) == Rotated(seen=ENCRYPTED_FIELDS, renewed=1)
        assert await database.reads.users.by_login(PHONE) == user
        assert await database.reads.users.page(UserFilter(text="2233", limit=1)) == [user]

    await in_database(url, AesGcmFieldCipher(NEW, INDEX), add)
    await in_database(url, AesGcmFieldCipher(NEW, OLD), rotate_keys)


async def test_a_rotation_makes_numbers_of_rows_from_before_findable_by_parts(url: str) -> None:
    user = a_user(Builder())

    async def add(database: Database) -> None:
        async with database.begin() as tx:
            await tx.users.add(user)

    async def rotate_keys(database: Database) -> None:
        assert await database.reads.users.page(UserFilter(text="2233", limit=1)) == []
        assert await rotate(database) == Rotated(seen=ENCRYPTED_FIELDS, renewed=1)
        assert await database.reads.users.page(UserFilter(text="2233", limit=1)) == [user]

    await in_database(url, CIPHER, add)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE users SET phone_parts = NULL")
    await in_database(url, CIPHER, rotate_keys)


async def test_a_rotation_covers_several_batches(url: str) -> None:
    make = Builder()
    users = [make.user() for _ in range(3)]

    async def add(database: Database) -> None:
        async with database.begin() as tx:
            for user in users:
                await tx.users.add(user)

    async def rotate_keys(database: Database) -> None:
        assert await rotate(database, batch=2) == Rotated(seen=len(users), renewed=len(users))

    await in_database(url, AesGcmFieldCipher(OLD, INDEX), add)
    await in_database(url, AesGcmFieldCipher(NEW, INDEX, previous=[OLD]), rotate_keys)


def test_every_encrypted_column_is_rotated(url: str) -> None:
    with psycopg.connect(url) as connection:
        query = "SELECT table_name, column_name FROM information_schema.columns WHERE column_name LIKE '%\\_sealed'"
        there = {f"{table}.{column.removesuffix('_sealed')}" for table, column in connection.execute(query)}
    assert {column.field for column in rotation.ROTATED} == there
