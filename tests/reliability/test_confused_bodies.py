"""Row 24: read-only members and wrong types are rejected on every route and change no row."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import msgspec
import psycopg
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.unit.entrypoints.api import Api, the_routes
from tests.unit.entrypoints.http.confusion import confused, types_of
from tests.unit.entrypoints.http.test_access import the_body
from tests.unit.features.collected import ROUTES
from tests.unit.features.declarations import IDENTITIES, Ids, Row, World, expected, ids
from tests.unit.features.salons import salon

from entrypoints.http.kit import strict_json
from entrypoints.http.kit.openapi.document import document_of
from entrypoints.http.kit.openapi.operations import operation_id_of
from entrypoints.http.kit.refusals import invalid_input

TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'rate_limits' ORDER BY 1"
STRIDE: Final = scale.of(1, less=16)
"""`make test` runs every 16th."""


class StoredApi(Api):
    """The API on PostgreSQL, with the constraints and defaults of the product."""

    def __init__(self, url: str, **environ: str) -> None:
        super().__init__({"DATABASE_URL": url, "BOOKING_RATE_LIMITS": "off", **environ}, in_memory=False)
        self.url = url

    async def place_by_customer(self, booking_id: str) -> None:
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            await connection.execute("UPDATE bookings SET placed_by_staff = false WHERE id = %s", [booking_id])


class Rows:
    """What all tables hold, read over one connection: a new one would load the catalogue of all tables each time."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        tables = [name for (name,) in connection.execute(TABLES)]
        one = "SELECT '{0}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t"
        self._query = " UNION ALL ".join(one.format(table) for table in tables).encode()

    def __call__(self) -> dict[str, tuple[Any, ...]]:
        """The number of rows of each table and a digest of them."""
        found = self._connection.execute(self._query, prepare=True)
        return {name: (number, digest) for name, number, digest in found}


@asynccontextmanager
async def stored(url: str) -> AsyncIterator[StoredApi]:
    api = StoredApi(url)
    async with api.opened():
        yield api


def with_a_body(api: Api) -> dict[str, HTTPRouteHandler]:
    return {
        route: handler for route, handler in the_routes(api).items() if "data" in handler.parsed_fn_signature.parameters
    }


async def confusions(api: Api, rows: Rows, world: World, route: str, stride: int) -> tuple[int, list[str]]:
    """The number of bodies tried, and the outcomes of those that were not rejected."""
    row, handler, (method, path) = ROUTES[route], with_a_body(api)[route], route.split()
    identity, named = await somebody(world, row)
    document = document_of(api.app)
    operations = {each["operationId"]: each for item in document["paths"].values() for each in item.values()}
    content = operations[operation_id_of(handler)]["requestBody"]["content"]["application/json"]
    example, token = await the_body(world, handler, named), await world.token(identity)
    address, headers = path.format(**named), {"Content-Type": "application/json"}
    before, tried, wrong = rows(), 0, []
    bodies = list(confused(content["schema"], example, document["components"]["schemas"]))
    for name, body in bodies[::stride]:
        answer = await api.call(method, address, token, content=body, headers=headers)
        tried += 1
        if not _refused(answer):
            wrong.append(f"{route}, {name}: {answer.status_code} {answer.text[:200]}")
    wrong += [f"{route}: {table} has changed" for table, found in rows().items() if found != before[table]]
    return tried, wrong


async def somebody(world: World, row: Row) -> tuple[str, Ids]:
    """A user who may call the route, and the ids for its path."""
    for identity in IDENTITIES[1:]:
        for target in ("own", "other's"):
            if not expected(row, identity, target):
                named = await ids(world, row, identity, target)
                if named is not None:
                    return identity, named
    raise AssertionError(row)


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code == 400 and answer.json()["code"] == "validation.invalid_input"


async def test_every_route_rejects_a_confused_body_and_changes_nothing(postgres: TestServer, report: Report) -> None:
    async def story(url: str) -> tuple[int, int, list[str]]:
        async with stored(url) as api:
            world, tried, wrong = World(api), 0, list[str]()
            routes = with_a_body(api)
            with psycopg.connect(url, autocommit=True) as connection:
                rows = Rows(connection)
                for route in routes:
                    number, found = await confusions(api, rows, world, route, STRIDE)
                    tried, wrong = tried + number, wrong + found
            return len(routes), tried, wrong

    with postgres.database() as url:
        routes, tried, wrong = await story(url)
    assert wrong == []
    assert tried > 40 * routes // STRIDE
    report(24, f"{tried} bodies for {routes} routes: all 400, no row of any table changed")


def forgiving(raw: bytes, schema: Any) -> Any:
    """Ignores unknown members and converts types, as many frameworks do."""
    known = {each.encode_name for each in msgspec.structs.fields(schema)}
    try:
        said = json.loads(raw)
        return msgspec.convert({name: value for name, value in said.items() if name in known}, schema, strict=False)
    except (ValueError, AttributeError) as error:
        raise invalid_input("", str(error)) from error


def assigning(raw: bytes, schema: Any) -> Any:
    """Accepts read-only members."""
    value = forgiving(raw, schema)
    extra = json.loads(raw).get("status")
    return value if extra is None else msgspec.structs.replace(value, name=extra)


@pytest.mark.parametrize("careless", [forgiving, assigning])
async def test_a_careless_body_reader_is_found(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch, careless: Callable[[bytes, Any], Any]
) -> None:
    async def story(url: str) -> list[str]:
        async with stored(url) as api:
            world = World(api)
            await salon(world, "manager")
            monkeypatch.setattr(strict_json, "read_json", careless)
            with psycopg.connect(url, autocommit=True) as connection:
                _, wrong = await confusions(api, Rows(connection), world, "PATCH /salons/{salon_id}", 1)
            return wrong

    with postgres.database() as url:
        wrong = await story(url)
    assert any(" + role: 200" in each for each in wrong), wrong
    assert any("salons has changed" in each for each in wrong), wrong


def test_schema_types_are_found_through_unions() -> None:
    schemas: dict[str, dict[str, Any]] = {
        "A": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/B"}]},
        "B": {"enum": [1, None]},
    }
    assert types_of({"$ref": "#/components/schemas/A"}, schemas) == {"string", "integer", "null"}
    assert types_of({"type": "number"}, schemas) == {"number", "integer"}
