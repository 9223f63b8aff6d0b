"""The gateway of the tests, and the lines between it and a QPay."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

from adapters.qpay.gateway import QPayGateway
from adapters.qpay.tokens import TokenStore
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.ids import PaymentId
from booking_domain.shared.money import Money

ResultT = TypeVar("ResultT")
DEADLINE_SECONDS = 20.0
PASSWORD = "simulator"
CALLBACK_SECRET = "token-of-the-callback"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def callback_url(payment_id: PaymentId) -> str:
    return f"http://127.0.0.1:9/callback/{payment_id}?token={CALLBACK_SECRET}"


def gateway_at(
    url: str, *, token_store: TokenStore | None = None, timeout_seconds: float = DEADLINE_SECONDS
) -> QPayGateway:
    return QPayGateway(
        base_url=f"{url}/v2",
        username="SIMULATOR",
        password=PASSWORD,
        invoice_code="SIMULATOR_INVOICE",
        callback_url=callback_url,
        token_store=token_store,
        timeout_seconds=timeout_seconds,
    )


def with_gateway(url: str, scene: Callable[[QPayGateway], Coroutine[Any, Any, ResultT]]) -> ResultT:
    async def play() -> ResultT:
        async with gateway_at(url) as gateway:
            return await scene(gateway)

    return asyncio.run(play())


def order(
    amount: Money | None = None, *, description: str = "Deposit for booking B-1", payable_until: datetime | None = None
) -> InvoiceOrder:
    payment_id = PaymentId(uuid.uuid4())
    return InvoiceOrder(
        payment_id=payment_id,
        order_number=f"{payment_id.hex}001",
        amount=Money.of(20_000, "MNT") if amount is None else amount,
        description=description,
        payable_until=payable_until or datetime(2030, 1, 1, tzinfo=UTC),
    )


def invoices_of(client: httpx.Client, order: InvoiceOrder) -> list[dict[str, Any]]:
    """What the simulator has under our number."""
    found = client.get("/simulator/invoices", params={"sender_invoice_no": order.order_number}).json()
    invoices: list[dict[str, Any]] = found["invoices"]
    return invoices


@asynccontextmanager
async def listening(handle: Handler) -> AsyncIterator[str]:
    """A server of bytes at the address that is given; it leaves no connection behind."""
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(asyncio.CancelledError):  # at the end; the task is over then anyway
            with suppress(OSError, asyncio.IncompleteReadError):
                await handle(reader, writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


@dataclass(slots=True)
class Line:
    """A line to the simulator that counts what is asked, and breaks when it is told to."""

    to_port: int
    to_break: int = 0
    """So many requests are passed on, and their connection ends instead of the answer."""
    sent: bytearray = field(default_factory=bytearray)

    def count(self, request: str) -> int:
        return bytes(self.sent).count(request.encode())

    @property
    def log_ins(self) -> int:
        return self.count("POST /v2/auth/token ")

    def open(self) -> Any:
        return listening(self._pass_on)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)

        async def answers() -> None:
            while chunk := await far_reader.read(65_536):
                writer.write(chunk)
                await writer.drain()

        back = asyncio.create_task(answers())
        try:
            while chunk := await reader.read(65_536):
                self.sent += chunk
                if self.to_break:
                    self.to_break -= 1
                    return
                far_writer.write(chunk)
                await far_writer.drain()
        finally:
            far_writer.close()
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            with suppress(OSError):
                await far_writer.wait_closed()
