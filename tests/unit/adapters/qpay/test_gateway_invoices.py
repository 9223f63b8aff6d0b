import base64
from datetime import UTC, datetime

import httpx
import pytest
from tests.unit.adapters.qpay.gateway_scenes import callback_url, gateway_at, invoices_of, order, with_gateway
from tests.unit.adapters.qpay.merchant import Merchant
from tests.unit.adapters.qpay.simulator_process import SimulatorProcess, free_port

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money

PNG = b"\x89PNG\r\n\x1a\n"


def create(simulator: SimulatorProcess, asked: InvoiceOrder) -> Invoice:
    return with_gateway(simulator.url, lambda gateway: gateway.create_invoice(asked))


def picture_of(invoice: Invoice) -> bytes:
    kind, _, data = invoice.qr_image.partition(",")
    assert kind == "data:image/png;base64"
    return base64.b64decode(data, validate=True)


def test_its_name_is_qpay() -> None:
    assert gateway_at("http://127.0.0.1:9").name == "qpay"


def test_an_invoice_is_asked_for_under_our_number_with_our_callback(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    asked = order()
    invoice = create(simulator, asked)
    [kept] = invoices_of(client, asked)
    assert kept["invoiceId"] == invoice.reference
    assert kept["status"] == "OPEN"
    assert kept["amount"] == "20000.00"
    assert kept["callbackUrl"] == callback_url(asked.payment_id)


def test_an_invoice_has_a_code_links_and_a_page(simulator: SimulatorProcess, client: httpx.Client) -> None:
    invoice = create(simulator, order())
    assert picture_of(invoice).startswith(PNG)
    assert invoice.checkout_url == f"{simulator.url}/checkout/{invoice.reference}"
    assert len(invoice.deep_links) >= 5
    for link in invoice.deep_links:
        assert link.name
        assert link.link.endswith(f"://q?qPay_QRcode={invoice.qr_text.replace(' ', '%20')}") or "://q?" in link.link


def test_an_invoice_takes_neither_less_nor_more_and_does_not_expire(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    invoice = create(simulator, order())
    merchant.log_in()
    kept = merchant.call("GET", f"/invoice/{invoice.reference}").json()
    assert (kept["allow_partial"], kept["allow_exceed"], kept["enable_expiry"]) == (False, False, False)


def test_an_invoice_can_still_be_paid_after_our_window(simulator: SimulatorProcess, client: httpx.Client) -> None:
    invoice = create(simulator, order(payable_until=datetime(2020, 1, 1, tzinfo=UTC)))
    assert Merchant(client).paid_by("paid", invoice.reference)


@pytest.mark.parametrize(
    ("mongo", "kept"),
    [(1, "0.01"), (30, "0.30"), (435, "4.35"), (2_000_050, "20000.50"), (999_999_999_999, "9999999999.99")],
)
def test_an_amount_arrives_to_the_mongo(
    simulator: SimulatorProcess, client: httpx.Client, mongo: int, kept: str
) -> None:
    asked = order(Money(amount=mongo, currency="MNT"))
    create(simulator, asked)
    assert [invoice["amount"] for invoice in invoices_of(client, asked)] == [kept]


@pytest.mark.parametrize("description", ["x" * 256, "Үс засалт " * 100, "🐉" * 255, "a\ud800", ""])
def test_a_description_is_made_to_fit(simulator: SimulatorProcess, client: httpx.Client, description: str) -> None:
    asked = order(description=description)
    create(simulator, asked)
    assert len(invoices_of(client, asked)) == 1


def test_an_amount_in_another_currency_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InvalidValue, match="QPay takes MNT, not USD"):
        with_gateway(
            f"http://127.0.0.1:{free_port()}", lambda gateway: gateway.create_invoice(order(Money.of(10, "USD")))
        )


def test_a_code_is_drawn_where_qpay_gives_none(simulator: SimulatorProcess, merchant: Merchant) -> None:
    merchant.set_switches(emptyQrImage=True)
    assert picture_of(create(simulator, order())).startswith(PNG)


def test_the_links_are_found_under_their_other_name(simulator: SimulatorProcess, merchant: Merchant) -> None:
    merchant.set_switches(deeplinkField="qPay_deeplink")
    assert len(create(simulator, order()).deep_links) >= 5


def test_a_number_that_was_used_is_refused_where_qpay_refuses_it(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    merchant.set_switches(duplicateInvoices="refuse")
    asked = order()
    create(simulator, asked)
    with pytest.raises(GatewayUnavailable):
        create(simulator, asked)
    assert len(invoices_of(merchant.client, asked)) == 1


def test_a_refused_invoice_is_unavailable_and_names_the_gateway(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    with pytest.raises(GatewayUnavailable) as refusal:
        create(simulator, order(Money.zero("MNT")))
    assert refusal.value.gateway == "qpay"
