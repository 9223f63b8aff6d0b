"""Builders for gateways and orders, and a proxy to the simulator."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from tests.gates import PATIENCE_SECONDS
from tests.tcp_server import serve_tcp

from adapters.qpay.gateway import QPayGateway
from adapters.qpay.tokens import TokenStore
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money

ResultT = TypeVar("ResultT")
PASSWORD = "simulator"
CALLBACK_SECRET = "token-of-the-callback"


def callback_url(payment_id: PaymentId) -> str:
    return f"http://127.0.0.1:9/callback/{payment_id}?token={CALLBACK_SECRET}"


def gateway_at(
    url: str, *, token_store: TokenStore | None = None, timeout_seconds: float = PATIENCE_SECONDS
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


async def with_gateway(url: str, use: Callable[[QPayGateway], Coroutine[Any, Any, ResultT]]) -> ResultT:
    async with gateway_at(url) as gateway:
        return await use(gateway)


def order(
    amount: Money | None = None, *, description: str = "Deposit for booking B-1", payable_until: datetime | None = None
) -> InvoiceOrder:
    payment_id = PaymentId(uuid.uuid4())
    return InvoiceOrder(
        payment_id=payment_id,
        booking_id=BookingId(uuid.uuid4()),
        order_number=f"{payment_id.hex}001",
        amount=Money.of(20_000, "MNT") if amount is None else amount,
        description=description,
        payable_until=payable_until or datetime(2030, 1, 1, tzinfo=UTC),
    )


def invoices_of(client: httpx.Client, order: InvoiceOrder) -> list[dict[str, Any]]:
    """The simulator's invoices with the order's number."""
    found = client.get("/simulator/invoices", params={"sender_invoice_no": order.order_number}).json()
    invoices: list[dict[str, Any]] = found["invoices"]
    return invoices


@dataclass(slots=True)
class CountingProxy:
    """A proxy to the simulator that records requests and can break connections."""

    upstream_port: int
    breaks_left: int = 0
    """How many of the next requests to drop by closing their connection."""
    sent: bytearray = field(default_factory=bytearray)

    def count(self, request: str) -> int:
        return bytes(self.sent).count(request.encode())

    @property
    def logins(self) -> int:
        return self.count("POST /v2/auth/token ")

    def open(self) -> Any:
        return serve_tcp(self._forward)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)

        async def forward_responses() -> None:
            while chunk := await upstream_reader.read(65_536):
                writer.write(chunk)
                await writer.drain()

        response_task = asyncio.create_task(forward_responses())
        try:
            while chunk := await reader.read(65_536):
                self.sent += chunk
                if self.breaks_left:
                    self.breaks_left -= 1
                    return
                upstream_writer.write(chunk)
                await upstream_writer.drain()
        finally:
            upstream_writer.close()
            response_task.cancel()
            await asyncio.gather(response_task, return_exceptions=True)
            with suppress(OSError):
                await upstream_writer.wait_closed()
