"""Live events through lost connections: nothing is missed, nothing is repeated."""

import random
from typing import Final

from tests.reliability import scale
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.streams import announced, following

from booking_domain.live.model import Channel, NewLiveEvent

DISCONNECTS: Final = scale.of(1_000, less=40)
TICK: Final = NewLiveEvent(channel=Channel.SYSTEM, type="test.tick")


async def test_a_client_that_keeps_losing_its_connection_gets_each_event_exactly_once() -> None:
    async with serving() as api:
        await _lose_connections(api, DISCONNECTS)


async def _lose_connections(api: Api, times: int) -> None:
    chance, sent = random.Random(14), 0  # noqa: S311 - no secret
    received: list[int] = []
    last, per_turn = "0", 5
    for _ in range(times):
        async with following(api, None, "system", after=last) as client:
            assert (await client.next())["event"] == "ready"
            await announced(api, *[TICK] * chance.randrange(per_turn))
            sent = await api.database.reads.live.last_id()
            for _ in range(chance.randrange(sent - len(received) + 1)):
                last = (await client.next())["id"]
                received.append(int(last))
    async with following(api, None, "system", after=last) as client:
        await client.next()
        received += [int((await client.next())["id"]) for _ in range(sent - len(received))]
    assert received == list(range(1, sent + 1))
