"""Admins who need a second factor and have none can only set one up and sign out."""

from typing import Any, Final
from uuid import uuid4

import pytest
from litestar.handlers import HTTPRouteHandler
from tests.unit.entrypoints.api import Api, assert_problem, the_routes
from tests.unit.entrypoints.http.two_factors import Member
from tests.unit.features.collected import ROUTES

from booking_domain.shared.actor import Role
from booking_domain.testing.identity.memory.tables import SESSIONS
from entrypoints.http.kit.documentation import KEY
from entrypoints.http.kit.request_guard import ACCESS

OPEN: Final = {
    "POST /auth/passkeys",
    "POST /auth/passkeys/options",
    "POST /auth/mfa/totp",
    "POST /auth/mfa/totp/confirm",
    "POST /auth/logout",
    "POST /auth/verify-otp",
}
ON: Final = {"BOOKING_ADMIN_SECOND_FACTOR": "on"}


async def an_admin(api: Api) -> Member:
    token = await api.an_admin()
    user = await api.database.reads.users.get(api.container.access_tokens().read(token, api.clock.now()).actor.id)
    assert user is not None
    assert user.email is not None
    return Member(api, user.email, {"accessToken": token})


async def shut(api: Api, role: Role, *, second_factor: bool) -> set[str]:
    """The routes that refuse a token because a second factor is required; each gets a token of its own."""
    found = set()
    for route, handler in the_routes(api).items():
        if handler.opt.get(ACCESS) == "public":
            continue
        method, path = route.split()
        token = await api.token_of(role, second_factor=second_factor)
        query = ROUTES[route].query
        answer = await api.call(method, _filled(path) + (f"?{query}" if query else ""), token, **_body(handler))
        if answer.headers.get("Content-Type") == "application/problem+json" and (
            answer.json()["code"] == "auth.second_factor_required"
        ):
            assert answer.status_code == 403
            found.add(route)
    return found


def _filled(path: str) -> str:
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


def _body(handler: HTTPRouteHandler) -> dict[str, Any]:
    body = handler.opt[KEY].body if KEY in handler.opt else None
    return {} if body is None else {"json": body}


def reads_tokens(api: Api) -> set[str]:
    return {route for route, handler in the_routes(api).items() if handler.opt.get(ACCESS) != "public"}


@pytest.mark.settings(**ON)
async def test_without_a_second_factor_an_admin_can_set_one_up_and_sign_out(api: Api) -> None:
    found = await shut(api, Role.ADMIN, second_factor=False)
    assert found == reads_tokens(api) - OPEN
    assert {route for route in found if "/admin/" in route}
    assert len(found) > 40


@pytest.mark.settings(**ON)
async def test_all_routes_work_with_a_second_factor_or_another_role_or_without_the_rule(api: Api) -> None:
    with_it = await shut(api, Role.ADMIN, second_factor=True)
    assert with_it == {"DELETE /auth/mfa/totp"}  # removing it is for roles that do not need one
    assert not await shut(api, Role.PROVIDER, second_factor=False)


async def test_in_development_admins_need_no_second_factor(api: Api) -> None:
    assert not await shut(api, Role.ADMIN, second_factor=False)


@pytest.mark.settings(**ON)
async def test_an_admin_sets_up_a_second_factor_and_continues(api: Api) -> None:
    admin = await an_admin(api)
    refused = await api.get("/admin/providers", admin.token)
    assert_problem(refused, 403, "auth.second_factor_required")
    await admin.set_up()
    assert_problem(await admin.log_in(), 401, "auth.second_factor_needed", "/secondFactor")
    admin.signed_in = (await admin.log_in(admin.code())).json()
    assert (await api.get("/admin/providers", admin.token)).status_code == 200
    assert (await admin.refresh()).status_code == 200
    assert (await api.get("/admin/providers", admin.token)).status_code == 200


@pytest.mark.settings(**ON)
async def test_an_admin_can_replace_but_not_remove_the_second_factor(api: Api) -> None:
    admin = await an_admin(api)
    await admin.set_up()
    admin.signed_in = (await admin.log_in(admin.code())).json()
    assert_problem(await admin.remove(admin.code()), 403, "auth.second_factor_required")
    assert_problem(await admin.log_in(), 401, "auth.second_factor_needed", "/secondFactor")
    former = admin.secret
    await admin.set_up(code=admin.code())
    assert admin.secret != former


@pytest.mark.settings(**ON)
async def test_an_admin_without_a_second_factor_can_sign_out(api: Api) -> None:
    admin = await an_admin(api)
    assert (await api.post("/auth/logout", admin.token)).status_code == 204
    assert all(session.ended_at for session in api.database.rows(SESSIONS).values())


async def test_with_the_rule_off_an_admin_can_remove_the_second_factor(api: Api) -> None:
    admin = await an_admin(api)
    await admin.set_up()
    assert (await admin.remove(admin.code())).status_code == 204
