"""`ETag`, `If-Match` and `If-None-Match`: on everything that can be edited in place.

Each feature declares for a route that edits how that is done and where it is seen (`tests/unit/features`). A PUT or
PATCH without it fails.
"""

from typing import Any, Final
from uuid import UUID

import pytest
from litestar.params import HeaderParameter
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem, the_routes
from tests.unit.features.availability import FEEDS
from tests.unit.features.collected import ROUTES
from tests.unit.features.declarations import Edit
from tests.unit.features.salons import name

from booking_domain.shared.ids import FeedId
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReader
from booking_domain.use_cases.scheduling.read_feed import read_feed

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

EDITED: Final = {route: row.edit for route, row in ROUTES.items() if row.edit is not None}
WITHOUT_A_BODY: Final = ("/submit", "/withdraw", "/republish", "/reinstate")
WITHOUT_A_VERSION: Final = {route: row.unversioned for route, row in ROUTES.items() if row.unversioned}
"""PUT and PATCH that edit nothing which has a version, and the reason."""


async def test_every_route_that_edits_is_in_the_table(api: Api) -> None:
    routes = the_routes(api)
    remedy = "set `edit` or `unversioned` of the route's row in tests/unit/features/<resource>.py"
    assert {route for route in routes if route.startswith(("PUT ", "PATCH "))} <= {*EDITED, *WITHOUT_A_VERSION}, remedy
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
    assert seen == {route for route, row in ROUTES.items() if row.tagged}, (
        "set `tagged` in tests/unit/features/<resource>.py"
    )


async def edited(api: Api, route: str, thing: Edit, if_match: str | None) -> Any:
    method, _ = route.split()
    headers = {} if if_match is None else {"If-Match": if_match}
    more = {"json": thing.body} if thing.body or not thing.path.endswith(WITHOUT_A_BODY) else {}
    return await api.call(method, thing.path, thing.token, headers=headers, **more)


async def shown(api: Api, thing: Edit, if_none_match: str | None = None) -> Any:
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
        if not thing.cached:
            break
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
    thing = await name(api)
    known = await api.call("HEAD", thing.path, headers={"If-None-Match": thing.tag})
    assert (known.status_code, known.headers["ETag"]) == (304, thing.tag)


async def test_a_missing_resource_is_404_for_every_tag(api: Api) -> None:
    """`*` asks for any version of an existing resource: there is none."""
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
    assert tags == ['"2"', '"5"', '"6"', '"7"', '"8"', '"9"']


async def test_the_public_etag_covers_only_public_content(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    path = f"/availability/{provider_id}"
    own, others = await api.get(path, provider), await api.get(path)
    assert own.headers["ETag"] == '"2"'
    assert (await api.get(path, headers={"If-None-Match": '"2"'})).status_code == 200
    assert (await api.get(path, headers={"If-None-Match": others.headers["ETag"]})).status_code == 304
    block = {"start": "2026-11-25T02:00:00Z", "end": "2026-11-25T03:00:00Z"}
    await api.post("/availability/blocks", provider, json=block)
    after = await api.get(path)
    assert (after.json(), after.headers["ETag"]) == (others.json(), others.headers["ETag"]), "a block does not show"
    await api.put("/availability/settings", provider, json={"slotStepMinutes": 20})
    assert (await api.get(path)).headers["ETag"] != others.headers["ETag"]


async def test_changes_of_shared_values_are_new_versions_of_profile_and_calendar(api: Api) -> None:
    provider, provider_id = await api.open_provider()

    async def tags() -> tuple[str, str]:
        paths = ("/providers/me", f"/availability/{provider_id}")
        mine, calendar = [(await api.get(path, provider)).headers["ETag"] for path in paths]
        return mine, calendar

    assert await tags() == ('"3"', '"2"')
    await api.put("/providers/me", provider, json={"bio": "Cover-ups."})
    assert await tags() == ('"4"', '"2"')
    await api.put("/availability/settings", provider, json={"slotStepMinutes": 20})
    assert await tags() == ('"4"', '"3"')
    await api.put("/providers/me", provider, json={"depositAmount": 1_000_000})
    assert await tags() == ('"5"', '"4"')
    await api.put(
        "/availability/settings", provider, json={"timeZone": "Asia/Hovd", "hoursOnTimeZoneChange": "keep_clock"}
    )
    assert await tags() == ('"6"', '"5"')


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
        clock=api.clock,
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
