"""Deposits that are authorised at booking and captured later, or released."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from tests.unit.use_cases.scenes import MINUTE, expired

from booking_domain.bookings.model import Booking, DepositMode
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.disputes.model import Resolution
from booking_domain.payments.chargeable import AmountRule
from booking_domain.payments.errors import CaptureInProgress, GatewayUnavailable
from booking_domain.payments.events import AuthorisationChanged
from booking_domain.payments.model import AUTHORISED_FOR, CAPTURE_DELAYED_AFTER, Payment, Purpose
from booking_domain.payments.refunds import RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.reconciliation.ports import FindingFilter
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW, terms
from booking_domain.testing.memory import MemoryGateway, MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.queries import get_cancellation_quote
from booking_domain.use_cases.catalogue.profiles import SettingsChange, TermsChange, change_settings
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.reconciliation.reconcile import reconcile
from booking_domain.use_cases.reconciliation.runs import RequestRun, request_run
from entrypoints.languages.notices import GettextTranslator

ZERO: Final = Money.zero("MNT")
WEEK: Final = timedelta(days=7)
KEEPS_40: Final = CancellationPolicy((Tier(24, 100), Tier(0, 60)), late_keeps=40, no_show_keeps=75)


async def opened() -> Studio:
    return await Studio.opened(
        gateway=MemoryGateway(authorises=True), terms=terms(cancellation=KEEPS_40), authorised={Purpose.DEPOSIT}
    )


async def confirmed(studio: Studio) -> tuple[Booking, Payment]:
    """A booking whose deposit is authorised."""
    booking = await studio.book()
    payment = await studio.paid(booking)
    return await studio.seen(booking), payment


async def ended(studio: Studio, booking: Booking, to: Status = Status.COMPLETED) -> Booking:
    studio.clock.set(booking.span.end)
    return await studio.move(booking, to, by=studio.owner)


async def topics(studio: Studio) -> list[str]:
    return [each.topic for each in await studio.backend.outbox_events() if isinstance(each, AuthorisationChanged)]


def captures(studio: Studio) -> list[Money]:
    return list(studio.gateway.captures.values())


async def only(studio: Studio, booking: Booking) -> Payment:
    [payment] = await studio.payments(booking)
    return payment


async def test_an_authorised_deposit_confirms_and_is_captured_on_completion() -> None:
    studio = await opened()
    booking, payment = await confirmed(studio)
    assert (booking.status, booking.payment_status) == (Status.CONFIRMED, BookingPaymentStatus.AUTHORISED)
    assert (booking.paid, booking.authorised, booking.quote.deposit) == (ZERO, DEPOSIT, ZERO)
    assert booking.quote.balance == PRICE - DEPOSIT
    assert payment.status is PaymentStatus.AUTHORISED
    await studio.capture(booking)
    assert captures(studio) == []
    await ended(studio, booking)
    assert await studio.reads.payments.to_capture(studio.clock.now(), 9) == [booking.id]
    for _ in range(2):
        await studio.capture(booking)
    after = await studio.seen(booking)
    assert captures(studio) == [DEPOSIT]
    assert (after.paid, after.authorised, after.payment_status) == (DEPOSIT, ZERO, BookingPaymentStatus.PAID)
    assert (await only(studio, booking)).status is PaymentStatus.PAID
    assert await topics(studio) == ["payment.authorised", "payment.captured"]
    assert await studio.violations() == []


@pytest.mark.parametrize("by_provider", [False, True])
async def test_a_cancellation_captures_what_the_policy_keeps_and_releases_the_rest(*, by_provider: bool) -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    studio.clock.set(booking.span.start - HOUR)
    by = studio.owner if by_provider else studio.customer
    back = DEPOSIT if by_provider else DEPOSIT.percent(60)
    quote = await get_cancellation_quote(by, booking.id, studio.reads.appointments, now=studio.clock.now())
    assert (quote.refund, quote.released) == (back, back)
    cancelled = await studio.move(booking, Status.CANCELLED, by=by)
    assert (cancelled.authorised, cancelled.released) == (DEPOSIT - back, back)
    await studio.capture(booking)
    after, payment = await studio.seen(booking), await only(studio, booking)
    assert (after.paid, after.refund_pending) == (DEPOSIT - back, ZERO)
    assert await studio.refunds(booking) == []
    if by_provider:
        assert captures(studio) == []
        assert (payment.status, after.payment_status) == (PaymentStatus.RELEASED, BookingPaymentStatus.RELEASED)
        assert await topics(studio) == ["payment.authorised", "payment.released"]
    else:
        assert captures(studio) == [DEPOSIT.percent(40)]
        assert (payment.status, after.payment_status) == (PaymentStatus.PAID, BookingPaymentStatus.PAID)
        assert await topics(studio) == ["payment.authorised", "payment.captured", "payment.released"]
    assert not studio.gateway.bills["memory-1"].authorised
    assert await studio.violations() == []


async def test_a_missed_appointment_captures_what_the_policy_keeps() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    await ended(studio, booking, Status.NO_SHOW)
    await studio.capture(booking)
    after = await studio.seen(booking)
    assert (captures(studio), after.paid, after.refund_pending) == ([DEPOSIT.percent(75)], DEPOSIT.percent(75), ZERO)
    assert await studio.violations() == []


async def test_with_a_paid_balance_the_authorised_amount_is_released_first_and_the_rest_refunded() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    studio.clock.set(booking.span.start - HOUR)
    cancelled = await studio.move(booking, Status.CANCELLED)
    back = PRICE.percent(60)
    assert (cancelled.authorised, cancelled.released, cancelled.refund_pending) == (ZERO, DEPOSIT, back - DEPOSIT)
    await studio.capture(booking)
    assert (await studio.seen(booking)).totals.refundable == PRICE - back
    assert await studio.violations() == []


async def test_a_deposit_is_charged_at_once_if_the_appointment_is_far_or_the_provider_or_gateway_says_so() -> None:
    studio = await opened()
    far = await studio.book(TOMORROW + WEEK)
    assert (await studio.paid(far)).status is PaymentStatus.PAID
    charged = TermsChange(deposit_mode=DepositMode.CHARGED)
    await studio.run(change_settings, SettingsChange(terms=charged), by=studio.owner)
    near = await studio.book()
    assert (await studio.paid(near)).status is PaymentStatus.PAID
    unset = TermsChange(deposit_mode=None)
    await studio.run(change_settings, SettingsChange(terms=unset), by=studio.owner)
    assert (await studio.paid(await studio.book(TOMORROW + 2 * HOUR))).status is PaymentStatus.AUTHORISED
    plain = await Studio.opened(authorised={Purpose.DEPOSIT})
    assert (await plain.paid(await plain.book())).status is PaymentStatus.PAID
    chosen = await Studio.opened(gateway=MemoryGateway(authorises=True))
    authorised = TermsChange(deposit_mode=DepositMode.AUTHORISED)
    await chosen.run(change_settings, SettingsChange(terms=authorised), by=chosen.owner)
    booking, payment = await confirmed(chosen)
    assert payment.status is PaymentStatus.AUTHORISED
    balance = await chosen.paid(booking, purpose=Purpose.BALANCE)
    assert balance.status is PaymentStatus.PAID


async def test_a_balance_before_the_appointment_is_captured_on_completion_if_the_deployment_says_so() -> None:
    authorises, both = MemoryGateway(authorises=True), {Purpose.DEPOSIT, Purpose.BALANCE}
    studio = await Studio.opened(gateway=authorises, terms=terms(cancellation=KEEPS_40), authorised=both)
    booking, _ = await confirmed(studio)
    balance = await studio.paid(booking, purpose=Purpose.BALANCE)
    seen = await studio.seen(booking)
    assert (balance.status, seen.authorised, seen.quote.balance) == (PaymentStatus.AUTHORISED, PRICE, ZERO)
    await ended(studio, booking)
    await studio.capture(booking)
    after = await studio.seen(booking)
    assert (captures(studio), after.paid, after.authorised) == ([DEPOSIT, PRICE - DEPOSIT], PRICE, ZERO)
    assert await studio.violations() == []


async def test_a_cancellation_releases_an_authorised_balance_and_keeps_the_share_of_the_whole() -> None:
    studio = await Studio.opened(
        gateway=MemoryGateway(authorises=True), terms=terms(cancellation=KEEPS_40), authorised={Purpose.BALANCE}
    )
    booking, deposit = await confirmed(studio)
    assert deposit.status is PaymentStatus.PAID
    await studio.paid(booking, purpose=Purpose.BALANCE)
    studio.clock.set(booking.span.start - HOUR)
    cancelled = await studio.move(booking, Status.CANCELLED)
    await studio.capture(booking)
    assert cancelled.released == PRICE.percent(60)
    after = await studio.seen(booking)
    assert (after.paid, after.refund_pending) == (PRICE.percent(40), ZERO)
    assert await studio.violations() == []


async def test_a_balance_after_the_appointment_is_charged_at_once() -> None:
    studio = await Studio.opened(gateway=MemoryGateway(authorises=True), authorised={Purpose.BALANCE})
    booking, _ = await confirmed(studio)
    done = await ended(studio, booking)
    assert (await studio.paid(done, purpose=Purpose.BALANCE)).status is PaymentStatus.PAID
    assert await studio.violations() == []


async def test_an_authorisation_is_captured_before_it_lapses_however_far_the_booking_was_moved() -> None:
    studio = await opened()
    booking, payment = await confirmed(studio)
    moved = await studio.reschedule(booking, TOMORROW + 3 * WEEK)
    assert payment.authorised_at is not None
    due = payment.authorised_at + AUTHORISED_FOR
    studio.clock.set(due - MINUTE)
    await studio.capture(booking)
    assert captures(studio) == []
    studio.clock.set(due)
    assert await studio.reads.payments.to_capture(due, 9) == [booking.id]
    await studio.capture(booking)
    after = await studio.seen(booking)
    assert captures(studio) == [DEPOSIT]
    assert (after.status, after.payment_status) == (Status.CONFIRMED, BookingPaymentStatus.PAID)
    cancelled = await studio.move(moved, Status.CANCELLED)
    assert (cancelled.refund_pending, cancelled.released) == (DEPOSIT, ZERO)
    assert await studio.violations() == []


async def test_a_capture_whose_answer_is_lost_is_repeated_later_and_counts_once() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    await ended(studio, booking)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await studio.capture(booking)
    studio.gateway.lose_answers = False
    await studio.capture(booking)  # too soon
    assert (await studio.seen(booking)).paid == ZERO
    studio.clock.advance(MINUTE)
    await studio.capture(booking)
    assert (await studio.seen(booking)).paid == DEPOSIT
    assert captures(studio) == [DEPOSIT]
    assert await studio.violations() == []


async def test_a_callback_of_a_capture_on_a_cancelled_booking_is_no_late_payment() -> None:
    studio = await opened()
    booking, payment = await confirmed(studio)
    studio.clock.set(booking.span.start - HOUR)
    await studio.move(booking, Status.CANCELLED)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await studio.capture(booking)
    studio.gateway.lose_answers = False
    await studio.settle(payment)
    assert await studio.refunds(booking) == []
    assert (await studio.seen(booking)).paid == DEPOSIT.percent(40)
    assert await studio.violations() == []


async def test_a_capture_that_a_concurrent_cancellation_made_too_large_is_partly_refunded() -> None:
    studio = await opened()
    booking, payment = await confirmed(studio)
    await studio.reschedule(booking, TOMORROW + 3 * WEEK)
    assert payment.authorised_at is not None
    studio.clock.set(payment.authorised_at + AUTHORISED_FOR)
    studio.gateway.lose_answers = True
    with pytest.raises(GatewayUnavailable):
        await studio.capture(booking)
    studio.gateway.lose_answers = False
    await studio.move(booking, Status.CANCELLED)
    await studio.capture(booking)
    [refund] = await studio.refunds(booking)
    assert (refund.amount, refund.reason) == (DEPOSIT, RefundReason.CANCELLATION)
    assert await studio.violations() == []


async def test_an_authorisation_that_lapsed_is_shown_to_everyone_and_the_amount_is_due_again() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    await ended(studio, booking)
    studio.gateway.lapse("memory-1")
    await studio.capture(booking)
    after = await studio.seen(booking)
    assert (await only(studio, booking)).status is PaymentStatus.FAILED
    assert (after.authorised, after.quote.balance, after.payment_status) == (ZERO, PRICE, BookingPaymentStatus.FAILED)
    assert await topics(studio) == ["payment.authorised", "payment.lapsed"]
    notified = await notices(studio)
    assert [len(notified[each.id]) for each in (studio.customer, studio.owner, studio.admin)] == [2, 1, 1]
    assert await studio.reads.payments.to_capture(studio.clock.now() + WEEK, 9) == []
    assert await studio.violations() == []


async def test_admins_are_told_when_the_gateway_does_not_capture() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    await ended(studio, booking)
    studio.gateway.available = False
    for _ in range(CAPTURE_DELAYED_AFTER):
        payment = await only(studio, booking)
        assert payment.capture_at is not None
        studio.clock.set(max(studio.clock.now(), payment.capture_at))
        with pytest.raises(GatewayUnavailable):
            await studio.capture(booking)
    assert (await topics(studio))[-1] == "payment.capture_delayed"
    [notice] = (await notices(studio))[studio.admin.id]
    assert booking.reference in notice


async def test_a_report_from_before_the_authorisation_does_not_end_it() -> None:
    studio = await opened()
    booking = await studio.book()
    before = await studio.bill(booking)
    studio.pay(before)
    await studio.settle(before)
    studio.gateway.bills["memory-1"] = replace(studio.gateway.bills["memory-1"], authorised=None)
    await settle_payment(before, executor=studio.executor, gateways=studio.gateways)
    assert (await studio.seen(booking)).authorised == DEPOSIT


async def test_an_authorisation_after_the_end_of_a_booking_is_released_unless_it_revives_it() -> None:
    studio = await opened()
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    other = await studio.book(TOMORROW + 2 * HOUR)
    payment = await studio.bill(other)
    await studio.move(other, Status.CANCELLED)
    studio.pay(payment)
    assert (await studio.settle(payment)).status is PaymentStatus.AUTHORISED
    await studio.capture(other)
    assert [each.status for each in await studio.payments(other)] == [PaymentStatus.RELEASED]
    assert await studio.refunds(other) == []
    assert captures(studio) == []
    assert await studio.violations() == []


async def test_an_amount_that_the_gateway_cannot_charge_is_rounded_down() -> None:
    rule = AmountRule(step=700, least=1, most=10**12)
    gateway = MemoryGateway(currencies={"MNT": rule}, authorises=True)
    deposit = Money(amount=7_000, currency="MNT")
    provider_terms = terms(price=Money(amount=70_000, currency="MNT"), deposit=deposit, cancellation=KEEPS_40)
    studio = await Studio.opened(gateway=gateway, terms=provider_terms, authorised={Purpose.DEPOSIT})
    booking, _ = await confirmed(studio)
    await ended(studio, booking, Status.NO_SHOW)
    await studio.capture(booking)
    after = await studio.seen(booking)
    assert (after.paid.amount, after.released.amount, after.refund_pending.amount) == (4_900, 2_100, 0)
    assert await studio.violations() == []


async def test_a_dispute_captures_first_and_is_decided_afterwards() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    dispute = await studio.dispute(booking)
    with pytest.raises(CaptureInProgress):
        await studio.resolve(dispute, Resolution.REFUND_FULL)
    await studio.capture(booking)
    assert captures(studio) == [DEPOSIT]
    await studio.resolve(dispute, Resolution.REFUND_FULL)
    assert (await studio.seen(booking)).refund_pending == DEPOSIT
    assert await studio.violations() == []


async def test_the_reconciliation_finds_no_difference_in_captured_and_released_payments() -> None:
    studio = await opened()
    booking, _ = await confirmed(studio)
    other = await studio.book(TOMORROW + 2 * HOUR)
    await studio.paid(other)
    studio.clock.set(booking.span.start - HOUR)
    await studio.move(booking, Status.CANCELLED)
    await studio.move(other, Status.CANCELLED, by=studio.owner)
    await studio.capture(other)
    studio.clock.advance(timedelta(days=2))
    await studio.capture(booking)
    for days_ago in (1, 2, 3):
        day = (studio.clock.now() - timedelta(days=days_ago)).date()
        run = await studio.run(request_run, RequestRun.of(studio.gateways, None, day), by=studio.admin)
        await reconcile(run.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)
    assert await studio.reads.reconciliation.page(FindingFilter()) == []


async def notices(studio: Studio) -> dict[object, list[str]]:
    """The texts that each person was sent about authorised payments."""
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, AuthorisationChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    notified: dict[object, list[str]] = {}
    for (_, user_id), notice in notifier.notices.items():
        notified.setdefault(user_id, []).append(notice.text)
    return notified
