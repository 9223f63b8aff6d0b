"""An unpaid booking expires after its payment window; a later payment is not lost."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.acceptance.conftest import PAYMENT_WINDOW_SECONDS
from tests.acceptance.people import (
    DEPOSIT,
    Person,
    Studio,
    check_out,
    customer,
    open_studio,
    pass_deadline,
    payments_of,
    refunds_of,
    wait_for_status,
)
from tests.acceptance.product import Api, Product, eventually


@pytest.fixture
def studio(product: Product) -> Studio:
    return open_studio(product)


def expired(studio: Studio) -> tuple[Person, dict[str, Any], dict[str, Any]]:
    """A customer, a booking of theirs that has just expired, and the payment that was started for it."""
    server = studio.owner.server
    person = customer(server)
    booking = person.book(studio.id, studio.slots()[0])
    payment = person.start_to_pay(booking["id"])
    assert booking["start"] not in studio.slots()
    pass_deadline(server, booking["id"])
    gone = wait_for_status(person, booking["id"], "expired")
    assert gone["paidAmount"] == 0
    return person, gone, payment


def messages(product: Product, to: str) -> list[dict[str, Any]]:
    """The messages sent to this address, in order."""
    sent = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(product.messages.glob("*.json"))]
    return [message for message in sent if message["to"] == to]


def test_an_unpaid_booking_expires_after_its_window_and_its_slot_is_offered_again(impatient: Api) -> None:
    studio = open_studio(impatient)
    person = customer(impatient)
    placed = person.book(studio.id, studio.slots()[0])
    window = datetime.fromisoformat(placed["dueAt"]) - datetime.fromisoformat(placed["createdAt"])
    assert window == timedelta(seconds=PAYMENT_WINDOW_SECONDS)
    booking = wait_for_status(person, placed["id"], "expired")
    assert datetime.fromisoformat(booking["updatedAt"]) >= datetime.fromisoformat(placed["dueAt"])
    assert studio.slots()[0] == booking["start"]
    [_, event] = person.get(f"/bookings/{booking['id']}/events")["items"]
    assert (event["type"], event.get("from"), event["to"], event["by"]["role"]) == (
        "expired",
        "pending",
        "expired",
        "system",
    )
    refused = person.ask("POST", "/payments", json={"bookingId": booking["id"], "purpose": "deposit"})
    assert refused.status_code == 409
    assert person.book(studio.id, booking["start"])["id"] != booking["id"]


def test_a_timely_payment_without_callback_keeps_the_booking(product: Product, studio: Studio) -> None:
    person = customer(studio.owner.server)
    booking = person.book(studio.id, studio.slots()[0])
    check_out(person.start_to_pay(booking["id"]), "paid_without_callback")
    pass_deadline(product, booking["id"])
    confirmed = wait_for_status(person, booking["id"], "confirmed")
    assert confirmed["paidAmount"] == DEPOSIT


def test_a_late_payment_revives_the_booking_if_its_slot_is_free(product: Product, studio: Studio) -> None:
    person, booking, payment = expired(studio)
    check_out(payment, "paid")
    revived = wait_for_status(person, booking["id"], "confirmed")
    assert (revived["paymentStatus"], revived["paidAmount"]) == ("paid", DEPOSIT)
    assert booking["start"] not in studio.slots()
    assert product.number("SELECT count(*) FROM claims WHERE id = %s", booking["id"]) == 1
    assert customer(product).try_to_book(studio.id, booking["start"]).status_code == 409
    types = [event["type"] for event in person.get(f"/bookings/{booking['id']}/events")["items"]]
    assert types == ["placed", "expired", "revived"]
    time_left = datetime.fromisoformat(revived["start"]) - datetime.fromisoformat(revived["updatedAt"])
    assert time_left.total_seconds() > 0


def test_a_late_payment_is_refunded_if_its_slot_was_taken(product: Product, studio: Studio) -> None:
    person, booking, payment = expired(studio)
    other = customer(product)
    others = other.book(studio.id, booking["start"])
    check_out(other.start_to_pay(others["id"]), "paid")
    wait_for_status(other, others["id"], "confirmed")

    check_out(payment, "paid")

    eventually(lambda: refunds_of(product, booking["id"]), what="a refund is pending")
    [deposit] = payments_of(product, booking["id"])
    assert (deposit[0], deposit[2], deposit[3]) == ("deposit", DEPOSIT, DEPOSIT)
    assert refunds_of(product, booking["id"]) == [("refund_pending", DEPOSIT)]
    after = person.get(f"/bookings/{booking['id']}")
    assert (after["status"], after["paidAmount"], after["refundedAmount"]) == ("expired", DEPOSIT, 0)
    assert other.get(f"/bookings/{others['id']}")["status"] == "confirmed"
    assert product.sql("SELECT id::text FROM claims WHERE provider_id = %s", studio.id) == [(others["id"],)]


def test_both_parties_are_notified_and_each_message_is_logged(product: Product, studio: Studio) -> None:
    person, booking, payment = expired(studio)
    address = person.get("/auth/me")["email"]

    def are_notified(number: int) -> Callable[[], bool]:
        return lambda: len(messages(product, address)) >= number

    eventually(are_notified(2), what="placed and expired")
    check_out(payment, "callback_twice")
    wait_for_status(person, booking["id"], "confirmed")
    eventually(are_notified(3), what="revived")
    kept = messages(product, address)
    for message in kept:
        assert {*message} == {"channel", "to", "subject", "text", "language", "calendar", "createdAt"}
        assert message["channel"] == "email"
        assert booking["reference"] in message["subject"] + message["text"]
        assert datetime.fromisoformat(message["createdAt"]).tzinfo is not None
    owner = studio.owner.get("/auth/me")["email"]
    eventually(lambda: messages(product, owner), what="the provider is notified")
    theirs = {address, owner}  # not the demo data's
    written = {path.name for path in product.messages.glob("*.json") if json.loads(path.read_text())["to"] in theirs}
    eventually(lambda: all(name in product.program.said for name in written), what="every message is logged")
    eventually(
        lambda: {path.suffix for path in product.messages.iterdir()} == {".json"}, what="no message is half written"
    )
