import httpx
import pytest
from tests.http_answers import document, http
from tests.unit.adapters.qpay.gateway_fixtures import gateway_at, invoices_of, order, with_gateway
from tests.unit.adapters.qpay.scripted_qpay import scripted_qpay
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from adapters.qpay.gateway import QPayGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.shared.money import Money


async def cancel_scripted(response: bytes) -> list[str]:
    async with scripted_qpay(lambda _: response) as (url, calls), gateway_at(url) as gateway:
        await gateway.cancel_invoice("an-invoice")
        return [call.line for call in calls[1:]]


async def test_a_cancelled_invoice_cannot_be_paid(simulator: SimulatorProcess, client: httpx.Client) -> None:
    requested = order()

    async def use(gateway: QPayGateway) -> str:
        invoice = await gateway.create_invoice(requested)
        await gateway.cancel_invoice(invoice.reference)
        return invoice.reference

    reference = await with_gateway(simulator.url, use)
    assert [invoice["status"] for invoice in invoices_of(client, requested)] == ["CANCELED"]
    assert Merchant(client).checkout("paid", reference).status_code == 409


async def test_cancelling_twice_is_harmless(simulator: SimulatorProcess, client: httpx.Client) -> None:
    requested = order()

    async def use(gateway: QPayGateway) -> None:
        invoice = await gateway.create_invoice(requested)
        await gateway.cancel_invoice(invoice.reference)
        await gateway.cancel_invoice(invoice.reference)

    await with_gateway(simulator.url, use)
    assert [invoice["status"] for invoice in invoices_of(client, requested)] == ["CANCELED"]


async def test_cancelling_a_paid_invoice_keeps_it_paid(simulator: SimulatorProcess, client: httpx.Client) -> None:
    async def use(gateway: QPayGateway) -> Money:
        invoice = await gateway.create_invoice(order())
        Merchant(client).pay("paid", invoice.reference)
        await gateway.cancel_invoice(invoice.reference)
        return (await gateway.report(invoice.reference, "MNT")).received

    assert await with_gateway(simulator.url, use) == Money.of(20_000, "MNT")


@pytest.mark.parametrize("reference", ["none", "", ".", "../payment/cancel/1", "ключ", "x" * 300, "a\n"])
async def test_cancelling_an_unknown_invoice_is_a_no_op(
    simulator: SimulatorProcess, client: httpx.Client, reference: str
) -> None:
    await with_gateway(simulator.url, lambda gateway: gateway.cancel_invoice(reference))


@pytest.mark.parametrize(
    "response",
    [
        http(),
        http(status="204 No Content"),
        document({}),
        document({"anything": 1}),
        document({"error": "PAYMENT_SETTLED", "message": ""}, status="400 Bad Request"),
        document({"error": "INVOICE_PAID"}, status="400 Bad Request"),
    ],
)
async def test_a_cancellation_is_sent_once(response: bytes) -> None:
    assert await cancel_scripted(response) == ["DELETE /v2/invoice/an-invoice HTTP/1.1"]


@pytest.mark.parametrize(
    "response",
    [
        http("<html>Sign in to the Wi-Fi</html>"),
        http("[]"),
        http(status="404 Not Found"),
        document({"error": "PERMISSION_DENIED"}),
        document({"error": "SYSTEM_BUSY"}, status="500 Internal Server Error"),
        document({"error": {"note": {"type": "string.max"}}}, status="400 Bad Request"),
    ],
)
async def test_an_unexpected_response_to_a_cancellation_is_unavailable(response: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        await cancel_scripted(response)
