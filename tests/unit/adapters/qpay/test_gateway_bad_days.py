import asyncio
import base64
import logging
import time
import traceback

import httpx
import pytest
from tests.unit.adapters.qpay.gateway_scenes import (
    CALLBACK_SECRET,
    PASSWORD,
    Line,
    gateway_at,
    invoices_of,
    listening,
    order,
    with_gateway,
)
from tests.unit.adapters.qpay.merchant import Merchant
from tests.unit.adapters.qpay.scripted_qpay import TOKEN, document, http, scripted_qpay
from tests.unit.adapters.qpay.simulator_process import SimulatorProcess, free_port

from adapters.qpay.gateway import QPayGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.shared.money import Money

GOOD = {"invoice_id": "an-invoice", "qr_text": "00020101", "qr_image": "", "qPay_shortUrl": "https://s.qpay.mn/x"}
TEN_MEGABYTES = 10 * 1024 * 1024
GARBAGE = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "an answer that breaks off": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a redirect": http(status="302 Found", headers="location: /v2/elsewhere\r\n"),
    "a permanent redirect": http(status="308 Permanent Redirect", headers="location: http://127.0.0.1:9/\r\n"),
    "ten megabytes": http(b" " * TEN_MEGABYTES),
    "ten megabytes of one header": b"HTTP/1.1 200 OK\r\nx: " + b"x" * TEN_MEGABYTES,
    "ten megabytes in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"10000\r\n%b\r\n" % (b" " * 65_536) * 160,
    "a page": http("<html><title>502</title></html>", status="502 Bad Gateway"),
    "a page that succeeds": http("<html>Sign in to the Wi-Fi</html>"),
    "no content": http(status="204 No Content"),
    "an empty body": http(),
    "an array": http("[]"),
    "a deep well": http('{"x":' * 100_000),
    "no UTF-8": http(b'{"invoice_id": "\xff"}'),
    "a false encoding": http("x", headers="content-encoding: gzip\r\n"),
    "a bomb": http("x", headers="content-encoding: gzip, gzip, gzip\r\n"),
    "busy": document({"error": "SYSTEM_BUSY"}, status="500 Internal Server Error"),
    "an error that succeeds": document({"error": "SYSTEM_BUSY", "message": "System is busy!"}),
    "wrong fields": document({"error": {"amount": {"type": "?"}}}, status="400 Bad Request"),
    "no id": document({**GOOD, "invoice_id": None}),
    "an id that is a path": document({**GOOD, "invoice_id": "../payment"}),
    "no text for a code": document({**GOOD, "qr_text": ""}),
    "a text that fits no code": document({**GOOD, "qr_text": "x" * 5000}),
    "a text that cannot be printed": document({**GOOD, "qr_text": "a\x00b"}),
}


async def asked_of(answer: bytes) -> Invoice:
    async with scripted_qpay(lambda _: answer) as (url, calls), gateway_at(url) as gateway:
        try:
            return await gateway.create_invoice(order())
        finally:
            assert len(calls) == 2, "an invoice is asked for once"


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_unavailable_and_the_invoice_is_not_asked_for_again(answer: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        asyncio.run(asked_of(answer))


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_unavailable_for_a_check_too(answer: bytes) -> None:
    async def play() -> None:
        async with scripted_qpay(lambda _: answer) as (url, _), gateway_at(url) as gateway:
            await gateway.report("an-invoice", "MNT")

    with pytest.raises(GatewayUnavailable):
        asyncio.run(play())


def test_what_can_be_done_without_is_done_without() -> None:
    scripts = [{"name": "A", "link": link} for link in ("javascript:alert(1)", "JavaScript://%0aalert(1)", " data://x")]
    urls = [*scripts, {"name": "a\x00b", "link": "bank://q"}, {"link": "bank://q", "more": 1}, {"name": None}, {}]
    bare = {"invoice_id": "an-invoice", "qr_text": "00020101", "qr_image": None, "urls": urls}
    invoice = asyncio.run(asked_of(document(bare)))
    assert invoice.qr_image.startswith("data:image/png;base64,iVBOR")
    assert invoice.checkout_url == ""
    assert [(link.name, link.link) for link in invoice.deep_links] == [("bank", "bank://q")]


@pytest.mark.parametrize("image", ["no base64!", base64.b64encode(b"<svg/>").decode(), "data:,x", "é"])
def test_an_image_that_is_no_png_is_replaced(image: str) -> None:
    invoice = asyncio.run(asked_of(document({**GOOD, "qr_image": image})))
    assert invoice.qr_image.startswith("data:image/png;base64,iVBOR")


def test_a_page_that_is_no_web_address_is_left_out() -> None:
    invoice = asyncio.run(asked_of(document({**GOOD, "qPay_shortUrl": "javascript:alert(1)"})))
    assert invoice.checkout_url == ""


def test_a_refused_connection_is_unavailable() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(GatewayUnavailable):
        with_gateway(url, lambda gateway: gateway.create_invoice(order()))
    with pytest.raises(GatewayUnavailable):
        with_gateway(url, lambda gateway: gateway.report("an-invoice", "MNT"))
    with pytest.raises(GatewayUnavailable):
        with_gateway(url, lambda gateway: gateway.cancel_invoice("an-invoice"))


def test_a_busy_qpay_is_unavailable_and_is_asked_once(simulator: SimulatorProcess, merchant: Merchant) -> None:
    asked = order()

    async def scene(gateway: QPayGateway) -> str:
        reference = (await gateway.create_invoice(order())).reference
        merchant.set_switches(busy=3)
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(asked)
        with pytest.raises(GatewayUnavailable):
            await gateway.report(reference, "MNT")
        with pytest.raises(GatewayUnavailable):
            await gateway.cancel_invoice(reference)
        return reference

    reference = with_gateway(simulator.url, scene)
    assert merchant.client.get("/simulator/switches").json()["busy"] == 0
    assert invoices_of(merchant.client, asked) == []
    assert Merchant(merchant.client).paid_by("paid", reference)


def test_a_qpay_that_stalls_is_unavailable_in_time_and_may_have_made_the_invoice(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    asked = order()

    async def play() -> float:
        async with gateway_at(simulator.url, timeout_seconds=1.0) as gateway:
            await gateway.create_invoice(order())
            merchant.set_switches(stallSeconds=3600)
            begun = time.monotonic()
            with pytest.raises(GatewayUnavailable):
                await gateway.create_invoice(asked)
            return time.monotonic() - begun

    assert 0.9 <= asyncio.run(play()) < 10
    assert len(invoices_of(merchant.client, asked)) == 1


def test_a_response_that_never_completes_is_unavailable_after_the_deadline() -> None:
    async def play() -> None:
        endless = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"
        stop = asyncio.Event()

        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(endless)
            await stop.wait()

        async with listening(drip) as url, gateway_at(url, timeout_seconds=0.3) as gateway:
            with pytest.raises(GatewayUnavailable):
                await gateway.report("an-invoice", "MNT")

    asyncio.run(play())


def test_a_check_and_a_cancellation_survive_one_broken_connection(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    async def play() -> Money:
        line = Line(simulator.port)
        async with line.open() as url, gateway_at(url) as gateway:
            invoice = await gateway.create_invoice(order())
            Merchant(client).paid_by("underpaid", invoice.reference)
            line.to_break = 1
            report = await gateway.report(invoice.reference, "MNT")
            line.to_break = 1
            await gateway.cancel_invoice(invoice.reference)
            assert line.count("POST /v2/payment/check ") == 2
            line.to_break = 2
            with pytest.raises(GatewayUnavailable):
                await gateway.report(invoice.reference, "MNT")
            return report.received

    assert asyncio.run(play()) == Money.of(10_000, "MNT")


def test_an_invoice_is_asked_for_once_over_a_broken_connection(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    async def play() -> int:
        line = Line(simulator.port)
        async with line.open() as url, gateway_at(url) as gateway:
            await gateway.create_invoice(order())
            line.to_break = 1
            with pytest.raises(GatewayUnavailable):
                await gateway.create_invoice(order())
        return line.count("POST /v2/invoice ")

    assert asyncio.run(play()) == 2


def test_whoever_gives_up_waiting_is_not_told_that_the_gateway_is_unavailable(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    merchant.set_switches(stallSeconds=3600)

    async def play() -> None:
        async with gateway_at(simulator.url) as gateway:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await gateway.report("an-invoice", "MNT")

    asyncio.run(play())


@pytest.mark.parametrize(
    "answer",
    [
        document({"error": f"no {CALLBACK_SECRET}", "message": f"{CALLBACK_SECRET} {TOKEN}"}, status="400 Bad Request"),
        document({"error": {"callback_url": {"message": CALLBACK_SECRET}}}, status="400 Bad Request"),
        document({**GOOD, "invoice_id": f"../{CALLBACK_SECRET}/{TOKEN}"}),
        http(f"{CALLBACK_SECRET} {TOKEN}"),
        b"",
    ],
)
def test_neither_the_log_nor_the_error_tells_a_secret(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(GatewayUnavailable) as refused:
        asyncio.run(asked_of(answer))
    told = caplog.text + "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert "QPay gave no usable answer to an invoice" in caplog.text
    basic = base64.b64encode(f"SIMULATOR:{PASSWORD}".encode()).decode()
    for secret in (CALLBACK_SECRET, TOKEN, basic):
        assert secret not in told


def test_a_gateway_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        asyncio.run(gateway_at("http://127.0.0.1:9").report("an-invoice", "MNT"))


def test_a_gateway_can_be_opened_again(simulator: SimulatorProcess, client: httpx.Client) -> None:
    async def play() -> list[str]:
        gateway = gateway_at(simulator.url)
        references = []
        for _ in range(2):
            async with gateway:
                references.append((await gateway.create_invoice(order())).reference)
        await gateway.close()
        return references

    assert len(set(asyncio.run(play()))) == 2
