"""Changing the status of a booking."""

from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import (
    FREE,
    HALF_A_DAY_BEFORE,
    MINUTE,
    NEVER_ANYTHING,
    ON_REQUEST,
    ON_REQUEST_AND_FREE,
    SECOND,
    expired,
    tugriks,
)

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound, TooEarly
from booking_domain.bookings.model import Booking
from booking_domain.bookings.terms_errors import DepositDue
from booking_domain.bookings.transitions import BookingPaymentStatus, InvalidBookingTransition, Status
from booking_domain.payments.model import Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import NotPermitted, StaleVersion
from booking_domain.shared.ids import BookingId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status


async def confirmed(studio: Studio, slot_in: timedelta = timedelta(days=7)) -> Booking:
    """A booking with a paid deposit that starts a week after tomorrow, or so."""
    booking = await studio.book(TOMORROW + slot_in)
    await studio.paid(booking)
    return await studio.seen(booking)


async def test_a_cancelled_booking_releases_its_time_and_cancels_its_payments(studio: Studio) -> None:
    booking = await studio.book()
    await studio.bill(booking)
    after = await studio.move(booking, Status.CANCELLED, why="ill")
    assert after == await studio.seen(booking)
    assert (after.status, after.due_at) == (Status.CANCELLED, None)
    assert await studio.is_free()
    assert [each.status for each in await studio.payments(booking)] == [PaymentStatus.CANCELLED]
    assert await studio.owed(booking) == []
    events = await studio.reads.bookings.events(booking.id)
    assert (events[-1].type, events[-1].by, events[-1].reason) == ("cancelled", studio.customer, "ill")
    assert await studio.topics(booking) == ["booking.placed", "booking.cancelled"]


async def test_another_customer_books_the_freed_slot(studio: Studio) -> None:
    await studio.move(await studio.book(), Status.CANCELLED)
    assert (await studio.book(by=await studio.joined())).status is Status.PENDING


async def test_an_early_cancellation_refunds_everything(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == [DEPOSIT]
    assert (await studio.topics(booking)).count("payment.refund_owed") == 1


async def test_a_late_cancellation_forfeits_the_deposit(studio: Studio) -> None:
    booking = await confirmed(studio)
    studio.clock.set(booking.span.start - timedelta(hours=24) + SECOND)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == []


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_the_refund_follows_the_agreed_tiers(studio: Studio) -> None:
    for number, (hours_before, back) in enumerate(
        [
            (timedelta(hours=48), [DEPOSIT]),
            (timedelta(hours=48) - SECOND, [DEPOSIT.percent(50)]),
            (timedelta(hours=12), [DEPOSIT.percent(50)]),
            (timedelta(hours=12) - SECOND, []),
            (timedelta(0), []),
            (-30 * MINUTE, []),
        ]
    ):
        booking = await confirmed(studio, timedelta(days=7 * number + 7))
        studio.clock.set(booking.span.start - hours_before)
        await studio.move(booking, Status.CANCELLED)
        assert await studio.owed(booking) == back


@pytest.mark.terms(NEVER_ANYTHING)
async def test_a_cancellation_by_the_provider_or_an_admin_refunds_everything(studio: Studio) -> None:
    for day, staff in ((7, studio.owner), (14, studio.admin)):
        booking = await confirmed(studio, timedelta(days=day))
        studio.clock.set(booking.span.end - SECOND)
        await studio.move(booking, Status.CANCELLED, by=staff)
        assert await studio.owed(booking) == [DEPOSIT]


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_surplus_is_refunded_in_full_and_the_tier_applies_to_the_rest(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + timedelta(days=7), deposit=PRICE)
    payment = await studio.paid(booking)
    studio.pay(payment, tugriks(10_000))
    await studio.settle(payment)
    assert await studio.owed(booking) == [tugriks(10_000)]
    studio.clock.set(booking.span.start - timedelta(hours=12))
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == [tugriks(10_000), PRICE.percent(50)]


async def test_a_pending_refund_is_not_scheduled_again(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + timedelta(days=7), deposit=PRICE)
    payment = await studio.paid(booking)
    studio.pay(payment, tugriks(10_000))
    await studio.settle(payment)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == [tugriks(10_000), PRICE]


async def test_deposit_and_balance_are_refunded_together(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    assert await studio.owed(booking) == [PRICE]


async def test_money_received_after_a_cancellation_is_refunded(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await studio.move(booking, Status.CANCELLED)
    studio.pay(payment)
    for _ in range(3):
        await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.paid) == (Status.CANCELLED, DEPOSIT)
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.is_free()


@pytest.mark.terms(NEVER_ANYTHING)
async def test_money_received_after_a_cancellation_is_refunded_whatever_the_policy(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await studio.bill(booking, Purpose.BALANCE)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == []
    studio.pay(payment)
    await studio.settle(payment)
    assert await studio.owed(booking) == [PRICE - DEPOSIT]


async def test_a_concurrent_cancellation_and_payment_lose_no_money(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + timedelta(days=7))
    payment = await studio.bill(booking)
    studio.pay(payment)

    async def cancel() -> None:
        await studio.move(booking, Status.CANCELLED)

    async def settle() -> None:
        await studio.settle(payment)

    _, refusals = await race([cancel(), settle()])
    assert refusals == []
    assert (await studio.seen(booking)).status is Status.CANCELLED
    assert await studio.owed(booking) == [DEPOSIT]


async def test_an_expired_booking_cannot_be_cancelled(studio: Studio) -> None:
    booking = await expired(studio, await studio.book())
    with pytest.raises(InvalidBookingTransition):
        await studio.move(booking, Status.CANCELLED)


async def test_a_booking_is_cancelled_once(studio: Studio) -> None:
    booking = await confirmed(studio)
    cancelled, refusals = await race([studio.move(booking, Status.CANCELLED) for _ in range(5)])
    assert len(cancelled) == 1
    assert [type(refusal) for refusal in refusals] == [InvalidBookingTransition] * 4
    assert await studio.owed(booking) == [DEPOSIT]


async def test_a_booking_is_cancelled_before_its_end_and_not_after(studio: Studio) -> None:
    booking = await confirmed(studio)
    studio.clock.set(booking.span.end)
    for party in (studio.customer, studio.owner, studio.admin):
        with pytest.raises(AlreadyOver):
            await studio.move(booking, Status.CANCELLED, by=party)


async def test_a_stale_version_does_not_change_the_booking(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    current = await studio.seen(booking)
    with pytest.raises(StaleVersion) as refusal:
        await studio.move(booking, Status.CANCELLED, saw=booking.version)
    assert (refusal.value.expected, refusal.value.actual) == (booking.version, current.version)
    assert await studio.seen(booking) == current
    assert (await studio.move(booking, Status.CANCELLED, saw=current.version)).status is Status.CANCELLED


async def test_of_many_changes_of_one_version_one_succeeds(studio: Studio) -> None:
    booking = await confirmed(studio)
    moved, refusals = await race([studio.move(booking, Status.CANCELLED, saw=booking.version) for _ in range(10)])
    assert len(moved) == 1
    assert [type(refusal) for refusal in refusals] == [StaleVersion] * 9


async def test_a_booking_is_hidden_from_strangers(studio: Studio) -> None:
    booking = await confirmed(studio)
    strangers = [await studio.joined(role) for role in (Role.CUSTOMER, Role.PROVIDER, Role.MANAGER)]
    for stranger in strangers:
        for status in Status:
            with pytest.raises(BookingNotFound):
                await studio.move(booking, status, by=stranger)
    command = ChangeBookingStatus(booking_id=BookingId(studio.entropy.new_id()), to=Status.CANCELLED)
    with pytest.raises(BookingNotFound):
        await studio.run(change_booking_status, command, by=studio.admin)
    assert await studio.seen(booking) == booking


async def test_the_system_cannot_request_a_status(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NotPermitted):
        await studio.move(booking, Status.CANCELLED, by=SYSTEM)


@pytest.mark.terms(ON_REQUEST)
async def test_accepting_a_request_makes_the_deposit_due(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.advance(HOUR)
    accepted = await studio.move(booking, Status.PENDING, by=studio.owner)
    assert (accepted.status, accepted.due_at) == (Status.PENDING, studio.clock.now() + PAYMENT_WINDOW)
    await studio.paid(booking)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    assert await studio.topics(booking) == ["booking.placed", "booking.pending", "booking.confirmed"]


@pytest.mark.terms(ON_REQUEST)
async def test_an_accepted_request_that_is_not_paid_expires(studio: Studio) -> None:
    booking = await studio.book()
    await studio.move(booking, Status.PENDING, by=studio.owner)
    assert (await expired(studio, booking)).status is Status.EXPIRED
    assert await studio.is_free()


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_with_a_deposit_is_not_confirmed_without_it(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(DepositDue):
        await studio.move(booking, Status.CONFIRMED, by=studio.owner)


@pytest.mark.terms(ON_REQUEST_AND_FREE)
async def test_a_request_without_a_deposit_is_confirmed_at_once(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(InvalidBookingTransition):
        await studio.move(booking, Status.PENDING, by=studio.owner)
    assert (await studio.move(booking, Status.CONFIRMED, by=studio.owner)).status is Status.CONFIRMED


@pytest.mark.terms(ON_REQUEST)
async def test_only_the_provider_accepts_a_request(studio: Studio) -> None:
    booking = await studio.book()
    for party in (studio.customer, studio.admin):
        with pytest.raises(NotYourMove):
            await studio.move(booking, Status.PENDING, by=party)


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_is_declined_or_withdrawn(studio: Studio) -> None:
    for slot, party in ((TOMORROW, studio.owner), (TOMORROW + HOUR, studio.customer)):
        booking = await studio.book(slot)
        assert (await studio.move(booking, Status.CANCELLED, by=party)).status is Status.CANCELLED
        assert await studio.is_free(slot)


async def test_customers_cannot_confirm_and_providers_only_paid_bookings(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NotYourMove):
        await studio.move(booking, Status.CONFIRMED)
    with pytest.raises(DepositDue):
        await studio.move(booking, Status.CONFIRMED, by=studio.owner)


async def test_an_admin_may_waive_the_deposit_and_a_payment_that_comes_still_counts(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    after = await studio.move(booking, Status.CONFIRMED, by=studio.admin)
    assert (after.status, after.due_at) == (Status.CONFIRMED, None)
    studio.clock.advance(HOUR)
    assert await studio.expire(booking) is None
    studio.pay(payment)
    await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.payment_status, after.paid) == (Status.CONFIRMED, BookingPaymentStatus.PAID, DEPOSIT)


async def test_after_its_start_a_booking_can_be_completed_or_no_show(studio: Studio) -> None:
    for day, status in ((7, Status.COMPLETED), (14, Status.NO_SHOW)):
        booking = await confirmed(studio, timedelta(days=day))
        studio.clock.set(booking.span.start - SECOND)
        with pytest.raises(TooEarly):
            await studio.move(booking, status, by=studio.owner)
        studio.clock.set(booking.span.start)
        with pytest.raises(NotYourMove):
            await studio.move(booking, status)
        after = await studio.move(booking, status, by=studio.owner)
        assert after.status is status
        assert not await studio.is_free(booking.span.start)
        assert await studio.owed(booking) == []


@pytest.mark.terms(FREE)
async def test_statuses_without_an_action_cannot_be_requested(studio: Studio) -> None:
    booking = await studio.book()
    for status in (Status.REQUESTED, Status.EXPIRED, Status.DISPUTED):
        with pytest.raises(InvalidBookingTransition):
            await studio.move(booking, status, by=studio.admin)


async def test_money_for_a_completed_booking_counts_and_the_excess_is_refunded(studio: Studio) -> None:
    booking = await confirmed(studio)
    studio.clock.set(booking.span.end)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    balance = await studio.bill(booking, Purpose.BALANCE)
    studio.pay(balance, PRICE)
    await studio.settle(balance)
    after = await studio.seen(booking)
    assert (after.status, after.paid) == (Status.COMPLETED, PRICE + DEPOSIT)
    assert await studio.owed(booking) == [DEPOSIT]
