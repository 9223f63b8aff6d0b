"""A repeated Idempotency-Key returns the same booking and response; another body under it is refused."""

from uuid import uuid4

import pytest
from tests.acceptance.bursts import Wish, all_at_once
from tests.acceptance.people import Studio, customer, customers, open_studio
from tests.acceptance.product import Product

TWINS = 20


@pytest.fixture(scope="module")
def studio(product: Product) -> Studio:
    return open_studio(product)


def test_the_same_key_and_body_return_the_same_bytes(product: Product, studio: Studio) -> None:
    person, key = customer(product), {"Idempotency-Key": uuid4().hex}
    body = {"providerId": studio.id, "slot": studio.slots()[0], "notes": "ᠰᠠᠶᠢᠨ · سلام"}
    first = person.ask("POST", "/bookings", json=body, headers=key)
    assert first.status_code == 201
    moved = person.ask("PATCH", f"/bookings/{first.json()['id']}", json={"status": "cancelled"})
    assert moved.is_success
    for _ in range(3):
        again = person.ask("POST", "/bookings", json=body, headers=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Location"] == first.headers["Location"]
    assert product.number("SELECT count(*) FROM bookings WHERE customer_id = %s", person.id) == 1


def test_the_same_key_with_another_body_is_refused(product: Product, studio: Studio) -> None:
    person, key = customer(product), {"Idempotency-Key": uuid4().hex}
    [slot, other, *_] = studio.slots()
    body = {"providerId": studio.id, "slot": slot}
    first = person.ask("POST", "/bookings", json=body, headers=key)
    assert first.status_code == 201
    for changed in ({**body, "slot": other}, {**body, "notes": "a swallow"}, {"slot": other}):
        refused = person.ask("POST", "/bookings", json=changed, headers=key)
        if "providerId" in changed:
            assert (refused.status_code, refused.json()["code"]) == (422, "idempotency.key_reused")
        assert 400 <= refused.status_code < 500
    elsewhere = person.ask("POST", "/holds", json=body, headers=key)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "idempotency.key_reused")
    assert person.ask("POST", "/bookings", json=body, headers=key).content == first.content
    assert product.number("SELECT count(*) FROM bookings WHERE customer_id = %s", person.id) == 1


def test_twenty_concurrent_requests_under_one_key_make_one_booking(product: Product, studio: Studio) -> None:
    person = customer(product)
    wish = Wish(person, "/bookings", {"providerId": studio.id, "slot": studio.slots()[0]}, key=uuid4().hex)
    replies = all_at_once(product, [wish] * TWINS)
    assert {reply.status for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    assert product.number("SELECT count(*) FROM bookings WHERE customer_id = %s", person.id) == 1
    assert product.number("SELECT count(*) FROM claims WHERE customer_id = %s", person.id) == 1


def test_keys_of_different_customers_are_independent(product: Product, studio: Studio) -> None:
    key = uuid4().hex
    [slot, other, *_] = studio.slots()
    first, second = customers(product, 2)
    made = all_at_once(
        product,
        [
            Wish(first, "/bookings", {"providerId": studio.id, "slot": slot}, key=key),
            Wish(second, "/bookings", {"providerId": studio.id, "slot": other}, key=key),
        ],
    )
    assert [reply.status for reply in made] == [201, 201]
    assert made[0].json["customerId"] == first.id
    assert made[1].json["customerId"] == second.id


def test_a_refused_request_may_be_retried_under_its_key(product: Product, studio: Studio) -> None:
    holder, person = customers(product, 2)
    key = {"Idempotency-Key": uuid4().hex}
    slot = studio.slots()[0]
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    body = {"providerId": studio.id, "slot": slot}
    assert person.ask("POST", "/bookings", json=body, headers=key).status_code == 409
    assert holder.ask("DELETE", f"/holds/{hold['id']}").status_code == 204
    assert person.ask("POST", "/bookings", json=body, headers=key).status_code == 201
