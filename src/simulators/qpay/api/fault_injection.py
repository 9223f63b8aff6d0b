"""Injects slow and busy responses according to the switches."""

import asyncio
from contextlib import suppress
from typing import cast

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from simulators.qpay.api.responses import encode
from simulators.qpay.simulation import Simulation


class FaultInjection(ASGIMiddleware):
    """While busy, rejects calls without effect; while stalled, executes calls and delays their responses.

    Delaying after execution is the worst case: the client times out, but the invoice exists.
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

        if simulation.switches.consume_busy_call():
            await _send_busy(send_late)
        else:
            await next_app(scope, receive, send_late)


async def _send_busy(send: Send) -> None:
    body = encode({"error": "SYSTEM_BUSY", "message": "System is busy!"})
    await send(
        {
            "type": "http.response.start",
            "status": 500,
            "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
