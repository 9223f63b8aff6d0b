"""Triggers count each change of what the public is shown, also by hand-written SQL; the product notifies afterwards."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import insert, literal, select, union_all
from tests.contract.backends import PostgresBackend, on_postgres
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS

from adapters.postgres.kit.metadata import metadata
from adapters.postgres.kit.statements import Statement
from adapters.postgres.signals import PostgresSignals
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.asynchronous import TIME_LIMIT
from booking_domain.testing.kit.storage import Cast, a_cast
from booking_domain.use_cases.platform.ports import Repositories

COUNTING: Final = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE tgfoid = 'count_public_change'::regproc
"""
LOCKS: Final = b"SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_database'::regclass"
"""The lock that a notification takes of the whole server."""

KILL: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
)


class Shown:
    """A provider, of whom the public is shown something."""

    def __init__(self, database: PostgresBackend, url: str, cast: Cast) -> None:
        self.database = database
        self.url = url
        self.cast = cast
        self.signals = PostgresSignals(url)

    @property
    def id(self) -> ProviderId:
        return self.cast.profile.id

    async def version(self) -> str:
        return (await self.database.reads.public_versions.of([self.id]))[self.id].text

    async def by_hand(self, statement: str, *values: object) -> None:
        """Run SQL as an operator does."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            await connection.execute(statement.encode(), values)

    async def heard(self) -> None:
        """Wait until a signal names the provider."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.id not in (await self.signals.wait(TIME_LIMIT)).public:
                pass


@pytest.fixture
async def shown(postgres: TestServer) -> AsyncIterator[Shown]:
    async with on_postgres(postgres, pool_size=2) as database:
        made = Shown(database, database.conninfo, await a_cast(database, Builder()))
        try:
            assert await made.signals.wait(TIME_LIMIT) == ReceivedSignals(missed=True)
            yield made
        finally:
            await made.signals.close()


def test_the_statements_and_the_triggers_know_the_same_tables(postgres: TestServer) -> None:
    with postgres.database() as url, psycopg.connect(url) as connection:
        counted = {name for (name,) in connection.execute(COUNTING.encode())}
    assert counted == {table.name for table in metadata.sorted_tables if table.info.get("public")} != set()


def test_a_statement_knows_whether_it_writes_what_is_shown() -> None:
    claims, sessions = metadata.tables["claims"], metadata.tables["sessions"]
    inside = claims.delete().returning(claims.c.id).cte("gone")
    assert Statement(claims.delete()).writes_public
    assert Statement(insert(sessions).from_select(["id"], select(inside.c.id))).writes_public
    assert not Statement(sessions.delete()).writes_public
    assert not Statement(select(claims.c.id)).writes_public
    assert not Statement(select(literal(1))).writes_public


@pytest.mark.parametrize(("name", "public"), [("claims", True), ("sessions", False)])
def test_a_part_of_a_statement_that_is_used_in_many_places_is_looked_at_once(name: str, *, public: bool) -> None:
    table = metadata.tables[name]
    part = table.delete().returning(table.c.id).cte("first")
    for number in range(40):  # looked at in each place, there would be 2 ** 40 parts
        part = union_all(select(part.c.id), select(part.c.id)).cte(f"part_{number}")
    assert Statement(select(part.c.id)).writes_public is public


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE providers SET bio = 'x' WHERE id = %s",
        "UPDATE providers SET rating_count = 1, rating_total = 5 WHERE id = %s",
        "INSERT INTO availability_blocks VALUES (gen_random_uuid(), %s, now(), now() + interval '1 hour', '')",
        "INSERT INTO availability_rules VALUES (gen_random_uuid(), %s, 1, 60, 120, NULL, NULL, 1)",
        "INSERT INTO availability_exceptions VALUES (gen_random_uuid(), %s, '2026-12-31', '{}')",
        "INSERT INTO calendar_feeds VALUES (gen_random_uuid(), %s, 'https://a.example', NULL, now(), NULL, 0)",
    ],
)
async def test_a_write_by_hand_counts_and_notifies(shown: Shown, statement: str) -> None:
    before = await shown.version()
    await shown.by_hand(statement, shown.id)
    await shown.heard()
    assert await shown.version() != before


async def test_without_its_trigger_a_write_is_not_counted(shown: Shown) -> None:
    """Control: nothing else counts it."""
    before = await shown.version()
    await shown.by_hand("ALTER TABLE providers DISABLE TRIGGER providers_count_public_change")
    await shown.by_hand("UPDATE providers SET bio = 'x' WHERE id = %s", shown.id)
    await shown.by_hand("ALTER TABLE providers ENABLE TRIGGER providers_count_public_change")
    assert await shown.version() == before


_CLAIM_BY_HAND: Final = """
    INSERT INTO claims (id, provider_id, customer_id, venue_id, kind, starts_at, ends_at, blocked_from, blocked_until)
    SELECT gen_random_uuid(), id, owner_id, %s, 'booking', at, at + '1h', at, at + '1h'
    FROM providers, CAST(%s AS timestamptz) AS at WHERE id = %s
"""


async def test_claims_by_hand_are_counted_and_keep_the_way(shown: Shown) -> None:
    """Triggers do for others what the product's own statements do."""
    await shown.by_hand("UPDATE providers SET travel_minutes = 30 WHERE id = %s", shown.id)
    for venue, start, kept in ((None, "10:00", True), (uuid4(), "11:29", False), (uuid4(), "11:30", True)):
        before = await shown.version()
        at = f"2026-12-01 {start}+08"
        await shown.by_hand(_CLAIM_BY_HAND, venue, at, shown.id)
        assert (await shown.version() != before) is kept, start
    before = await shown.version()
    await shown.by_hand("DELETE FROM claims WHERE provider_id = %s", shown.id)
    assert await shown.version() != before


@pytest.mark.parametrize("triggers", ["ENABLE", "DISABLE"])
async def test_claims_are_counted_and_announced_with_and_without_triggers(shown: Shown, triggers: str) -> None:
    """Citus spreads their tables over nodes, where they can have none."""
    make, told = Builder(), list[frozenset[UUID] | None]()
    claim = make.claim(shown.cast.profile, shown.cast.customer)
    expired = replace(make.hold(shown.cast.profile, shown.cast.customer, claim.span.end), expires_at=NOW)
    shown.database.when_public_versions_change(told.append)

    async def taken(tx: Repositories) -> None:
        await tx.claims.acquire(claim, NOW)
        await tx.claims.acquire(expired, NOW)

    async def released(tx: Repositories) -> None:
        await tx.claims.release(shown.id, claim.id)

    async def swept(tx: Repositories) -> None:
        await tx.claims.remove_expired(NOW)

    for table in ("claims", "class_places"):
        await shown.by_hand(f"ALTER TABLE {table} {triggers} TRIGGER USER")
    for change in (taken, released, swept):
        before = await shown.version()
        async with shown.database.begin() as tx:
            await change(tx)
        await shown.heard()
        assert await shown.version() != before, change.__name__
        assert told.pop() == frozenset({shown.id})


async def test_a_version_does_not_return_after_a_backup_is_restored(shown: Shown) -> None:
    await shown.by_hand("CREATE TABLE backup AS SELECT * FROM public_versions")
    seen = [await shown.version()]
    for _ in range(2):
        await shown.by_hand("UPDATE providers SET bio = bio || 'x' WHERE id = %s", shown.id)
        seen.append(await shown.version())
        await shown.by_hand(
            "UPDATE public_versions SET version = backup.version FROM backup WHERE backup.id = public_versions.id"
        )
    assert len(set(seen)) == 3
    await shown.by_hand("DROP TABLE backup")


async def test_a_transaction_of_the_product_takes_no_lock_of_the_whole_server(shown: Shown) -> None:
    async with shown.database.begin() as tx:
        await tx.claims.acquire(Builder().claim(shown.cast.profile, shown.cast.customer), NOW)
        await tx.claims.count_holds(shown.cast.customer.id, NOW)  # has sent what was queued
        async with shown.database.work() as work:
            assert await work.all(Statement(select(literal(1)))) == [(1,)]
        async with shown.database.connection() as other:
            assert await (await other.execute(LOCKS)).fetchall() == [(0,)]
    await shown.heard()


async def test_changes_are_announced_together_and_before_the_database_is_closed(shown: Shown) -> None:
    for number in range(3):
        async with shown.database.begin() as tx:
            await tx.bookable_providers.save_terms(
                shown.id, (await tx.bookable_providers.terms_of(shown.id)) or pytest.fail(str(number))
            )
    await shown.database.close()
    await shown.heard()


async def test_after_an_announcement_changes_wait_for_others(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.postgres.database.ANNOUNCING_PAUSE_SECONDS", 3_600)
    other = UUID(int=7)

    async def changed() -> None:
        async with shown.database.begin() as tx:
            terms = await tx.bookable_providers.terms_of(shown.id)
            assert terms is not None
            await tx.bookable_providers.save_terms(shown.id, terms)

    await changed()
    await shown.heard()
    await changed()
    await shown.by_hand("SELECT pg_notify('public_changes', %s)", str(other))
    assert (await shown.signals.wait(TIME_LIMIT)).public == {other}
    await shown.database.close()
    assert (await shown.signals.wait(TIME_LIMIT)).public == {shown.id}


async def test_a_commit_whose_outcome_is_unknown_may_have_changed_anything(shown: Shown) -> None:
    told: list[frozenset[UUID] | None] = []
    shown.database.when_public_versions_change(told.append)
    with pytest.raises(StorageUnavailable):
        async with shown.database.begin() as tx:
            await tx.claims.acquire(Builder().claim(shown.cast.profile, shown.cast.customer), NOW)
            await shown.by_hand(KILL)
    assert told == [None]
