import base64
from datetime import UTC, datetime

import httpx
import pytest
from tests.ports import free_port
from tests.unit.adapters.qpay.gateway_fixtures import callback_url, gateway_at, invoices_of, order, with_gateway
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money

PNG = b"\x89PNG\r\n\x1a\n"


async def create(simulator: SimulatorProcess, requested: InvoiceOrder) -> Invoice:
    return await with_gateway(simulator.url, lambda gateway: gateway.create_invoice(requested))


def image_bytes(invoice: Invoice) -> bytes:
    kind, _, data = invoice.qr_image.partition(",")
    assert kind == "data:image/png;base64"
    return base64.b64decode(data, validate=True)


def test_the_gateways_name_is_qpay() -> None:
    assert gateway_at("http://127.0.0.1:9").name == "qpay"


async def test_an_invoice_is_created_with_the_order_number_and_callback_url(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    requested = order()
    invoice = await create(simulator, requested)
    [stored] = invoices_of(client, requested)
    assert stored["invoiceId"] == invoice.reference
    assert stored["status"] == "OPEN"
    assert stored["amount"] == "20000.00"
    assert stored["callbackUrl"] == callback_url(requested.payment_id)


async def test_an_invoice_has_qr_code_deep_links_and_checkout_url(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    invoice = await create(simulator, order())
    assert image_bytes(invoice).startswith(PNG)
    assert invoice.checkout_url == f"{simulator.url}/checkout/{invoice.reference}"
    assert len(invoice.deep_links) >= 5
    for link in invoice.deep_links:
        assert link.name
        assert link.link.endswith(f"://q?qPay_QRcode={invoice.qr_text.replace(' ', '%20')}") or "://q?" in link.link


async def test_an_invoice_allows_no_partial_or_excess_payment_and_no_expiry(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    invoice = await create(simulator, order())
    merchant.log_in()
    stored = merchant.call("GET", f"/invoice/{invoice.reference}").json()
    assert (stored["allow_partial"], stored["allow_exceed"], stored["enable_expiry"]) == (False, False, False)


async def test_an_invoice_can_be_paid_after_payable_until(simulator: SimulatorProcess, client: httpx.Client) -> None:
    invoice = await create(simulator, order(payable_until=datetime(2020, 1, 1, tzinfo=UTC)))
    assert Merchant(client).pay("paid", invoice.reference)


@pytest.mark.parametrize(
    ("mongo", "stored"),
    [(1, "0.01"), (30, "0.30"), (435, "4.35"), (2_000_050, "20000.50"), (999_999_999_999, "9999999999.99")],
)
async def test_amounts_are_exact_to_the_mongo(
    simulator: SimulatorProcess, client: httpx.Client, mongo: int, stored: str
) -> None:
    requested = order(Money(amount=mongo, currency="MNT"))
    await create(simulator, requested)
    assert [invoice["amount"] for invoice in invoices_of(client, requested)] == [stored]


@pytest.mark.parametrize("description", ["x" * 256, "Үс засалт " * 100, "🐉" * 255, "a\ud800", ""])
async def test_a_long_description_is_truncated(
    simulator: SimulatorProcess, client: httpx.Client, description: str
) -> None:
    requested = order(description=description)
    await create(simulator, requested)
    assert len(invoices_of(client, requested)) == 1


async def test_another_currency_is_refused_before_any_request() -> None:
    with pytest.raises(InvalidValue, match="QPay takes MNT, not USD"):
        await with_gateway(
            f"http://127.0.0.1:{free_port()}", lambda gateway: gateway.create_invoice(order(Money.of(10, "USD")))
        )


async def test_a_missing_qr_image_is_rendered_locally(simulator: SimulatorProcess, merchant: Merchant) -> None:
    merchant.set_switches(emptyQrImage=True)
    assert image_bytes(await create(simulator, order())).startswith(PNG)


async def test_deep_links_are_read_from_their_alternative_field(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    merchant.set_switches(deeplinkField="qPay_deeplink")
    assert len((await create(simulator, order())).deep_links) >= 5


async def test_a_rejected_duplicate_number_is_unavailable(simulator: SimulatorProcess, merchant: Merchant) -> None:
    merchant.set_switches(duplicateInvoices="refuse")
    requested = order()
    await create(simulator, requested)
    with pytest.raises(GatewayUnavailable):
        await create(simulator, requested)
    assert len(invoices_of(merchant.client, requested)) == 1


async def test_a_rejected_invoice_raises_gateway_unavailable_with_the_gateways_name(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    with pytest.raises(GatewayUnavailable) as refusal:
        await create(simulator, order(Money.zero("MNT")))
    assert refusal.value.gateway == "qpay"
