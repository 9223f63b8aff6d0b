"""A slot that comes free is offered to the first customer on the waiting list and held for half an hour."""

import json
from datetime import datetime, timedelta
from typing import Any

from tests.acceptance.people import Person, customers, open_studio
from tests.acceptance.product import Product, eventually

from booking_domain.notifications.notices import LocalTime
from entrypoints.languages.values import values_of


def messages(product: Product, to: str) -> list[dict[str, Any]]:
    """The messages sent to this address, in order."""
    sent = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(product.messages.glob("*.json"))]
    return [message for message in sent if message["to"] == to]


def offer_to(person: Person) -> dict[str, Any]:
    """The hold offered for the only waiting-list entry of a customer."""

    def look() -> dict[str, Any] | None:
        [place] = person.get("/waitlist")["items"]
        return place["hold"] if place["status"] == "offered" else None

    found = eventually(look, what="something is offered")
    assert found is not None
    return found


def on_both_clocks(instant: str) -> str:
    """A time on the clock of the provider, with that of the customer beside it."""
    return values_of("en")(LocalTime(datetime.fromisoformat(instant), "UTC", "Asia/Ulaanbaatar"))


def test_a_cancelled_slot_is_offered_to_the_first_in_line_who_books_it(product: Product) -> None:
    studio = open_studio(product, deposit=0)
    booker, waiter, later = customers(product, 3)
    slot = studio.slots()[0]
    booking = booker.book(studio.id, slot)
    window = {"from": slot, "to": (datetime.fromisoformat(slot) + timedelta(minutes=30)).isoformat()}
    place = waiter.post("/waitlist", {"providerId": studio.id, **window})
    other = later.post("/waitlist", {"providerId": studio.id, **window})
    assert (place["status"], other["status"]) == ("waiting", "waiting")

    booker.post(f"/bookings/{booking['id']}/cancel", {"reason": "I am ill."})
    hold = offer_to(waiter)
    assert hold["start"] == slot
    assert slot not in studio.slots()
    refused = booker.try_to_book(studio.id, slot)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")

    address = waiter.get("/auth/me")["email"]
    eventually(lambda: messages(product, address), what="a message about the offer")
    [message] = messages(product, address)
    assert message["subject"] == "Waiting list: a time with “Studio” has come free"
    when, until = on_both_clocks(slot), on_both_clocks(hold["expiresAt"])
    text = message["text"].partition("\n\nDo you no longer want these e-mails? ")[0]
    assert text == f"A time has come free: Studio, {when}; it is held for you until {until}."

    booked = waiter.book(studio.id, slot, holdId=hold["id"])
    assert (booked["status"], booked["start"]) == ("confirmed", slot)
    assert [place["status"] for place in waiter.get("/waitlist")["items"]] == ["booked"]
    assert [place["status"] for place in later.get("/waitlist")["items"]] == ["waiting"]
    assert product.sql("SELECT id::text, kind FROM claims WHERE provider_id = %s", studio.id) == [
        (booked["id"], "booking")
    ]


def test_after_a_customer_leaves_the_list_the_next_one_gets_the_offer(product: Product) -> None:
    studio = open_studio(product, deposit=0)
    booker, first, second = customers(product, 3)
    slot = studio.slots()[0]
    booking = booker.book(studio.id, slot)
    window = {"from": slot, "to": (datetime.fromisoformat(slot) + timedelta(minutes=30)).isoformat()}
    place = first.post("/waitlist", {"providerId": studio.id, **window})
    second.post("/waitlist", {"providerId": studio.id, **window})
    assert first.ask("DELETE", f"/waitlist/{place['id']}").status_code == 204
    booker.post(f"/bookings/{booking['id']}/cancel", {})
    assert offer_to(second)["start"] == slot
    assert [each["status"] for each in first.get("/waitlist")["items"]] == ["left"]
