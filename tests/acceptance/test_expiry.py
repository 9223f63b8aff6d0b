"""A booking that is not paid in its window gives its time back, and money that comes later is not lost."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from tests.acceptance.people import (
    DEPOSIT,
    Person,
    Studio,
    check_out,
    customer,
    open_studio,
    wait_for_status,
)
from tests.acceptance.product import Product, eventually

WINDOW_SECONDS = 3
EXPIRED_SECONDS = WINDOW_SECONDS + 6.0
SETTLED_SECONDS = 2.0


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("impatient")
    with Product(folder, BOOKING_PAYMENT_WINDOW_SECONDS=str(WINDOW_SECONDS)) as running:
        yield running


@pytest.fixture
def studio(impatient: Product) -> Studio:
    return open_studio(impatient)


def expired(studio: Studio, *, paying: bool) -> tuple[Person, dict[str, Any], dict[str, Any]]:
    """A customer whose booking has just expired, and the payment that was begun."""
    person = customer(studio.owner.server)
    booking = person.book(studio.id, studio.slots()[0])
    payment = person.start_to_pay(booking["id"]) if paying else {}
    assert booking["start"] not in studio.slots()
    gone = wait_for_status(person, booking["id"], "expired", within=EXPIRED_SECONDS)
    assert gone["paidAmount"] == 0
    return person, gone, payment


def messages(product: Product, to: str) -> list[dict[str, Any]]:
    """What was sent to somebody, in order."""
    sent = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(product.messages.glob("*.json"))]
    return [message for message in sent if message["to"] == to]


def test_an_unpaid_booking_expires_after_its_window_and_its_slot_is_offered_again(
    studio: Studio, record_property: Callable[[str, object], None]
) -> None:
    begun = time.monotonic()
    person, booking, _ = expired(studio, paying=False)
    record_property("expired", time.monotonic() - begun)
    assert time.monotonic() - begun >= WINDOW_SECONDS - 0.1
    assert studio.slots()[0] == booking["start"]
    [_, event] = person.get(f"/bookings/{booking['id']}/events")["items"]
    assert (event["type"], event["from"], event["to"], event["by"]["role"]) == (
        "expired",
        "pending",
        "expired",
        "system",
    )
    refused = person.ask("POST", "/payments", json={"bookingId": booking["id"], "purpose": "deposit"})
    assert refused.status_code == 409
    assert person.book(studio.id, booking["start"])["id"] != booking["id"]


def test_a_payment_that_comes_in_time_but_unheard_of_keeps_the_booking(studio: Studio) -> None:
    person = customer(studio.owner.server)
    booking = person.book(studio.id, studio.slots()[0])
    check_out(person.start_to_pay(booking["id"]), "paid_without_callback")
    confirmed = wait_for_status(person, booking["id"], "confirmed", within=EXPIRED_SECONDS)
    assert confirmed["paidAmount"] == DEPOSIT


def test_a_late_payment_revives_the_booking_if_its_slot_is_free(impatient: Product, studio: Studio) -> None:
    person, booking, payment = expired(studio, paying=True)
    check_out(payment, "paid")
    revived = wait_for_status(person, booking["id"], "confirmed", within=SETTLED_SECONDS)
    assert (revived["paymentStatus"], revived["paidAmount"]) == ("paid", DEPOSIT)
    assert booking["start"] not in studio.slots()
    assert impatient.number("SELECT count(*) FROM claims WHERE id = %s", booking["id"]) == 1
    assert customer(impatient).try_to_book(studio.id, booking["start"]).status_code == 409
    types = [event["type"] for event in person.get(f"/bookings/{booking['id']}/events")["items"]]
    assert types == ["placed", "expired", "revived"]
    time_left = datetime.fromisoformat(revived["start"]) - datetime.fromisoformat(revived["updatedAt"])
    assert time_left.total_seconds() > 0


def test_a_late_payment_becomes_a_refund_to_be_made_if_its_slot_was_taken(impatient: Product, studio: Studio) -> None:
    person, booking, payment = expired(studio, paying=True)
    other = customer(impatient)
    others = other.book(studio.id, booking["start"])
    check_out(other.start_to_pay(others["id"]), "paid")
    wait_for_status(other, others["id"], "confirmed", within=SETTLED_SECONDS)

    check_out(payment, "paid")

    def payments() -> list[tuple[Any, ...]]:
        return impatient.sql(
            "SELECT purpose, status, amount, settled_amount FROM transactions WHERE booking_id = %s ORDER BY purpose",
            booking["id"],
        )

    eventually(lambda: len(payments()) == 2, within=SETTLED_SECONDS, what="a refund is owed")
    [deposit, refund] = payments()
    assert (deposit[0], deposit[2], deposit[3]) == ("deposit", DEPOSIT, DEPOSIT)
    assert refund == ("refund", "refund_pending", DEPOSIT, 0)
    after = person.get(f"/bookings/{booking['id']}")
    assert (after["status"], after["paidAmount"], after["refundedAmount"]) == ("expired", DEPOSIT, 0)
    assert other.get(f"/bookings/{others['id']}")["status"] == "confirmed"
    assert impatient.sql("SELECT id::text FROM claims WHERE provider_id = %s", studio.id) == [(others["id"],)]


def test_both_sides_are_told_and_each_message_is_kept(impatient: Product, studio: Studio) -> None:
    person, booking, payment = expired(studio, paying=True)
    address = person.get("/auth/me")["email"]

    def told(number: int) -> Callable[[], bool]:
        return lambda: len(messages(impatient, address)) == number

    eventually(told(2), within=SETTLED_SECONDS, what="placed and expired")
    check_out(payment, "callback_twice")
    wait_for_status(person, booking["id"], "confirmed", within=SETTLED_SECONDS)
    eventually(told(3), within=SETTLED_SECONDS, what="revived")
    kept = messages(impatient, address)
    for message in kept:
        assert {*message} == {"channel", "to", "subject", "text", "createdAt"}
        assert message["channel"] == "email"
        assert booking["reference"] in message["subject"] + message["text"]
        assert datetime.fromisoformat(message["createdAt"]).tzinfo is not None
    assert messages(impatient, studio.owner.get("/auth/me")["email"])
    assert all(path.name in impatient.program.said for path in impatient.messages.iterdir())
    assert [path.name for path in impatient.messages.iterdir() if path.suffix != ".json"] == []
