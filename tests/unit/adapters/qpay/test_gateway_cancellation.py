import asyncio

import httpx
import pytest
from tests.unit.adapters.qpay.gateway_scenes import gateway_at, invoices_of, order, with_gateway
from tests.unit.adapters.qpay.merchant import Merchant
from tests.unit.adapters.qpay.scripted_qpay import document, http, scripted_qpay
from tests.unit.adapters.qpay.simulator_process import SimulatorProcess

from adapters.qpay.gateway import QPayGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.shared.money import Money


def cancel_scripted(answer: bytes) -> list[str]:
    async def play() -> list[str]:
        async with scripted_qpay(lambda _: answer) as (url, calls), gateway_at(url) as gateway:
            await gateway.cancel_invoice("an-invoice")
            return [call.line for call in calls[1:]]

    return asyncio.run(play())


def test_a_cancelled_invoice_cannot_be_paid(simulator: SimulatorProcess, client: httpx.Client) -> None:
    asked = order()

    async def scene(gateway: QPayGateway) -> str:
        invoice = await gateway.create_invoice(asked)
        await gateway.cancel_invoice(invoice.reference)
        return invoice.reference

    reference = with_gateway(simulator.url, scene)
    assert [invoice["status"] for invoice in invoices_of(client, asked)] == ["CANCELED"]
    assert Merchant(client).customer_does("paid", reference).status_code == 409


def test_an_invoice_that_is_cancelled_already_stays_so(simulator: SimulatorProcess, client: httpx.Client) -> None:
    asked = order()

    async def scene(gateway: QPayGateway) -> None:
        invoice = await gateway.create_invoice(asked)
        await gateway.cancel_invoice(invoice.reference)
        await gateway.cancel_invoice(invoice.reference)

    with_gateway(simulator.url, scene)
    assert [invoice["status"] for invoice in invoices_of(client, asked)] == ["CANCELED"]


def test_an_invoice_that_is_paid_already_stays_paid(simulator: SimulatorProcess, client: httpx.Client) -> None:
    async def scene(gateway: QPayGateway) -> Money:
        invoice = await gateway.create_invoice(order())
        Merchant(client).paid_by("paid", invoice.reference)
        await gateway.cancel_invoice(invoice.reference)
        return (await gateway.report(invoice.reference, "MNT")).received

    assert with_gateway(simulator.url, scene) == Money.of(20_000, "MNT")


@pytest.mark.parametrize("reference", ["none", "", ".", "../payment/cancel/1", "ключ", "x" * 300, "a\n"])
def test_an_unknown_invoice_is_left_as_it_is(simulator: SimulatorProcess, client: httpx.Client, reference: str) -> None:
    with_gateway(simulator.url, lambda gateway: gateway.cancel_invoice(reference))


@pytest.mark.parametrize(
    "answer",
    [
        http(),
        http(status="204 No Content"),
        document({}),
        document({"anything": 1}),
        document({"error": "PAYMENT_SETTLED", "message": ""}, status="400 Bad Request"),
        document({"error": "INVOICE_PAID"}, status="400 Bad Request"),
    ],
)
def test_a_cancellation_is_asked_for_once_where_it_is_answered(answer: bytes) -> None:
    assert cancel_scripted(answer) == ["DELETE /v2/invoice/an-invoice HTTP/1.1"]


@pytest.mark.parametrize(
    "answer",
    [
        http("<html>Sign in to the Wi-Fi</html>"),
        http("[]"),
        http(status="404 Not Found"),
        document({"error": "PERMISSION_DENIED"}),
        document({"error": "SYSTEM_BUSY"}, status="500 Internal Server Error"),
        document({"error": {"note": {"type": "string.max"}}}, status="400 Bad Request"),
    ],
)
def test_another_answer_to_a_cancellation_is_unusable(answer: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        cancel_scripted(answer)
