"""Whatever the Worker answers, or does not, the gateway is unavailable, and says nothing secret. No Node is needed."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from tests.http_answers import document, http
from tests.ports import free_port
from tests.tcp_server import serve_tcp
from tests.unit.adapters.qpay.gateway_fixtures import order
from tests.unit.adapters.qpay_edge.edge_fixtures import edge_gateway_at
from tests.unit.adapters.qpay_edge.worker_process import KEY

from adapters.kit.circuit_breaker import FAILURES, GuardedGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money

REFERENCE = "3f1d2c4b-0000-4000-8000-000000000001"
INVOICE: Final[dict[str, object]] = {
    "qpayInvoiceId": REFERENCE,
    "qrText": "00020101",
    "qrUrl": None,
    "checkoutUrl": None,
    "deepLinks": [],
}
BUSY = {"status": 500, "body": json.dumps({"error": "SYSTEM_BUSY"})}
GARBAGE = {
    "nothing": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a truncated response": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a redirect": http(status="302 Found", headers="location: /elsewhere\r\n"),
    "three megabytes": http(b" " * 3 * 1024 * 1024),
    "HTML with status 200": http("<html>Sign in</html>"),
    "an empty object": http("{}"),
    "an array": http("[]"),
    "deeply nested JSON": http('{"x":' * 100_000),
    "invalid UTF-8": http(b'{"qpayInvoiceId": "\xff"}'),
    "an invalid signature": document({"error": "INVALID_SIGNATURE"}, status="401 Unauthorized"),
    "QPay is unavailable": document({"error": "QPAY_UNAVAILABLE"}, status="502 Bad Gateway"),
    "a busy QPay": document(BUSY),
    "a status that is a text": document({"status": "fine", "body": "{}"}),
    "an id that is a path": document({**INVOICE, "qpayInvoiceId": "../x"}),
    "no QR text": document({**INVOICE, "qrText": ""}),
}


async def assert_unavailable(url: str, *, timeout_seconds: float = 20.0) -> None:
    async with edge_gateway_at(url, timeout_seconds=timeout_seconds) as gateway:
        for attempt in (
            gateway.create_invoice(order()),
            gateway.report(REFERENCE, "MNT"),
            gateway.cancel_invoice(REFERENCE),
        ):
            with pytest.raises(GatewayUnavailable) as refusal:
                await attempt
            assert refusal.value.gateway == "qpay-edge"


@asynccontextmanager
async def scripted_worker(response: bytes) -> AsyncIterator[tuple[str, list[str]]]:
    """Answer each call with `response`; yield the address and the heads of the calls."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        length = re.search(r"(?i)content-length: (\d+)", heads[-1])
        assert length is not None
        await reader.readexactly(int(length[1]))
        writer.write(response)
        await writer.drain()

    async with serve_tcp(serve) as url:
        yield url, heads


@pytest.mark.parametrize("response", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_of_the_worker_means_unavailable(response: bytes) -> None:
    async with scripted_worker(response) as (url, _):
        await assert_unavailable(url)


async def test_a_worker_that_is_down_means_unavailable() -> None:
    await assert_unavailable(f"http://127.0.0.1:{free_port()}")


async def test_a_worker_that_does_not_answer_means_unavailable() -> None:
    async def wait(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serve_tcp(wait) as url:
        await assert_unavailable(url, timeout_seconds=0.2)


async def test_only_requests_without_effect_are_retried() -> None:
    async with scripted_worker(b"") as (url, heads), edge_gateway_at(url) as gateway:
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(order())
        assert len(heads) == 1
        with pytest.raises(GatewayUnavailable):
            await gateway.report(REFERENCE, "MNT")
        nonces = re.findall(r"(?i)edge-nonce: (\S+)", "".join(heads[1:]))
        assert len(set(nonces)) == len(nonces) == 2


async def test_another_currency_is_refused_before_any_call() -> None:
    async with edge_gateway_at(f"http://127.0.0.1:{free_port()}") as gateway:
        with pytest.raises(InvalidValue):
            await gateway.create_invoice(order(Money.of(20, "USD")))
        with pytest.raises(GatewayUnavailable):
            await gateway.report(REFERENCE, "USD")


async def test_a_missing_qr_image_is_rendered_and_bad_links_are_dropped() -> None:
    links = [{"name": "Khan bank", "link": "khanbank://q?x=1"}, {"name": "x", "link": "javascript:x"}, {}]
    answer = document({**INVOICE, "checkoutUrl": "javascript:x", "deepLinks": links})
    async with scripted_worker(answer) as (url, _), edge_gateway_at(url) as gateway:
        invoice = await gateway.create_invoice(order())
    assert invoice.qr_image.startswith("data:image/png;base64,")
    assert invoice.checkout_url == ""
    assert [link.name for link in invoice.deep_links] == ["Khan bank"]


@pytest.mark.parametrize(
    ("status", "code", "counted"),
    [
        ("409 Conflict", "ORDER_NUMBER_USED", False),
        ("422 Unprocessable Entity", "INVALID_FIELDS", False),
        ("422 Unprocessable Entity", "REFUSED_BY_QPAY", False),
        ("401 Unauthorized", "INVALID_SIGNATURE", True),
        ("404 Not Found", "NOT_FOUND", True),
        ("502 Bad Gateway", "QPAY_UNAVAILABLE", True),
    ],
)
async def test_a_refusal_is_no_outage_but_a_wrong_key_is(status: str, code: str, *, counted: bool) -> None:
    async with scripted_worker(document({"error": code}, status=status)) as (url, _), edge_gateway_at(url) as edge:
        gateway = GuardedGateway(edge)
        for _ in range(FAILURES):
            with pytest.raises(GatewayUnavailable):
                await gateway.create_invoice(order())
    assert gateway.breaker.is_open is counted
    assert gateway.breaker.failed == (FAILURES if counted else 0)


async def test_a_signature_refused_by_the_worker_is_logged_as_a_configuration_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with scripted_worker(document({"error": "INVALID_SIGNATURE"}, status="401 Unauthorized")) as (url, _):
        await assert_unavailable(url)
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert errors
    assert all("QPAY_EDGE_KEY" in message and "clocks" in message for message in errors)


async def test_the_log_contains_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with scripted_worker(document({"error": f"no {KEY}"}, status="401 Unauthorized")) as (url, heads):
        await assert_unavailable(url)
    assert "no usable response to create invoice: the Worker: 401" in caplog.text
    assert KEY not in caplog.text + "".join(heads)
