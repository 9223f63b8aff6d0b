"""Receipts over HTTP: listed for the parties, shown as a page and as a PDF file in the customer's language."""

import io
from dataclasses import replace
from typing import Any, Final

import pytest
from pypdf import PdfReader
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.desk_payments import confirmed
from tests.unit.features.receipts import issued

from booking_domain.payments.receipts import ReceiptLine
from booking_domain.shared.money import Money
from booking_domain.testing.builders import Builder
from entrypoints.http.receipts import receipt_document

PRICES: Final = {"en": "MNT 80,000", "mn": "80\u00a0000\u00a0₮", "fa": "۸۰٬۰۰۰\u00a0₮"}
TITLES: Final = {"en": "Receipt", "mn": "Төлбөрийн баримт", "fa": "رسید"}


async def paid(api: Api, language: str = "en") -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Customer, provider, a booking that was paid at the desk, and its receipt."""
    customer, provider, booking = await confirmed(api)
    changed = await api.call("PATCH", "/users/me", customer, json={"locale": language})
    assert changed.status_code == 200, changed.text
    path = f"/bookings/{booking['id']}"
    taken = await api.post(f"{path}/desk-payments", provider, json={"method": "cash"})
    assert taken.status_code == 201, taken.text
    await issued(api, booking["id"])
    [receipt] = (await api.get(f"{path}/receipts", customer)).json()["items"]
    return customer, provider, booking, receipt


def said(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


async def test_both_parties_and_admins_see_receipts_and_credit_notes(api: Api) -> None:
    customer, provider, booking, receipt = await paid(api)
    path = f"/bookings/{booking['id']}"
    assert (receipt["kind"], receipt["number"], receipt["amount"]) == ("receipt", "R-000001", 8_000_000)
    assert (receipt["method"], receipt.get("reference"), receipt["issuerName"]) == ("cash", None, "Studio")
    [payment] = (await api.get(f"{path}/desk-payments", provider)).json()["items"]
    voided = await api.post(f"{path}/desk-payments/{payment['id']}/void", provider, json={"reason": "Twice."})
    assert voided.status_code == 200
    await issued(api, booking["id"])
    for who in (customer, provider, await api.an_admin()):
        first, note = (await api.get(f"{path}/receipts", who)).json()["items"]
        assert first == receipt
        assert (note["kind"], note["number"], note["corrects"]) == ("credit_note", "C-000001", ["R-000001"])
        assert (await api.get(f"/receipts/{note['id']}", who)).status_code == 200
    [exported] = (await api.get("/users/me/export", customer)).json()["bookings"]
    assert [each["number"] for each in exported["receipts"]] == ["R-000001", "C-000001"]
    stranger = await api.joined("customer")
    assert_problem(await api.get(f"{path}/receipts", stranger), 404, "booking.not_found")
    assert_problem(await api.get(f"/receipts/{receipt['id']}", stranger), 404, "receipt.not_found")


@pytest.mark.parametrize("language", TITLES)
async def test_a_receipt_is_a_page_and_a_file_in_the_customers_language(api: Api, language: str) -> None:
    customer, provider, booking, receipt = await paid(api, language)
    address = f"/receipts/{receipt['id']}"
    page = await api.get(address, provider)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers.get_list("Content-Security-Policy")
    assert [each.split("; ")[:2] for each in policy] == [["default-src 'none'", "style-src 'unsafe-inline'"]]
    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    file = await api.get(f"{address}?format=pdf", customer)
    assert (file.headers["Content-Type"], file.headers["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="R-000001.pdf"',
    )
    text = said(file.content)
    for shown in (TITLES[language], "R-000001", PRICES[language], booking["reference"], "Studio"):
        assert shown in page.text
        assert shown in text or shown == PRICES["fa"]  # the reader of PDF files returns Persian digits in visual order


async def test_the_request_chooses_the_format_and_a_known_version_is_not_sent_again(api: Api) -> None:
    customer, _, _, receipt = await paid(api)
    address = f"/receipts/{receipt['id']}"
    for accepted, wanted in (
        ("application/pdf", "application/pdf"),
        ("text/html;q=0.5, application/pdf", "application/pdf"),
        ("application/pdf;q=0.5, text/html", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ):
        answer = await api.get(address, customer, headers={"Accept": accepted})
        assert (answer.headers["Content-Type"], answer.headers["Vary"]) == (wanted, "Accept")
        known = {"Accept": accepted, "If-None-Match": answer.headers["ETag"]}
        assert (await api.get(address, customer, headers=known)).status_code == 304
    page = await api.get(f"{address}?format=html", customer, headers={"Accept": "application/pdf"})
    assert page.headers["ETag"] == '"1-html"'
    pdf = await api.get(f"{address}?format=pdf", customer, headers={"If-None-Match": page.headers["ETag"]})
    assert pdf.status_code == 200
    assert (await api.get(f"{address}?format=docx", customer)).status_code == 400


async def test_each_party_lists_the_receipts_of_all_its_bookings_and_no_one_else(api: Api) -> None:
    customer, provider, booking, receipt = await paid(api)
    path = f"/bookings/{booking['id']}"
    [payment] = (await api.get(f"{path}/desk-payments", provider)).json()["items"]
    await api.post(f"{path}/desk-payments/{payment['id']}/void", provider, json={"reason": "Twice."})
    await issued(api, booking["id"])
    await paid(api)  # by another customer at another provider
    newest_first = (await api.get(f"{path}/receipts", customer)).json()["items"][::-1]
    for who in (customer, provider):
        assert (await api.get("/receipts", who)).json() == {"items": newest_first}
    note, first = newest_first
    assert first == receipt
    assert first["bookingReference"] == booking["reference"]
    page = (await api.get("/receipts?limit=1", customer)).json()
    assert page["items"] == [note]
    assert (await api.get(f"/receipts?limit=1&cursor={page['nextCursor']}", customer)).json() == {"items": [first]}
    for query, expected in (
        ("kind=receipt", [first]),
        ("to=2026-01-01", []),
        (f"providerId={booking['providerId']}", [note, first]),
        (f"providerId={booking['id']}", []),
    ):
        assert (await api.get(f"/receipts?{query}", customer)).json() == {"items": expected}
    for stranger in (await api.joined("customer"), await api.an_admin()):
        assert (await api.get("/receipts", stranger)).json() == {"items": []}


@pytest.mark.parametrize(
    ("listed", "shown"), [(8_000_000, None), (7_000_000, "+MNT 10,000"), (9_500_000, "−MNT 15,000")]
)
def test_the_lines_of_a_receipt_make_the_price_that_was_agreed_later(listed: int, shown: str | None) -> None:
    make = Builder()
    booking = make.booking(make.profile(make.user()), make.user())
    line = ReceiptLine(name="Swallow", price=Money(amount=listed, currency="MNT"))
    document = receipt_document(replace(make.receipt(booking), language="en", lines=(line,)))
    assert [row[1] for row in document.rows[1:]] == ([] if shown is None else [shown])
