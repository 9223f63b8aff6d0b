"""The floor: a bare ASGI application that keeps a booking with the SQL of the real one, and does nothing else.

No framework, no token, no validation, no slots, no domain: it reads the JSON, runs the recorded statements through raw
psycopg, and answers what was once answered. `/exchanges` sends them as the adapters do, over psycopg's layer on libpq;
`/pipelined` in psycopg's own pipeline mode; `/stepwise` one by one, each waited for, as most would write it; `/nothing`
answers at once, which shows what the load generator can do at most.
"""

import gc
import os
import pickle
import secrets
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from adapters.postgres.database import OPTIONS
from adapters.postgres.kit.pipelining import pipeline
from benchmarks.recording import Recording, Role, Step
from entrypoints.processes import die_with_parent
from entrypoints.settings import Settings

RECORDING: Final = "BENCHMARK_RECORDING"
_JSON: Final = (b"content-type", b"application/json")

Scope = dict[str, Any]
Steps = list[tuple[Step, dict[str, Any]]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def create() -> "Floor":
    """Make the application from the environment."""
    die_with_parent(signal.SIGKILL, os.getppid())
    recording: Recording = pickle.loads(Path(os.environ[RECORDING]).read_bytes())  # noqa: S301 - written by us
    floor = Floor(Settings.from_environment(os.environ), recording)
    gc.collect()
    gc.freeze()  # as in the application
    return floor


class Floor:
    """The application."""

    def __init__(self, settings: Settings, recording: Recording) -> None:
        self._steps = recording.steps
        self._answer = recording.answer
        self._customers = cycle(recording.customers)
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            settings.database_url or "",
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=settings.pool_timeout,
            open=False,
            kwargs={"autocommit": True, "options": OPTIONS},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["path"] != "/nothing":
            await self._keep(scope, msgspec.json.decode(body))
        headers = [_JSON, (b"content-length", str(len(self._answer)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": self._answer})

    async def _keep(self, scope: Scope, asked: dict[str, Any]) -> None:
        key = next(value for name, value in scope["headers"] if name == b"idempotency-key")
        start = datetime.fromisoformat(asked["slot"])
        fresh = {
            "provider_id": UUID(asked["providerId"]),
            "customer_id": next(self._customers),
            "booking_id": uuid7(),
            "event_id": uuid7(),
            "reference": f"FLOOR-{secrets.token_hex(6)}",
            "key": key.decode(),
            "now": datetime.now(UTC),
            "start": start,
            "local_start": start.replace(tzinfo=None),
        }
        steps = [(step, step.fixed | {name: _value(fresh, role) for name, role in step.fresh}) for step in self._steps]
        connection = await self._pool.getconn()
        try:
            if scope["path"] == "/exchanges":
                await _exchanged(connection, steps)
            elif scope["path"] == "/pipelined":
                async with connection.pipeline():
                    await _executed(connection, steps, together=True)
            else:
                await _executed(connection, steps, together=False)
        finally:
            await self._pool.putconn(connection)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._pool.open()
            else:
                await self._pool.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _value(fresh: dict[str, Any], role: Role) -> Any:
    if isinstance(role, str):
        return fresh[role]
    anchor, after = role
    return fresh[anchor] + after


async def _exchanged(connection: AsyncConnection[Any], steps: Steps) -> None:
    async with pipeline(connection, transaction=True) as work:
        wanted = []
        for step, values in steps:
            reply = work.add(step.statement, values)
            if step.rows_wanted:
                wanted.append(reply)
            if step.waited_for:
                for each in wanted:
                    await each.fetchall()
                wanted.clear()


async def _executed(connection: AsyncConnection[Any], steps: Steps, *, together: bool) -> None:
    async with connection.transaction():
        wanted = []
        for step, values in steps:
            cursor = await connection.execute(step.statement.sql, values)
            if step.rows_wanted:
                wanted.append(cursor)
            if step.waited_for or not together:
                for each in wanted:
                    await each.fetchall()
                wanted.clear()
