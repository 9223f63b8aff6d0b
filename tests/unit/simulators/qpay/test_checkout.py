import uuid

import pytest
from tests.unit.simulators.qpay.merchant import Merchant

PAID, FAILED = "PAID", "FAILED"


@pytest.mark.parametrize(
    ("outcome", "rows", "status"),
    [
        ("paid", [(PAID, "20000.01")], "CLOSED"),
        ("underpaid", [(PAID, "10000.00")], "OPEN"),
        ("failed", [(FAILED, "20000.01")], "OPEN"),
        ("paid_without_callback", [(PAID, "20000.01")], "CLOSED"),
        ("paid_late_callback", [(PAID, "20000.01")], "CLOSED"),
        ("callback_twice", [(PAID, "20000.01")], "CLOSED"),
        ("paid_twice", [(PAID, "20000.01"), (PAID, "20000.01")], "CLOSED"),
    ],
)
def test_each_outcome_creates_its_payments(
    merchant: Merchant, outcome: str, rows: list[tuple[str, str]], status: str
) -> None:
    invoice_id = merchant.invoice_id(amount="20000.01")
    response = merchant.checkout(outcome, invoice_id)
    assert response.status_code == 200
    assert response.json()["invoiceStatus"] == status
    check = merchant.check(invoice_id)
    assert [(row["payment_status"], row["payment_amount"]) for row in check["rows"]] == rows
    assert [row["payment_id"] for row in check["rows"]] == response.json()["paymentIds"]
    assert merchant.status(invoice_id) == status


def test_a_failed_payment_is_listed_but_not_counted(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    merchant.pay("failed", invoice_id)
    assert merchant.check(invoice_id)["paid_amount"] == 0


def test_an_underpaid_invoice_can_still_be_paid_in_full(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(amount=100)
    merchant.pay("underpaid", invoice_id)
    merchant.pay("paid", invoice_id)
    assert merchant.check(invoice_id)["paid_amount"] == 150
    assert merchant.status(invoice_id) == "CLOSED"


def test_half_of_the_smallest_amount_is_not_payable(merchant: Merchant) -> None:
    response = merchant.checkout("underpaid", merchant.invoice_id(amount="0.01"))
    assert response.status_code == 409


def test_a_browser_is_redirected_to_the_page(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    response = merchant.client.post(f"/checkout/{invoice_id}", data={"outcome": "paid"})
    assert response.status_code == 303
    assert response.headers["location"] == f"/checkout/{invoice_id}"


@pytest.mark.parametrize("outcome", ["paid", "underpaid", "failed", "paid_twice"])
def test_a_canceled_invoice_cannot_be_paid(merchant: Merchant, outcome: str) -> None:
    invoice_id = merchant.invoice_id()
    merchant.call("DELETE", f"/invoice/{invoice_id}")
    response = merchant.client.post(f"/checkout/{invoice_id}", data={"outcome": outcome})
    assert response.status_code == 409
    assert "was canceled" in response.text
    assert merchant.check(invoice_id)["count"] == 0


@pytest.mark.parametrize("outcome", ["paid", "underpaid", "failed", "paid_twice"])
def test_a_paid_invoice_cannot_be_paid_again(merchant: Merchant, outcome: str) -> None:
    invoice_id = merchant.invoice_id()
    merchant.pay("paid", invoice_id)
    response = merchant.client.post(f"/checkout/{invoice_id}", data={"outcome": outcome})
    assert response.status_code == 409
    assert "already paid" in response.text
    assert merchant.checkout(outcome, invoice_id).json()["error"] == "INVOICE_PAID"
    assert merchant.check(invoice_id)["count"] == 1


def test_an_expired_invoice_cannot_be_paid(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(enable_expiry="true", expiry_date="2020-01-01T00:00:00.000Z")
    response = merchant.checkout("paid", invoice_id)
    assert (response.status_code, response.json()["error"]) == (409, "INVOICE_EXPIRED")


def test_an_expiry_date_is_ignored_unless_expiry_is_enabled(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(enable_expiry=False, expiry_date="2020-01-01T00:00:00.000Z")
    assert len(merchant.pay("paid", invoice_id)) == 1


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"outcome": "stolen"},
        {"outcome": "paid", "method": "CASH"},
        {"outcome": "paid_late_callback", "delaySeconds": "soon"},
        {"outcome": "paid_late_callback", "delaySeconds": "-1"},
        {"outcome": "paid_late_callback", "delaySeconds": "nan"},
    ],
)
def test_an_invalid_form_is_refused(merchant: Merchant, form: dict[str, str]) -> None:
    invoice_id = merchant.invoice_id()
    page = merchant.client.post(f"/checkout/{invoice_id}", data=form)
    assert page.status_code == 400
    assert "was not understood" in page.text
    json = merchant.client.post(f"/checkout/{invoice_id}", data=form, headers={"accept": "application/json"})
    assert (json.status_code, json.json()["error"]) == (400, "BAD_REQUEST")
    assert merchant.check(invoice_id)["count"] == 0


def test_an_unknown_invoice_has_no_page(merchant: Merchant) -> None:
    unknown = uuid.uuid4()
    assert merchant.client.get(f"/checkout/{unknown}").status_code == 404
    assert merchant.client.post(f"/checkout/{unknown}", data={"outcome": "paid"}).status_code == 404
    assert merchant.checkout("paid", str(unknown)).status_code == 404


def test_the_page_escapes_the_merchants_text(merchant: Merchant) -> None:
    hostile = "<script>alert('1')</script>\"&"
    invoice_id = merchant.invoice_id(invoice_description=hostile, sender_invoice_no="<i>\"'&")
    page = merchant.client.get(f"/checkout/{invoice_id}").text
    assert "<script" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&quot;&amp;" in page


def test_the_page_escapes_form_input(merchant: Merchant) -> None:
    page = merchant.client.post(f"/checkout/{merchant.invoice_id()}", data={"outcome": "<script>"})
    assert "<script" not in page.text


def test_the_page_loads_no_external_resource(merchant: Merchant) -> None:
    response = merchant.client.get(f"/checkout/{merchant.invoice_id()}")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert 'src="http' not in response.text
    assert "<script" not in response.text
    assert " style=" not in response.text


def test_the_page_groups_digits_of_large_amounts(merchant: Merchant) -> None:
    page = merchant.client.get(f"/checkout/{merchant.invoice_id(amount='1234567.8')}").text
    assert "1,234,567.80 MNT" in page


def test_any_amount_can_be_paid_of_an_invoice_that_is_paid(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id(amount=100)
    merchant.pay("paid", invoice_id)
    payment = {"invoiceId": invoice_id, "amount": 7_001, "callbacks": 2}
    assert merchant.client.post("/simulator/payments", json=payment).status_code == 200
    assert [row["payment_amount"] for row in merchant.check(invoice_id)["rows"]] == ["100.00", "70.01"]


@pytest.mark.parametrize(("wrong", "status"), [({"amount": 0}, 400), ({"invoiceId": "nowhere"}, 404)])
def test_a_payment_that_cannot_be_is_refused(merchant: Merchant, wrong: dict[str, object], status: int) -> None:
    payment = {"invoiceId": merchant.invoice_id(), "amount": 100, **wrong}
    assert merchant.client.post("/simulator/payments", json=payment).status_code == status
