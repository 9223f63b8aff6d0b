"""Access tokens of ended sessions: they administer nothing, and create no credential that lasts."""

from collections.abc import Awaitable, Callable
from string import Formatter
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem, the_routes
from tests.unit.features.collected import ROUTES

from booking_domain.shared.permissions import LIVE_SESSION
from entrypoints.http.kit.documentation import KEY

SIGNING_OUT: Final = "POST /auth/logout"


class Person:
    """Someone who signs in with a password."""

    def __init__(self, api: Api, answer: httpx.Response) -> None:
        self._api = api
        self.id = str(answer.json()["user"]["id"])
        self.email = str(answer.json()["user"]["email"])
        self.token = str(answer.json()["accessToken"])

    @classmethod
    async def joined(cls, api: Api, role: str) -> "Person":
        who = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": "Dorj", "role": role}
        return cls(api, await api.post("/auth/register", json=who))

    async def calendar(self) -> str:
        """The path of a new secret calendar."""
        made = await self._api.post("/users/me/calendar-link", self.token)
        assert made.status_code == 201, made.text
        return str(made.json()["url"]).partition("/api/v1")[2]


async def an_admin(api: Api) -> Person:
    token = await api.an_admin()
    me = (await api.get("/auth/me", token)).json()
    signed_in = await api.post("/auth/login", json={"email": me["email"], "password": PASSWORD})
    return Person(api, signed_in)


async def logged_out(api: Api, person: Person) -> None:
    assert (await api.post("/auth/logout", person.token)).status_code == 204


async def disabled(api: Api, person: Person) -> None:
    await _changed(api, person, status="disabled", reason="abuse")


async def in_another_role(api: Api, person: Person) -> None:
    await _changed(api, person, role="manager")


async def deleted(api: Api, person: Person) -> None:
    assert (await api.delete(f"/admin/users/{person.id}", await api.an_admin())).status_code == 204


async def signed_out_by_an_admin(api: Api, person: Person) -> None:
    assert (await api.delete(f"/admin/users/{person.id}/sessions", await api.an_admin())).status_code == 204


async def _changed(api: Api, person: Person, **changes: str) -> None:
    answer = await api.patch(f"/admin/users/{person.id}", await api.an_admin(), json=changes)
    assert answer.status_code == 200, answer.text


Ending = Callable[[Api, Person], Awaitable[None]]
ENDINGS: Final = (logged_out, disabled, in_another_role, deleted, signed_out_by_an_admin)


async def called(api: Api, route: str, token: str) -> httpx.Response:
    """With the documented body, about nothing that exists."""
    method, path = route.split()
    row, handler = ROUTES[route], the_routes(api)[route]
    names = {name: str(uuid4()) for _, name, _, _ in Formatter().parse(path) if name is not None}
    body = handler.opt[KEY].body if KEY in handler.opt else None
    more: dict[str, Any] = {"json": dict(body)} if body else {}
    return await api.call(method, f"{path.format_map(names)}?{row.query}".rstrip("?"), token, **more)


def reads_tokens(api: Api, route: str) -> bool:
    """Whether the route reads a token at all."""
    return the_routes(api)[route].opt.get("access") != "public"


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_an_admin_whose_session_has_ended_can_use_no_route(api: Api, end: Ending) -> None:
    admin = await an_admin(api)
    routes = [route for route in ROUTES if reads_tokens(api, route) and route != SIGNING_OUT]
    administering = [route for route in routes if "/admin/" in route]
    assert len(administering) >= 16
    assert all([(await called(api, route, admin.token)).status_code != 401 for route in administering])
    await end(api, admin)
    answers = {route: (await called(api, route, admin.token)).status_code for route in routes}
    assert {route: status for route, status in answers.items() if status != 401} == {}
    assert (await called(api, SIGNING_OUT, admin.token)).status_code == 204


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("role", ["customer", "provider", "manager"])
async def test_a_token_of_an_ended_session_can_neither_manage_nor_create_anything_lasting(
    api: Api, role: str, end: Ending
) -> None:
    person = await Person.joined(api, "customer" if end is in_another_role and role == "manager" else role)
    await end(api, person)
    routes = [route for route, row in ROUTES.items() if row.access in LIVE_SESSION and not route.startswith("GET ")]
    assert len(routes) >= 40 - 10
    answers = {route: (await called(api, route, person.token)).status_code for route in routes}
    assert {route: status for route, status in answers.items() if status != 401} == {}


async def changed_password(api: Api, person: Person) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD} 2"}
    assert (await api.post("/auth/change-password", person.token, json=body)).status_code == 204


async def signed_out_everywhere(api: Api, person: Person) -> None:
    assert (await api.delete("/auth/sessions", person.token)).status_code == 204


@pytest.mark.parametrize(
    "end",
    [changed_password, signed_out_everywhere, disabled, in_another_role, deleted, signed_out_by_an_admin],
    ids=lambda end: end.__name__,
)
async def test_ending_all_sessions_removes_the_secret_calendar(api: Api, end: Ending) -> None:
    person, other = await Person.joined(api, "customer"), await Person.joined(api, "customer")
    mine, theirs = await person.calendar(), await other.calendar()
    assert (await api.get(mine)).status_code == 200
    await end(api, person)
    assert_problem(await api.get(mine), 404, "calendar.link_not_found")
    assert (await api.get(theirs)).status_code == 200
