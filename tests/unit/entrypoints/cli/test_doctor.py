"""`doctor` finds each planted fault, says how to mend it, and changes nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.databases import TestServer
from tests.ports import free_port
from tests.programs import CHECKOUT

from adapters.postgres.kit.backups import SLOT
from entrypoints.cli.doctor import BACKUP_AGE, LEAST_FREE_BYTES, Finding, Machine, State, examined, invalid, tell
from entrypoints.settings.main import Settings


@pytest.fixture(scope="module")
def url(postgres: TestServer) -> Iterator[str]:
    with postgres.database() as made:
        yield made


@pytest.fixture
def closed() -> str:
    """An address at which nothing answers."""
    return f"127.0.0.1:{free_port()}"


def settings(folder: Path, url: str | None, **more: str) -> Settings:
    given = {"DATABASE_URL": url, "BOOKING_DATA_DIR": str(folder)} if url else {"BOOKING_DATA_DIR": str(folder)}
    return Settings.from_environment({**given, **more})


async def found(what: str, given: Settings, machine: Machine | None = None) -> list[Finding]:
    return [each for each in await examined(given, machine) if each.what == what]


async def test_what_is_in_order_is_fine_and_what_does_not_run_is_not(url: str, tmp_path: Path, closed: str) -> None:
    all_of_them = await examined(settings(tmp_path, url, BOOKING_PUBLIC_URL=f"http://{closed}"))
    bad = {each.what: each.found for each in all_of_them if each.state is not State.FINE}
    assert bad.keys() == {"settings", "worker", "public address", "database"}  # development; neither worker nor API
    assert bad["database"] == "fsync, full_page_writes, synchronous_commit: off."  # the server of the tests
    assert {"database", "schema", "clock", "role", "connections", "notifications", "disk", "object storage"} <= {
        each.what for each in all_of_them if each.state is State.FINE
    }
    assert not [*(tmp_path / "objects").rglob("*-*")], "it leaves no object"


async def test_what_cannot_be_reached_is_named_and_hides_nothing_else(tmp_path: Path, closed: str) -> None:
    host, _, port = closed.partition(":")
    (tmp_path / "objects").write_text("a file where a folder belongs")
    given = settings(
        tmp_path,
        f"postgresql://{closed}/booking",
        BOOKING_PUBLIC_URL=f"http://{closed}",
        BOOKING_EMAIL_PROVIDER="smtp",
        BOOKING_EMAIL_FROM="no-reply@example.com",
        SMTP_HOST=host,
        SMTP_PORT=port,
        BOOKING_CLAMAV=closed,
        BOOKING_CACHE_URL=f"redis://{closed}",
    )
    findings = await examined(given)
    for what in ("database", "public address", "object storage", "e-mail", "scanner", "cache"):
        bad = [each for each in findings if each.what == what and each.state is not State.FINE]
        assert bad, what
        assert all(each.mend or "DATABASE_URL" in each.found for each in bad), bad
    assert tell(findings, as_json=False) == 1


async def test_a_database_without_a_schema_lacks_extensions_and_migrations(
    postgres: TestServer, tmp_path: Path
) -> None:
    with postgres.empty_database() as empty:
        said = [each.found + each.mend for each in await found("schema", settings(tmp_path, empty))]
    assert [any(word in each for each in said) for word in ("btree_gist", "pg_trgm", "make migrate")] == [True] * 3


async def test_rights_that_are_missing_are_named(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE doctored LOGIN PASSWORD 'doctored'")
        try:
            connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO doctored")
            connection.execute("REVOKE INSERT ON bookings FROM doctored")
            theirs = url.replace(url[len("postgresql://") : url.index("@")], "doctored:doctored")
            wrong, doubtful = await found("role", settings(tmp_path, theirs))
        finally:
            connection.execute("DROP OWNED BY doctored")
            connection.execute("DROP ROLE doctored")
    assert (wrong.state, wrong.found) == (State.WRONG, "It lacks INSERT on bookings.")
    assert "replicate" in doubtful.found


async def test_the_role_that_the_way_from_an_empty_machine_makes_owns_nothing_and_suffices(
    url: str, tmp_path: Path
) -> None:
    told = (CHECKOUT / "docs" / "operate" / "deploy.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"<<SQL\n(CREATE ROLE booking_app .*?)SQL\n", told, re.DOTALL)
    with psycopg.connect(url, autocommit=True) as connection:
        owner = connection.info.user
        connection.execute(lines.replace("FOR ROLE booking ", f'FOR ROLE "{owner}" ').encode())
        try:
            connection.execute("CREATE TABLE of_a_later_release (number serial)")
            theirs = url.replace(url[len("postgresql://") : url.index("@")], "booking_app:$password")
            assert [each.state for each in await found("role", settings(tmp_path, theirs))] == [State.FINE]
            with psycopg.connect(theirs, autocommit=True) as app:
                app.execute("INSERT INTO of_a_later_release DEFAULT VALUES")
                app.execute("DELETE FROM of_a_later_release")
                for refused in ("DROP TABLE of_a_later_release", "DELETE FROM audit_log"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        app.execute(refused)
        finally:
            connection.execute("DROP TABLE IF EXISTS of_a_later_release")
            connection.execute("DROP OWNED BY booking_app")
            connection.execute("DROP ROLE booking_app")


async def test_clocks_that_differ_and_a_full_disk_are_wrong(url: str, tmp_path: Path) -> None:
    ahead = Machine(now=lambda: datetime.now(UTC) + timedelta(seconds=30), free_bytes=lambda _: LEAST_FREE_BYTES - 1)
    given = settings(tmp_path, url)
    [clock] = await found("clock", given, ahead)
    assert clock.state is State.WRONG
    assert "30." in clock.found
    assert {each.state for each in await found("disk", given, ahead)} == {State.WRONG}


async def test_connections_that_the_server_does_not_have_are_wrong(url: str, tmp_path: Path) -> None:
    given = settings(tmp_path, url, BOOKING_API_PROCESSES="32", BOOKING_DB_POOL_SIZE="50")
    assert [each.state for each in await found("connections", given)] == [State.WRONG]


async def test_a_log_that_nothing_receives_is_noticed(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_create_physical_replication_slot(%s)", (SLOT,))
        try:
            [waits] = await found("log", settings(tmp_path, url))
        finally:
            connection.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
    assert (waits.state, waits.mend) == (State.DOUBTFUL, "Start `make receive-wal`.")


async def test_cards_that_no_gateway_of_the_settings_can_charge_are_counted(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # a plan without its customer and its offer
        connection.execute(
            "INSERT INTO plans (id, offer_id, customer_id, name, status, method, gateway, period, tries, asking,"
            " version, created_at) SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Two', status,"
            " '{}', 'stripe', 1, 0, false, 1, now() FROM unnest(ARRAY['active', 'overdue', 'ended']) AS status"
        )
    try:
        [lost] = await found("gateways", settings(tmp_path, url))
        with_stripe = {"BOOKING_GATEWAYS": "stripe", "STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_1"}
        assert await found("gateways", settings(tmp_path, url, **with_stripe)) == []
    finally:
        with psycopg.connect(url) as connection:
            connection.execute("DELETE FROM plans")
    assert (lost.state, "2 plans are kept by stripe" in lost.found) == (State.DOUBTFUL, True)


async def test_a_back_up_that_is_too_old_is_wrong(tmp_path: Path) -> None:
    base = tmp_path / "backups" / "7-1" / "base"
    base.mkdir(parents=True)
    (base / "last.json").write_text(
        '{"name": "last", "previous": null, "ended_at": "2026-11-20T03:00:00Z", "version": 18, "database": "booking",'
        ' "owner": "postgres", "first_segment": "000000010000000000000002"}'
    )
    given, ended = settings(tmp_path, None), datetime(2026, 11, 20, 3, tzinfo=UTC)
    for age, state in ((BACKUP_AGE, State.FINE), (BACKUP_AGE + timedelta(seconds=1), State.WRONG)):
        [finding] = await found("back-ups", given, Machine(now=lambda age=age: ended + age))  # type: ignore[misc]
        assert finding.state is state


def test_settings_that_cannot_be_read_are_findings_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(invalid(("PORT must be a whole number",)), as_json=True) == 1
    assert '"found": "PORT must be a whole number."' in capsys.readouterr().out
    assert tell([], as_json=False) == 0


async def test_a_replica_that_does_not_answer_or_follows_nobody_is_named(url: str, tmp_path: Path, closed: str) -> None:
    [down] = await found("replica", settings(tmp_path, url, DATABASE_REPLICA_URL=f"postgresql://{closed}/booking"))
    assert (down.state, down.found) == (State.DOUBTFUL, "It does not answer: OperationalError.")
    [alone] = await found("replica", settings(tmp_path, url, DATABASE_REPLICA_URL=url))
    assert (alone.state, alone.found) == (State.WRONG, "It follows no primary.")


def test_the_page_says_what_it_looks_at() -> None:
    said = (CHECKOUT / "docs" / "operate" / "doctor.md").read_text(encoding="utf-8")
    told = {part for row in re.findall(r"^\| ([^|]+) \|", said, re.MULTILINE) for part in row.split(", ")}
    code = (CHECKOUT / "src" / "entrypoints" / "cli" / "doctor.py").read_text(encoding="utf-8")
    assert set(re.findall(r'_(?:fine|doubtful|wrong|reached)\(\s*"([^"]+)"', code)) <= told
