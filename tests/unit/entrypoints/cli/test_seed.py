"""Demo accounts exist only in development: production starts without accounts and without known passwords."""

import psycopg
import pytest
from psycopg import sql
from tests.databases import TestServer
from tests.unit.entrypoints.test_settings import PRODUCTION

from booking_domain.bookings.transitions import Status
from entrypoints.cli.seed import SeedRefused, seed
from entrypoints.settings import Settings

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def rows(url: str) -> dict[str, int]:
    """The number of rows of each table that has any."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        assert {"users", "one_time_codes", "external_identities"} <= set(names)
        query = sql.SQL("SELECT count(*) FROM {}")
        counted = {name: connection.execute(query.format(sql.Identifier(name))).fetchone() for name in names}
    return {name: found[0] for name, found in counted.items() if found and found[0]}


def test_a_migrated_database_has_no_accounts(postgres: TestServer) -> None:
    with postgres.database() as url:
        assert "users" not in (there := rows(url)), there
        assert not {name for name in there if not name.startswith("procrastinate_")}


async def test_production_has_no_demo_accounts(postgres: TestServer) -> None:
    with postgres.database() as url:
        with pytest.raises(SeedRefused):
            await seed(Settings.from_environment(PRODUCTION), url)
        assert "users" not in rows(url)
        await seed(Settings.from_environment({"DATABASE_URL": url}), url)
        seeded = rows(url)
        expected = {
            "users": 19,
            "salons": 3,
            "providers": 12,
            "bookings": 19,
            "reviews": 8,
            "disputes": 1,
            "dispute_statements": 2,
        }
        assert {table: seeded[table] for table in expected} == expected
        with psycopg.connect(url) as connection:
            statuses = {status for (status,) in connection.execute("SELECT DISTINCT status FROM bookings")}
        assert statuses == set(Status)
        await seed(Settings.from_environment({"DATABASE_URL": url}), url)
        assert rows(url) == seeded, "seeding twice changes nothing"
