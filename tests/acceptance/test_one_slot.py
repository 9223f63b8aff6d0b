"""Concurrent customers: a slot is sold once. `reliability/test_double_booking.py` does it over several processes."""

from datetime import UTC, datetime, timedelta
from random import Random

from tests.acceptance.bursts import Wish, all_at_once, kinds
from tests.acceptance.people import customers, open_studio
from tests.acceptance.product import Product

CUSTOMERS = 200
OVERLAPS = """
    SELECT count(*) FROM claims a JOIN claims b ON a.provider_id = b.provider_id AND a.id < b.id
    WHERE tstzrange(a.blocked_from, a.blocked_until) && tstzrange(b.blocked_from, b.blocked_until)
"""
CLAIMED = """
    SELECT count(*) FROM bookings b JOIN claims c ON c.id = b.id
    WHERE b.provider_id = %s AND c.kind = 'booking' AND c.customer_id = b.customer_id
    AND (c.starts_at, c.ends_at, c.blocked_from, c.blocked_until)
        = (b.starts_at, b.ends_at, b.blocked_from, b.blocked_until)
"""


def test_one_of_two_hundred_concurrent_customers_gets_the_slot(product: Product) -> None:
    studio = open_studio(product)
    crowd = customers(product, CUSTOMERS)
    slot = studio.slots()[0]
    wish = {"providerId": studio.id, "slot": slot}
    replies = all_at_once(product, [Wish(person, "/bookings", wish) for person in crowd])

    assert kinds(replies) == {(201, None): 1, (409, "booking.slot_taken"): CUSTOMERS - 1}
    [winner] = [reply for reply in replies if reply.status == 201]
    assert winner.json["customerId"] == winner.wish.person.id
    assert slot not in studio.slots()
    assert product.number(OVERLAPS) == 0
    assert product.number("SELECT count(*) FROM bookings WHERE provider_id = %s", studio.id) == 1
    assert product.number("SELECT count(*) FROM claims WHERE provider_id = %s", studio.id) == 1
    assert product.number(CLAIMED, studio.id) == 1


def test_overlapping_times_are_sold_once_and_no_free_one_is_refused(product: Product) -> None:
    length = timedelta(minutes=60)
    studio = open_studio(product, step=5, duration=60)
    slots = studio.slots()
    chance = Random(2026)  # noqa: S311
    crowd = customers(product, CUSTOMERS)
    wishes = [Wish(person, "/bookings", {"providerId": studio.id, "slot": chance.choice(slots)}) for person in crowd]
    replies = all_at_once(product, wishes)

    sold = [datetime.fromisoformat(reply.json["start"]) for reply in replies if reply.status == 201]
    refused = [reply for reply in replies if reply.status != 201]
    assert set(kinds(refused)) == {(409, "booking.slot_taken")}
    for reply in refused:
        wanted = datetime.fromisoformat(str(reply.wish.body["slot"]))
        assert any(abs(wanted - start) < length for start in sold), f"{wanted} was free"
    assert product.number(OVERLAPS) == 0
    assert product.number("SELECT count(*) FROM claims WHERE provider_id = %s", studio.id) == len(sold)
    assert product.number(CLAIMED, studio.id) == len(sold)
    assert all(start.tzinfo == UTC for start in sold)
