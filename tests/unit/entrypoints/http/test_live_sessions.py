"""Access tokens whose session is over: no route serves them, whatever it reads or writes, but for signing out."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from itertools import product
from string import Formatter
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from tests.reliability import scale
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem, the_routes
from tests.unit.features.collected import ROUTES

from booking_domain.identity.ports import Holder
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.ids import SessionId
from booking_domain.shared.signals import ReceivedSignals
from entrypoints.http.kit.documentation import KEY
from entrypoints.http.kit.request_guard import ended_session_too, serves_ended_sessions

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
    role = (await api.get("/auth/me", person.token)).json()["role"]
    await _changed(api, person, role="customer" if role == "manager" else "manager")


async def deleted(api: Api, person: Person) -> None:
    assert (await api.delete(f"/admin/users/{person.id}", await api.an_admin())).status_code == 204


async def signed_out_by_an_admin(api: Api, person: Person) -> None:
    assert (await api.delete(f"/admin/users/{person.id}/sessions", await api.an_admin())).status_code == 204


async def _changed(api: Api, person: Person, **changes: str) -> None:
    answer = await api.patch(f"/admin/users/{person.id}", await api.an_admin(), json=changes)
    assert answer.status_code == 200, answer.text


Ending = Callable[[Api, Person], Awaitable[None]]
ENDINGS: Final = (logged_out, disabled, in_another_role, deleted, signed_out_by_an_admin)
ROLES: Final = ("customer", "provider", "manager", "admin")
WALKS: Final = scale.of(
    tuple(product(ROLES, ENDINGS)),
    less=tuple(zip((*ROLES, "provider"), (disabled, *ENDINGS[2:], logged_out), strict=True)),
)
"""`make test` walks with each role, and after each ending."""


async def person_with(api: Api, role: str) -> Person:
    return await (an_admin(api) if role == "admin" else Person.joined(api, role))


async def called(api: Api, route: str, token: str | None, names: Mapping[str, str]) -> httpx.Response:
    """With the documented body, about nothing that exists."""
    method, path = route.split()
    row, handler = ROUTES[route], the_routes(api)[route]
    body = handler.opt[KEY].body if KEY in handler.opt else None
    more: dict[str, Any] = {"json": dict(body)} if body else {}
    return await api.call(method, f"{path.format_map(names)}?{row.query}".rstrip("?"), token, **more)


def made_up(route: str) -> dict[str, str]:
    """Ids of nothing for the parameters of a path."""
    return {name: str(uuid4()) for _, name, _, _ in Formatter().parse(route) if name is not None}


def by_access(api: Api, *accesses: str | None) -> list[str]:
    """The routes whose tokens are required, `optional`, or counted only `if valid`."""
    return [route for route in ROUTES if the_routes(api)[route].opt.get("access") in accesses]


@pytest.mark.no_cover
@pytest.mark.parametrize(("role", "end"), WALKS, ids=lambda each: getattr(each, "__name__", each))
async def test_no_route_serves_a_session_that_is_over_and_nothing_changes(api: Api, role: str, end: Ending) -> None:
    person = await person_with(api, role)
    assert (await api.get("/auth/me", person.token)).status_code == 200  # the process has read the session
    await end(api, person)
    routes = [route for route in by_access(api, None, "optional") if route != SIGNING_OUT]
    assert len(routes) > 200
    before = api.database.all_but_answers()
    answers = {route: await called(api, route, person.token, made_up(route)) for route in routes}
    served = {route: each.text for route, each in answers.items() if each.status_code != 401}
    assert served == {}
    assert {each.json()["code"] for each in answers.values() if each.content} == {"auth.invalid_token"}
    assert api.database.all_but_answers() == before
    for route in by_access(api, "if valid"):  # it counts as no token
        names = made_up(route)
        one, other = [await called(api, route, token, names) for token in (person.token, None)]
        assert (one.status_code, one.json().get("code")) == (other.status_code, other.json().get("code")), route
    assert (await called(api, SIGNING_OUT, person.token, {})).status_code == 204


@pytest.mark.no_cover
async def test_the_same_requests_of_a_live_session_are_served(api: Api) -> None:
    """Control: none of them is refused for another reason."""
    person = await an_admin(api)
    routes = [route for route in by_access(api, None, "optional") if not ROUTES[route].changes_sign_in]
    refused = []
    for route in routes[:: scale.of(1, less=4)]:
        if route == SIGNING_OUT or ROUTES[route].endless:
            continue
        answer = await called(api, route, person.token, made_up(route))
        if answer.status_code == 401 and answer.json()["code"] == "auth.invalid_token":
            refused.append(route)
    assert refused == []


async def test_only_signing_out_accepts_a_session_that_is_over(api: Api) -> None:
    accepting = {route: serves_ended_sessions(handler) for route, handler in the_routes(api).items()}
    assert {route for route, reason in accepting.items() if reason} == {SIGNING_OUT}


@pytest.mark.parametrize(("reason", "status"), [("", 401), (" ", 401), ("It shows the account.", 200)])
async def test_an_exception_needs_a_reason(api: Api, monkeypatch: pytest.MonkeyPatch, reason: str, status: int) -> None:
    route = "GET /auth/me"
    for name, value in ended_session_too(reason).items():
        monkeypatch.setitem(the_routes(api)[route].opt, name, value)
    person = await Person.joined(api, "customer")
    await logged_out(api, person)
    assert (await called(api, route, person.token, {})).status_code == status


async def test_a_cookie_whose_session_is_over_counts_as_none_where_a_token_is_optional(api: Api) -> None:
    who = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
    cookies = {"X-Session-Mode": "cookie", "Origin": api.container.settings().public_url}
    joined = await api.post("/auth/register", json=who, headers=cookies)
    dead = {"Cookie": "; ".join(cookie.partition(";")[0] for cookie in joined.headers.get_list("set-cookie"))}
    api.client.cookies.clear()
    assert (await api.get("/auth/me", headers=dead)).status_code == 200
    signed_out = await api.post(
        "/auth/logout", headers={**cookies, **dead, "X-CSRF-Token": joined.json()["csrfToken"]}, json={}
    )
    assert signed_out.status_code == 204, signed_out.text
    assert_problem(await api.get("/auth/me", headers=dead), 401, "auth.invalid_token")
    assert (await api.get("/announcements", headers=dead)).json() == (await api.get("/announcements")).json()


async def test_a_process_reads_a_session_once_while_it_hears_of_changes(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, sessions = await Person.joined(api, "customer"), api.container.reads().sessions
    read: list[SessionId] = []
    holders = sessions.holders

    async def counted(session_ids: Collection[SessionId], now: datetime) -> Mapping[SessionId, Holder]:
        read.extend(session_ids)
        return await holders(session_ids, now)

    monkeypatch.setattr(sessions, "holders", counted)
    live = api.container.live_sessions()
    live.receive(ReceivedSignals(missed=True))
    for _ in range(3):
        assert (await api.get("/users/me", person.token)).status_code == 200
    assert len(read) == 1
    live.interrupted()
    for _ in range(3):
        assert (await api.get("/users/me", person.token)).status_code == 200
    assert len(read) == 4


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_the_process_that_ends_a_session_forgets_it_without_a_signal(api: Api, end: Ending) -> None:
    await api.container.listening().close()
    api.container.live_sessions().receive(ReceivedSignals(missed=True))
    person = await Person.joined(api, "customer")
    assert (await api.get("/users/me", person.token)).status_code == 200
    await end(api, person)
    assert_problem(await api.get("/users/me", person.token), 401, "auth.invalid_token")


async def test_without_its_database_a_process_serves_no_session_that_it_has_not_read(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await Person.joined(api, "customer")

    async def gone(*_: object) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(api.container.reads().sessions, "holder", gone)
    assert_problem(await api.get("/users/me", person.token), 503, "service.unavailable")


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
