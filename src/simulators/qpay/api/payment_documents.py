"""The three representations of a payment: row of a check, single payment, row of a list."""

from simulators.qpay import money, timestamps
from simulators.qpay.api.responses import CURRENCY
from simulators.qpay.state.invoices import Invoice
from simulators.qpay.state.payments import Method, Payment, PaymentStatus

KHAN_BANK = "050000"
WALLET = "Khan bank"
NO_FEE = "0.00"


def check_row(payment: Payment) -> dict[str, object]:
    """A row of `POST /payment/check`."""
    return {
        "payment_id": payment.payment_id,
        "payment_status": payment.status,
        "payment_amount": money.as_text(payment.amount),
        "trx_fee": NO_FEE,
        "payment_currency": CURRENCY,
        "payment_wallet": WALLET,
        "payment_type": payment.method,
        "next_payment_date": None,
        "next_payment_datetime": None,
        **_transactions(payment),
    }


def payment_document(payment: Payment) -> dict[str, object]:
    """The response of `GET /payment/{id}`; `object_id` is the invoice id."""
    return {
        "payment_id": payment.payment_id,
        "payment_status": payment.status,
        "payment_amount": money.as_text(payment.amount),
        "payment_fee": NO_FEE,
        "payment_currency": CURRENCY,
        "payment_date": timestamps.as_iso(payment.created_at),
        "payment_wallet": WALLET,
        "transaction_type": payment.method,
        "object_type": "INVOICE",
        "object_id": payment.invoice_id,
        "next_payment_date": None,
        "next_payment_datetime": None,
        **_transactions(payment),
    }


def list_row(payment: Payment, invoice: Invoice) -> dict[str, object]:
    """A row of `POST /payment/list`."""
    return {
        "payment_id": payment.payment_id,
        "payment_date": timestamps.as_iso(payment.created_at),
        "payment_status": payment.status,
        "payment_fee": NO_FEE,
        "payment_amount": money.as_text(payment.amount),
        "payment_currency": CURRENCY,
        "payment_wallet": WALLET,
        "payment_name": invoice.sender_invoice_no,
        "payment_description": invoice.description,
        "paid_by": payment.method,
        "object_type": "INVOICE",
        "object_id": payment.invoice_id,
    }


def _transactions(payment: Payment) -> dict[str, object]:
    if payment.status is PaymentStatus.FAILED:
        return {"card_transactions": [], "p2p_transactions": []}
    amount = money.as_text(payment.amount)
    if payment.method is Method.CARD:
        at = timestamps.as_iso(payment.created_at)
        card = {
            "card_type": "VISA",
            "is_cross_border": False,
            "amount": amount,
            "currency": CURRENCY,
            "date": at,
            "status": "SUCCESS",
            "settlement_status": "PENDING",
            "settlement_status_date": at,
        }
        return {"card_transactions": [card], "p2p_transactions": []}
    transfer = {
        "transaction_bank_code": KHAN_BANK,
        "account_bank_code": KHAN_BANK,
        "account_bank_name": "Khan bank",
        "account_number": "50*******",
        "status": "SUCCESS",
        "amount": amount,
        "currency": CURRENCY,
        "settlement_status": "SETTLED",
    }
    return {"card_transactions": [], "p2p_transactions": [transfer]}
