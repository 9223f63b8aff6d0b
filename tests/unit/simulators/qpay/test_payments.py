import datetime as dt
import uuid
from typing import Any

import pytest
from tests.unit.simulators.qpay.merchant import Merchant


def listing(merchant: Merchant, **changes: object) -> dict[str, Any]:
    now = dt.datetime.now(tz=dt.UTC)
    document = {
        "object_type": "INVOICE",
        "object_id": "SIMULATOR_INVOICE",
        "start_date": (now - dt.timedelta(hours=1)).isoformat(),
        "end_date": (now + dt.timedelta(hours=1)).isoformat(),
        "offset": {"page_number": 1, "page_limit": 100},
        **changes,
    }
    response = merchant.call("POST", "/payment/list", document)
    content: dict[str, Any] = {"status": response.status_code, **response.json()}
    return content


def test_the_check_of_an_unpaid_invoice_has_no_paid_amount(merchant: Merchant) -> None:
    assert merchant.check(merchant.invoice_id()) == {"count": 0, "rows": []}


def test_the_check_of_a_paid_invoice_lists_its_payment(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(amount=20_000)
    [payment_id] = merchant.pay("paid", invoice_id)
    check = merchant.check(invoice_id)
    assert (check["count"], check["paid_amount"]) == (1, 20_000)
    [row] = check["rows"]
    assert row["payment_id"] == payment_id
    assert row["payment_status"] == "PAID"
    assert row["payment_amount"] == "20000.00"
    assert row["payment_currency"] == "MNT"
    assert row["payment_type"] == "P2P"
    assert row["card_transactions"] == []
    assert [transaction["amount"] for transaction in row["p2p_transactions"]] == ["20000.00"]


def test_a_paid_amount_with_a_fraction_is_exact(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(amount="0.30")
    merchant.pay("underpaid", invoice_id)
    merchant.pay("underpaid", invoice_id)
    headers = {"authorization": f"Bearer {merchant.token['access_token']}"}
    document = {"object_type": "INVOICE", "object_id": invoice_id}
    response = merchant.client.post("/v2/payment/check", json=document, headers=headers)
    assert '"paid_amount":0.3,' in response.text


def test_a_p2p_payment_has_fifteen_digits_and_a_card_payment_a_uuid(merchant: Merchant) -> None:
    [p2p] = merchant.pay("paid", merchant.invoice_id())
    assert len(p2p) == 15
    assert p2p.isdigit()
    [card] = merchant.pay("paid", merchant.invoice_id(), method="CARD")
    assert str(uuid.UUID(card)) == card


def test_a_card_payment_shows_its_card_transaction(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(amount=500)
    merchant.pay("paid", invoice_id, method="CARD")
    [row] = merchant.check(invoice_id)["rows"]
    assert row["payment_type"] == "CARD"
    assert row["p2p_transactions"] == []
    assert [transaction["amount"] for transaction in row["card_transactions"]] == ["500.00"]


def test_a_check_is_paginated(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    payments = merchant.pay("paid_twice", invoice_id)
    pages = [merchant.check(invoice_id, offset={"page_number": number, "page_limit": 1}) for number in (1, 2, 3)]
    assert [page["count"] for page in pages] == [2, 2, 2]
    assert [[row["payment_id"] for row in page["rows"]] for page in pages] == [[payments[0]], [payments[1]], []]


@pytest.mark.parametrize(
    ("offset", "field"),
    [
        ({"page_number": 0, "page_limit": 10}, "page_number"),
        ({"page_number": 1, "page_limit": 0}, "page_limit"),
        ({"page_number": 1, "page_limit": 101}, "page_limit"),
        ({"page_number": "1", "page_limit": 10}, "page_number"),
        (7, "offset"),
    ],
)
def test_a_page_out_of_bounds_is_refused(merchant: Merchant, offset: object, field: str) -> None:
    document = {"object_type": "INVOICE", "object_id": merchant.invoice_id(), "offset": offset}
    response = merchant.call("POST", "/payment/check", document)
    assert response.status_code == 400
    assert list(response.json()["error"]) == [field]


def test_a_check_of_an_unknown_invoice_is_not_found(merchant: Merchant) -> None:
    response = merchant.call("POST", "/payment/check", {"object_type": "INVOICE", "object_id": "none"})
    assert (response.status_code, response.json()["error"]) == (422, "INVOICE_NOTFOUND")


def test_a_check_of_another_object_type_is_refused(merchant: Merchant) -> None:
    response = merchant.call("POST", "/payment/check", {"object_type": "THING", "object_id": "none"})
    assert (response.status_code, response.json()["error"]) == (400, "INVALID_OBJECT_TYPE")


def test_a_payment_names_its_invoice(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    [payment_id] = merchant.pay("paid", invoice_id)
    payment = merchant.call("GET", f"/payment/{payment_id}").json()
    assert (payment["payment_id"], payment["object_type"], payment["object_id"]) == (payment_id, "INVOICE", invoice_id)
    assert (payment["payment_status"], payment["transaction_type"]) == ("PAID", "P2P")
    assert payment["payment_amount"] == "20000.00"


def test_an_unknown_payment_is_not_found(merchant: Merchant) -> None:
    response = merchant.call("GET", "/payment/123456789012345")
    assert (response.status_code, response.json()["error"]) == (422, "PAYMENT_NOTFOUND")


def test_a_days_payments_are_listed_by_invoice_code(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    [payment_id] = merchant.pay("paid", invoice_id)
    listed = listing(merchant)
    last_page = {"page_number": -(-listed["count"] // 100), "page_limit": 100}
    rows = listing(merchant, offset=last_page)["rows"]
    [row] = [row for row in rows if row["payment_id"] == payment_id]
    assert (row["object_id"], row["payment_amount"], row["paid_by"]) == (invoice_id, "20000.00", "P2P")


def test_a_list_excludes_other_days(merchant: Merchant) -> None:
    merchant.pay("paid", merchant.invoice_id())
    empty = listing(merchant, start_date="2020-01-01 00:00:00", end_date="2020-01-02 00:00:00")
    assert (empty["status"], empty["count"], empty["rows"]) == (200, 0, [])


def test_a_list_of_another_merchant_or_without_dates_is_refused(merchant: Merchant) -> None:
    assert listing(merchant, object_id="OTHER")["error"] == "INVOICE_CODE_INVALID"
    assert list(listing(merchant, start_date=None)["error"]) == ["start_date"]


@pytest.mark.parametrize("verb", ["refund", "cancel"])
def test_a_card_payment_is_refunded_in_full_once(merchant: Merchant, verb: str) -> None:
    invoice_id = merchant.invoice_id(amount=700)
    [payment_id] = merchant.pay("paid", invoice_id, method="CARD")
    given_back = merchant.call("DELETE", f"/payment/{verb}/{payment_id}", {"note": "the salon was closed"})
    assert (given_back.status_code, given_back.json()) == (200, {})
    check = merchant.check(invoice_id)
    assert [(row["payment_status"], row["payment_amount"]) for row in check["rows"]] == [("REFUNDED", "700.00")]
    assert check["paid_amount"] == 0
    again = merchant.call("DELETE", f"/payment/{verb}/{payment_id}")
    assert (again.status_code, again.json()["error"]) == (400, "PAYMENT_ALREADY_CANCELED")


@pytest.mark.parametrize("verb", ["refund", "cancel"])
def test_a_p2p_payment_cannot_be_refunded(merchant: Merchant, verb: str) -> None:
    invoice_id = merchant.invoice_id()
    [payment_id] = merchant.pay("paid", invoice_id)
    response = merchant.call("DELETE", f"/payment/{verb}/{payment_id}", {"note": "please"})
    assert (response.status_code, response.json()["error"]) == (400, "PAYMENT_SETTLED")
    assert merchant.check(invoice_id)["rows"][0]["payment_status"] == "PAID"


@pytest.mark.parametrize("method", ["P2P", "CARD"])
def test_a_failed_payment_cannot_be_refunded(merchant: Merchant, method: str) -> None:
    [payment_id] = merchant.pay("failed", merchant.invoice_id(), method=method)
    response = merchant.call("DELETE", f"/payment/refund/{payment_id}")
    assert (response.status_code, response.json()["error"]) == (400, "PAYMENT_NOT_PAID")


def test_an_unknown_payment_cannot_be_refunded(merchant: Merchant) -> None:
    response = merchant.call("DELETE", "/payment/refund/none")
    assert (response.status_code, response.json()["error"]) == (422, "PAYMENT_NOTFOUND")
