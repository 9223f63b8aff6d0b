"""`/ws`: the same events for the same people as `GET /events`, who may open it, and how it ends."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.api import PASSWORD, Api
from tests.unit.entrypoints.sockets import connected, subscribed
from tests.unit.entrypoints.streams import announced, following, relayed
from tests.unit.features.notifications import notified

from booking_domain.live.model import KEPT_FOR, Channel, NewLiveEvent
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import ProviderId
from booking_domain.testing.identity.memory.tables import SESSIONS
from entrypoints.http.live import sockets
from entrypoints.http.live.hub import MOST_WAITING, STUCK_SECONDS
from entrypoints.http.live.sockets import MOST_BYTES, MOST_MESSAGES, MOST_SILENT

TICK: Final = NewLiveEvent(channel=Channel.SYSTEM, type="test.tick")
PRIVATE: Final = ("bookings", "payments", "notifications")
NOBODY: Final = "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"
ORIGIN: Final = "https://app.example"


async def test_a_socket_delivers_the_same_events_as_a_stream(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    people = {"provider": provider, "admin": await api.an_admin(), "manager": await api.joined("manager")}
    people |= {name: await api.joined("customer") for name in ("customer", "stranger")}
    async with AsyncExitStack() as opened:
        streams, clients = {}, {}
        for name, token in people.items():
            streams[name] = await opened.enter_async_context(following(api, token, *PRIVATE, "system"))
            clients[name] = await opened.enter_async_context(subscribed(api, token, *PRIVATE, "system"))
        public = ("system", "availability")
        streams["anybody"] = await opened.enter_async_context(following(api, None, *public, one=provider_id))
        clients["anybody"] = await opened.enter_async_context(subscribed(api, None, *public, providerIds=[provider_id]))
        for name, client in clients.items():
            first = await streams[name].next()
            assert await client.next() == {"event": first["event"], "id": first["id"]}
        await api.booked(people["customer"], provider_id)
        await notified(api, people["stranger"])
        await relayed(api)
        seen = {name: await client.events() for name, client in clients.items()}
        assert seen == {name: await stream.events() for name, stream in streams.items()}
    assert {name: [each["type"] for each in found if each["channel"] in PRIVATE] for name, found in seen.items()} == {
        **{key: ["booking.placed"] for key in ("customer", "provider", "admin")},
        "stranger": ["notification.received"],
        **{key: [] for key in ("manager", "anybody")},
    }
    assert {each["channel"] for each in seen["anybody"]} == {"availability"}


async def test_an_event_has_the_id_with_which_any_transport_resumes(api: Api) -> None:
    await announced(api, TICK, TICK, TICK)
    async with subscribed(api, None, "system", after="1") as client:
        assert await client.next() == {"event": "ready", "id": "1"}
        event = {"event": "system", "data": {"type": "test.tick", "at": "2026-11-23T00:00:00Z", "about": {}}}
        assert [await client.next() for _ in range(2)] == [{**event, "id": "2"}, {**event, "id": "3"}]
    async with following(api, None, "system", after="2") as stream:
        assert [(await stream.next())["id"] for _ in range(2)] == ["2", "3"]


async def test_a_client_is_told_to_reset_if_missed_events_are_gone(api: Api) -> None:
    await announced(api, TICK, TICK)
    async with subscribed(api, None, "system", after="2") as client:
        assert await client.next() == {"event": "ready", "id": "2"}
        api.clock.advance(KEPT_FOR + timedelta(seconds=1))
        await announced(api, TICK)
        await client.next()
    for after, first in (("1", "reset"), ("2", "ready"), ("3", "ready"), ("4", "reset")):
        async with subscribed(api, None, "system", after=after) as client:
            assert (await client.next())["event"] == first, after


async def test_a_client_that_follows_something_else_misses_nothing_between(api: Api) -> None:
    _, provider_id = await api.open_provider()
    change = NewLiveEvent(channel=Channel.AVAILABILITY, type="test.change", provider_id=ProviderId(UUID(provider_id)))
    hub = api.container.live_hub()

    async def until(last: str) -> list[dict[str, Any]]:
        found = [await client.next()]
        while found[-1]["event"] != last and found[-1].get("data", {}).get("type") != last:
            found.append(await client.next())
        return found

    async with subscribed(api, None, "system") as client:
        await until("ready")
        client.reads.clear()
        await announced(api, TICK, TICK, change)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while hub.last_id < 3:  # noqa: ASYNC110
                await asyncio.sleep(0)
        client.say(subscribe=["system", "availability"], providerIds=[provider_id])
        client.reads.set()
        got = await until("ready")
        await announced(api, TICK, change, NewLiveEvent(channel=Channel.SYSTEM, type="test.done"))
        got += await until("test.done")
    ids = [int(each["id"]) for each in got if each["event"] in set(Channel)]
    assert ids == sorted(set(ids))
    assert set(ids) >= {1, 2, 4, 5, 6}


async def cookie_of_the_web_app(api: Api) -> str:
    """The cookie of a session that has begun there."""
    who = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": "Bold", "role": "customer"}
    headers = {"X-Session-Mode": "cookie", "origin": api.container.settings().public_url}
    signed_up = await api.post("/auth/register", json=who, headers=headers)
    assert signed_up.status_code == 201, signed_up.text
    return "; ".join(
        f"{name}={morsel.value}"
        for header in signed_up.headers.get_list("set-cookie")
        for name, morsel in SimpleCookie(header).items()
    )


async def test_a_token_whose_session_is_over_opens_nothing_and_such_a_cookie_counts_as_none(api: Api) -> None:
    token, cookie = await api.joined("customer"), await cookie_of_the_web_app(api)
    own = {"origin": api.container.settings().public_url}
    assert (await api.post("/auth/logout", token)).status_code == 204
    async with api.database.begin() as tx:
        for session in api.database.rows(SESSIONS).values():
            await tx.sessions.save(session.ended(api.clock.now()))
    for opened in (connected(api, token), subscribed(api, token, "system")):
        async with opened as refused:
            refused.say(subscribe=["system"])
            assert await refused.end() == (4401, "auth.invalid_token")
    for channel, first in (("system", "ready"), ("bookings", "end")):
        async with connected(api, cookie=cookie, **own) as client:
            client.say(subscribe=[channel])
            assert (await client.next())["event"] == first


async def test_a_token_is_in_the_first_message_in_a_header_or_in_a_cookie_of_the_web_app(api: Api) -> None:
    token = await api.joined("customer")
    async with connected(api, token) as client:
        client.say(subscribe=["bookings"])
        assert (await client.next())["event"] == "ready"
    async with subscribed(api, token, "bookings") as client:
        assert (await client.next())["event"] == "ready"
    cookie, own = await cookie_of_the_web_app(api), {"origin": api.container.settings().public_url}
    async with connected(api, cookie=cookie, **own) as client:
        client.say(subscribe=["bookings"])
        assert (await client.next())["event"] == "ready"
    async with connected(api, cookie=cookie) as client:  # not of a page that names its origin
        client.say(subscribe=["bookings"])
        assert await client.end() == (4401, "auth.invalid_token")


@pytest.mark.settings(BOOKING_CORS_ORIGINS=ORIGIN)
async def test_only_pages_of_the_web_app_may_open_a_socket(api: Api) -> None:
    token = await api.joined("customer")
    own = api.container.settings().public_url
    for origin in ("https://evil.example", "null", f"{ORIGIN}.evil.example", f"{ORIGIN}:8443", ""):
        async with connected(api, token, origin=origin) as client:
            assert await client.end() == (1008, "")
            assert not client.accepted, origin
    for origin in (ORIGIN, own):
        async with connected(api, token, origin=origin) as client:
            client.say(subscribe=["bookings"])
            assert (await client.next())["event"] == "ready"


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        ({"subscribe": ["bookings"]}, (4401, "auth.invalid_token")),
        ({"subscribe": ["system", "payments"]}, (4401, "auth.invalid_token")),
        ({"subscribe": ["system"], "token": "forged"}, (4401, "auth.invalid_token")),
        ({"subscribe": ["all"]}, (4400, "validation.invalid_input")),
        ({"subscribe": []}, (4400, "validation.invalid_input")),
        ({"subscribe": ["availability"]}, (4400, "validation.invalid_input")),
        ({"subscribe": ["system"], "providerIds": [NOBODY]}, (4400, "validation.invalid_input")),
        ({"subscribe": ["system"], "after": "x"}, (4400, "validation.invalid_input")),
        ({"subscribe": ["system"], "channels": ["bookings"]}, (4400, "validation.invalid_input")),
        ({"subscribe": ["availability"], "providerIds": [NOBODY]}, (4404, "provider.not_found")),
        ({"ping": "first"}, (4400, "validation.invalid_input")),
        ({}, (4400, "validation.invalid_input")),
    ],
    ids=str,
)
async def test_an_invalid_subscription_closes_the_connection(
    api: Api, said: dict[str, Any], ending: tuple[int, str]
) -> None:
    async with connected(api) as client:
        client.say(**said)
        assert await client.end() == ending
    assert not api.container.live_hub()._streams


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        ({"subscribe": ["bookings"]}, (4401, "auth.invalid_token")),
        ({"subscribe": ["system"], "token": "again"}, (4400, "validation.invalid_input")),
        ({"subscribe": ["system"], "after": "0"}, (4400, "validation.invalid_input")),
        ({}, (4400, "validation.invalid_input")),
    ],
    ids=str,
)
async def test_a_later_message_gives_no_rights(api: Api, said: dict[str, Any], ending: tuple[int, str]) -> None:
    async with subscribed(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"
        client.say(**said)
        assert await client.end() == ending


async def test_a_malformed_message_closes_the_connection(api: Api) -> None:
    fits = json.dumps({"ping": "x"})
    too_big = f"{fits}{' ' * (MOST_BYTES + 1 - len(fits))}"
    for text, ending in (
        ("{", (4400, "validation.invalid_input")),
        ('{"ping": "a", "ping": "b"}', (4400, "validation.invalid_input")),
        ("[" * 5_000, (4400, "validation.invalid_input")),
        (too_big, (1009, "too_big")),
        ("ж" * (MOST_BYTES // 2 + 1), (1009, "too_big")),
    ):
        async with subscribed(api, None, "system") as client:
            assert (await client.next())["event"] == "ready"
            client.send(text)
            assert await client.end() == ending, text[:20]
    async with subscribed(api, None, "system") as client:
        client.send(too_big[:-1])
        assert [(await client.next())["event"] for _ in range(2)] == ["ready", "pong"]
        client.send_bytes(b"{}")
        assert await client.end() == (1003, "text_only")


async def test_messages_of_a_client_per_minute_are_limited(api: Api) -> None:
    async with subscribed(api, None, "system") as client:
        for number in range(MOST_MESSAGES):
            client.say(ping=str(number))
        assert await client.end() == (4429, "too_many_messages")


async def test_a_client_that_does_not_subscribe_is_dropped(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "FIRST_SECONDS", 0)
    async with connected(api, await api.joined("customer")) as client:
        assert await client.end() == (4408, "not_subscribed")


async def test_silent_clients_of_one_address_are_limited(api: Api) -> None:
    async with AsyncExitStack() as opened:
        silent = [await opened.enter_async_context(connected(api)) for _ in range(MOST_SILENT + 1)]
        assert await silent[-1].end() == (4429, "live.too_many_streams")
        for client in silent[:-1]:
            client.say(subscribe=["system"])
            assert (await client.next())["event"] == "ready"
    async with subscribed(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"


@pytest.mark.settings(BOOKING_LIVE_STREAMS_PER_ACCOUNT="2", BOOKING_LIVE_STREAMS_PER_ADDRESS="2")
async def test_sockets_and_streams_count_together(api: Api) -> None:
    for token in (await api.joined("customer"), None):
        async with following(api, token, "system") as stream, subscribed(api, token, "system") as client:
            assert ((await stream.next())["event"], (await client.next())["event"]) == ("ready", "ready")
            async with subscribed(api, token, "system") as refused:
                assert await refused.end() == (4429, "live.too_many_streams")
            client.say(subscribe=["system"])
            assert (await client.next())["event"] == "ready"


async def test_a_socket_ends_with_its_session_and_gets_nothing_more(api: Api) -> None:
    for change in ("sign out", "disable", "role"):
        token = await api.joined("customer")
        user_id = (await api.get("/users/me", token)).json()["id"]
        admin = await api.an_admin()
        async with subscribed(api, token, "notifications", "system") as client:
            assert (await client.next())["event"] == "ready"
            await api.container.live_hub().check()
            if change == "sign out":
                done = await api.post("/auth/logout", token)
            elif change == "disable":
                body = {"status": "disabled", "reason": "abuse"}
                done = await api.patch(f"/admin/users/{user_id}", admin, json=body)
            else:
                done = await api.patch(f"/admin/users/{user_id}", admin, json={"role": "manager"})
            assert done.is_success, (change, done.text)
            await announced(api, TICK)
            assert await client.end() == (4401, "session_ended"), change
        async with subscribed(api, token, "system") as client:
            assert await client.end() == (4401, "auth.invalid_token"), change


@pytest.mark.settings(BOOKING_ADMIN_SECOND_FACTOR="on")
async def test_roles_with_two_factors_need_them(api: Api) -> None:
    async with subscribed(api, await api.token_of(Role.ADMIN), "system") as client:
        assert await client.end() == (4403, "auth.second_factor_required")


async def test_a_client_that_does_not_read_is_dropped_and_may_resume(api: Api) -> None:
    async with subscribed(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"
        client.reads.clear()
        await announced(api, *[TICK] * (MOST_WAITING + 2))
        (stream,) = api.container.live_hub()._streams
        async with asyncio.timeout(PATIENCE_SECONDS):
            while stream.end is None:  # noqa: ASYNC110
                await asyncio.sleep(0)
        client.reads.set()
        assert await client.end() == (4408, "too_slow")
    async with subscribed(api, None, "system", after="0") as client:
        assert [(await client.next())["id"] for _ in range(MOST_WAITING + 3)] == [
            str(number) for number in range(MOST_WAITING + 3)
        ]


async def test_a_client_that_never_reads_again_is_cut_off(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = api.container.live_hub()
    async with subscribed(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"
        client.reads.clear()
        await announced(api, TICK)
        (stream,) = hub._streams
        async with asyncio.timeout(PATIENCE_SECONDS):
            while stream.first_waiting is not None or hub.last_id == 0:  # noqa: ASYNC110
                await asyncio.sleep(0)
        hub.stop()
        stream.ended_at -= STUCK_SECONDS + 1
        await hub.check()
        await asyncio.wait([client.served], timeout=PATIENCE_SECONDS)
        assert client.served.done()
    monkeypatch.setattr(sockets, "STUCK_SECONDS", 0)
    async with connected(api) as client:
        client.reads.clear()
        client.say(ping="what is no first message")
        await asyncio.wait([client.served], timeout=PATIENCE_SECONDS)
        assert client.served.done()
    assert not hub._streams


async def test_sockets_end_when_the_process_stops(api: Api) -> None:
    hub, all_sockets = api.container.live_hub(), api.container.live_sockets()
    async with subscribed(api, None, "system") as client, connected(api) as silent:
        assert (await client.next())["event"] == "ready"
        hub.stop()
        all_sockets.stop()
        assert await client.end() == await silent.end() == (1012, "shutdown")
    async with subscribed(api, None, "system") as client:
        assert await client.end() == (1012, "shutdown")


async def test_a_socket_of_a_blocked_network_is_refused(api: Api) -> None:
    body = {"network": "203.0.113.9", "reason": "floods us"}
    blocked = await api.post("/admin/blocked-networks", await api.an_admin(), json=body)
    assert blocked.status_code == 201, blocked.text
    async with connected(api) as client:
        assert await client.end() == (1008, "")
        assert not client.accepted
