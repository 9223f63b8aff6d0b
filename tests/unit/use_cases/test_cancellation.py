"""The cancellation policy through the use cases: quotes, late cancellations, no-shows, notice to reschedule."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from tests.unit.use_cases.scenes import HALF_A_DAY_BEFORE

from booking_domain.bookings.errors import AlreadyOver, RescheduleTooLate
from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import PRESETS, CancellationPolicy, Preset, Tier
from booking_domain.bookings.terms_errors import RefundDiffers
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import RefundReason
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.queries import CancellationQuote, get_cancellation_quote
from booking_domain.use_cases.catalogue.profiles import (
    CancellationChange,
    SettingsChange,
    TermsChange,
    change_settings,
)

NEXT_WEEK: Final = TOMORROW + timedelta(days=7)
LENIENT: Final = terms(cancellation=CancellationPolicy((Tier(24, 100),), late_keeps=40, no_show_keeps=75))
A_DAYS_NOTICE: Final = terms(cancellation=CancellationPolicy(reschedule_notice_minutes=24 * 60))


async def paid(studio: Studio) -> Booking:
    """A confirmed booking next week, with its deposit paid."""
    booking = await studio.book(NEXT_WEEK)
    await studio.paid(booking)
    return await studio.seen(booking)


def go_to(studio: Studio, booking: Booking, *, before: timedelta) -> None:
    studio.clock.set(booking.span.start - before)


async def quoted(studio: Studio, booking: Booking, by: Actor) -> CancellationQuote:
    return await get_cancellation_quote(by, booking.id, studio.reads.appointments, now=studio.clock.now())


async def cancel(studio: Studio, booking: Booking, expected: Money, *, by: Actor | None = None) -> Booking:
    command = ChangeBookingStatus(booking_id=booking.id, to=Status.CANCELLED, expected_refund=expected.amount)
    return await studio.run(change_booking_status, command, by=by or studio.customer)


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_cancellation_refunds_what_the_quote_said_until_it_ends(studio: Studio) -> None:
    booking = await paid(studio)
    go_to(studio, booking, before=48 * HOUR + HOUR / 2)
    quote = await quoted(studio, booking, studio.customer)
    assert (quote.refund, quote.tier, quote.better_tier) == (DEPOSIT, Tier(48, 100), None)
    assert quote.valid_until - timedelta.resolution == booking.span.start - 48 * HOUR
    studio.clock.set(quote.valid_until - timedelta.resolution)
    cancelled = await cancel(studio, booking, quote.refund)
    assert (cancelled.status, cancelled.refund_pending) == (Status.CANCELLED, quote.refund)
    assert await studio.owed(booking) == [quote.refund]


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_cancellation_is_refused_once_another_amount_would_go_back(studio: Studio) -> None:
    booking = await paid(studio)
    go_to(studio, booking, before=48 * HOUR + HOUR / 2)
    quote = await quoted(studio, booking, studio.customer)
    studio.clock.set(quote.valid_until)
    with pytest.raises(RefundDiffers) as refused:
        await cancel(studio, booking, quote.refund)
    assert refused.value.refund == DEPOSIT.percent(50)
    assert await studio.seen(booking) == booking
    again = await quoted(studio, booking, studio.customer)
    assert (again.refund, again.tier, again.better_tier) == (DEPOSIT.percent(50), Tier(12, 50), Tier(48, 100))
    await cancel(studio, booking, again.refund)
    assert await studio.owed(booking) == [again.refund]


async def test_the_quote_and_the_cancellation_of_the_providers_side_give_everything_back(studio: Studio) -> None:
    for staff in (studio.owner, studio.admin):
        booking = await paid(studio)
        go_to(studio, booking, before=HOUR)
        quote = await quoted(studio, booking, staff)
        assert (quote.refund, quote.tier, quote.better_tier) == (DEPOSIT, None, None)
        assert (await quoted(studio, booking, studio.customer)).refund == Money.zero("MNT")
        await cancel(studio, booking, quote.refund, by=staff)
        assert await studio.owed(booking) == [DEPOSIT]
        studio.clock.set(TOMORROW - 24 * HOUR)


async def test_money_that_arrives_after_the_quote_refuses_the_cancellation(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    payment = await studio.bill(booking)
    quote = await quoted(studio, booking, studio.customer)
    studio.pay(payment)
    outcomes, refusals = await race(
        [_settled(studio, payment), *(cancel(studio, booking, quote.refund) for _ in range(2))]
    )
    after = await studio.seen(booking)
    back = await studio.owed(booking)
    if after.status is Status.CANCELLED:  # cancelled first: the payment is late, and is refunded as such
        assert sum((each.amount for each in back), 0) == after.refund_pending.amount == DEPOSIT.amount
    else:
        assert (after.status, back) == (Status.CONFIRMED, [])
        assert [type(refusal) for refusal in refusals] == [RefundDiffers] * 2
    assert outcomes
    assert await studio.violations() == []


async def _settled(studio: Studio, payment: Payment) -> Booking:
    await studio.settle(payment)
    booking = await studio.reads.bookings.get(payment.booking_id)
    assert booking is not None
    return booking


@pytest.mark.terms(LENIENT)
async def test_a_late_cancellation_and_a_no_show_keep_what_their_rules_say(studio: Studio) -> None:
    late = await paid(studio)
    go_to(studio, late, before=HOUR)
    assert (await quoted(studio, late, studio.customer)).refund == DEPOSIT.percent(60)
    await studio.move(late, Status.CANCELLED)
    assert await studio.owed(late) == [DEPOSIT.percent(60)]

    studio.clock.set(TOMORROW - 24 * HOUR)
    missed = await paid(studio)
    go_to(studio, missed, before=-HOUR / 2)
    await studio.move(missed, Status.NO_SHOW, by=studio.owner)
    [refund] = await studio.refunds(missed)
    assert (refund.reason, refund.amount) == (RefundReason.NO_SHOW, DEPOSIT.percent(25))
    assert "payment.refund_owed" in await studio.topics(missed)
    seen = await studio.seen(missed)
    assert (seen.refund_pending, seen.payment_status) == (DEPOSIT.percent(25), BookingPaymentStatus.PAID)
    await studio.pay_out(refund)
    assert (await studio.seen(missed)).payment_status is BookingPaymentStatus.PARTIALLY_REFUNDED
    assert await studio.violations() == []


async def test_by_default_a_no_show_keeps_everything(studio: Studio) -> None:
    booking = await paid(studio)
    go_to(studio, booking, before=-HOUR / 2)
    await studio.move(booking, Status.NO_SHOW, by=studio.owner)
    assert await studio.refunds(booking) == []


@pytest.mark.terms(A_DAYS_NOTICE)
async def test_a_customer_reschedules_until_the_minimum_notice_and_the_providers_side_later(studio: Studio) -> None:
    booking = await paid(studio)
    go_to(studio, booking, before=24 * HOUR)
    booking = await studio.reschedule(booking, NEXT_WEEK + 2 * HOUR)
    go_to(studio, booking, before=24 * HOUR - timedelta.resolution)
    with pytest.raises(RescheduleTooLate) as refused:
        await studio.reschedule(booking, NEXT_WEEK + 4 * HOUR)
    assert refused.value.deadline == booking.span.start - 24 * HOUR
    assert await studio.seen(booking) == booking
    moved = await studio.reschedule(booking, NEXT_WEEK + 4 * HOUR, by=studio.owner)
    assert (await studio.reschedule(moved, NEXT_WEEK)).span.start == NEXT_WEEK, "they have not agreed to the time"


@pytest.mark.terms(A_DAYS_NOTICE)
async def test_a_started_booking_is_not_rescheduled_by_its_customer(studio: Studio) -> None:
    booking = await paid(studio)
    go_to(studio, booking, before=timedelta(0))
    with pytest.raises(AlreadyOver):
        await studio.reschedule(booking, NEXT_WEEK + 4 * HOUR)


async def change(studio: Studio, **values: object) -> None:
    changed = TermsChange(cancellation=CancellationChange(**values))  # type: ignore[arg-type]
    await studio.run(change_settings, SettingsChange(terms=changed), by=studio.owner)


async def test_bookings_keep_the_policy_that_they_were_made_under(studio: Studio) -> None:
    before = await paid(studio)
    await change(studio, tiers=PRESETS[Preset.STRICT], late_keeps=100, no_show_keeps=100, reschedule_notice_minutes=60)
    after = await studio.book(NEXT_WEEK + 2 * HOUR)
    assert (await studio.seen(before)).cancellation == CancellationPolicy()
    assert after.cancellation == CancellationPolicy(PRESETS[Preset.STRICT], reschedule_notice_minutes=60)


async def test_each_part_of_the_policy_is_changed_by_itself(studio: Studio) -> None:
    await change(studio, late_keeps=80)
    await change(studio, late_keeps=50, no_show_keeps=50)
    with pytest.raises(InvalidValue):
        await change(studio, no_show_keeps=49)
    with pytest.raises(InvalidValue):
        await change(studio, tiers=(Tier(48, 50), Tier(24, 60)))
    await change(studio, tiers=PRESETS[Preset.MODERATE])
    booking = await studio.book(NEXT_WEEK)
    expected = CancellationPolicy(PRESETS[Preset.MODERATE], late_keeps=50, no_show_keeps=50)
    assert booking.cancellation == expected
    assert replace(booking.cancellation, late_keeps=100, no_show_keeps=100).preset is Preset.MODERATE
