import base64
import uuid
from typing import Any

import pytest
from tests.unit.simulators.qpay.merchant import Merchant, unique_number


def test_creating_an_invoice_returns_id_qr_links_and_checkout_url(merchant: Merchant) -> None:
    invoice = merchant.invoice()
    assert set(invoice) == {"invoice_id", "qr_text", "qr_image", "qPay_shortUrl", "urls"}
    assert str(uuid.UUID(invoice["invoice_id"])) == invoice["invoice_id"]
    assert invoice["qPay_shortUrl"] == f"{str(merchant.client.base_url).rstrip('/')}/checkout/{invoice['invoice_id']}"


def test_the_image_is_a_png_in_bare_base64(merchant: Merchant) -> None:
    image = base64.b64decode(merchant.invoice()["qr_image"], validate=True)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")


def test_every_bank_link_carries_the_qr_text(merchant: Merchant) -> None:
    invoice = merchant.invoice()
    assert len(invoice["urls"]) >= 5
    for url in invoice["urls"]:
        assert set(url) == {"name", "description", "logo", "link"}
        scheme, _, rest = url["link"].partition("://")
        assert scheme.replace("-", "").isalnum()
        assert rest == f"q?qPay_QRcode={invoice['qr_text'].replace(' ', '%20')}"
    assert len({url["link"] for url in invoice["urls"]}) == len(invoice["urls"])


def test_a_new_invoice_is_open_and_mixes_string_and_numeric_amounts(merchant: Merchant) -> None:
    request = merchant.request(amount=15_000, callback_url="http://localhost:8000/cb?a=1", note="window seat")
    invoice_id = merchant.call("POST", "/invoice", request).json()["invoice_id"]
    invoice = merchant.call("GET", f"/invoice/{invoice_id}").json()
    assert invoice["invoice_id"] == invoice_id
    assert invoice["invoice_status"] == "OPEN"
    assert invoice["sender_invoice_no"] == request["sender_invoice_no"]
    assert invoice["callback_url"] == "http://localhost:8000/cb?a=1"
    assert invoice["note"] == "window seat"
    assert invoice["total_amount"] == "15000.00"
    assert invoice["gross_amount"] == 15_000
    assert invoice["minimum_amount"] == "0.00"
    assert invoice["tax_amount"] == 0
    assert [proxy["line_unit_price"] for proxy in invoice["lines"]] == ["15000.00"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(100, "100.00"), ("100", "100.00"), ("100.5", "100.50"), (0.01, "0.01"), (4.35, "4.35"), ("9999999999.99",) * 2],
)
def test_an_amount_may_be_a_number_or_a_string_and_is_kept_exactly(merchant: Merchant, sent: Any, stored: str) -> None:
    invoice_id = merchant.invoice_id(amount=sent)
    assert merchant.call("GET", f"/invoice/{invoice_id}").json()["total_amount"] == stored


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (0, "INVALID_AMOUNT"),
        (-5, "INVALID_AMOUNT"),
        ("0.00", "INVALID_AMOUNT"),
        (0.001, "INVALID_AMOUNT"),
        ("100.005", "INVALID_AMOUNT"),
        (1e-300, "INVALID_AMOUNT"),
        (10_000_000_000, "MAX_AMOUNT_ERR"),
        (1e300, "MAX_AMOUNT_ERR"),
    ],
)
def test_an_invalid_amount_is_refused(merchant: Merchant, sent: Any, code: str) -> None:
    response = merchant.call("POST", "/invoice", merchant.request(amount=sent))
    assert (response.status_code, response.json()["error"]) == (400, code)


def test_a_missing_amount_is_the_sum_of_the_lines(merchant: Merchant) -> None:
    lines = [
        {"line_description": "Cut", "line_quantity": "2.00", "line_unit_price": "10000.50"},
        {"line_description": "Wash", "line_quantity": 1, "line_unit_price": 0.1},
    ]
    invoice_id = merchant.invoice_id(amount=None, lines=lines)
    invoice = merchant.call("GET", f"/invoice/{invoice_id}").json()
    assert invoice["total_amount"] == "20001.10"
    assert [proxy["line_description"] for proxy in invoice["lines"]] == ["Cut", "Wash"]


@pytest.mark.parametrize(
    "field", ["invoice_code", "sender_invoice_no", "invoice_receiver_code", "invoice_description", "amount"]
)
def test_a_missing_field_is_reported_under_both_keys(merchant: Merchant, field: str) -> None:
    request = merchant.request()
    del request[field]
    response = merchant.call("POST", "/invoice", request)
    assert response.status_code == 400
    response = response.json()
    assert response["error"] == response["message"]
    assert response["error"] == {field: {"type": "any.required", "message": f'"{field}" is required'}}


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("sender_invoice_no", "x" * 46, "string.max"),
        ("sender_invoice_no", "", "string.empty"),
        ("sender_invoice_no", 7, "string.base"),
        ("invoice_description", "x" * 256, "string.max"),
        ("invoice_receiver_code", "x" * 46, "string.max"),
        ("sender_branch_code", "x" * 46, "string.max"),
        ("callback_url", "http://localhost/" + "x" * 255, "string.max"),
        ("callback_url", "javascript:alert(1)", "string.uri"),
        ("callback_url", "http://[", "string.uri"),
        ("amount", "twenty", "number.base"),
        ("amount", True, "number.base"),
        ("amount", [], "number.base"),
        ("enable_expiry", "perhaps", "boolean.base"),
        ("expiry_date", "tomorrow", "date.base"),
        ("expiry_date", 7, "date.base"),
        ("lines", "none", "array.base"),
    ],
)
def test_an_invalid_field_is_reported_with_its_type(merchant: Merchant, field: str, value: Any, kind: str) -> None:
    response = merchant.call("POST", "/invoice", merchant.request(**{field: value}))
    assert response.status_code == 400
    assert response.json()["error"][field]["type"] == kind


@pytest.mark.parametrize("body", [b"[]", b"{", b'"text"', b"\xff"])
def test_a_body_that_is_not_an_object_is_refused(merchant: Merchant, body: bytes) -> None:
    headers = {"authorization": f"Bearer {merchant.token['access_token']}"}
    response = merchant.client.post("/v2/invoice", content=body, headers=headers)
    assert (response.status_code, response.json()["error"]) == (400, "BAD_REQUEST")


def test_an_unknown_invoice_code_is_refused(merchant: Merchant) -> None:
    response = merchant.call("POST", "/invoice", merchant.request(invoice_code="OTHER"))
    assert (response.status_code, response.json()["error"]) == (400, "INVOICE_CODE_INVALID")


def test_the_same_sender_invoice_no_makes_two_payable_invoices(merchant: Merchant) -> None:
    number = unique_number()
    first, second = merchant.invoice_id(sender_invoice_no=number), merchant.invoice_id(sender_invoice_no=number)
    assert first != second
    merchant.pay("paid", first)
    merchant.pay("paid", second)
    found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": number}).json()
    assert [(row["invoiceId"], row["status"]) for row in found["invoices"]] == [(first, "CLOSED"), (second, "CLOSED")]


def test_an_open_invoice_is_canceled_once(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    canceled = merchant.call("DELETE", f"/invoice/{invoice_id}")
    assert (canceled.status_code, canceled.json()) == (200, {})
    assert merchant.status(invoice_id) == "CANCELED"
    again = merchant.call("DELETE", f"/invoice/{invoice_id}")
    assert (again.status_code, again.json()["error"]) == (400, "INVOICE_ALREADY_CANCELED")


def test_a_paid_invoice_cannot_be_canceled(merchant: Merchant) -> None:
    invoice_id = merchant.invoice_id()
    merchant.pay("paid", invoice_id)
    response = merchant.call("DELETE", f"/invoice/{invoice_id}")
    assert (response.status_code, response.json()["error"]) == (400, "INVOICE_PAID")
    assert merchant.status(invoice_id) == "CLOSED"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_invoice_is_not_found(merchant: Merchant, method: str) -> None:
    response = merchant.call(method, f"/invoice/{uuid.uuid4()}")
    assert (response.status_code, response.json()["error"]) == (422, "INVOICE_NOTFOUND")
