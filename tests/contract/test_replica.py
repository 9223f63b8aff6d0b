"""A real streaming replica answers reads that may be old, and nobody misses what they have written themselves."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from tests.acceptance.people import customer, open_studio
from tests.acceptance.product import BOUNDLESS, Api, eventually
from tests.databases import CIPHER, TestServer
from tests.replicas import RunningReplica, replica_of

from adapters.postgres import replica as of_replica
from adapters.postgres.database import Database
from adapters.postgres.replica import Replica
from booking_domain.flags.model import FlagRule
from booking_domain.shared.positions import POSITION, Position
from booking_domain.testing.builders import NOW
from entrypoints.cli.doctor import State, examined
from entrypoints.settings.main import Settings

SECONDS: Final = 30


@pytest.fixture
def standby(postgres: TestServer, tmp_path: Path) -> Iterator[tuple[str, RunningReplica]]:
    """The address of a database, and a replica of its server."""
    with postgres.database() as url, replica_of(url, tmp_path / "replica") as replica:
        yield url, replica


@asynccontextmanager
async def reading(url: str, replica: RunningReplica, *, most_seconds: float = SECONDS) -> AsyncIterator[Replica]:
    primary = Database(url, cipher=CIPHER)
    source = Replica(replica.url, primary, most_seconds=most_seconds)
    await primary.open()
    await source.open()
    try:
        yield source
    finally:
        await source.close()
        await primary.close()


async def wrote(source: Replica, name: str) -> int:
    """Where the transaction that has added the rule of a flag ended."""
    position = Position(needed=None)
    token = POSITION.set(position)
    try:
        async with source.primary.begin() as tx:
            await tx.flag_rules.put(FlagRule(name=name, changed_at=NOW))
    finally:
        POSITION.reset(token)
    assert position.written is not None
    return position.written


async def seen(source: Replica, needed: int | None) -> tuple[set[str], bool]:
    """The names of the flags that a client reads who has written up to there, and whether the replica has answered."""
    token, served = POSITION.set(Position(needed)), source.served
    try:
        return {rule.name for rule in await source.reads.flag_rules.all()}, source.served > served
    finally:
        POSITION.reset(token)


async def test_who_has_written_reads_it_wherever_it_is(standby: tuple[str, RunningReplica]) -> None:
    url, replica = standby
    async with reading(url, replica) as source:
        earlier = await wrote(source, "earlier")
        eventually(lambda: replica.has(earlier), what="the replica has replayed it")
        assert await seen(source, earlier) == ({"earlier"}, True)
        replica.pause()
        later = await wrote(source, "later")
        assert await seen(source, earlier) == ({"earlier"}, True)
        assert await seen(source, later) == ({"earlier", "later"}, False)
        assert await seen(source, None) == ({"earlier", "later"}, False)
        async with source.primary.connection() as connection:
            await connection.execute("CHECKPOINT")  # the servers of tests write what is committed later
        state = await source.state()
        assert state.up
        assert state.lag_bytes > 0
        replica.resume()
        eventually(lambda: replica.has(later), what="the replica has replayed it")
        assert await seen(source, later) == ({"earlier", "later"}, True)


async def test_a_replica_that_is_late_or_down_is_not_read(
    standby: tuple[str, RunningReplica], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_replica, "PAUSE_SECONDS", 0)
    url, replica = standby
    async with reading(url, replica, most_seconds=0) as late:
        assert await seen(late, 0) == (set(), False)
    async with reading(url, replica) as source:
        place = await wrote(source, "kept")
        eventually(lambda: replica.has(place), what="the replica has replayed it")
        assert await seen(source, 0) == ({"kept"}, True)
        replica.stop()
        assert await seen(source, 0) == ({"kept"}, False)
        assert not (await source.state()).up
        replica.start()
        # Connections that broke are noticed when they are used.
        assert ({"kept"}, True) in [await seen(source, 0) for _ in range(of_replica.POOL_SIZE + 1)]


def test_a_client_says_what_it_has_written(standby: tuple[str, RunningReplica], tmp_path: Path) -> None:
    url, replica = standby
    with Api(tmp_path, url, **BOUNDLESS, DATABASE_REPLICA_URL=replica.url) as api:
        studio, caller = open_studio(api, deposit=0), customer(api)
        slot = studio.slots()[0]

        def bookings(**headers: str) -> list[Any]:
            found: list[Any] = caller.ask("GET", "/bookings", headers=headers).json()["items"]
            return found

        replica.pause()
        answer = caller.ask("POST", "/bookings", json={"providerId": studio.id, "slot": slot})
        place = answer.headers["Read-After"]
        assert answer.status_code == 201
        assert "set-cookie" not in answer.headers
        assert bookings(**{"Read-After": "0"}) == []
        assert len(bookings(**{"Read-After": place})) == len(bookings()) == 1
        assert len(bookings(**{"Read-After": "soon"})) == 1
        anonymous = api.http.post("/auth/login", json={"email": caller.email, "password": "wrong"})
        assert "__Host-read-after=" in anonymous.headers["set-cookie"]
        assert api.http.get("/health/ready").json()["replica"] == "ok"
        given = Settings.from_environment({"DATABASE_URL": url, "DATABASE_REPLICA_URL": replica.url})
        assert [each.state for each in asyncio.run(examined(given)) if each.what == "replica"] == [State.FINE]
        replica.resume()
        eventually(lambda: replica.has(int(place)), what="the replica has replayed it")
        assert len(bookings(**{"Read-After": place})) == 1
        replica.stop()
        assert len(bookings(**{"Read-After": place})) == 1
        assert api.http.get("/health/ready").json()["replica"] == "down"
