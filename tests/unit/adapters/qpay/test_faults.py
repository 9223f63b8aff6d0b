import asyncio
import base64
import logging
import traceback
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.http_answers import document, http
from tests.ports import free_port
from tests.tcp_server import serve_tcp
from tests.unit.adapters.qpay.gateway_fixtures import (
    CALLBACK_SECRET,
    PASSWORD,
    CountingProxy,
    gateway_at,
    invoices_of,
    order,
    with_gateway,
)
from tests.unit.adapters.qpay.scripted_qpay import TOKEN, scripted_qpay
from tests.unit.simulators.qpay.merchant import Merchant, until
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from adapters.qpay.gateway import QPayGateway
from adapters.qpay.tokens import InProcessTokenStore
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import RefundOrder
from booking_domain.shared.ids import PaymentId, RefundId
from booking_domain.shared.money import Money

VALID_INVOICE = {
    "invoice_id": "an-invoice",
    "qr_text": "00020101",
    "qr_image": "",
    "qPay_shortUrl": "https://s.qpay.mn/x",
}
TEN_MEGABYTES = 10 * 1024 * 1024
INVALID_RESPONSES = {
    "an empty response": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a truncated response": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a redirect": http(status="302 Found", headers="location: /v2/elsewhere\r\n"),
    "a permanent redirect": http(status="308 Permanent Redirect", headers="location: http://127.0.0.1:9/\r\n"),
    "ten megabytes": http(b" " * TEN_MEGABYTES),
    "ten megabytes of one header": b"HTTP/1.1 200 OK\r\nx: " + b"x" * TEN_MEGABYTES,
    "ten megabytes in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"10000\r\n%b\r\n" % (b" " * 65_536) * 160,
    "an HTML error page": http("<html><title>502</title></html>", status="502 Bad Gateway"),
    "an HTML page with status 200": http("<html>Sign in to the Wi-Fi</html>"),
    "no content": http(status="204 No Content"),
    "an empty body": http(),
    "an array": http("[]"),
    "deeply nested JSON": http('{"x":' * 100_000),
    "invalid UTF-8": http(b'{"invoice_id": "\xff"}'),
    "a mislabelled encoding": http("x", headers="content-encoding: gzip\r\n"),
    "stacked encodings": http("x", headers="content-encoding: gzip, gzip, gzip\r\n"),
    "busy": document({"error": "SYSTEM_BUSY"}, status="500 Internal Server Error"),
    "an error with status 200": document({"error": "SYSTEM_BUSY", "message": "System is busy!"}),
    "wrong fields": document({"error": {"amount": {"type": "?"}}}, status="400 Bad Request"),
    "no id": document({**VALID_INVOICE, "invoice_id": None}),
    "an id that is a path": document({**VALID_INVOICE, "invoice_id": "../payment"}),
    "an empty QR text": document({**VALID_INVOICE, "qr_text": ""}),
    "a QR text that is too long": document({**VALID_INVOICE, "qr_text": "x" * 5000}),
    "an unprintable QR text": document({**VALID_INVOICE, "qr_text": "a\x00b"}),
}


async def create_invoice_with(response: bytes) -> Invoice:
    async with scripted_qpay(lambda _: response) as (url, calls), gateway_at(url) as gateway:
        try:
            return await gateway.create_invoice(order())
        finally:
            assert len(calls) == 2, "creating an invoice was retried"


@pytest.mark.parametrize("response", INVALID_RESPONSES.values(), ids=INVALID_RESPONSES.keys())
async def test_an_invalid_response_is_unavailable_and_creating_is_not_retried(response: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        await create_invoice_with(response)


@pytest.mark.parametrize("response", INVALID_RESPONSES.values(), ids=INVALID_RESPONSES.keys())
async def test_an_invalid_response_to_a_check_is_unavailable(response: bytes) -> None:
    async def run() -> None:
        async with scripted_qpay(lambda _: response) as (url, _), gateway_at(url) as gateway:
            await gateway.report("an-invoice", "MNT")

    with pytest.raises(GatewayUnavailable):
        await run()


def calls_of(gateway: QPayGateway) -> list[Coroutine[Any, Any, object]]:
    """The calls about money that has moved, of a refund and of the reconciliation."""
    refund = RefundOrder(
        refund_id=RefundId(uuid4()),
        payment_id=PaymentId(uuid4()),
        invoice_reference="an-invoice",
        amount=Money.of(1, "MNT"),
        returned_before=Money.zero("MNT"),
    )
    now = datetime.now(UTC)
    return [gateway.refund(refund), gateway.payments_between(now, now + timedelta(days=1)), gateway.order_number("x")]


@pytest.mark.parametrize("response", INVALID_RESPONSES.values(), ids=INVALID_RESPONSES.keys())
async def test_an_invalid_response_to_a_refund_or_a_list_is_unavailable(response: bytes) -> None:
    async with scripted_qpay(lambda _: response) as (url, _), gateway_at(url) as gateway:
        for call in calls_of(gateway):
            with pytest.raises(GatewayUnavailable):
                await call


async def test_a_stalled_qpay_makes_refunds_and_lists_unavailable_after_the_deadline(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    merchant.set_switches(stallSeconds=3600)
    async with gateway_at(simulator.url, timeout_seconds=0.3) as gateway:
        for call in calls_of(gateway):
            with pytest.raises(GatewayUnavailable):
                await call


async def test_invalid_optional_fields_are_dropped() -> None:
    scripts = [{"name": "A", "link": link} for link in ("javascript:alert(1)", "JavaScript://%0aalert(1)", " data://x")]
    urls = [*scripts, {"name": "a\x00b", "link": "bank://q"}, {"link": "bank://q", "more": 1}, {"name": None}, {}]
    bare = {"invoice_id": "an-invoice", "qr_text": "00020101", "qr_image": None, "urls": urls}
    invoice = await create_invoice_with(document(bare))
    assert invoice.qr_image.startswith("data:image/png;base64,iVBOR")
    assert invoice.checkout_url == ""
    assert [(link.name, link.link) for link in invoice.deep_links] == [("bank", "bank://q")]


@pytest.mark.parametrize("image", ["no base64!", base64.b64encode(b"<svg/>").decode(), "data:,x", "é"])
async def test_an_image_that_is_not_a_png_is_replaced(image: str) -> None:
    invoice = await create_invoice_with(document({**VALID_INVOICE, "qr_image": image}))
    assert invoice.qr_image.startswith("data:image/png;base64,iVBOR")


async def test_a_checkout_url_that_is_not_http_is_dropped() -> None:
    invoice = await create_invoice_with(document({**VALID_INVOICE, "qPay_shortUrl": "javascript:alert(1)"}))
    assert invoice.checkout_url == ""


async def test_a_refused_connection_is_unavailable() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(GatewayUnavailable):
        await with_gateway(url, lambda gateway: gateway.create_invoice(order()))
    with pytest.raises(GatewayUnavailable):
        await with_gateway(url, lambda gateway: gateway.report("an-invoice", "MNT"))
    with pytest.raises(GatewayUnavailable):
        await with_gateway(url, lambda gateway: gateway.cancel_invoice("an-invoice"))


async def test_a_busy_qpay_is_unavailable_without_a_retry(simulator: SimulatorProcess, merchant: Merchant) -> None:
    requested = order()

    async def use(gateway: QPayGateway) -> str:
        reference = (await gateway.create_invoice(order())).reference
        merchant.set_switches(busy=3)
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(requested)
        with pytest.raises(GatewayUnavailable):
            await gateway.report(reference, "MNT")
        with pytest.raises(GatewayUnavailable):
            await gateway.cancel_invoice(reference)
        return reference

    reference = await with_gateway(simulator.url, use)
    assert merchant.client.get("/simulator/switches").json()["busy"] == 0
    assert invoices_of(merchant.client, requested) == []
    assert Merchant(merchant.client).pay("paid", reference)


async def test_a_stalled_qpay_is_unavailable_after_the_deadline_and_may_have_created_the_invoice(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    requested = order()

    tokens = InProcessTokenStore()
    async with gateway_at(simulator.url, token_store=tokens) as gateway:
        await gateway.create_invoice(order())  # logs in, so that the next gateway need not
    merchant.set_switches(stallSeconds=3600)
    async with gateway_at(simulator.url, token_store=tokens, timeout_seconds=1.0) as gateway:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(GatewayUnavailable):
                await gateway.create_invoice(requested)
    until(lambda: bool(invoices_of(merchant.client, requested)))
    assert len(invoices_of(merchant.client, requested)) == 1


async def test_a_response_that_never_completes_is_unavailable_after_the_deadline() -> None:
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"
    stop = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(endless)
        await stop.wait()

    async with serve_tcp(drip) as url, gateway_at(url, timeout_seconds=0.3) as gateway:
        with pytest.raises(GatewayUnavailable):
            await gateway.report("an-invoice", "MNT")


async def test_checks_and_cancellations_are_retried_once_after_a_broken_connection(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    proxy = CountingProxy(simulator.port)
    async with proxy.open() as url, gateway_at(url) as gateway:
        invoice = await gateway.create_invoice(order())
        Merchant(client).pay("underpaid", invoice.reference)
        proxy.breaks_left = 1
        report = await gateway.report(invoice.reference, "MNT")
        proxy.breaks_left = 1
        await gateway.cancel_invoice(invoice.reference)
        assert proxy.count("POST /v2/payment/check ") == 2
        proxy.breaks_left = 2
        with pytest.raises(GatewayUnavailable):
            await gateway.report(invoice.reference, "MNT")
        assert report.received == Money.of(10_000, "MNT")


async def test_creating_an_invoice_is_not_retried_after_a_broken_connection(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    proxy = CountingProxy(simulator.port)
    async with proxy.open() as url, gateway_at(url) as gateway:
        await gateway.create_invoice(order())
        proxy.breaks_left = 1
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(order())
    assert proxy.count("POST /v2/invoice ") == 2


async def test_a_callers_timeout_is_not_reported_as_gateway_unavailable(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    merchant.set_switches(stallSeconds=3600)

    async with gateway_at(simulator.url) as gateway:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await gateway.report("an-invoice", "MNT")


@pytest.mark.parametrize(
    "response",
    [
        document({"error": f"no {CALLBACK_SECRET}", "message": f"{CALLBACK_SECRET} {TOKEN}"}, status="400 Bad Request"),
        document({"error": {"callback_url": {"message": CALLBACK_SECRET}}}, status="400 Bad Request"),
        document({**VALID_INVOICE, "invoice_id": f"../{CALLBACK_SECRET}/{TOKEN}"}),
        http(f"{CALLBACK_SECRET} {TOKEN}"),
        b"",
    ],
)
async def test_neither_log_nor_error_contains_a_secret(response: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(GatewayUnavailable) as refused:
        await create_invoice_with(response)
    output = caplog.text + "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert "QPay: no usable response to create invoice" in caplog.text
    basic = base64.b64encode(f"SIMULATOR:{PASSWORD}".encode()).decode()
    for secret in (CALLBACK_SECRET, TOKEN, basic):
        assert secret not in output


async def test_using_a_gateway_before_open_raises_runtime_error() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        await gateway_at("http://127.0.0.1:9").report("an-invoice", "MNT")


async def test_a_gateway_can_be_reopened(simulator: SimulatorProcess, client: httpx.Client) -> None:
    gateway = gateway_at(simulator.url)
    references = []
    for _ in range(2):
        async with gateway:
            references.append((await gateway.create_invoice(order())).reference)
    await gateway.close()
    assert len(set(references)) == 2
