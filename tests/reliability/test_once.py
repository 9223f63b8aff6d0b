"""Row 3, with a controlled clock and database: a key in flight, and a key after 24 hours.

Controls remove the defence and must fail.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from tests.databases import TestServer
from tests.gates import Gate
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.unit.entrypoints.api import application

from adapters.postgres import database as postgres_database
from adapters.postgres.idempotency import _EARLIER, PostgresIdempotency, idempotency_keys
from adapters.postgres.kit.statements import Statement
from booking_domain.identity.ports import Bearer
from booking_domain.shared.actor import Role
from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, KeyInUse
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import ManualClock
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

KEYS: Final = scale.of(200, less=5)
PATIENT: Final = {"BOOKING_DB_POOL_SIZE": "20", "BOOKING_DB_POOL_TIMEOUT_SECONDS": "60"}
"""Nobody is refused for want of a connection: that is not what is tried here."""
KEYS_AT_ONCE: Final = 5
TWINS: Final = 20
SALON: Final = {"name": "Nomad", "timeZone": "UTC"}
MADE: Final = (201, None)


@dataclass(frozen=True)
class Salons:
    """The API, a manager who creates salons, and the clock."""

    client: httpx.AsyncClient
    container: HttpContainer
    clock: ManualClock
    bearer: Bearer
    url: str

    async def opened(self, key: str, **body: str) -> httpx.Response:
        """With a token of now: those of yesterday have expired."""
        token = self.container.access_tokens().issue(self.bearer, self.clock.now()).text
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return await self.client.post("/salons", json=SALON | body, headers=headers)

    async def twins(self, *keys: str, **body: str) -> list[httpx.Response]:
        """Each key twenty times at once, and a few keys at a time: more would wait too long for a connection."""
        answers: list[httpx.Response] = []
        for first in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[first : first + KEYS_AT_ONCE]
            answers += await asyncio.gather(*(self.opened(key, **body) for key in some for _ in range(TWINS)))
        return answers

    def number(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT count(*) FROM salons").fetchone()
        assert row is not None
        return int(row[0])


@asynccontextmanager
async def salons(url: str) -> AsyncIterator[Salons]:
    clock, user = ManualClock(NOW), replace(Builder().user(), role=Role.MANAGER)
    with application(Settings.from_environment({"DATABASE_URL": url, **PATIENT})) as app:
        container: HttpContainer = app.state.container
        container.clock.override(clock)
        transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://api.test/api/v1") as client:
            session = Builder().session(user)
            async with container.database().begin() as tx:
                await tx.users.add(user)
                await tx.sessions.add(session)
            yield Salons(client, container, clock, Bearer(user.actor, session.id), url)


async def play(postgres: TestServer, story: Callable[[Salons], Awaitable[None]]) -> None:
    async def run_story(url: str) -> None:
        async with salons(url) as these:
            await story(these)

    with postgres.database() as url:
        await run_story(url)


def kinds(answers: list[httpx.Response]) -> Counter[tuple[int, str | None]]:
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


def keys() -> list[str]:
    return [uuid4().hex for _ in range(KEYS)]


async def test_a_key_expires_after_24_hours(postgres: TestServer, report: Report) -> None:
    async def story(these: Salons) -> None:
        ours = keys()
        first = {answer.request.headers["Idempotency-Key"]: answer for answer in await these.twins(*ours)}
        assert these.number() == KEYS
        these.clock.advance(KEPT_FOR - timedelta(seconds=1))
        for answer in await these.twins(*ours):
            key = answer.request.headers["Idempotency-Key"]
            assert (answer.status_code, answer.content) == (201, first[key].content)
            assert answer.headers["Idempotency-Replayed"] == "true"
        refused = await these.twins(*ours, name="Ordos")
        assert kinds(refused) == {(422, "idempotency.key_reused"): KEYS * TWINS}
        assert these.number() == KEYS
        these.clock.advance(timedelta(seconds=1))
        later = await these.twins(*ours, name="Ordos")
        assert kinds(later) == {MADE: KEYS * TWINS}
        assert len({answer.content for answer in later}) == KEYS
        assert sum("Idempotency-Replayed" not in answer.headers for answer in later) == KEYS
        assert these.number() == 2 * KEYS

    await play(postgres, story)
    report(3, f"{KEYS} keys × {TWINS}: after 24 h less a second replayed or 422, after 24 h {KEYS} new effects")


async def test_a_key_in_flight_is_refused_and_can_be_retried(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    """Hold a transaction open under the key."""
    impatient = postgres_database.OPTIONS.replace("lock_timeout=5s", "lock_timeout=100ms")
    assert impatient != postgres_database.OPTIONS
    monkeypatch.setattr(postgres_database, "OPTIONS", impatient)

    async def story(these: Salons) -> None:
        key = uuid4().hex
        async with await psycopg.AsyncConnection.connect(these.url) as slow:
            await slow.execute(
                "INSERT INTO idempotency_keys (caller, key, fingerprint, created_at) VALUES (%s, %s, %s, %s)",
                [these.bearer.actor.id, key, b"", NOW],
            )
            refused = await these.twins(key)
            assert kinds(refused) == {(409, "idempotency.in_flight"): TWINS}
            assert (await these.opened(uuid4().hex)).status_code == 201
            await slow.rollback()
        done = [await these.opened(key) for _ in range(2)]
        assert kinds(done) == {MADE: 2}
        assert len({answer.content for answer in done}) == 1
        assert these.number() == 2

    await play(postgres, story)
    report(3, f"a key in flight × {TWINS}: 409, and once that has failed: one effect")


_KEEP: Final = Statement(
    insert(idempotency_keys)
    .values({name: bindparam(name) for name in ("caller", "key", "fingerprint", "answer", "created_at")})
    .on_conflict_do_nothing()
)


async def _look_up(self: PostgresIdempotency, key: IdempotencyKey, now: datetime) -> None:
    if await self._work.one(_EARLIER, caller=key.caller, key=key.key) is not None:
        raise KeyInUse


async def _kept(self: PostgresIdempotency, key: IdempotencyKey, answer: bytes) -> None:
    await self._work.execute(
        _KEEP, caller=key.caller, key=key.key, fingerprint=key.fingerprint, answer=answer, created_at=NOW
    )


async def test_without_reserving_the_key_there_are_several_effects(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresIdempotency, "reserve", Gate(KEYS_AT_ONCE + 1).after(_look_up))
    monkeypatch.setattr(PostgresIdempotency, "finish", _kept)

    async def story(these: Salons) -> None:
        await these.twins(*keys())
        assert these.number() > KEYS

    await play(postgres, story)
