"""The days on which QPay is slow or busy, as the switches say."""

import asyncio
from contextlib import suppress
from typing import cast

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adapters.qpay.simulator.api.answers import encode
from adapters.qpay.simulator.simulation import Simulation


class BadDays(ASGIMiddleware):
    """Refuses a call outright while busy, and holds back the answer of one that was carried out.

    Carrying out first makes the worst case: the client times out, and the invoice exists all the same.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        simulation = cast("Simulation", scope["litestar_app"].state.simulation)
        stall_seconds = simulation.switches.get().stall_seconds

        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start" and stall_seconds:
                with suppress(TimeoutError):
                    async with asyncio.timeout(stall_seconds):
                        await simulation.stopping.wait()
            await send(message)

        if simulation.switches.takes_a_call_while_busy():
            await _answer_busy(send_late)
        else:
            await next_app(scope, receive, send_late)


async def _answer_busy(send: Send) -> None:
    body = encode({"error": "SYSTEM_BUSY", "message": "System is busy!"})
    await send(
        {
            "type": "http.response.start",
            "status": 500,
            "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
