"""A hold keeps a slot for its few minutes, and not a moment longer, whoever sweeps up after it or does not."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.acceptance.bursts import Wish, all_at_once, kinds
from tests.acceptance.people import Studio, customer, customers, open_studio
from tests.acceptance.product import Api, eventually
from tests.databases import TestServer

HOLD_SECONDS = 2


@pytest.fixture(scope="module")
def alone(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API, and nobody who sweeps: there is no worker."""
    with (
        postgres.database() as database_url,
        Api(tmp_path_factory.mktemp("alone"), database_url, BOOKING_HOLD_SECONDS=str(HOLD_SECONDS)) as running,
    ):
        yield running


@pytest.fixture
def studio(alone: Api) -> Studio:
    return open_studio(alone)


def expired(hold_until: str) -> bool:
    return datetime.now(UTC) >= datetime.fromisoformat(hold_until)


def test_an_expired_hold_blocks_nobody_even_while_the_worker_is_down(alone: Api, studio: Studio) -> None:
    holder, other = customers(alone, 2)
    slot = studio.slots()[0]
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    assert slot not in studio.slots()
    refused = other.try_to_book(studio.id, slot)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")

    eventually(lambda: expired(hold["expiresAt"]), within=HOLD_SECONDS + 1, what="the hold is over")
    assert alone.number("SELECT count(*) FROM claims WHERE id = %s", hold["id"]) == 1, "nobody has swept it"
    assert studio.slots()[0] == slot
    booking = other.book(studio.id, slot)
    claims = alone.sql("SELECT id::text, kind FROM claims WHERE provider_id = %s", studio.id)
    assert claims == [(booking["id"], "booking")]
    late = holder.try_to_book(studio.id, slot, holdId=hold["id"])
    assert late.status_code in {404, 409}


def test_an_expired_hold_gives_way_to_a_crowd_of_which_one_wins(alone: Api, studio: Studio) -> None:
    slot = studio.slots()[0]
    hold = customer(alone).post("/holds", {"providerId": studio.id, "slot": slot})
    crowd = customers(alone, 20)
    eventually(lambda: expired(hold["expiresAt"]), within=HOLD_SECONDS + 1, what="the hold is over")
    wish = {"providerId": studio.id, "slot": slot}
    replies = all_at_once(alone, [Wish(person, "/bookings", wish) for person in crowd])
    assert kinds(replies) == {(201, None): 1, (409, "booking.slot_taken"): 19}


def test_a_customer_has_at_most_three_holds_and_expired_ones_do_not_count(alone: Api, studio: Studio) -> None:
    person = customer(alone)
    slots = studio.slots()
    replies = all_at_once(alone, [Wish(person, "/holds", {"providerId": studio.id, "slot": slot}) for slot in slots])
    assert kinds(replies) == {(201, None): 3, (409, "hold.too_many"): len(slots) - 3}

    last = max(reply.json["expiresAt"] for reply in replies if reply.status == 201)
    eventually(lambda: expired(last), within=HOLD_SECONDS + 1, what="all holds are over")
    for slot in slots[:3]:
        person.post("/holds", {"providerId": studio.id, "slot": slot})


def test_a_booking_takes_the_claim_of_its_own_hold_over(alone: Api, studio: Studio) -> None:
    holder, other = customers(alone, 2)
    slot = studio.slots()[0]
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    stolen = other.try_to_book(studio.id, slot, holdId=hold["id"])
    assert (stolen.status_code, stolen.json()["code"]) == (404, "hold.not_found")

    booking = holder.book(studio.id, slot, holdId=hold["id"])
    claims = alone.sql("SELECT id::text, kind FROM claims WHERE provider_id = %s", studio.id)
    assert claims == [(booking["id"], "booking")]


def test_a_hold_that_is_let_go_frees_its_slot_at_once(alone: Api, studio: Studio) -> None:
    holder = customer(alone)
    slot = studio.slots()[0]
    hold = holder.post("/holds", {"providerId": studio.id, "slot": slot})
    assert customer(alone).ask("DELETE", f"/holds/{hold['id']}").status_code == 404
    assert holder.ask("DELETE", f"/holds/{hold['id']}").status_code == 204
    assert studio.slots()[0] == slot
    customer(alone).book(studio.id, slot)
