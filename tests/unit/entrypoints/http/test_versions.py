"""`ETag`, `If-Match` and `If-None-Match`: on everything that can be edited in place.

Here stands, for each route that edits, how that is done and where it is seen. A PUT or PATCH that is not here fails.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
from litestar.params import HeaderParameter
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, assert_problem, the_routes
from tests.unit.entrypoints.http.reviewing import reviewed

from booking_domain.shared.ids import FeedId
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReader
from booking_domain.workflows.read_feed import read_feed

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

TUESDAY_AT_TWO: Final = "2026-11-24T14:00:00+08:00"
FEEDS: Final = {"urls": ["https://calendar.example.com/x.ics"], "whenFailing": "closed"}


@dataclass(frozen=True)
class Thing:
    """What is edited, by whom and how, and where somebody sees it."""

    token: str
    path: str
    edit: dict[str, Any]
    seen_at: str | None
    viewer: str | None
    tag: str = '"1"'
    """Of the version that is there."""
    again: bool = True
    """Whether the same edit may be made a second time."""


async def salon(api: Api) -> Thing:
    manager = await api.joined("manager")
    made = await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "UTC"})
    path = f"/salons/{made.json()['id']}"
    return Thing(manager, path, {"name": "Ordos"}, path, None)


async def salon_hours(api: Api) -> Thing:
    thing = await salon(api)
    path = f"{thing.path}/hours"
    hours = {"rules": [{"day": 1, "startTime": "10:00", "endTime": "11:00"}]}
    return Thing(thing.token, path, hours, path, None)


async def settings(api: Api) -> Thing:
    provider, provider_id = await api.open_provider()
    # It has had its settings, and seven rules.
    path = f"/availability/{provider_id}"
    return Thing(provider, "/availability/settings", {"slotStepMinutes": 15}, path, provider, tag='"8"')


async def feeds(api: Api) -> Thing:
    provider, _ = await api.open_provider()
    tag = (await api.get("/availability/feeds", provider)).headers["ETag"]
    return Thing(provider, "/availability/feeds", FEEDS, "/availability/feeds", provider, tag=tag)


async def profile(api: Api) -> Thing:
    provider, _ = await api.open_provider()
    return Thing(provider, "/providers/me", {"bio": "Cover-ups."}, "/providers/me", provider, tag='"3"')


async def submission(api: Api) -> Thing:
    provider = await api.joined("provider")
    await api.post("/providers/me", provider, json={"displayName": "Studio"})
    return Thing(provider, "/providers/me/submit", {}, "/providers/me", provider, again=False)


async def decision(api: Api) -> Thing:
    thing = await submission(api)
    submitted = await api.post(thing.path, thing.token)
    path = f"/admin/providers/{submitted.json()['id']}/approve"
    tag = submitted.headers["ETag"]
    return Thing(api.admin(), path, {"approved": True}, "/providers/me", thing.token, tag=tag, again=False)


async def my_account(api: Api) -> Thing:
    customer = await api.joined("customer")
    return Thing(customer, "/users/me", {"familyName": "Bat-Erdene"}, "/users/me", customer)


async def preferences(api: Api) -> Thing:
    customer = await api.joined("customer")
    channels = {"email": True, "sms": False, "telegram": False, "push": False}
    wanted = {"channels": channels, "reminders": True, "marketing": False}
    path = "/users/me/preferences"
    return Thing(customer, path, wanted, path, customer)


def booking(step: str, edit: dict[str, Any], *, again: bool = False) -> Callable[[Api], Awaitable[Thing]]:
    async def request(api: Api) -> Thing:
        provider, provider_id = await api.open_provider(bookingMode="request")
        customer = await api.joined("customer")
        path = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
        return Thing(provider, f"{path}{step}", edit, path, customer, again=again)

    return request


async def account(api: Api) -> Thing:
    made = await api.post(
        "/auth/register",
        json={"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"},
    )
    path = f"/admin/users/{made.json()['user']['id']}"
    admin = await api.an_admin()
    return Thing(admin, path, {"name": "Bat"}, path, admin, again=False)  # the same again is no change


def review(step: str, edit: dict[str, Any], *, by_author: bool) -> Callable[[Api], Awaitable[Thing]]:
    async def request(api: Api) -> Thing:
        author, provider, made = await reviewed(api)
        path = f"/reviews/{made['id']}"
        tag = '"1-inside"'
        return Thing(author if by_author else provider, f"{path}{step}", edit, path, author, tag=tag)

    return request


EDITED: Final[dict[str, Callable[[Api], Awaitable[Thing]]]] = {
    "PATCH /users/me": my_account,
    "PUT /users/me/preferences": preferences,
    "PATCH /admin/users/{user_id}": account,
    "PATCH /salons/{salon_id}": salon,
    "PUT /salons/{salon_id}/hours": salon_hours,
    "PUT /availability/settings": settings,
    "PUT /availability/feeds": feeds,
    "PUT /providers/me": profile,
    "PATCH /reviews/{review_id}": review("", {"rating": 2}, by_author=True),
    "POST /reviews/{review_id}/reply": review("/reply", {"text": "Thank you"}, by_author=False),
    "POST /providers/me/submit": submission,
    "PATCH /admin/providers/{provider_id}/approve": decision,
    "PATCH /bookings/{booking_id}": booking("", {"status": "cancelled"}),
    "POST /bookings/{booking_id}/reschedule": booking("/reschedule", {"slot": TUESDAY_AT_TWO}),
    "POST /bookings/{booking_id}/cancel": booking("/cancel", {}),
    "POST /bookings/{booking_id}/accept": booking("/accept", {}),
    "POST /bookings/{booking_id}/decline": booking("/decline", {}),
    "POST /bookings/{booking_id}/offer-times": booking("/offer-times", {"slots": [TUESDAY_AT_TWO]}),
}
WITHOUT_A_VERSION: Final[dict[str, str]] = {}
"""PUT and PATCH that edit nothing which has a version, and why that is right."""


async def test_every_route_that_edits_is_in_the_table(api: Api) -> None:
    routes = the_routes(api)
    assert {route for route in routes if route.startswith(("PUT ", "PATCH "))} <= {*EDITED, *WITHOUT_A_VERSION}
    assert {*EDITED, *WITHOUT_A_VERSION} <= set(routes)
    assert not {*EDITED} & {*WITHOUT_A_VERSION}
    taking = {route for route, handler in routes.items() if "if_match" in handler.parsed_fn_signature.parameters}
    assert taking == set(EDITED)


async def test_every_route_with_a_tag_of_its_own_answers_304(api: Api) -> None:
    """And nothing but GET does."""
    seen = {
        route
        for route, handler in the_routes(api).items()
        for each in handler.parsed_fn_signature.parameters.values()
        if isinstance(each.kwarg_definition, HeaderParameter) and each.kwarg_definition.name == "If-None-Match"
    }
    assert seen == {
        "GET /admin/users/{user_id}",
        "GET /salons/{salon_id}",
        "GET /salons/{salon_id}/hours",
        "GET /availability/{provider_id}",
        "GET /availability/feeds",
        "GET /providers/me",
        "GET /providers/{provider_id}",
        "GET /bookings/{booking_id}",
        "GET /reviews/{review_id}",
        "GET /providers/me/calendar.ics",
        "GET /users/me",
        "GET /users/me/preferences",
        "GET /users/me/calendar.ics",
    }


async def edited(api: Api, route: str, thing: Thing, if_match: str | None) -> Any:
    method, _ = route.split()
    headers = {} if if_match is None else {"If-Match": if_match}
    more = {"json": thing.edit} if thing.edit or not thing.path.endswith("/submit") else {}
    return await api.call(method, thing.path, thing.token, headers=headers, **more)


async def shown(api: Api, thing: Thing, if_none_match: str | None = None) -> Any:
    assert thing.seen_at is not None
    headers = {} if if_none_match is None else {"If-None-Match": if_none_match}
    return await api.get(thing.seen_at, thing.viewer, headers=headers)


async def test_a_change_needs_the_current_version(api: Api) -> None:
    for route in EDITED:
        try:
            await try_versions(api, route)
        except AssertionError as wrong:
            wrong.add_note(route)
            raise


async def try_versions(api: Api, route: str) -> None:
    thing = await EDITED[route](api)
    before = await shown(api, thing)
    assert before.headers["ETag"] == thing.tag
    for having in (thing.tag, f"W/{thing.tag}", f'"999", {thing.tag}', "*"):
        known = await shown(api, thing, having)
        assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", thing.tag)
        assert "Content-Type" not in known.headers
    assert (await shown(api, thing, '"999"')).content == before.content
    for other in ('"999"', f"W/{thing.tag}", f'W/{thing.tag}, "999", "x,y"', '"other"', '""'):
        assert_problem(await edited(api, route, thing, other), 412, "conflict.stale_version")
    assert (await shown(api, thing)).content == before.content
    changed = await edited(api, route, thing, f'"999", {thing.tag} , W/"7"')
    assert changed.status_code == 200, changed.text
    tag = changed.headers["ETag"]
    assert tag.startswith('"')
    assert tag != thing.tag
    after = await shown(api, thing, thing.tag)
    assert (after.status_code, after.headers["ETag"]) == (200, tag)
    assert_problem(await edited(api, route, thing, thing.tag), 412, "conflict.stale_version")
    if thing.again:
        for any_version in ("*", None):
            again = await edited(api, route, thing, any_version)
            assert (again.status_code, again.headers["ETag"] != tag) == (200, True)
            tag = again.headers["ETag"]


async def test_head_says_304_too(api: Api) -> None:
    thing = await salon(api)
    known = await api.call("HEAD", thing.path, headers={"If-None-Match": thing.tag})
    assert (known.status_code, known.headers["ETag"]) == (304, thing.tag)


async def test_a_missing_resource_is_404_for_every_tag(api: Api) -> None:
    """`*` asks for any version of what is there: there is none."""
    nobody = "0199f3b1-2c44-7d10-8e5a-6b9f1d3c7a02"
    manager, customer = await api.joined("manager"), await api.joined("customer")
    for tag in ("*", '"1"', 'W/"1"'):
        header = {"If-Match": tag}
        gone = await api.patch(f"/salons/{nobody}", manager, json={"name": "x"}, headers=header)
        assert_problem(gone, 404, "salon.not_found")
        gone = await api.post(f"/bookings/{nobody}/cancel", customer, json={}, headers=header)
        assert_problem(gone, 404, "booking.not_found")


async def test_each_change_of_a_calendar_makes_a_version_of_it(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    path = f"/availability/{provider_id}"
    seen = (await api.get(path, provider)).headers["ETag"]
    made = [
        await api.post("/availability", provider, json={"day": 1, "startTime": "20:00", "endTime": "21:00"}),
        await api.post("/availability/exceptions", provider, json={"date": "2026-12-31", "closed": True}),
        await api.post(
            "/availability/blocks",
            provider,
            json={"start": "2026-11-25T02:00:00Z", "end": "2026-11-25T03:00:00Z", "note": "dentist"},
        ),
    ]
    kinds = ("", "/exceptions", "/blocks")
    changes = [api.put("/availability/settings", provider, json={"slotStepMinutes": 20})]
    changes += [
        api.delete(f"/availability{kind}/{each.json()['id']}", provider) for kind, each in zip(kinds, made, strict=True)
    ]
    tags = [seen, (await api.get(path, provider)).headers["ETag"]]
    stale = await api.put("/availability/settings", provider, json={}, headers={"If-Match": seen})
    assert_problem(stale, 412, "conflict.stale_version")
    for change in changes:
        assert (await change).is_success
        tags.append((await api.get(path, provider)).headers["ETag"])
    assert tags == ['"8"', '"11"', '"12"', '"13"', '"14"', '"15"']


async def test_owner_and_public_get_variants_of_one_version(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    path = f"/availability/{provider_id}"
    own, others = await api.get(path, provider), await api.get(path)
    assert own.headers["ETag"] == '"8"'
    assert others.headers["ETag"] == '"8-outside"'
    assert (await api.get(path, headers={"If-None-Match": '"8"'})).status_code == 200
    assert (await api.get(path, headers={"If-None-Match": '"8-outside"'})).status_code == 304


async def test_profile_and_calendar_are_new_versions_of_what_both_show(api: Api) -> None:
    provider, provider_id = await api.open_provider()

    async def tags() -> tuple[str, str]:
        paths = ("/providers/me", f"/availability/{provider_id}")
        mine, calendar = [(await api.get(path, provider)).headers["ETag"] for path in paths]
        return mine, calendar

    assert await tags() == ('"3"', '"8"')
    await api.put("/providers/me", provider, json={"bio": "Cover-ups."})
    assert await tags() == ('"4"', '"8"')
    await api.put("/availability/settings", provider, json={"slotStepMinutes": 20})
    assert await tags() == ('"4"', '"9"')
    await api.put("/providers/me", provider, json={"depositAmount": 1_000_000})
    assert await tags() == ('"5"', '"10"')
    await api.put("/availability/settings", provider, json={"timeZone": "Asia/Hovd"})
    assert await tags() == ('"6"', '"11"')


async def test_reading_a_feed_changes_the_tag_without_a_conflict(api: Api) -> None:
    provider, _ = await api.open_provider()
    set_ = await api.put("/availability/feeds", provider, json=FEEDS)
    before = await api.get("/availability/feeds", provider)
    assert before.headers["ETag"] == set_.headers["ETag"]
    (feed,) = before.json()["feeds"]
    reader = MemoryFeedReader()
    reader.published[FEEDS["urls"][0]] = ()
    await read_feed(
        FeedId(UUID(feed["id"])),
        now=api.clock.now(),
        reads=api.database.reads,
        executor=api.container.executor(),
        reader=reader,
    )
    having = {"If-None-Match": before.headers["ETag"]}
    after = await api.get("/availability/feeds", provider, headers=having)
    assert (after.status_code, after.json()["feeds"][0]["failing"]) == (200, False)
    assert (
        await api.get("/availability/feeds", provider, headers={"If-None-Match": after.headers["ETag"]})
    ).status_code == 304
    saw = {"If-Match": before.headers["ETag"]}
    assert (await api.put("/availability/feeds", provider, json=FEEDS, headers=saw)).status_code == 200
    assert_problem(
        await api.put("/availability/feeds", provider, json=FEEDS, headers=saw), 412, "conflict.stale_version"
    )


async def test_a_stale_change_of_a_booking_takes_no_step(api: Api) -> None:
    """Also where the step would be refused for another reason: the version comes first."""
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    made = await api.booked(customer, provider_id, MONDAY_AT_TEN)
    path = f"/bookings/{made['id']}"
    assert (await api.post(f"{path}/cancel", customer, json={})).status_code == 200
    again = await api.post(f"{path}/cancel", customer, json={}, headers={"If-Match": '"1"'})
    assert_problem(again, 412, "conflict.stale_version")
    assert_problem(await api.post(f"{path}/cancel", customer, json={}), 409, "booking.invalid_transition")
