"""`make city`: equal arguments make equal cities, rows agree, search knows what it should, and the API serves it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest
from benchmarks import plans
from benchmarks.city.generate import FILLED, NotEmpty, generate
from benchmarks.city.providers import Plan
from benchmarks.environment import production
from benchmarks.plans import difference, files_of, survey, text_of
from benchmarks.sent import Sent, recorded
from psycopg import sql
from tests.databases import TestServer

from adapters.postgres.search.marks import marks_of
from adapters.postgres.search.tables import MARK
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.kit.storage import present
from booking_domain.use_cases.bookings.queries import list_bookings
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.search.index import entry_of
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

PLAN: Final = Plan(
    providers=40, bookings=2_000, now=datetime.now(UTC).replace(hour=3, minute=0, second=0, microsecond=0)
)
DISAGREE: Final = {
    "a booking that claims its time has the claim, and no other": """
        SELECT b.id FROM bookings AS b FULL JOIN claims AS c USING (id, provider_id, customer_id, starts_at, ends_at)
        WHERE (b.status IN ('cancelled', 'expired')) IS DISTINCT FROM (c.kind IS NULL)
    """,
    "the trail ends with the status": """
        SELECT b.id FROM bookings AS b
        WHERE status IS DISTINCT FROM (
            SELECT to_status FROM booking_events WHERE booking_id = b.id ORDER BY seq DESC LIMIT 1
        )
    """,
    "each entry of the trail begins where the one before ends": """
        SELECT booking_id FROM (
            SELECT *, lag(to_status) OVER of_one AS before, lag(at) OVER of_one AS at_before FROM booking_events
            WINDOW of_one AS (PARTITION BY booking_id ORDER BY seq)
        ) AS e
        WHERE from_status IS DISTINCT FROM before OR at < at_before
    """,
    "money paid is that of the payments": """
        SELECT id FROM bookings
        WHERE paid_amount <> (SELECT coalesce(sum(settled_amount), 0) FROM payments WHERE booking_id = bookings.id)
            OR desk_paid_amount <> (SELECT coalesce(sum(amount), 0) FROM desk_payments WHERE booking_id = bookings.id)
    """,
    "no account is outdated": """
        SELECT id FROM bookings
        WHERE (paid_amount > 0 OR desk_paid_amount > 0) AND earnings_version IS DISTINCT FROM version
    """,
    "what is over is over": """
        SELECT id FROM bookings
        WHERE (status IN ('completed', 'no_show') AND ends_at > %(now)s) OR created_at > %(now)s
            OR updated_at > %(now)s OR updated_at < created_at OR (status = 'pending' AND due_at <= %(now)s)
    """,
    "a rating is that of the reviews": """
        SELECT id FROM providers
        WHERE rating_count <> (SELECT count(*) FROM reviews WHERE provider_id = providers.id)
            OR rating_total <> (SELECT coalesce(sum(rating), 0) FROM reviews WHERE provider_id = providers.id)
    """,
    "appointments are within open hours": """
        SELECT b.id FROM bookings AS b
        WHERE NOT EXISTS (
            SELECT FROM availability_rules AS r
            WHERE r.provider_id = b.provider_id AND r.day = extract(dow FROM local_start)
                AND extract(hour FROM local_start) * 60 + extract(minute FROM local_start) >= start_minute
                AND extract(hour FROM local_start) * 60 + extract(minute FROM local_start)
                    + extract(epoch FROM ends_at - starts_at) / 60 <= end_minute
        )
    """,
}


@pytest.fixture(scope="module")
def city(postgres: TestServer) -> Iterator[str]:
    """The URL of a database with a small city."""
    with made(postgres) as url:
        yield url


@contextmanager
def made(postgres: TestServer) -> Iterator[str]:
    with postgres.database() as url:
        generate(url, PLAN, lambda _: None)
        yield url


def rows(url: str, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode(), values).fetchall()


@pytest.mark.parametrize("name", DISAGREE)
def test_rows_agree(name: str, city: str) -> None:
    assert rows(city, DISAGREE[name], now=PLAN.now) == []


def test_every_table_has_rows_and_every_status_occurs(city: str) -> None:
    counts = {table: rows(city, f"SELECT count(*) FROM {table}")[0][0] for table in FILLED}  # noqa: S608  # noqa: S608
    assert all(counts.values()), counts
    assert 1_600 < counts["bookings"] < 2_400
    statuses = {status for (status,) in rows(city, "SELECT DISTINCT status FROM bookings")}
    assert statuses >= {"completed", "confirmed", "cancelled", "expired", "no_show"}
    [(most, all_)] = rows(
        city, "SELECT max(n), sum(n) FROM (SELECT count(*) AS n FROM bookings GROUP BY provider_id) AS each"
    )
    assert most > 2 * all_ / 40
    scripts = {
        script
        for script, letters in (("Cyrillic", "[а-я]"), ("Latin", "[a-z]"), ("Arabic", "[ا-ی]"))
        if rows(city, "SELECT FROM providers WHERE display_name ~* %(letters)s", letters=letters)
    }
    assert scripts == {"Cyrillic", "Latin", "Arabic"}


def test_equal_plans_make_equal_cities_with_all_indexes(city: str, postgres: TestServer) -> None:
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    constraints = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE convalidated AND conrelid <> 0 ORDER BY 1, 2"
    )
    disabled = "SELECT tgname FROM pg_trigger WHERE tgenabled = 'D'"
    with postgres.database() as other:
        before = rows(other, indexes), rows(other, constraints)
        generate(other, PLAN, lambda _: None)
        assert (rows(other, indexes), rows(other, constraints)) == before
        assert rows(other, disabled) == []
        for table in FILLED:
            # Without `seq`, the order in which the plan of the moment wrote the rows.
            row = "(to_jsonb(t) - 'seq')::text"
            digest = f"SELECT md5(string_agg({row}, '|' ORDER BY {row})) FROM {table} AS t"  # noqa: S608
            assert rows(other, digest) == rows(city, digest), table


def test_a_database_with_providers_is_refused(city: str) -> None:
    with pytest.raises(NotEmpty):
        generate(city, PLAN, lambda _: None)


async def test_search_has_the_entries_that_the_product_would_make(city: str) -> None:
    container = Container(settings=Settings.from_environment(production(city)))
    async with opened(container.database()):
        reads = container.reads()
        async with container.database().begin() as tx:
            for id_, words in rows(city, "SELECT provider_id, tsvector_to_array(words) FROM search_entries"):
                entry = await entry_of(ProviderId(id_), reads, PLAN.now)
                assert await tx.search_entries.get(ProviderId(id_)) == entry
                assert {word for word in words if word.startswith(MARK)} == set(marks_of(present(entry)))
        assert await reads.search.due(PLAN.now - timedelta(days=1), 10) == []


async def test_the_product_serves_a_city(city: str) -> None:
    container = HttpContainer(settings=Settings.from_environment(production(city) | {"BOOKING_REQUIRE_HTTPS": "off"}))
    app: Any = create_app(container)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as api,
    ):
        found = (await api.get("/search", params={"text": "Эмэгтэй үс засалт"})).raise_for_status().json()
        assert found["items"]
        provider = found["items"][0]["providerId"]
        day = datetime.now(UTC).date()
        [service] = rows(city, "SELECT quickest FROM search_entries WHERE provider_id = %(id)s", id=provider)
        window = {"from": f"{day}T00:00:00Z", "to": f"{day + timedelta(14)}T00:00:00Z", "serviceIds": str(service[0])}
        slots = await api.get(f"/providers/{provider}/slots", params=window)
        assert slots.raise_for_status().json()["slots"]
        for path in ("page", "reviews"):
            (await api.get(f"/providers/{provider}/{path}")).raise_for_status()
        suggested = (await api.get("/search/suggestions", params={"text": "мани"})).raise_for_status().json()
        assert "Маникюр" in {each["text"] for each in suggested["items"]}
        [(customer, number)] = rows(
            city, "SELECT customer_id, count(*) FROM bookings GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        )
        actor = Actor(UserId(customer), Role.CUSTOMER)
        listed = await list_bookings(actor, BookingListFilter(limit=200), container.reads().appointments)
        assert len(listed) == number


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("order", BookingListOrder)
async def test_the_pages_of_a_period_read_the_bookings_of_this_period_only(
    city: str, order: BookingListOrder, plan: str
) -> None:
    start = PLAN.now - timedelta(days=300)
    asked = BookingListFilter(at_from=start, at_before=start + timedelta(days=30), order=order, limit=20)
    [(number,)] = rows(
        city,
        "SELECT count(*) FROM bookings WHERE starts_at >= %(from)s AND starts_at < %(before)s",
        **{"from": asked.at_from, "before": asked.at_before},
    )
    assert 20 < number < 200
    container = Container(settings=Settings.from_environment(production(city)))
    read, more = 0, True
    with psycopg.connect(city, autocommit=True) as connection:
        connection.execute(f"SET plan_cache_mode = {plan}".encode())
        async with opened(container.database()):
            while more:
                with recorded() as sent:
                    found = await container.reads().appointments.page(asked)
                [statement] = sent
                root = explained(connection, statement)
                scanned = [rows_of(node) for node in nodes_of(root) if node.get("Alias") in OF_BOOKINGS]
                assert scanned
                assert max(scanned) <= number, root
                read += len(found)
                more = bool(found)
                asked = replace(asked, after=found[-1].booking.id if found else None)
    assert read == number


OF_BOOKINGS: Final = ("bookings", "bookings_1")
"""The names of the table in the statement, where it does not look for bookings beside one."""


def explained(connection: psycopg.Connection[Any], sent: Sent) -> dict[str, Any]:
    """The plan of a statement that was prepared and run, as `plan_cache_mode` says."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sent.sql)))
    numbered = re.sub(r"%\((\w+)\)s", lambda name: f"${names.index(name[1]) + 1}", sent.sql).replace("%%", "%")
    values = sql.SQL(", ").join(sql.Literal(sent.values[name]) for name in names)
    connection.execute(f"PREPARE asked AS {numbered}".encode())
    try:
        query = sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked({})").format(values)
        row = connection.execute(query).fetchone()
    finally:
        connection.execute("DEALLOCATE asked")
    assert row is not None
    return dict(row[0][0]["Plan"])


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes_of(child)


def rows_of(node: dict[str, Any]) -> float:
    """How many rows a scan has read."""
    return float(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))


async def test_operations_are_explained_with_the_indexes_that_they_use(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await survey(city, only="favourites")
    assert set(found.statements) == {
        "GET /favourites",
        "POST /bookings",
        "POST /bookings/{booking_id}/cancel",
        "PUT /favourites/{provider_id}",
        "DELETE /favourites/{provider_id}",
    }
    assert found.unanswered == {}
    listed = text_of(found.statements["GET /favourites"].values())
    assert "Index Scan" in listed
    assert "cost" not in listed
    [placed] = [each for sql, each in found.statements["POST /bookings"].items() if "INSERT INTO bookings" in sql]
    assert (placed.plan.splitlines()[0], placed.milliseconds) == ("Insert on bookings", None)
    monkeypatch.setattr(plans, "FOLDER", tmp_path)
    for name, text in files_of(found).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert difference(found) == []
    (tmp_path / "favourites.txt").write_text(files_of(found)["favourites.txt"].replace("Index Scan", "Seq Scan"))
    assert {line[0] for line in difference(found)} >= {"-", "+"}
