"""A paid deposit confirms its booking exactly once, with one callback, with several or without any."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.acceptance.people import (
    DEPOSIT,
    PRICE,
    Person,
    Studio,
    callback_url,
    check_out,
    customer,
    everything_about,
    open_studio,
    payments_of,
    refunds_of,
    wait_for_status,
)
from tests.acceptance.product import Product, eventually
from tests.gates import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def studio(product: Product) -> Studio:
    return open_studio(product)


def booked(studio: Studio) -> tuple[Person, dict[str, Any], dict[str, Any]]:
    """A customer, a booking that waits for its deposit, and the payment that was started."""
    person = customer(studio.owner.server)
    booking = person.book(studio.id, studio.slots()[0])
    assert (booking["status"], booking["paymentStatus"]) == ("pending", "unpaid")
    return person, booking, person.start_to_pay(booking["id"])


def call_back(url: str, method: str = "GET") -> httpx.Response:
    return httpx.request(method, url, trust_env=False, timeout=PATIENCE_SECONDS)


def test_a_started_payment_has_qr_code_deep_links_and_checkout_page(studio: Studio) -> None:
    person, booking, payment = booked(studio)
    assert (payment["amount"], payment["currency"], payment["status"]) == (DEPOSIT, "MNT", "pending")
    assert payment["qrImage"].startswith("data:image/png;base64,")
    assert payment["qrText"]
    assert payment["checkoutUrl"].endswith(payment["qpayInvoiceId"])
    assert {*payment["deepLinks"][0]} == {"name", "link"}
    assert payment["expiresAt"] == booking["dueAt"]
    assert person.start_to_pay(booking["id"]) == payment
    by_invoice = person.get(f"/payments/status/{payment['qpayInvoiceId']}")
    assert by_invoice["id"] == payment["id"]


def test_paying_on_the_checkout_page_confirms_the_booking(studio: Studio) -> None:
    person, booking, payment = booked(studio)
    assert "paid" in httpx.get(payment["checkoutUrl"], trust_env=False, timeout=PATIENCE_SECONDS).text
    check_out(payment, "paid")
    confirmed = wait_for_status(person, booking["id"], "confirmed")
    assert (confirmed["paymentStatus"], confirmed["paidAmount"], confirmed["refundedAmount"]) == ("paid", DEPOSIT, 0)
    assert person.get(f"/payments/{payment['id']}")["status"] == "paid"
    events = person.get(f"/bookings/{booking['id']}/events")["items"]
    assert [(event["type"], event.get("from"), event["to"]) for event in events] == [
        ("placed", None, "pending"),
        ("confirmed", "pending", "confirmed"),
    ]


def test_repeating_a_callback_ten_times_changes_nothing(product: Product, studio: Studio) -> None:
    person, booking, payment = booked(studio)
    url = f"{callback_url(product, payment)}&qpay_payment_id=123456789012345"
    assert (call_back(url).status_code, call_back(url, "POST").text) == (200, "SUCCESS")
    assert person.get(f"/bookings/{booking['id']}")["status"] == "pending", "a callback is only a hint"

    check_out(payment, "paid")
    wait_for_status(person, booking["id"], "confirmed")
    before, seen = everything_about(product, booking["id"]), person.get(f"/bookings/{booking['id']}")
    for method in ("GET", "POST") * 5:
        again = call_back(url, method)
        assert (again.status_code, again.text) == (200, "SUCCESS")
    assert everything_about(product, booking["id"]) == before
    assert person.get(f"/bookings/{booking['id']}") == seen


def test_a_forged_callback_is_refused_and_changes_nothing(product: Product, studio: Studio) -> None:
    person, booking, payment = booked(studio)
    _, other_booking, other_payment = booked(studio)
    check_out(payment, "paid_without_callback")
    check_out(other_payment, "paid_without_callback")
    before = [everything_about(product, each["id"]) for each in (booking, other_booking)]

    url = callback_url(product, payment)
    [token] = parse_qs(urlsplit(url).query)["token"]
    plain = url.partition("?")[0]
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (
        f"{plain}?token={forged}",
        f"{plain}?token=",
        plain,
        f"{plain.replace(payment['id'], other_payment['id'])}?token={token}",
        f"{plain.replace(payment['id'], booking['id'])}?token={token}",
    ):
        for method in ("GET", "POST"):
            answer = call_back(wrong, method)
            assert (answer.status_code, answer.json()["code"]) == (403, "payment.invalid_callback_token")
    assert [everything_about(product, each["id"]) for each in (booking, other_booking)] == before

    assert call_back(url).text == "SUCCESS"
    assert person.get(f"/bookings/{booking['id']}")["status"] == "confirmed"
    assert everything_about(product, other_booking["id"]) == before[1]


def test_reading_a_payment_finds_it_paid_when_its_callback_was_lost(studio: Studio) -> None:
    person, booking, payment = booked(studio)
    check_out(payment, "paid_without_callback")
    assert person.get(f"/bookings/{booking['id']}")["status"] == "pending"
    assert person.get(f"/payments/{payment['id']}")["status"] == "paid"
    confirmed = person.get(f"/bookings/{booking['id']}")
    assert (confirmed["status"], confirmed["paidAmount"]) == ("confirmed", DEPOSIT)


@pytest.mark.parametrize("outcome", ["callback_twice", "paid_late_callback"])
def test_a_repeated_or_late_callback_counts_once(outcome: str, product: Product, studio: Studio) -> None:
    person, booking, payment = booked(studio)
    check_out(payment, outcome, delaySeconds="0.5")
    wait_for_status(person, booking["id"], "confirmed")

    def delivered() -> bool:
        answer = httpx.get(
            f"{product.simulator_url}/simulator/callbacks",
            params={"invoice_id": payment["qpayInvoiceId"]},
            trust_env=False,
            timeout=PATIENCE_SECONDS,
        ).json()
        expected = 2 if outcome == "callback_twice" else 1
        return not answer["pending"] and len(answer["deliveries"]) == expected

    eventually(delivered, what="every callback was answered")
    rows = everything_about(product, booking["id"])
    assert [len(rows[table]) for table in ("booking_events", "payments", "claims")] == [2, 1, 1]
    assert person.get(f"/bookings/{booking['id']}")["paidAmount"] == DEPOSIT


def test_half_a_deposit_does_not_confirm_and_the_other_half_does(studio: Studio) -> None:
    person, booking, payment = booked(studio)
    check_out(payment, "underpaid")

    def half_is_counted() -> bool:
        return bool(person.get(f"/bookings/{booking['id']}")["paidAmount"] == DEPOSIT // 2)

    eventually(half_is_counted, what="half the deposit is counted")
    assert person.get(f"/bookings/{booking['id']}")["status"] == "pending"
    assert person.get(f"/payments/{payment['id']}")["status"] == "pending"

    check_out(payment, "underpaid")
    confirmed = wait_for_status(person, booking["id"], "confirmed")
    assert (confirmed["paidAmount"], confirmed["paymentStatus"]) == (DEPOSIT, "paid")


def test_a_payment_that_fails_changes_nothing_and_another_try_confirms(product: Product, studio: Studio) -> None:
    person, booking, payment = booked(studio)
    before = everything_about(product, booking["id"])
    check_out(payment, "failed")
    assert call_back(callback_url(product, payment)).text == "SUCCESS"
    assert everything_about(product, booking["id"]) == before
    assert person.get(f"/payments/{payment['id']}")["status"] == "pending"

    check_out(payment, "paid")
    wait_for_status(person, booking["id"], "confirmed")


def paid_twice(product: Product, studio: Studio) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """A booking whose deposit was paid twice, and its payments: purpose, status, amount, settled amount."""
    person, booking, payment = booked(studio)
    check_out(payment, "paid_twice")
    wait_for_status(person, booking["id"], "confirmed")

    def all_is_counted() -> bool:
        return bool(person.get(f"/bookings/{booking['id']}")["paidAmount"] == 2 * DEPOSIT)

    eventually(all_is_counted, what="both payments are counted")
    return person.get(f"/bookings/{booking['id']}"), payments_of(product, booking["id"])


def test_a_deposit_that_is_paid_twice_counts_towards_the_balance(product: Product, studio: Studio) -> None:
    booking, payments = paid_twice(product, studio)
    assert (booking["status"], booking["paidAmount"]) == ("confirmed", 2 * DEPOSIT)
    assert booking["paidAmount"] < PRICE
    assert payments == [("deposit", "paid", DEPOSIT, 2 * DEPOSIT)]


def test_an_overpayment_beyond_the_price_is_refunded(product: Product) -> None:
    booking, payments = paid_twice(product, open_studio(product, price=DEPOSIT + DEPOSIT // 4))
    assert booking["status"] == "confirmed"
    assert payments == [("deposit", "paid", DEPOSIT, 2 * DEPOSIT)]
    assert refunds_of(product, booking["id"]) == [("refund_pending", DEPOSIT - DEPOSIT // 4)]
