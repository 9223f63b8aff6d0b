"""`GET /events`: who receives what, resuming, and how streams end."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.streams import announced, following, relayed
from tests.unit.features.notifications import notified

from booking_domain.live.model import KEPT_FOR, Channel, NewLiveEvent
from booking_domain.shared.ids import ProviderId, UserId
from entrypoints.http.live.hub import MOST_WAITING, STUCK_SECONDS

TICK = NewLiveEvent(channel=Channel.SYSTEM, type="test.tick")
PRIVATE = ("bookings", "payments", "notifications")


async def test_a_booking_is_seen_by_its_parties_and_admins_and_by_nobody_else(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    other, other_id = await api.open_provider()
    people = {
        "provider": provider,
        "other": other,
        "admin": await api.an_admin(),
        "manager": await api.joined("manager"),
    }
    people |= {name: await api.joined("customer") for name in ("customer", "stranger")}
    async with AsyncExitStack() as opened:
        clients = {
            name: await opened.enter_async_context(following(api, token, *PRIVATE, "system"))
            for name, token in people.items()
        }
        anybody = await opened.enter_async_context(following(api, None, "system", "availability", one=provider_id))
        elsewhere = await opened.enter_async_context(following(api, None, "system", "availability", one=other_id))
        for client in (*clients.values(), anybody, elsewhere):
            assert (await client.next())["event"] == "ready"
        booking = await api.booked(people["customer"], provider_id)
        await notified(api, people["stranger"])
        await relayed(api)
        seen = {name: await client.events() for name, client in clients.items()}
        public, of_other = await anybody.events(), await elsewhere.events()
    about = {"bookingId": booking["id"], "status": booking["status"]}
    expected = {"channel": "bookings", "type": "booking.placed", "at": "2026-11-23T00:00:00Z", "about": about}
    assert seen["customer"] == seen["provider"] == seen["admin"] == [expected]
    assert seen["other"] == seen["manager"] == []
    assert [(each["channel"], each["type"]) for each in seen["stranger"]] == [
        ("notifications", "notification.received")
    ]
    # The provider's calendar was filled before: each rule is a change of any day.
    assert {json.dumps(each["about"]) for each in public} == {
        json.dumps({"providerId": provider_id, **days}) for days in ({}, {"days": ["2026-11-23"]})
    }
    assert {(each["about"]["providerId"], each["about"].get("days")) for each in of_other} == {(other_id, None)}


async def test_a_manager_follows_the_bookings_of_members_and_not_their_money(api: Api) -> None:
    manager = await api.joined("manager")
    me = UserId(UUID((await api.get("/users/me", manager)).json()["id"]))
    async with following(api, manager, "bookings", "payments", "notifications", "system") as client:
        assert (await client.next())["event"] == "ready"
        await announced(api, *(NewLiveEvent(channel=Channel(each), type=each, manager_id=me) for each in PRIVATE), TICK)
        assert [each["type"] for each in await client.events()] == ["bookings"]


async def test_a_client_is_told_to_reset_if_missed_events_are_gone(api: Api) -> None:
    for after, first in (("0", "ready"), ("3", "reset")):
        async with following(api, None, "system", after=after) as client:
            assert (await client.next())["event"] == first
    await announced(api, TICK, TICK)
    async with following(api, None, "system", after="2") as client:
        assert await client.next() == {"id": "2", "event": "ready", "data": "{}"}
        api.clock.advance(KEPT_FOR + timedelta(seconds=1))
        await announced(api, TICK)
        await client.next()
    for after, first in (("1", "reset"), ("2", "ready"), ("3", "ready"), ("4", "reset")):
        async with following(api, None, "system", after=after) as client:
            assert (await client.next())["event"] == first, after


async def test_a_stream_ends_with_its_session_and_gets_nothing_more(api: Api) -> None:
    for change in ("sign out", "disable", "role", "password", "signed out elsewhere"):
        email = f"{uuid4().hex}@example.com"
        who = {"email": email, "password": PASSWORD, "name": "Bold", "role": "customer"}
        token = (await api.post("/auth/register", json=who)).json()["accessToken"]
        user_id = (await api.get("/users/me", token)).json()["id"]
        admin = await api.an_admin()
        signed_in = await api.post("/auth/login", json={"email": email, "password": PASSWORD})
        elsewhere = signed_in.json()["accessToken"]
        async with following(api, token, "notifications", "system") as client:
            assert (await client.next())["event"] == "ready"
            await api.container.live_hub().check()
            if change == "sign out":
                done = await api.post("/auth/logout", token)
            elif change == "disable":
                body = {"status": "disabled", "reason": "abuse"}
                done = await api.patch(f"/admin/users/{user_id}", admin, json=body)
            elif change == "role":
                done = await api.patch(f"/admin/users/{user_id}", admin, json={"role": "manager"})
            elif change == "password":
                body = {"currentPassword": PASSWORD, "newPassword": "another-horse-battery"}
                done = await api.post("/auth/change-password", elsewhere, json=body)
            else:
                done = await api.delete("/auth/sessions", elsewhere)
            assert done.is_success, (change, done.text)
            if change == "disable":
                await api.container.live_hub().check()
            else:
                await announced(api, TICK)
            assert await client.end() == "session_ended", change


async def test_a_client_that_does_not_read_is_dropped_and_may_resume(api: Api) -> None:
    async with following(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"
        client.reads.clear()
        await announced(api, *[TICK] * (MOST_WAITING + 2))
        hub = api.container.live_hub()
        (stream,) = hub._streams
        async with asyncio.timeout(PATIENCE_SECONDS):
            while stream.end is None:  # noqa: ASYNC110
                await asyncio.sleep(0)
        client.reads.set()
        assert await client.end() == "too_slow"
    async with following(api, None, "system", after="0") as client:
        assert [(await client.next())["id"] for _ in range(MOST_WAITING + 3)] == [
            str(number) for number in range(MOST_WAITING + 3)
        ]


async def test_a_client_that_never_reads_again_is_cut_off(api: Api) -> None:
    async with following(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"
        hub = api.container.live_hub()
        client.reads.clear()
        hub.stop()
        (stream,) = hub._streams
        stream.ended_at -= STUCK_SECONDS + 1
        await hub.check()
        await asyncio.wait([client.served], timeout=PATIENCE_SECONDS)
        assert client.served.done()
        assert not hub._streams


async def test_a_stream_ends_when_the_process_stops(api: Api) -> None:
    async with following(api, None, "system") as client:
        assert (await client.next())["event"] == "ready"
        api.container.live_hub().stop()
        assert await client.end() == "shutdown"
    async with following(api, None, "system") as client:
        assert await client.end() == "shutdown"


@pytest.mark.settings(BOOKING_LIVE_STREAMS_PER_ACCOUNT="2", BOOKING_LIVE_STREAMS_PER_ADDRESS="1")
async def test_streams_of_an_account_and_of_an_address_are_limited(api: Api) -> None:
    for token, most in ((await api.joined("customer"), 2), (None, 1)):
        async with AsyncExitStack() as opened:
            for _ in range(most):
                client = await opened.enter_async_context(following(api, token, "system"))
                await client.next()
            async with following(api, token, "system") as refused:
                await refused.served
                assert refused.status == 429
        async with following(api, token, "system") as client:
            assert (await client.next())["event"] == "ready"


async def test_only_providers_that_take_bookings_can_be_followed(api: Api) -> None:
    admin = await api.an_admin()
    _, kept_id = await api.open_provider()
    token, provider_id = await api.open_provider()
    follow = f"/events?channels=availability&providerId={kept_id}&providerId="
    async with following(api, None, "system", "availability", kept=kept_id, one=provider_id) as client:
        assert (await client.next())["event"] == "ready"
        await relayed(api)
        await client.events()
        suspended = await api.post(f"/admin/providers/{provider_id}/suspend", admin, json={"reason": "Why"})
        assert suspended.is_success
        await announced(
            api,
            NewLiveEvent(channel=Channel.AVAILABILITY, type="test.change", provider_id=ProviderId(UUID(provider_id))),
        )
        end = await client.next()
        assert (end["event"], json.loads(end["data"])) == ("end", {"reason": "provider_not_found"})
    for hidden in (provider_id, uuid4()):
        assert_problem(await api.get(f"{follow}{hidden}"), 404, "provider.not_found")
        assert_problem(await api.get(f"{follow}{hidden}", token), 404, "provider.not_found")


async def test_an_invalid_subscription_is_refused(api: Api) -> None:
    token = await api.joined("customer")
    for channel in PRIVATE:
        assert_problem(await api.get(f"/events?channels={channel}"), 401, "auth.invalid_token")
    for query in ("", "?channels=all", "?channels=availability", f"?channels=system&providerId={uuid4()}"):
        assert (await api.get(f"/events{query}", token)).status_code == 400
    bad = await api.get("/events?channels=system", token, headers={"Last-Event-ID": "x"})
    assert_problem(bad, 400, "validation.invalid_input", "/header/Last-Event-ID")
    assert_problem(await api.get("/events?channels=system", api.nobody()), 401, "auth.invalid_token")
    assert (await api.call("HEAD", "/events?channels=system", token)).status_code == 200
