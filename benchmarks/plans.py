"""`make plans`: the plans and times of what the API asks of PostgreSQL, in a small city and in a large one.

Each GET operation is asked for by each role that may, and so are the main writes. A statement is explained once for its
operation; reads are run, writes are not. The plans of the large city, without costs and times, are in
docs/develop/plans: `--check` compares them. Times are those of the server, the least of three. Cities are made in a
temporary folder, unless `--small-url` and `--large-url` name some.
"""

import argparse
import asyncio
import difflib
import re
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
import psycopg
from litestar.routes import HTTPRoute

from benchmarks import report
from benchmarks.city.generate import generate
from benchmarks.city.providers import Plan as City
from benchmarks.environment import database, production
from benchmarks.sent import Sent, recorded
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.identity.authenticate import OpenSession, Register, open_session, register
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.logs import configure_logs
from entrypoints.settings.main import Settings

FOLDER: Final = Path(__file__).parents[1] / "docs/develop/plans"
GOAL_MS: Final = 50.0
GOAL_RATIO: Final = 1.3
TIMES: Final = 3
_PREFIX: Final = "/api/v1"
_SKIPPED: Final = frozenset(
    {"/events", "/health/live", "/health/ready", "/webhooks/qpay/{transaction_id}", "/auth/openid/callback"}
)
"""Streams, what reads no rows, and gateways' callbacks."""
_SETTINGS: Final = {
    "BOOKING_REQUIRE_HTTPS": "off",
    "BOOKING_RATE_LIMIT_QUOTAS": "read=9000000/60,export=9000000/60",
    "BOOKING_ADMIN_SECOND_FACTOR": "off",
    **{f"BOOKING_CACHE_{name}_SECONDS": "0" for name in ("PROFILES", "SERVICES", "SEARCH", "AVAILABILITY")},
}
_IDS: Final[Mapping[str, str]] = {
    "provider_id": "SELECT id FROM providers WHERE salon_id IS NULL AND id IN (SELECT provider_id FROM {busiest})",
    "customer_id": "SELECT customer_id FROM bookings WHERE provider_id = %(provider_id)s"
    " GROUP BY 1 ORDER BY count(*) DESC, 1",
    "booking_id": "SELECT id FROM bookings WHERE provider_id = %(provider_id)s AND customer_id = %(customer_id)s"
    " AND status = 'completed' ORDER BY 1",
    "desk_payment_id": "SELECT id FROM desk_payments WHERE booking_id = %(booking_id)s",
    "payment_id": "SELECT p.id FROM payments AS p JOIN bookings AS b ON b.id = booking_id"
    " WHERE p.customer_id = %(customer_id)s ORDER BY 1",
    "review_id": "SELECT id FROM reviews WHERE provider_id = %(provider_id)s ORDER BY 1",
    "service_id": "SELECT id FROM services WHERE provider_id = %(provider_id)s ORDER BY minutes, 1",
    "salon_id": "SELECT salon_id FROM providers WHERE salon_id IS NOT NULL GROUP BY 1 ORDER BY sum(rating_count) DESC",
    "user_id": "SELECT %(customer_id)s",
    "provider": "SELECT owner_id FROM providers WHERE id = %(provider_id)s",
    "manager": "SELECT manager_id FROM salons WHERE id = %(salon_id)s",
}
"""The busiest of each, so that nothing is easier than it can be."""
_BUSIEST: Final = "(SELECT provider_id FROM bookings GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 20)"


@dataclass(frozen=True, slots=True)
class Explained:
    """A statement of an operation."""

    sql: str
    plan: str
    milliseconds: float | None
    """None: it was not run."""


@dataclass(slots=True)
class Surveyed:
    """What one city showed."""

    statements: dict[str, dict[str, Explained]] = field(default_factory=dict)
    """By operation and text."""
    unanswered: dict[str, int] = field(default_factory=dict)
    """Operations that nobody got, and the last status."""


def queries(path: str, ids: Mapping[str, UUID], now: datetime) -> list[Mapping[str, Any]]:
    """With which parameters a path is asked for: those that it needs, and the lists that people filter."""
    window = {"from": f"{now:%Y-%m-%dT00:00:00Z}", "to": f"{now + timedelta(days=30):%Y-%m-%dT00:00:00Z}"}
    days = {"from": f"{now:%Y-%m-%d}", "to": f"{now + timedelta(days=30):%Y-%m-%d}"}
    past = {"from": f"{now - timedelta(days=30):%Y-%m-%d}", "to": f"{now:%Y-%m-%d}"}
    service = {"serviceIds": str(ids["service_id"])}
    near = {"lat": 47.9184, "lon": 106.9177, "radiusKm": 2}
    known: Mapping[str, list[Mapping[str, Any]]] = {
        "/providers/{provider_id}/slots": [window | service],
        "/providers/{provider_id}/days": [days | service, window | service],
        "/providers/{provider_id}/slots/explain": [{"slot": window["to"]} | service],
        "/salons/{salon_id}/slots": [window, window | {"minutes": 60}],
        "/salons/{salon_id}/day": [{"date": f"{now:%Y-%m-%d}"}, {"day": f"{now:%Y-%m-%d}"}],
        "/search": [{"text": "Маникюр"}, near, near | {"sort": "soonest"}],
        "/salons/search": [{"text": "салон"}, near, {}],
        "/portfolio/search": [{"text": "fine"}, {}],
        "/search/suggestions": [{"text": "ман"}],
        "/bookings": [{}, {"status": "completed"}, {"order": "start"}, {"upcoming": "true"}],
        "/admin/bookings": [{}, {"status": "completed"}, {"q": "BK-7F3K9Q"}, {"providerId": str(ids["provider_id"])}],
        "/admin/users": [{}, {"q": "bat"}, {"role": "provider"}],
        "/admin/providers": [{}, {"status": "approved"}, {"q": "бат"}],
        "/customers": [{}, {"q": "бат"}],
        "/providers": [{}, {"salonId": str(ids["salon_id"])}],
        "/salons": [{}],
        "/services": [{"providerId": str(ids["provider_id"])}, {"salonId": str(ids["salon_id"])}],
    }
    exported = [past, {}] if path.endswith("/export") else [{}, past]  # people export a month
    return known.get(path, [*exported, window, days])


async def survey(url: str, only: str = "", *, writes: bool = True) -> Surveyed:
    """Ask for everything, of the reads for those whose paths contain `only`, and explain what it took."""
    found = Surveyed()
    with psycopg.connect(url, autocommit=True) as connection:
        ids = _chosen(connection)
        async with _api(url) as (container, client, paths):
            tokens = {role: await _token(container, user) for role, user in (await _people(container, ids)).items()}
            for operation, sent in [
                *[each async for each in _reads(client, [path for path in paths if only in path], tokens, ids, found)],
                *([each async for each in _writes(client, tokens, ids, found)] if writes else []),
            ]:
                explained = found.statements.setdefault(operation, {})
                for each in sent:
                    if each.sql not in explained and (made := explain(connection, each)) is not None:
                        explained[each.sql] = made
    return found


async def _reads(
    client: httpx.AsyncClient,
    paths: Iterable[str],
    tokens: Mapping[str, str],
    ids: Mapping[str, UUID],
    found: Surveyed,
) -> AsyncIterator[tuple[str, list[Sent]]]:
    now = datetime.now(UTC)
    for path in paths:
        answered, status = False, 404
        if all(name in ids for name in re.findall(r"\{(\w+)\}", path)):
            asked = path.format(**ids)
            for token in tokens.values():
                for parameters in queries(path, ids, now):
                    with recorded() as sent:
                        answer = await client.get(
                            f"{asked}?{urlencode(parameters)}", headers={"authorization": f"Bearer {token}"}
                        )
                    status = answer.status_code
                    if status == httpx.codes.OK:
                        answered = True
                        yield f"GET {path}", sent
                    if answered and path not in _LISTED:
                        break
        if not answered:
            found.unanswered[f"GET {path}"] = status


_LISTED: Final = frozenset(
    {"/search", "/salons/search", "/bookings", "/admin/bookings", "/admin/users", "/admin/providers", "/customers"}
)
"""Those that are asked for in several ways."""


async def _writes(
    client: httpx.AsyncClient, tokens: Mapping[str, str], ids: Mapping[str, UUID], found: Surveyed
) -> AsyncIterator[tuple[str, list[Sent]]]:
    """A booking, its cancellation, and a favourite."""
    now = datetime.now(UTC) + timedelta(days=3)
    window = {"from": f"{now:%Y-%m-%dT00:00:00Z}", "to": f"{now + timedelta(days=50):%Y-%m-%dT00:00:00Z}"}
    service = str(ids["service_id"])
    path = f"/providers/{ids['provider_id']}/slots?{urlencode(window | {'serviceIds': service})}"
    slots = (await client.get(path)).raise_for_status().json()["slots"]
    place = {"providerId": str(ids["provider_id"]), "slot": slots[-1]["start"], "serviceIds": [service]}
    booking = ""
    for operation, method, path, body in (
        ("POST /bookings", "POST", "/bookings", place),
        ("POST /bookings/{booking_id}/cancel", "POST", "/bookings/{booking}/cancel", {"reason": "a benchmark"}),
        ("PUT /favourites/{provider_id}", "PUT", f"/favourites/{ids['provider_id']}", None),
        ("DELETE /favourites/{provider_id}", "DELETE", f"/favourites/{ids['provider_id']}", None),
    ):
        headers = {"authorization": f"Bearer {tokens['customer']}", "idempotency-key": str(uuid4())}
        with recorded() as sent:
            answer = await client.request(method, path.format(booking=booking), json=body, headers=headers)
        if answer.is_success:
            booking = booking or answer.json()["id"]
            yield operation, sent
        else:
            found.unanswered[operation] = answer.status_code


def explain(connection: psycopg.Connection[Any], sent: Sent) -> Explained | None:
    """Explain a statement; None if it has no plan."""
    first = sent.sql.split(maxsplit=1)[0].upper()
    if first not in {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}:
        return None
    reads = first in {"SELECT", "WITH"} and not re.search(r"\b(INSERT|UPDATE|DELETE|FOR UPDATE|pg_notify)\b", sent.sql)
    options, took = "FORMAT JSON, ANALYZE, BUFFERS" if reads else "FORMAT JSON", []
    explained: dict[str, Any] = {}
    try:
        for _ in range(TIMES if reads else 1):
            row = connection.execute(f"EXPLAIN ({options}) {sent.sql}".encode(), sent.values).fetchone()
            [explained] = row[0] if row else [{}]
            took.append(explained.get("Execution Time", 0.0))
    except psycopg.Error as error:  # a parameter of no type
        return Explained(sent.sql, f"not explained: {error.diag.message_primary}", None)
    return Explained(sent.sql, "\n".join(_lines(explained["Plan"])), min(took) if reads else None)


def _lines(node: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """A plan without costs, times and values."""
    parts = [str(node["Node Type"])]
    if (operation := node.get("Operation")) is not None:
        parts = [str(operation)]
    if (join := node.get("Join Type")) not in {None, "Inner"}:
        parts.append(str(join))
    parts += [f"on {node['Relation Name']}"] if "Relation Name" in node else []
    parts += [f"using {node['Index Name']}"] if "Index Name" in node else []
    yield f"{'  ' * depth}{' '.join(parts)}"
    for child in node.get("Plans", ()):
        yield from _lines(child, depth + 1)


def text_of(statements: Iterable[Explained]) -> str:
    """The plans of an operation."""
    return "\n\n".join(f"{_summary(each.sql)}\n{each.plan}" for each in statements) + "\n"


def _summary(sql: str) -> str:
    """A statement in short: the verb, and its tables."""
    tables = dict.fromkeys(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE) ([a-z_]+)", sql))
    return f"{sql.split(maxsplit=1)[0]} {', '.join(tables)}".rstrip()


def files_of(found: Surveyed) -> dict[str, str]:
    """The files of the folder: those of equal paths are one."""
    by_file: dict[str, list[str]] = {}
    for operation, statements in found.statements.items():
        if statements:
            name = re.sub(r"[^a-z]+", "-", operation.split("/", 1)[1].lower()).strip("-")
            by_file.setdefault(f"{name}.txt", []).append(f"# {operation}\n\n{text_of(statements.values())}")
    return {name: "\n".join(texts) for name, texts in sorted(by_file.items())}


def difference(found: Surveyed, only: str = "") -> list[str]:
    """How the plans differ from those of the folder, or from those of the files that were made anew."""
    here = files_of(found)
    there = {
        path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt") if not only or path.name in here
    }
    return [
        line
        for name in sorted({*there, *here})
        for line in difflib.unified_diff(
            there.get(name, "").splitlines(), here.get(name, "").splitlines(), f"{name}", "now", lineterm=""
        )
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make plans", description=__doc__)
    parser.add_argument("--small", type=int, default=100, help="providers of the small city")
    parser.add_argument("--large", type=int, default=10_000, help="providers of the large city")
    parser.add_argument("--small-url")
    parser.add_argument("--large-url")
    parser.add_argument("--only", default="", help="only reads whose paths contain this; the other plans stay")
    parser.add_argument("--check", action="store_true", help="compare the plans instead of writing them")
    return parser.parse_args()


def main(options: argparse.Namespace) -> int:
    """Survey both cities; return 1 if plans differ with `--check`."""
    configure_logs("critical", readable=False)
    found = []
    with ExitStack() as stack:
        for providers, given in ((options.small, options.small_url), (options.large, options.large_url)):
            url = given or stack.enter_context(_a_city(providers))
            print(report.machine(url), _sizes(url), sep="\n", flush=True)
            found.append(asyncio.run(survey(url, options.only, writes=not options.only)))
    small, large = found
    _print(small, large)
    if options.check:
        differs = difference(large, options.only)
        print("\n".join(differs))
        return 1 if differs else 0
    FOLDER.mkdir(exist_ok=True)
    for old in () if options.only else FOLDER.glob("*.txt"):
        old.unlink()
    for name, text in files_of(large).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def _print(small: Surveyed, large: Surveyed) -> None:
    """The slowest statements, the ratio of the median, and what nobody got."""
    both = [
        (operation, _summary(sql), small.statements[operation][sql].milliseconds, each.milliseconds)
        for operation, statements in large.statements.items()
        for sql, each in statements.items()
        if sql in small.statements.get(operation, {})
    ]
    timed = [
        (operation, sql, one, other) for operation, sql, one, other in both if one is not None and other is not None
    ]
    print(f"{len(large.statements)} operations, {len(both)} statements of both, {len(timed)} timed")
    for operation, sql, one, other in sorted(timed, key=lambda each: -each[3])[:25]:
        print(f"{one:9.2f} {other:9.2f} ms {'  over the goal' if other > GOAL_MS else '':15} {operation}: {sql[:80]}")
    if timed:
        ratio = median(other for *_, other in timed) / median(one for *_, one, _ in timed)
        each = median(other / max(one, 0.001) for *_, one, other in timed)
        over = sum(other > GOAL_MS for *_, other in timed)
        print(f"median {ratio:.2f} (goal {GOAL_RATIO}), of the ratios {each:.2f}; {over} over {GOAL_MS:.0f} ms")
    print("nobody got:", ", ".join(f"{name} {status}" for name, status in sorted(large.unanswered.items())))


def _sizes(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM providers), (SELECT count(*) FROM bookings),"
            " pg_database_size(current_database())"
        ).fetchone()
    providers, bookings, size = row or (0, 0, 0)
    return f"{providers:,} providers, {bookings:,} bookings, {size >> 20:,} MB"


def _chosen(connection: psycopg.Connection[Any]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for name, statement in _IDS.items():
        row = connection.execute(
            f"{statement.format(busiest=_BUSIEST + ' AS busy')} LIMIT 1".encode(), found
        ).fetchone()
        if row is not None:
            found[name] = row[0]
    return found


async def _people(container: HttpContainer, ids: Mapping[str, UUID]) -> dict[str, User]:
    """A person of each role: those whom the ids are of, and an admin."""
    reads, email = container.reads(), f"admin-{uuid4()}@city.example"
    people = {role: await reads.users.get(UserId(ids[f"{role}_id" if role == "customer" else role])) for role in _ROLES}
    command = Register(email=email, phone=None, name="Admin", role=Role.ADMIN, password_hash="", by_platform=True)
    admin = await container.executor().run(register, command, actor=SYSTEM)
    return {role: user for role, user in people.items() if user is not None} | {"admin": admin}


_ROLES: Final = ("customer", "provider", "manager")


async def _token(container: HttpContainer, user: User) -> str:
    opening = OpenSession(user_id=user.id, method=LoginMethod.PASSWORD, client=Client())
    signed_in = await container.executor().run(open_session, opening, actor=SYSTEM)
    return container.access_tokens().issue(signed_in.bearer, container.clock().now()).text


@asynccontextmanager
async def _api(url: str) -> AsyncIterator[tuple[HttpContainer, httpx.AsyncClient, list[str]]]:
    container = HttpContainer(settings=Settings.from_environment(production(url) | _SETTINGS))
    app: Any = create_app(container)
    paths = sorted(
        route.path_format.removeprefix(_PREFIX)
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods and route.path_format.startswith(_PREFIX)
    )
    transport = httpx.ASGITransport(app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1{_PREFIX}") as client:
        yield container, client, [path for path in paths if path not in _SKIPPED]


@contextmanager
def _a_city(providers: int) -> Iterator[str]:
    with database() as url:
        now = datetime.now(UTC).replace(microsecond=0)
        generate(url, City(providers=providers, bookings=providers * 100, now=now), lambda _: None)
        yield url


if __name__ == "__main__":
    sys.exit(main(arguments()))
