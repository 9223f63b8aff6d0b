"""Injects slow and busy responses according to the switches."""

import asyncio
from contextlib import suppress

import msgspec
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send


class FaultInjection(ASGIMiddleware):
    """While busy, rejects calls without effect; while stalled, executes calls and delays their responses.

    Delaying after execution is the worst case: the client times out, but the work is done. `busy` is the document of
    the 500. The application's `state.simulation` has the `switches` and the event `stopping`.
    """

    def __init__(self, busy: object) -> None:
        self._busy = msgspec.json.encode(busy)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        simulation = scope["litestar_app"].state.simulation
        stall_seconds = simulation.switches.get().stall_seconds

        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start" and stall_seconds:
                with suppress(TimeoutError):
                    async with asyncio.timeout(stall_seconds):
                        await simulation.stopping.wait()
            await send(message)

        if not simulation.switches.consume_busy_call():
            await next_app(scope, receive, send_late)
            return
        length = str(len(self._busy)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send_late({"type": "http.response.start", "status": 500, "headers": headers})
        await send_late({"type": "http.response.body", "body": self._busy, "more_body": False})
