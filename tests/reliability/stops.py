"""Steps at which a worker of the product waits until it is killed, without a hook in the product.

It waits for a server that does not answer, or in the database for a lock that the test holds.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import psycopg
from psycopg import sql
from tests.gates import PATIENCE_SECONDS
from tests.tcp_server import serving_tcp

_CLASS: Final = 911
"""The advisory locks of the stops: of this class, and their numbers."""
_OF_THE_CONNECTION: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_FUNCTION: Final = b"""
    CREATE FUNCTION wait_at_stop() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(911, TG_ARGV[0]::integer);
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END $$
"""


@dataclass(frozen=True)
class Stored:
    """A statement waits in the database, before it changes a row of `table`, or while its transaction commits."""

    name: str
    table: str
    change: str
    """INSERT, UPDATE or DELETE."""
    when: str = "true"
    """SQL over OLD and NEW."""
    committed: bool = False
    """The death comes after the commit and before the worker knows; else before the change."""

    def trigger(self, number: int) -> sql.Composed:
        kind = "CONSTRAINT TRIGGER {name} AFTER" if self.committed else "TRIGGER {name} BEFORE"
        deferred = " DEFERRABLE INITIALLY DEFERRED" if self.committed else ""
        return sql.SQL(
            f"CREATE {kind} {self.change} ON {{table}}{deferred}"
            f" FOR EACH ROW WHEN ({self.when}) EXECUTE FUNCTION wait_at_stop({{number}})"
        ).format(
            # Triggers of one event fire in the order of their names.
            name=sql.Identifier(f"a_stop_{number:03}"),
            table=sql.Identifier(self.table),
            number=sql.Literal(str(number)),
        )


@dataclass(frozen=True)
class Called:
    """A request waits at a server: before the server handles it, or with the answer that the worker does not get."""

    name: str
    request: str
    """A pattern of its beginning."""
    answered: bool
    """The server has done what was asked."""


Stop = Stored | Called


class Stops:
    """Steps at which workers wait, each until it is passed."""

    def __init__(self, url: str, stops: Sequence[Stop]) -> None:
        self._url = url
        self._numbers = {stop: number for number, stop in enumerate(stops)}
        self.ahead = dict.fromkeys(stops)
        """The stops at which no worker was killed yet."""
        self._held: dict[Stop, asyncio.Event] = {}
        self.requests = 0
        """How many requests were made to servers."""

    @asynccontextmanager
    async def set_up(self) -> AsyncIterator[None]:
        self._held = {stop: asyncio.Event() for stop in self._numbers if isinstance(stop, Called)}
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as self._connection:
            await self._run(_FUNCTION)
            for stop, number in self._numbers.items():
                if isinstance(stop, Stored):
                    await self._run(b"SELECT pg_advisory_lock(%s, %s)", _CLASS, number)
                    await self._connection.execute(stop.trigger(number))
            yield

    async def reached(self) -> list[Stop]:
        """The stops at which something waits now; empty if there are none."""
        waiting = await self._run(
            b"SELECT DISTINCT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted", _CLASS
        )
        numbers = {number for (number,) in waiting}
        return [
            stop
            for stop in self.ahead
            if (self._held[stop].is_set() if isinstance(stop, Called) else self._numbers[stop] in numbers)
        ]

    async def pass_by(self, stops: Iterable[Stop]) -> None:
        """Let nothing wait there any more. What a killed worker had not committed is rolled back."""
        for stop in stops:
            del self.ahead[stop]
            number = self._numbers[stop]
            if isinstance(stop, Called):
                continue
            if not stop.committed:
                await self._run(
                    b"SELECT pg_terminate_backend(pid) FROM pg_locks"
                    b" WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND NOT granted",
                    _CLASS,
                    number,
                )
            await self._run(b"SELECT pg_advisory_unlock(%s, %s)", _CLASS, number)

    async def came_to(self, requests: int) -> bool:
        """Whether so many requests were made."""
        return self.requests >= requests

    async def wait(self, request: str, *, answered: bool) -> None:
        """Wait for ever where a stop ahead is at this request."""
        self.requests += not answered
        for stop in list(self.ahead):
            if isinstance(stop, Called) and stop.answered is answered and re.match(stop.request, request):
                self._held[stop].set()
                await asyncio.Event().wait()

    async def _run(self, statement: bytes, *values: Any) -> list[tuple[Any, ...]]:
        cursor = await self._connection.execute(statement, values or None)
        return await cursor.fetchall() if cursor.description else []


@asynccontextmanager
async def stopping_before(url: str, stops: Stops) -> AsyncIterator[str]:
    """Proxy the server at `url`, with stops before and after its requests; yield the URL."""
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False) as server:

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").removesuffix("\r\n\r\n")
            first, *lines = head.split("\r\n")
            headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
            length = next((value for name, value in headers if name.lower() == "content-length"), "0")
            body = await reader.readexactly(int(length))
            await stops.wait(first, answered=False)
            method, target, _ = first.split(" ")
            async with server.stream(method, target, headers=headers, content=body) as answer:
                content = b"".join([part async for part in answer.aiter_raw()])
            await stops.wait(first, answered=True)
            kept = [
                f"{name}: {value}" for name, value in answer.headers.multi_items() if name not in _OF_THE_CONNECTION
            ]
            said = [f"HTTP/1.1 {answer.status_code} X", *kept, f"content-length: {len(content)}", "connection: close"]
            writer.write("\r\n".join([*said, "", ""]).encode("latin-1") + content)
            await writer.drain()

        async with serving_tcp(serve) as port:
            yield f"http://127.0.0.1:{port}"
