"""A TCP server in the event loop of a test, which leaves no connection open."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_TURNS: Final = 10
"""Turns of the event loop after which a connection that was just accepted has its task."""


@asynccontextmanager
async def serving_tcp(
    handle: Handler, *, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve connections on a free port during the block, and yield the port; then close every connection."""
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            with suppress(asyncio.CancelledError):  # cancelled at the end
                with suppress(OSError, asyncio.IncompleteReadError):
                    await handle(reader, writer)
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, address, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def serve_tcp(handle: Handler) -> AsyncIterator[str]:
    """Serve TCP connections on a free port during the block, yield the base URL, and close every connection."""
    async with serving_tcp(handle) as port:
        yield f"http://127.0.0.1:{port}"
