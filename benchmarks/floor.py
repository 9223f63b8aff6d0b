"""The floor: a bare ASGI application that stores a booking with the application's SQL, and does nothing else.

It has no framework, token, validation, slots or domain: it parses the JSON, runs the recorded statements with psycopg,
and returns a recorded response. `/exchanges` uses the adapters' pipeline over psycopg's libpq wrapper; `/pipelined`
uses psycopg's pipeline mode; `/stepwise` awaits each statement, the usual way; `/nothing` responds at once, which shows
the load generator's maximum.
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
from benchmarks.recording import RecordedStatement, Recording, ValueSource
from entrypoints.processes import die_with_parent
from entrypoints.settings.main import Settings

RECORDING: Final = "BENCHMARK_RECORDING"
_JSON: Final = (b"content-type", b"application/json")

Scope = dict[str, Any]
Steps = list[tuple[RecordedStatement, dict[str, Any]]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def create() -> "Floor":
    """ASGI factory, configured by the environment."""
    die_with_parent(signal.SIGKILL, os.getppid())
    recording: Recording = pickle.loads(Path(os.environ[RECORDING]).read_bytes())  # noqa: S301 - written by the benchmark
    floor = Floor(Settings.from_environment(os.environ), recording)
    gc.collect()
    gc.freeze()  # as in the application
    return floor


class Floor:
    def __init__(self, settings: Settings, recording: Recording) -> None:
        self._steps = recording.steps
        self._response = recording.response
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
            await self._lifespan(receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["path"] != "/nothing":
            await self._store_booking(scope, msgspec.json.decode(body))
        headers = [_JSON, (b"content-length", str(len(self._response)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": self._response})

    async def _store_booking(self, scope: Scope, request: dict[str, Any]) -> None:
        key = next(value for name, value in scope["headers"] if name == b"idempotency-key")
        start = datetime.fromisoformat(request["slot"])
        varying = {
            "provider_id": UUID(request["providerId"]),
            "customer_id": next(self._customers),
            "booking_id": uuid7(),
            "event_id": uuid7(),
            "reference": f"FLOOR-{secrets.token_hex(6)}",
            "key": key.decode(),
            "now": datetime.now(UTC),
            "start": start,
            "local_start": start.replace(tzinfo=None),
        }
        steps = [
            (step, step.constants | {name: _value(varying, role) for name, role in step.varying})
            for step in self._steps
        ]
        connection = await self._pool.getconn()
        try:
            if scope["path"] == "/exchanges":
                await _run_with_adapter_pipeline(connection, steps)
            elif scope["path"] == "/pipelined":
                async with connection.pipeline():
                    await _run_with_cursors(connection, steps, pipelined=True)
            else:
                await _run_with_cursors(connection, steps, pipelined=False)
        finally:
            await self._pool.putconn(connection)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._pool.open()
            else:
                await self._pool.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _value(varying: dict[str, Any], role: ValueSource) -> Any:
    if isinstance(role, str):
        return varying[role]
    anchor, after = role
    return varying[anchor] + after


async def _run_with_adapter_pipeline(connection: AsyncConnection[Any], steps: Steps) -> None:
    async with pipeline(connection, transaction=True) as work:
        wanted = []
        for step, values in steps:
            reply = work.add(step.statement, values)
            if step.fetches_rows:
                wanted.append(reply)
            if step.awaited:
                for each in wanted:
                    await each.fetchall()
                wanted.clear()


async def _run_with_cursors(connection: AsyncConnection[Any], steps: Steps, *, pipelined: bool) -> None:
    async with connection.transaction():
        wanted = []
        for step, values in steps:
            cursor = await connection.execute(step.statement.sql, values)
            if step.fetches_rows:
                wanted.append(cursor)
            if step.awaited or not pipelined:
                for each in wanted:
                    await each.fetchall()
                wanted.clear()
