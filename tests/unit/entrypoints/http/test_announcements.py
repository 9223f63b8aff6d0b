"""Announcements: who sees which, when, in which language, and what connected clients receive."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.streams import announced, following
from tests.unit.features.announcements import TEXT

from booking_domain.announcements.model import MOST_TO_COME
from booking_domain.live.model import Channel, NewLiveEvent
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.announcements.commands import publish_due_announcements
from booking_domain.use_cases.webhooks.announce import announce

PATH: Final = "/admin/announcements"
MONGOLIAN: Final = {"language": "mn", "title": "Засвар", "text": "Үд хүртэл."}
PERSIAN: Final = {"language": "fa", "title": "تعمیر", "text": "تا ظهر."}
MINUTES: Final = timedelta(minutes=5)


async def made(api: Api, admin: str, **fields: Any) -> dict[str, Any]:
    answer = await api.post(PATH, admin, json={"texts": [TEXT], **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def shown(api: Api, token: str | None, language: str = "en") -> list[dict[str, Any]]:
    answer = await api.get("/announcements", token, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def ids(api: Api, token: str | None) -> list[str]:
    return [each["id"] for each in await shown(api, token)]


async def put(api: Api, path: str, token: str) -> int:
    return (await api.put(path, token)).status_code


class LiveClients:
    """What the outbox got since the last look, announced live."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._seen = 0

    async def relay(self) -> None:
        events = await self._api.database.outbox_events()
        new, self._seen = events[self._seen :], len(events)
        async with self._api.database.begin() as tx:
            await announce(new, tx.live_events, self._api.clock.now())
        await announced(self._api, NewLiveEvent(channel=Channel.SYSTEM, type="test.done"))


async def test_each_audience_sees_its_announcements_and_no_others(api: Api) -> None:
    admin = await api.an_admin()
    of = {audience: (await made(api, admin, audience=audience))["id"] for audience in ("everyone", "customers")}
    of |= {audience: (await made(api, admin, audience=audience))["id"] for audience in ("providers", "managers")}
    for role in ("customer", "provider", "manager"):
        assert set(await ids(api, await api.joined(role))) == {of["everyone"], of[f"{role}s"]}
    assert await ids(api, admin) == await ids(api, None) == [of["everyone"]]
    listed = (await api.get(PATH, admin)).json()["items"]
    assert [each["id"] for each in listed] == sorted(of.values(), reverse=True)


async def test_an_announcement_is_read_in_the_language_of_the_account_else_of_the_request(api: Api) -> None:
    admin, customer = await api.an_admin(), await api.joined("customer")
    await made(api, admin, texts=[MONGOLIAN, TEXT, PERSIAN])
    assert (await api.patch("/users/me", customer, json={"locale": "fa-IR"})).is_success
    for token, accepted, expected in ((customer, "mn", PERSIAN), (None, "mn", MONGOLIAN), (None, "de", TEXT)):
        (found,) = await shown(api, token, accepted)
        assert {name: found[name] for name in TEXT} == expected
    await made(api, admin, texts=[MONGOLIAN], level="critical")
    newest = max(await shown(api, None, "fa"), key=lambda each: each["level"] == "critical")
    assert newest["language"] == "mn"


async def test_an_announcement_is_current_from_its_start_to_its_end(api: Api) -> None:
    admin, customer = await api.an_admin(), await api.joined("customer")
    times = {"from": "2026-11-23T00:05:00Z", "to": "2026-11-23T00:10:00Z"}
    announcement = await made(api, admin, **times)
    assert (announcement["published"], announcement["from"], announcement["to"]) == (False, *times.values())
    assert await ids(api, customer) == []
    api.clock.advance(MINUTES)
    assert await ids(api, customer) == [announcement["id"]]
    api.clock.advance(MINUTES)
    assert await ids(api, customer) == []
    path = f"/announcements/{announcement['id']}/dismissal"
    assert_problem(await api.put(path, customer), 404, "announcement.not_found")


async def test_clients_are_told_when_an_announcement_begins_changes_and_ends(api: Api) -> None:
    admin = await api.an_admin()
    people = {role: await api.joined(role) for role in ("customer", "provider", "manager")}
    live_clients, executor = LiveClients(api), api.container.executor()
    await live_clients.relay()
    async with AsyncExitStack() as opened:
        clients = {
            role: await opened.enter_async_context(following(api, token, "system"))
            for role, token in {**people, "admin": admin, "anybody": None}.items()
        }
        for client in clients.values():
            assert (await client.next())["event"] == "ready"

        async def seen() -> dict[str, list[str]]:
            await live_clients.relay()
            found = {}
            for role, client in clients.items():
                types = []
                while (message := await client.system())["type"] != "test.done":
                    assert message["about"] == {"announcementId": announcement["id"]}
                    types.append(message["type"].removeprefix("announcement."))
                found[role] = types
            return {role: types for role, types in found.items() if types}

        announcement = await made(api, admin, audience="providers", **{"from": "2026-11-23T00:05:00Z"})
        path = f"{PATH}/{announcement['id']}"
        assert await seen() == {}
        assert await executor.run(publish_due_announcements, None, actor=SYSTEM) == 0
        api.clock.advance(MINUTES)
        assert await executor.run(publish_due_announcements, None, actor=SYSTEM) == 1
        assert await executor.run(publish_due_announcements, None, actor=SYSTEM) == 0
        assert await seen() == {"provider": ["published"]}
        assert (await api.patch(path, admin, json={"level": "warning"})).is_success
        assert await seen() == {"provider": ["changed"]}
        assert (await api.patch(path, admin, json={"audience": "managers"})).is_success
        assert await seen() == {"provider": ["withdrawn"], "manager": ["published"]}
        assert (await api.patch(path, admin, json={"audience": "everyone"})).is_success
        everybody = {key: ["published"] for key in clients}
        assert await seen() == {**everybody, "manager": ["withdrawn", "published"]}
        assert (await api.patch(path, admin, json={"to": "2026-11-23T00:10:00Z"})).is_success
        assert await seen() == {key: ["changed"] for key in clients}
        api.clock.advance(MINUTES)
        assert await executor.run(publish_due_announcements, None, actor=SYSTEM) == 1
        assert await seen() == {key: ["withdrawn"] for key in clients}
        assert (await api.patch(path, admin, json={"to": None})).is_success
        assert await seen() == {key: ["published"] for key in clients}
        assert (await api.delete(path, admin)).status_code == 204
        assert await seen() == {key: ["withdrawn"] for key in clients}


async def test_publishing_due_announcements_keeps_the_version_that_admins_edit(api: Api) -> None:
    admin = await api.an_admin()
    announcement = await made(api, admin, **{"from": "2026-11-23T00:05:00Z"})
    api.clock.advance(MINUTES)
    await api.container.executor().run(publish_due_announcements, None, actor=SYSTEM)
    path = f"{PATH}/{announcement['id']}"
    edited = await api.patch(path, admin, json={"level": "critical"}, headers={"If-Match": '"1"'})
    assert (edited.json()["published"], edited.headers["ETag"]) == (True, '"2"')


async def test_a_dismissal_is_the_callers_alone_and_ends_with_the_text(api: Api) -> None:
    admin, customer, other = await api.an_admin(), await api.joined("customer"), await api.joined("customer")
    announcement = await made(api, admin)
    path = f"/announcements/{announcement['id']}/dismissal"

    async def dismissed() -> list[bool]:
        return [(await shown(api, token))[0]["dismissed"] for token in (customer, other)]

    assert [await put(api, path, customer) for _ in range(2)] == [204, 204]
    assert await dismissed() == [True, False]
    assert (await api.patch(f"{PATH}/{announcement['id']}", admin, json={"to": "2027-01-01T00:00:00Z"})).is_success
    assert await dismissed() == [True, False]
    assert (await api.delete(path, customer)).status_code == (await api.delete(path, customer)).status_code == 204
    assert await dismissed() == [False, False]
    for change in ({"level": "critical"}, {"texts": [TEXT, MONGOLIAN]}):
        assert await put(api, path, customer) == 204
        assert (await api.patch(f"{PATH}/{announcement['id']}", admin, json=change)).is_success
        assert await dismissed() == [False, False]


@pytest.mark.parametrize(
    "body",
    [
        {"texts": []},
        {"texts": [TEXT, TEXT]},
        {"texts": [{**TEXT, "language": "de"}]},
        {"texts": [{**TEXT, "title": " "}]},
        {"audience": "admins"},
        {"level": "loud"},
        {"from": "2026-11-24T00:00:00Z", "to": "2026-11-24T00:00:00Z"},
        {"to": "2026-11-22T00:00:00Z"},
        {"to": "9999-12-31T23:59:59-23:59"},
        {"from": "0001-01-01T00:00:00+23:59"},
    ],
)
async def test_an_announcement_that_nobody_could_read_is_refused(api: Api, body: dict[str, Any]) -> None:
    refused = await api.post(PATH, await api.an_admin(), json={"texts": [TEXT], **body})
    assert refused.status_code in {400, 422}, refused.text


async def test_announcements_to_come_are_bounded(api: Api) -> None:
    admin = await api.an_admin()
    first, *_ = [await made(api, admin) for _ in range(MOST_TO_COME)]
    assert_problem(await api.post(PATH, admin, json={"texts": [TEXT]}), 409, "announcement.too_many")
    path = f"{PATH}/{first['id']}"
    assert (
        await api.patch(path, admin, json={"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T01:00:00Z"})
    ).is_success
    await made(api, admin)
    assert_problem(await api.patch(path, admin, json={"to": None}), 409, "announcement.too_many")


async def test_actions_of_admins_are_audited(api: Api) -> None:
    admin = await api.an_admin()
    announcement = await made(api, admin)
    assert (await api.delete(f"{PATH}/{announcement['id']}", admin)).status_code == 204
    asked = f"/admin/audit?subjectKind=announcement&subjectId={announcement['id']}"
    audited = (await api.get(asked, admin)).json()["items"]
    assert [each["action"] for each in audited] == ["announcement.delete", "announcement.manage"]
