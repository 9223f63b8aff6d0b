"""Demo accounts exist only in development: production starts without accounts and without known passwords."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.databases import TestServer
from tests.unit.entrypoints.test_settings import PRODUCTION
from tests.unit.features.collected import FEATURES

from booking_domain.bookings.transitions import Status
from entrypoints.cli.seed import SeedRefused, seed
from entrypoints.settings.main import Settings

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


async def test_production_has_no_demo_accounts(postgres: TestServer, tmp_path: Path) -> None:
    with postgres.database() as url:
        with pytest.raises(SeedRefused):
            await seed(Settings.from_environment(PRODUCTION), url)
        assert "users" not in rows(url)
        development = Settings.from_environment({"DATABASE_URL": url, "BOOKING_DATA_DIR": str(tmp_path)})
        await seed(development, url)
        seeded = rows(url)
        expected = {
            "users": 19,
            "salons": 3,
            "providers": 12,
            "bookings": 19,
            "disputes": 1,
            "dispute_statements": 2,
            "portfolio_items": 24,
            "files": 52,
            "ideas": 2,
        }
        for feature in FEATURES:
            expected |= feature.seeded
        assert {table: seeded[table] for table in expected} == expected
        with psycopg.connect(url) as connection:
            statuses = {status for (status,) in connection.execute("SELECT DISTINCT status FROM bookings")}
        assert statuses == set(Status)
        images = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
        assert images == ["1080.webp"] * 52 + ["320.webp"] * 52
        await seed(development, url)
        assert rows(url) == seeded, "seeding twice changes nothing"
