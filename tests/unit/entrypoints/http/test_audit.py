"""Every request of an admin has an entry in the audit log: checked for each row of the access table."""

import importlib
import pkgutil
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem, serving, the_routes
from tests.unit.entrypoints.http.test_access import asked
from tests.unit.features.collected import ROUTES
from tests.unit.features.declarations import SIGNED_IN, World, ids

import booking_domain
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import AuditFilter, Subject
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.permissions import PERMISSIONS, Permission
from entrypoints.http.kit.auditing import Auditing

pytestmark = pytest.mark.no_cover  # other tests cover these routes; tracing doubles the time

FOR_ADMINS: Final = [
    route
    for route, row in ROUTES.items()
    if (PERMISSIONS[row.access].get(Role.ADMIN) if isinstance(row.access, Permission) else row.access == SIGNED_IN)
]
THEIR_OWN: Final = {
    "link_identity",
    "allow_linking",
    "choose_language",
    "get_factor",
    "set_up_factor",
    "confirm_factor",
    "renew_recovery_codes",
    "remove_factor",
    "request_contact_change",
    "change_contact",
    "complete_pending_account",
    "unlink_identity",
    "end_other_sessions",
    "set_bank_account",
    "remove_bank_account",
    "change_calendar_link",
    "remove_calendar_link",
    "edit_account",
    "delete_own_account",
    "read_all_notifications",
    "subscribe_to_push",
    "list_push_subscriptions",
    "unsubscribe_from_push",
    "accept_documents",
    "prove_owner",
    "save_favourite",
    "remove_favourite",
    "add_passkey",
    "start_adding_passkey",
    "rename_passkey",
    "remove_passkey",
    "list_devices",
    "remember_device",
    "forget_device",
    "forget_all_devices",
}
"""Use cases whose subject is the actor's own account, or the one thing of its kind that the account has."""


CHANGING_SIGN_IN: Final = tuple(route for route, row in ROUTES.items() if row.changes_sign_in)


async def entries(api: Api) -> int:
    return len(await api.database.reads.audit_log.page(AuditFilter(limit=10_000)))


async def unaudited(*routes: str) -> list[str]:
    """The routes that leave no entry when an admin calls them, on the admin's or on another user's objects."""
    silent: list[str] = []
    async with serving() as api:
        world = World(api)
        for who in ("admin", "studio"):
            await world.token(who)
        for route in routes:
            row = ROUTES[route]
            mine = await ids(world, row, "admin", "own")
            named = await ids(world, row, "admin", "other's") if mine is None else mine
            assert named is not None
            before = await entries(api)
            answer = await asked(world, route, the_routes(api)[route], "admin", named)
            if row.example_refused and answer.is_client_error:
                continue  # nothing has changed
            assert answer.is_success or route.startswith("GET "), (route, answer.text)
            silent.extend([route] if await entries(api) == before else [])
    return silent


async def test_every_request_of_an_admin_has_an_audit_entry() -> None:
    assert await unaudited(*(route for route in FOR_ADMINS if route not in CHANGING_SIGN_IN)) == []


@pytest.mark.parametrize("route", CHANGING_SIGN_IN)
async def test_requests_that_change_how_an_admin_signs_in_have_an_audit_entry(route: str) -> None:
    assert await unaudited(route) == []


def test_the_audit_test_covers_every_admin_route() -> None:
    assert {route for route in ROUTES if " /admin/" in route} <= set(FOR_ADMINS)


async def test_an_unaudited_read_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forget(*_: object) -> None: ...

    monkeypatch.setattr(Auditing, "note_read", forget)
    routes = ["GET /bookings/{booking_id}", "GET /admin/users/export", "GET /admin/audit"]
    assert await unaudited(*routes) == routes


async def test_an_unaudited_change_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgetful(_: object, use_case: Any, command: Any, tx: Any, given: Any) -> Any:
        return await use_case.handle(command, tx, given)

    monkeypatch.setattr(Executor, "_handle", forgetful)
    for route in ("POST /bookings/{booking_id}/cancel", "PATCH /admin/users/{user_id}"):
        assert await unaudited(route) == [route]


def use_cases() -> dict[str, UseCase[Any, Any, Any]]:
    """All use cases of the library, by name."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(booking_domain.__path__, "booking_domain.")
        if ".testing" not in module.name
    ]
    return {name: thing for module in modules for name, thing in vars(module).items() if isinstance(thing, UseCase)}


def test_every_admin_command_names_its_subject() -> None:
    default = UseCase.__dataclass_fields__["concerns"].default
    silent = {
        name
        for name, use_case in use_cases().items()
        if PERMISSIONS[use_case.action].get(Role.ADMIN) and use_case.concerns is default
    }
    assert silent == THEIR_OWN


async def test_an_audit_entry_has_actor_action_subject_origin_and_time(api: Api) -> None:
    owner = await api.joined("provider")
    provider_id = (await api.post("/providers/me", owner, json={"displayName": "Ink"})).json()["id"]
    await api.submit_profile(owner)
    admin = await api.an_admin()
    me = (await api.get("/auth/me", admin)).json()["id"]
    api.clock.advance(timedelta(minutes=1))
    decided = await api.patch(
        f"/admin/providers/{provider_id}/approve",
        admin,
        json={"approved": False},
        headers={"User-Agent": "desk\x07top", "X-Request-Id": "r-1", "X-Forwarded-For": "203.0.113.9"},
    )
    assert decided.status_code == 200, decided.text
    answer = await api.get(f"/admin/audit?subjectKind=provider&subjectId={provider_id}", admin)
    (entry,) = answer.json()["items"]
    assert entry == {
        "id": entry["id"],
        "at": "2026-11-23T00:01:00Z",
        "actorId": me,
        "actorRole": "admin",
        "action": "profile.reject",
        "subjectKind": "provider",
        "subjectId": provider_id,
        "address": "127.0.0.1",
        "userAgent": "desktop",
        "requestId": "r-1",
        "details": {},
    }


async def test_an_audit_entry_of_a_read_has_the_subject_but_no_search_terms(api: Api) -> None:
    admin = await api.an_admin()
    booking_id = str(uuid4())
    assert_problem(await api.get(f"/bookings/{booking_id}", admin), 404, "booking.not_found")
    await api.get("/admin/audit?to=2027-01-01&limit=1", admin)
    answer = await api.get("/admin/audit?action=read", admin)
    last, first, missed = answer.json()["items"]
    assert last["details"] == {"what": "GET /api/v1/admin/audit", "parameters": ["action"]}
    assert first["details"] == {"what": "GET /api/v1/admin/audit", "parameters": ["limit", "to"]}
    assert missed["details"] == {"what": "GET /api/v1/bookings/{booking_id}", "parameters": []}
    assert (missed["subjectKind"], missed["subjectId"]) == ("booking", booking_id)


async def test_the_audit_log_is_paged_and_filtered_by_time(api: Api) -> None:
    admin = await api.an_admin()
    for _ in range(3):
        await api.get("/waitlist", admin)
    api.clock.advance(timedelta(days=1))
    admin = await api.admin()
    seen: list[str] = []
    query, cursor = "/admin/audit?limit=2&to=2026-11-24", ""
    while True:
        page = (await api.get(query + cursor, admin)).json()
        seen += [entry["details"].get("what", entry["action"]) for entry in page["items"]]
        if page.get("nextCursor") is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert seen == ["GET /api/v1/waitlist"] * 3 + ["user.made"]
    assert (await api.get("/admin/audit?from=2026-11-25", admin)).json()["items"] == []
    assert_problem(await api.get("/admin/audit?from=soon-or-so", admin), 400, "validation.invalid_input", "/query/from")


async def test_other_roles_have_entries_of_changes_to_account_access(api: Api) -> None:
    who = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
    dorj = (await api.post("/auth/register", json=who)).json()
    token, user_id = dorj["accessToken"], UUID(dorj["user"]["id"])
    await api.get("/auth/me", token)
    change = {"currentPassword": "not it", "newPassword": "another-fine-horse"}
    assert_problem(await api.post("/auth/change-password", token, json=change), 422, "auth.wrong_password")
    change = {"currentPassword": PASSWORD, "newPassword": "another-fine-horse"}
    assert (await api.post("/auth/change-password", token, json=change)).status_code == 204
    (entry,) = await api.database.reads.audit_log.page(AuditFilter(limit=9))
    assert (entry.action, entry.actor.id, entry.actor.role) == ("password.changed", user_id, Role.CUSTOMER)
    assert entry.subject == Subject("user", user_id)
    assert "horse" not in repr(entry)


async def test_a_replayed_request_has_one_audit_entry(api: Api) -> None:
    _, provider_id = await api.open_provider()
    admin = await api.an_admin()
    before = await entries(api)
    placed = {"providerId": provider_id, "slot": "2026-11-23T10:00:00+08:00"}
    first, second = [
        await api.post("/bookings", admin, json=placed, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert (first.status_code, second.headers["Idempotency-Replayed"]) == (201, "true")
    assert await entries(api) - before == 1
