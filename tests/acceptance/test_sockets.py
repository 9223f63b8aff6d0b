"""`/ws` of a server that runs, with a client of another implementation."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from tests.acceptance.people import customers
from tests.acceptance.product import Api
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS

from booking_domain.live.model import Channel, NewLiveEvent
from entrypoints.container import Container
from entrypoints.http.live.sockets import MOST_BYTES
from entrypoints.settings.main import Settings

RECONNECTS: Final = 100
SEED: Final = 14


@pytest.fixture(scope="module")
def server(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with postgres.database() as url, Api(tmp_path_factory.mktemp("sockets"), url) as running:
        yield running


@asynccontextmanager
async def connected(server: Api, **headers: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as session,
        asyncio.timeout(PATIENCE_SECONDS),
        session.ws_connect(f"{server.url}/api/v1/ws", headers=headers, autoping=False) as client,
    ):
        yield client


async def announce(server: Api, count: int) -> None:
    container = Container(settings=Settings.from_environment({"DATABASE_URL": server.database_url}))
    await container.database().open()
    try:
        for _ in range(count):
            async with container.database().begin() as tx:
                tick = NewLiveEvent(channel=Channel.SYSTEM, type="test.tick")
                await tx.live_events.append([tick], container.clock().now())
    finally:
        await container.database().close()


async def closed(client: aiohttp.ClientWebSocketResponse) -> tuple[int | None, str, Any]:
    """Code and reason of the close frame, and the message before it."""
    last = None
    while (message := await client.receive()).type is aiohttp.WSMsgType.TEXT:
        last = message.json()
    assert message.type is aiohttp.WSMsgType.CLOSE, message
    return message.data, str(message.extra), last


async def test_a_client_that_keeps_reconnecting_gets_each_event_exactly_once(server: Api) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same run each time
    got: list[int] = []
    async with connected(server) as client:
        await client.send_json({"subscribe": ["system"]})
        last = first = (await client.receive_json())["id"]
    announcing = asyncio.create_task(announce(server, 2 * RECONNECTS))
    for _ in range(RECONNECTS):
        async with connected(server) as client:
            await client.send_json({"subscribe": ["system"], "after": last})
            assert await client.receive_json() == {"event": "ready", "id": last}
            for _ in range(chance.randrange(4)):
                if len(got) == 2 * RECONNECTS:
                    break
                message = await client.receive_json()
                got.append(int(last := message["id"]))
    await announcing
    async with connected(server) as client:
        await client.send_json({"subscribe": ["system"], "after": last})
        await client.receive_json()
        while len(got) < 2 * RECONNECTS:
            got.append(int((await client.receive_json())["id"]))
    assert got == list(range(int(first) + 1, int(first) + 1 + 2 * RECONNECTS))


async def test_a_page_of_another_origin_is_refused_before_the_connection_opens(server: Api) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with connected(server, Origin="https://evil.example"):
            pass
    assert refused.value.status == 403
    async with connected(server, Origin=server.url) as client:
        await client.send_json({"subscribe": ["system"]})
        assert (await client.receive_json())["event"] == "ready"


async def test_pings_are_answered_and_messages_that_are_too_long_end_the_connection(server: Api) -> None:
    async with connected(server) as client:
        await client.send_json({"subscribe": ["system"]})
        await client.receive_json()
        await client.ping(b"here?")
        pong = await client.receive()
        assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"here?")
        await client.send_str(" " * (MOST_BYTES + 1))
        assert await closed(client) == (1009, "too_big", {"event": "end", "data": {"reason": "too_big"}})


async def test_a_refused_follower_gets_the_reason(server: Api) -> None:
    async with connected(server, Authorization="Bearer forged") as client:
        await client.send_json({"subscribe": ["system"]})
        assert (await closed(client))[:2] == (4401, "auth.invalid_token")
    async with connected(server) as client:
        await client.send_json({"subscribe": ["bookings"]})
        assert (await closed(client))[:2] == (4401, "auth.invalid_token")


async def test_signing_out_closes_the_connection(server: Api) -> None:
    [person] = await asyncio.to_thread(customers, server, 1)
    async with connected(server) as client:
        await client.send_json({"subscribe": ["notifications"], "token": person.token})
        assert (await client.receive_json())["event"] == "ready"
        answer = await asyncio.to_thread(person.ask, "POST", "/auth/logout")
        assert answer.is_success, answer.text
        assert (await closed(client))[:2] == (4401, "session_ended")


async def test_a_process_that_stops_tells_its_clients_and_waits_for_none(postgres: TestServer, tmp_path: Path) -> None:
    with postgres.database() as url, Api(tmp_path, url) as server:
        async with connected(server) as following, connected(server) as silent:
            await following.send_json({"subscribe": ["system"]})
            await following.receive_json()
            await silent.ping(b"here?")
            assert (await silent.receive()).type is aiohttp.WSMsgType.PONG
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            assert (await closed(following))[:2] == (await closed(silent))[:2] == (1012, "shutdown")
        assert await stopping == 0
