"""Overdue bookings expire, and late payments are never lost."""

from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import MINUTE, ON_REQUEST, SECOND, expired, tugriks

from booking_domain.bookings.model import ANSWER_DUE
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking
from booking_domain.use_cases.payments.expire_unpaid import MAX_GATEWAY_DELAY, expire_unpaid


async def test_an_unpaid_booking_expires_and_frees_its_time(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    after = await expired(studio, booking)
    assert after == await studio.seen(booking)
    assert (after.status, after.payment_status, after.due_at) == (Status.EXPIRED, BookingPaymentStatus.FAILED, None)
    assert await studio.is_free()
    [payment] = await studio.payments(booking)
    assert (payment.id, payment.status) == (payment.id, PaymentStatus.CANCELLED)
    [_, event] = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.by, event.reason) == ("expired", SYSTEM, "not paid in time")
    assert await studio.topics(booking) == ["booking.placed", "booking.expired"]


async def test_a_booking_without_a_payment_expires_too(studio: Studio) -> None:
    after = await expired(studio, await studio.book())
    assert (after.status, after.payment_status) == (Status.EXPIRED, BookingPaymentStatus.UNPAID)


@pytest.mark.terms(ON_REQUEST)
async def test_an_unanswered_request_expires(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + timedelta(days=7))
    studio.clock.advance(ANSWER_DUE - SECOND)
    assert await studio.expire(booking) is None
    studio.clock.advance(SECOND)
    after = await studio.expire(booking)
    assert after is not None
    assert after.status is Status.EXPIRED
    events = await studio.reads.bookings.events(booking.id)
    assert events[-1].reason == "not answered in time"


async def test_a_booking_expires_not_a_second_early_and_once(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.advance(15 * MINUTE - SECOND)
    assert await studio.expire(booking) is None
    studio.clock.advance(SECOND)
    assert await studio.expire(booking) is not None
    assert await studio.expire(booking) is None
    assert await studio.topics(booking) == ["booking.placed", "booking.expired"]


async def test_concurrent_sweeps_expire_a_booking_once(studio: Studio) -> None:
    booking = await studio.book()
    await studio.bill(booking)
    studio.clock.advance(15 * MINUTE)
    looked, refusals = await race([studio.expire(booking) for _ in range(5)])
    assert refusals == []
    assert sum(over is not None for over in looked) == 1


async def test_an_unknown_booking_does_not_expire(studio: Studio) -> None:
    unknown = BookingId(studio.entropy.new_id())
    over = await expire_unpaid(
        unknown, now=TOMORROW, reads=studio.reads, executor=studio.executor, gateways=studio.gateways
    )
    assert over is None
    assert await studio.run(expire_booking, ExpireBooking(booking_id=unknown), by=SYSTEM) is None


async def test_only_the_system_expires_bookings(studio: Studio) -> None:
    booking = await studio.book()
    for actor in (studio.customer, studio.owner, studio.admin):
        with pytest.raises(NotPermitted):
            await studio.run(expire_booking, ExpireBooking(booking_id=booking.id), by=actor)


async def test_a_lost_callback_loses_no_payment(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    studio.clock.advance(15 * MINUTE)
    assert await studio.expire(booking) is None
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_an_underpayment_is_refunded_once_when_the_booking_expires(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking, tugriks(12_000))
    after = await expired(studio, booking)
    assert (after.status, after.paid) == (Status.EXPIRED, tugriks(12_000))
    assert await studio.owed(booking) == [tugriks(12_000)]
    assert await studio.expire(booking) is None
    assert await studio.topics(booking) == ["booking.placed", "payment.refund_owed", "booking.expired"]


async def test_an_underpayment_found_at_expiry_is_refunded(studio: Studio) -> None:
    booking = await studio.book()
    studio.pay(await studio.bill(booking), tugriks(12_000))
    await expired(studio, booking)
    assert await studio.owed(booking) == [tugriks(12_000)]


async def test_an_unavailable_gateway_postpones_expiry_for_five_minutes(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    studio.gateway.available = False
    studio.clock.advance(15 * MINUTE + MAX_GATEWAY_DELAY - SECOND)
    with pytest.raises(GatewayUnavailable):
        await studio.expire(booking)
    assert (await studio.seen(booking)).status is Status.PENDING
    studio.gateway.available = True
    assert await studio.expire(booking) is None
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_after_five_minutes_a_booking_expires_without_the_gateway(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    studio.gateway.available = False
    studio.clock.advance(15 * MINUTE + MAX_GATEWAY_DELAY)
    after = await studio.expire(booking)
    assert after is not None
    assert after.status is Status.EXPIRED
    assert await studio.is_free()
    studio.gateway.available = True
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_an_unavailable_gateway_does_not_postpone_without_an_invoice(studio: Studio) -> None:
    booking = await studio.book()
    studio.gateway.available = False
    assert (await expired(studio, booking)).status is Status.EXPIRED


async def test_a_payment_after_expiry_revives_the_booking_if_its_slot_is_free(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    studio.pay(payment)
    assert (await studio.settle(payment)).status is PaymentStatus.PAID
    after = await studio.seen(booking)
    assert (after.status, after.payment_status, after.paid) == (Status.CONFIRMED, BookingPaymentStatus.PAID, DEPOSIT)
    assert not await studio.is_free()
    assert await studio.owed(booking) == []
    events = await studio.reads.bookings.events(booking.id)
    assert [event.type for event in events] == ["placed", "expired", "revived"]
    assert await studio.topics(booking) == ["booking.placed", "booking.expired", "booking.revived"]


async def test_a_payment_after_expiry_is_refunded_if_its_slot_is_taken(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    await studio.book(by=await studio.joined())
    studio.pay(payment)
    await studio.settle(payment)
    await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.paid) == (Status.EXPIRED, DEPOSIT)
    assert await studio.owed(booking) == [DEPOSIT]


async def test_a_live_hold_prevents_a_revival_and_an_expired_one_does_not(studio: Studio) -> None:
    for minutes, status in ((4, Status.EXPIRED), (5, Status.CONFIRMED)):
        other = await Studio.opened()
        booking = await other.book()
        payment = await other.bill(booking)
        await expired(other, booking)
        await other.hold(by=await other.joined())
        other.clock.advance(minutes * MINUTE)
        other.pay(payment)
        await other.settle(payment)
        assert (await other.seen(booking)).status is status
        assert await other.violations() == []
    assert await studio.is_free()


async def test_a_payment_after_the_start_is_refunded(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    studio.clock.set(TOMORROW)
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.EXPIRED
    assert await studio.owed(booking) == [DEPOSIT]


async def test_a_payment_a_second_before_the_start_still_revives(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    studio.clock.set(TOMORROW - SECOND)
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_underpayments_after_expiry_are_refunded_and_do_not_add_up(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    for _ in range(2):
        studio.pay(payment, DEPOSIT.percent(50))
        await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.EXPIRED
    assert await studio.owed(booking) == [tugriks(10_000), tugriks(10_000)]


async def test_pending_refunds_do_not_pay_for_a_revival(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.paid(booking, tugriks(12_000))
    await expired(studio, booking)
    studio.pay(payment, tugriks(8_000))
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.EXPIRED
    assert await studio.owed(booking) == [tugriks(12_000), tugriks(8_000)]
    studio.pay(payment, DEPOSIT)
    await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.paid) == (Status.CONFIRMED, tugriks(40_000))
    assert await studio.owed(booking) == [tugriks(12_000), tugriks(8_000)]


async def test_a_revived_booking_keeps_at_most_its_price(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    studio.pay(payment, PRICE + DEPOSIT)
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    assert await studio.owed(booking) == [DEPOSIT]


async def test_of_a_late_payment_and_a_concurrent_booking_one_gets_the_slot(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    studio.pay(payment)
    other = await studio.joined()

    async def book() -> bool:
        return (await studio.book(by=other)).claims_time

    async def settle() -> bool:
        await studio.settle(payment)
        return (await studio.seen(booking)).claims_time

    won, _ = await race([settle(), book()])
    assert sum(won) == 1


async def test_the_longest_overdue_bookings_come_first(studio: Studio) -> None:
    first = await studio.book()
    studio.clock.advance(MINUTE)
    second = await studio.book(TOMORROW + HOUR)
    studio.clock.advance(15 * MINUTE)
    assert list(await studio.reads.bookings.overdue(studio.clock.now(), 10)) == [first.id, second.id]
    for booking in (first, second):
        await studio.expire(booking)
    assert list(await studio.reads.bookings.overdue(studio.clock.now(), 10)) == []
