"""Demo accounts exist only in development: production starts without accounts and without known passwords."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.databases import TestServer
from tests.unit.entrypoints.test_settings import PRODUCTION
from tests.unit.features.collected import FEATURES

from booking_domain.bookings.transitions import Status
from booking_domain.statistics.model import Figures
from booking_domain.use_cases.statistics.reports import get_own_month
from entrypoints.cli.seed import PROVIDER, SeedRefused, seed
from entrypoints.cli.statistics import count_all
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def rows(url: str) -> dict[str, int]:
    """The number of rows of each table that has any."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        assert {"users", "one_time_codes", "external_identities"} <= set(names)
        query = sql.SQL("SELECT count(*) FROM {}")
        counted = {name: connection.execute(query.format(sql.Identifier(name))).fetchone() for name in names}
    return {name: found[0] for name, found in counted.items() if found and found[0]}


async def finished_last_month(settings: Settings, url: str) -> tuple[int, int]:
    """How many appointments the report of the demo provider shows as completed, and as missed, once all are counted."""
    container = Container(settings=replace(settings, database_url=url))
    async with opened(container.database()):
        await count_all(container, rebuild=True)
        reads, now = container.reads(), container.clock().now()
        owner = await reads.users.by_login(PROVIDER.email)
        assert owner is not None
        month = await get_own_month(owner.actor, None, reads, now=now)
    figures = Figures.total(month.report.totals.values())
    return figures.completed, figures.no_shows


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
            "bookings": 26,
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
            rewards = connection.execute("SELECT rewards FROM loyalty_programmes WHERE rewards <> '[]'").fetchall()
        assert statuses == set(Status)
        assert [[each["name"] for each in programme] for (programme,) in rewards] == [["Touch-up"]]
        images = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
        assert images == ["1080.webp"] * 52 + ["320.webp"] * 52
        await seed(development, url)
        assert rows(url) == seeded, "seeding twice changes nothing"
        completed, missed = await finished_last_month(development, url)
        assert (completed >= 3, missed) == (True, 1), "early in a month, appointments of these days are among them"
