"""Runs the independent PyPI package `qpay-client` against the simulator."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from qpay_client.v2 import QPayClient, QPayError, QPaySettings
from qpay_client.v2.enums import InvoiceStatus, ObjectType, PaymentStatus, TransactionType
from qpay_client.v2.schemas import (
    InvoiceCreateSimpleRequest,
    Offset,
    PaymentCheckRequest,
    PaymentCheckResponse,
    PaymentListRequest,
    PaymentRefundRequest,
)
from tests.unit.simulators.qpay.merchant import Merchant, unique_number
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess


@pytest.fixture
def qpay(simulator: SimulatorProcess, client: httpx.Client) -> Iterator[QPayClient]:
    settings = QPaySettings(
        username="SIMULATOR",
        password="simulator",
        invoice_code="SIMULATOR_INVOICE",
        base_url=f"{simulator.url}/v2",
        client_retries=0,
        payment_check_retries=0,
    )
    with QPayClient(settings) as qpay:
        yield qpay


def create(qpay: QPayClient) -> str:
    return qpay.invoice_create(
        InvoiceCreateSimpleRequest(
            sender_invoice_no=unique_number(),
            invoice_receiver_code="terminal",
            invoice_description="A haircut",
            amount=Decimal("1500.50"),
            callback_url="http://127.0.0.1:9/callback",
        )
    ).invoice_id


def check(qpay: QPayClient, invoice_id: str) -> PaymentCheckResponse:
    return qpay.payment_check(
        PaymentCheckRequest(
            object_type=ObjectType.invoice, object_id=invoice_id, offset=Offset(page_number=1, page_limit=100)
        )
    )


def test_the_client_takes_an_invoice_from_open_to_paid(qpay: QPayClient, client: httpx.Client) -> None:
    invoice_id = create(qpay)
    invoice = qpay.invoice_get(invoice_id)
    assert (invoice.invoice_status, invoice.total_amount) == (InvoiceStatus.open, Decimal("1500.50"))
    assert check(qpay, invoice_id).count == 0
    [payment_id] = Merchant(client).pay("paid_without_callback", invoice_id)
    paid = check(qpay, invoice_id)
    assert (paid.count, paid.paid_amount) == (1, Decimal("1500.50"))
    assert paid.rows[0].payment_status is PaymentStatus.paid
    assert qpay.invoice_get(invoice_id).invoice_status is InvoiceStatus.closed
    payment = qpay.payment_get(payment_id)
    assert (payment.object_id, payment.transaction_type) == (invoice_id, TransactionType.p2p)


def test_the_client_lists_the_payments_of_a_day(qpay: QPayClient, client: httpx.Client) -> None:
    started = dt.datetime.now(tz=dt.UTC)
    [payment_id] = Merchant(client).pay("paid_without_callback", create(qpay))
    request = PaymentListRequest(
        object_type=ObjectType.invoice,
        object_id="SIMULATOR_INVOICE",
        start_date=started,
        end_date=started + dt.timedelta(minutes=5),
        offset=Offset(page_number=1, page_limit=100),
    )
    assert [row.payment_id for row in qpay.payment_list(request).rows] == [payment_id]


def test_the_client_cancels_an_invoice_and_refunds_a_card(qpay: QPayClient, client: httpx.Client) -> None:
    assert qpay.invoice_cancel(create(qpay)) == 200
    [payment_id] = Merchant(client).pay("paid_without_callback", create(qpay), method="CARD")
    assert qpay.payment_refund(payment_id, PaymentRefundRequest(note="closed")) == 200


def test_the_client_reads_error_responses(qpay: QPayClient, client: httpx.Client) -> None:
    [payment_id] = Merchant(client).pay("paid_without_callback", create(qpay))
    with pytest.raises(QPayError) as settled:
        qpay.payment_refund(payment_id, PaymentRefundRequest(note="closed"))
    assert (settled.value.status_code, settled.value.error_key) == (400, "PAYMENT_SETTLED")
    with pytest.raises(QPayError) as unknown:
        qpay.invoice_get("none")
    assert (unknown.value.status_code, unknown.value.error_key) == (422, "INVOICE_NOTFOUND")


def test_the_client_logs_in_again_after_its_token_was_revoked(qpay: QPayClient, client: httpx.Client) -> None:
    Merchant(client).set_switches(revokeToken=True)
    assert check(qpay, create(qpay)).count == 0
