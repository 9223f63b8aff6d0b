"""Idempotency keys, and payment hints while the gateway is unavailable."""

from hashlib import sha256

import pytest
from tests.unit.use_cases.scenes import SECOND

from booking_domain.bookings.model import Booking
from booking_domain.payments.events import PaymentHinted
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.executor import StoredResponse
from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, KeyReused
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.payments.record_hint import RecordPaymentHint, record_payment_hint


def _answer(booking: Booking) -> bytes:
    return f"{booking.reference} {booking.status}".encode()


async def _book(studio: Studio, *, key: str, by: Actor | None = None, hour: int = 0) -> StoredResponse:
    customer = by or studio.customer
    command = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW + hour * HOUR)
    fingerprint = sha256(repr(command).encode()).digest()
    return await studio.executor.run_once(
        place_booking,
        command,
        actor=customer,
        key=IdempotencyKey(caller=customer.id, key=key, fingerprint=fingerprint),
        answer=_answer,
    )


async def test_twenty_concurrent_requests_with_one_key_make_one_booking(studio: Studio) -> None:
    answers, refusals = await race([_book(studio, key="k") for _ in range(20)])
    assert refusals == []
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 19
    topics = [each.topic for each in await studio.backend.outbox_events()]
    assert topics.count("booking.placed") == 1


async def test_a_replay_returns_the_first_response_even_after_the_booking_changed(studio: Studio) -> None:
    first = await _book(studio, key="k")
    studio.clock.advance(KEPT_FOR - SECOND)
    assert await _book(studio, key="k") == StoredResponse(first.body, replayed=True)


async def test_another_request_under_the_key_is_refused_without_effect(studio: Studio) -> None:
    await _book(studio, key="k")
    with pytest.raises(KeyReused):
        await _book(studio, key="k", hour=2)
    assert await studio.is_free(TOMORROW + 2 * HOUR)


async def test_the_same_key_of_another_customer_is_another_request(studio: Studio) -> None:
    await _book(studio, key="k")
    assert not (await _book(studio, key="k", by=await studio.joined(), hour=2)).replayed


async def test_a_failed_request_may_be_retried_under_its_key(studio: Studio) -> None:
    hold = await studio.hold()
    other = await studio.joined()
    with pytest.raises(SlotTaken):
        await _book(studio, key="k", by=other)
    assert hold.expires_at is not None
    studio.clock.set(hold.expires_at)
    assert not (await _book(studio, key="k", by=other)).replayed


async def test_a_payment_hint_is_stored_while_the_gateway_is_unavailable(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    hint = RecordPaymentHint(payment_id=payment.id, booking_id=payment.booking_id)
    await studio.run(record_payment_hint, hint, by=SYSTEM)
    *_, event = await studio.backend.outbox_events()
    assert isinstance(event, PaymentHinted)
    assert (event.booking_id, event.payment_id) == (booking.id, payment.id)
