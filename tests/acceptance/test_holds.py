"""A hold blocks its slot until it expires and no longer, even while no worker deletes expired holds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.acceptance.bursts import Wish, all_at_once, kinds
from tests.acceptance.people import Studio, customer, customers, lapse, open_studio
from tests.acceptance.product import Api
from tests.databases import TestServer

HOLD_SECONDS = 90


@pytest.fixture(scope="module")
def alone(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API without a worker: no process deletes expired holds."""
    with (
        postgres.database() as database_url,
        Api(tmp_path_factory.mktemp("alone"), database_url, BOOKING_HOLD_SECONDS=str(HOLD_SECONDS)) as running,
    ):
        yield running


@pytest.fixture
def studio(alone: Api) -> Studio:
    return open_studio(alone)


def test_an_expired_hold_blocks_no_one_even_while_the_worker_is_down(alone: Api, studio: Studio) -> None:
    holder, other = customers(alone, 2)
    slot = studio.slots()[0]
    before = datetime.now(UTC)
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    begun = datetime.fromisoformat(hold["expiresAt"]) - timedelta(seconds=HOLD_SECONDS)
    assert before <= begun <= datetime.now(UTC)
    assert slot not in studio.slots()
    refused = other.try_to_book(studio.id, slot)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")

    lapse(alone, hold["id"])
    assert alone.number("SELECT count(*) FROM claims WHERE id = %s", hold["id"]) == 1, "no worker deleted it"
    assert studio.slots()[0] == slot
    booking = other.book(studio.id, slot)
    claims = alone.sql("SELECT id::text, kind FROM claims WHERE provider_id = %s", studio.id)
    assert claims == [(booking["id"], "booking")]
    late = holder.try_to_book(studio.id, slot, holdId=hold["id"])
    assert late.status_code in {404, 409}


def test_of_concurrent_bookings_over_an_expired_hold_one_wins(alone: Api, studio: Studio) -> None:
    slot = studio.slots()[0]
    hold = customer(alone).post("/holds", {"providerId": studio.id, "slot": slot})
    crowd = customers(alone, 20)
    lapse(alone, hold["id"])
    wish = {"providerId": studio.id, "slot": slot}
    replies = all_at_once(alone, [Wish(person, "/bookings", wish) for person in crowd])
    assert kinds(replies) == {(201, None): 1, (409, "booking.slot_taken"): 19}


def test_a_customer_has_at_most_three_holds_and_expired_ones_do_not_count(alone: Api, studio: Studio) -> None:
    person = customer(alone)
    slots = studio.slots()
    replies = all_at_once(alone, [Wish(person, "/holds", {"providerId": studio.id, "slot": slot}) for slot in slots])
    assert kinds(replies) == {(201, None): 3, (409, "hold.too_many"): len(slots) - 3}

    for reply in replies:
        if reply.status == 201:
            lapse(alone, reply.json["id"])
    for slot in slots[:3]:
        person.post("/holds", {"providerId": studio.id, "slot": slot})


def test_a_booking_replaces_its_own_hold(alone: Api, studio: Studio) -> None:
    holder, other = customers(alone, 2)
    slot = studio.slots()[0]
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    stolen = other.try_to_book(studio.id, slot, holdId=hold["id"])
    assert (stolen.status_code, stolen.json()["code"]) == (404, "hold.not_found")

    booking = holder.book(studio.id, slot, holdId=hold["id"])
    claims = alone.sql("SELECT id::text, kind FROM claims WHERE provider_id = %s", studio.id)
    assert claims == [(booking["id"], "booking")]


def test_deleting_a_hold_frees_its_slot(alone: Api, studio: Studio) -> None:
    holder = customer(alone)
    slot = studio.slots()[0]
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    assert customer(alone).ask("DELETE", f"/holds/{hold['id']}").status_code == 404
    assert holder.ask("DELETE", f"/holds/{hold['id']}").status_code == 204
    assert studio.slots()[0] == slot
    customer(alone).book(studio.id, slot)
