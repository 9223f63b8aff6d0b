"""Row 20: every route × five identities × {own, another's, removed, unknown} answers as the permission table says.

Each feature declares for its routes what they ask for and what their addresses name (`tests/unit/features`); who may do
what follows from `PERMISSIONS`. A route without a declaration fails.
"""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.unit.entrypoints.api import Api, serving, the_routes
from tests.unit.features.collected import ROUTES
from tests.unit.features.declarations import IDENTITIES, TARGETS, Ids, Row, World, expected, ids
from tests.unit.features.packages import offered
from tests.unit.features.plans import offered as plan_offered

from entrypoints.http.kit.documentation import KEY
from entrypoints.http.kit.request_guard import ACCESS
from entrypoints.http.plans.schemas import TAKE

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long


async def test_every_route_has_a_row(api: Api) -> None:
    assert set(the_routes(api)) == set(ROUTES), "add or remove a row in tests/unit/features/<resource>.py"


async def walked(route: str) -> list[str]:
    """Where the answers are not those of the table."""
    wrong: list[str] = []
    refused_about: dict[str, Ids] = {}
    """By target, an object about which identities are refused: one serves all of them, because it stays as it is."""
    async with serving() as api:
        world, row, handler = World(api), ROUTES[route], the_routes(api)[route]
        for identity in IDENTITIES:
            for target in TARGETS:
                meant = expected(row, identity, target)
                named = refused_about.get(target) if meant else None
                named = named or await ids(world, row, identity, target)
                if named is None:
                    continue
                if meant and target != "own":
                    refused_about[target] = named
                answer = await asked(world, route, handler, identity, named)
                world.tokens.pop("admin", None)  # the request may have ended the session
                if shared_caches_may_keep(answer) and handler.opt.get(ACCESS) != "public" and identity != "anonymous":
                    wrong.append(f"{identity}, {target}: a shared cache may keep what an account was answered")
                if not as_meant(row, answer, meant):
                    wrong.append(f"{identity}, {target}: {answer.status_code}, not {meant or 'done'}: {answer.text}")
    return wrong


def shared_caches_may_keep(answer: httpx.Response) -> bool:
    """Whether they may give it to others."""
    return "no-store" not in (said := answer.headers["Cache-Control"]) and "private" not in said


async def asked(world: World, route: str, handler: HTTPRouteHandler, identity: str, named: Ids) -> httpx.Response:
    """Request the route with the documented body and the named ids."""
    row, (method, path) = ROUTES[route], route.split()
    body = await the_body(world, handler, named)
    address = path.format(**{**named, "transaction_id": str(uuid4())})
    more: dict[str, Any] = {"json": body} if body else {}
    method, query = ("HEAD", row.endless) if row.endless else (method, row.query)
    return await world.api.call(method, f"{address}?{query}".rstrip("?"), await world.token(identity), **more)


async def the_body(world: World, handler: HTTPRouteHandler, named: Ids) -> dict[str, Any]:
    """The documented body, with ids of existing objects."""
    example = handler.opt[KEY].body if KEY in handler.opt else None
    body = dict(example or {})
    if "providerId" in body:
        body["providerId"] = await world.provider_id("studio")
    if "slot" in body:
        body["slot"] = world.slot()
    if "bookingId" in body:
        body["bookingId"] = named["booking_id"]
    if "bookingIds" in body:
        body["bookingIds"] = [named["booking_id"]]
    if example == TAKE:
        body["offerId"] = (await plan_offered(world, "studio"))["plan_offer_id"]
    elif "offerId" in body:
        body["offerId"] = (named if "customerId" in body else await offered(world, "studio"))["package_offer_id"]
    if "customerId" in body and "offerId" in body:
        body["customerId"] = named["customer_id"]
    if "fileIds" in body:
        body["fileIds"] = [named["file_id"]]
    if "ids" in body:
        body["ids"] = [named["user_id"]]
    return body


def as_meant(row: Row, answer: httpx.Response, meant: set[int]) -> bool:
    """Whether it is; a body that is not valid would show nothing."""
    status = answer.status_code
    if meant:
        return status in meant
    if row.by_secret:
        return status < 500
    if status == 404:
        own = {
            "provider.profile_missing",
            "auth.second_factor_missing",
            "consent.no_code",
            "user.bank_account_missing",
            "auth.service_not_configured",
            "auth.telegram_not_configured",
        }
        return answer.json()["code"] in own
    return status < 500 and status not in {400, 401} and (status != 403 or row.steps)


@pytest.mark.parametrize("route", ROUTES)
async def test_access_equals_the_permission_table(route: str) -> None:
    assert await walked(route) == []


@pytest.mark.parametrize(
    ("route", "module"),
    [
        ("DELETE /waitlist/{waiting_id}", "booking_domain.use_cases.scheduling.waiting"),
        ("PATCH /salons/{salon_id}", "booking_domain.use_cases.catalogue.salons"),
        ("GET /bookings/{booking_id}", "booking_domain.bookings.model"),
    ],
)
async def test_an_unprotected_route_is_detected(route: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{module}.may", lambda *_: True)
    assert any("other's: " in each for each in await walked(route))
