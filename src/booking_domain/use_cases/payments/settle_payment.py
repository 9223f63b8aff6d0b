"""Settle a payment: ask the gateway what it has received, and apply the difference.

- Only the gateway's report counts. A callback, a customer's request or a timer is a hint to ask, so each may come any
  number of times, late or forged, without effect of its own.
- New money confirms its booking, or revives an expired booking whose time can still be booked, or is scheduled as a
  refund, and the customer is notified of the reason.
- A pending payment whose invoice the gateway has closed without money fails. The customer is told, and can start
  another one.
- An authorisation confirms and revives as money does. It is captured later; see `capture_payments`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.placing_errors import CustomerNotActive
from booking_domain.bookings.transitions import Action, LatePayment, Status
from booking_domain.payments.errors import GatewayUnavailable, PaymentNotFound
from booking_domain.payments.events import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentFailed,
    PaymentLapsed,
    PaymentReceived,
    PaymentReleased,
    payment_event,
)
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.payer_cards import PayerCard
from booking_domain.payments.ports import GatewayReport
from booking_domain.payments.refunds import RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import ProviderNotBookable, SlotTaken, TimeNotAvailable
from booking_domain.scheduling.placing import require_available
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import PaymentId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.bookings.bookable import require_bookable_schedule
from booking_domain.use_cases.bookings.discounts import follow_discounts
from booking_domain.use_cases.bookings.package_visits import visit_is_there
from booking_domain.use_cases.bookings.steps import (
    apply_payment,
    booking_claim,
    capture_all,
    close_excessive_payments,
    confirm_if_covered,
    decide_captures,
    due_of,
    schedule_refund,
)
from booking_domain.use_cases.platform.ports import Repositories

GATEWAY_POLL_INTERVAL: Final = timedelta(seconds=1)
"""Requests of customers ask the gateway about one payment at most once in this time."""

_NOTHING_DUE: Final = frozenset({Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW})
"""Statuses of bookings whose new money is refunded."""
_RELEASED_FOR: Final = {Status.CANCELLED: RefundReason.CANCELLATION, Status.NO_SHOW: RefundReason.NO_SHOW}
"""Why more is refunded than was released, by the status of the booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ApplyReport:
    payment_id: PaymentId
    report: GatewayReport
    was_authorised: bool
    """Whether the payment was authorised before the gateway was asked."""


async def _settle_payment(payment: Payment, *, executor: Executor[Repositories], gateways: Gateways) -> Payment:
    """Ask the gateway about the payment's invoice, apply its report and return the payment after that.

    Raises:
        GatewayUnavailable: the gateway gave no usable report; nothing was changed.
    """
    if payment.invoice is None:
        return payment
    was_authorised = payment.status is PaymentStatus.AUTHORISED
    report = await gateways.named(payment.gateway).report(payment.invoice.reference, payment.amount.currency)
    nothing_new = report.received <= payment.held and was_authorised == (report.authorised is not None)
    if nothing_new and not payment.ended_by(closed=report.closed):
        return payment
    command = _ApplyReport(payment_id=payment.id, report=report, was_authorised=was_authorised)
    return await executor.run(_apply_report, command, actor=SYSTEM)


async def _settle_on_request(payment: Payment, *, executor: Executor[Repositories], gateways: Gateways) -> Payment:
    """`settle_payment` at a customer's request; does nothing if all is paid or the gateway was asked just now."""
    if not await executor.run(_reserve_poll, payment.id, actor=SYSTEM):
        return payment
    return await settle_payment(payment, executor=executor, gateways=gateways)


async def _record_poll(payment_id: PaymentId, tx: Repositories, context: UseCaseContext) -> bool:
    """Whether the gateway may be asked now; if so, record that it is."""
    payment = await tx.payments.get(payment_id)
    if payment is None or payment.invoice is None or payment.amount <= payment.settled:
        return False
    if payment.status is PaymentStatus.AUTHORISED:
        return False
    if payment.checked_at is not None and abs(context.now - payment.checked_at) < GATEWAY_POLL_INTERVAL:
        return False
    await tx.payments.save(payment.checked(context.now), was=payment)
    return True


async def _apply(command: _ApplyReport, tx: Repositories, context: UseCaseContext) -> Payment:
    """Lock the customer's account first: it is not disabled or deleted while its booking is revived."""
    before = await tx.payments.get(command.payment_id)
    if before is not None:
        await tx.users.lock(before.customer_id)
    booking = await tx.bookings.lock(before.booking_id) if before is not None else None
    before = await tx.payments.get(command.payment_id)  # again, now that the booking is locked
    if before is None or booking is None:
        raise PaymentNotFound
    applied = await _applied(command, booking, before, tx, context)
    if command.report.card_digest and not booking.of_walk_in:
        card = PayerCard(user_id=booking.customer_id, card_digest=command.report.card_digest, paid_at=context.now)
        await tx.payer_cards.put(card)
    return applied


async def _applied(
    command: _ApplyReport, booking: Booking, before: Payment, tx: Repositories, context: UseCaseContext
) -> Payment:
    report = command.report
    after, new = before.settle(report.received, raw_payload=report.raw, now=context.now)
    if new:
        return await _receive(booking, before, after, tx, context)
    if report.authorised is not None and before.may_be_authorised():
        at = report.authorised_at or context.now
        return await _authorise(
            booking, before, before.authorised_for(report.authorised, at, raw=report.raw), tx, context
        )
    gone = command.was_authorised and report.authorised is None
    if gone and before.status is PaymentStatus.AUTHORISED:
        return await _end_authorisation(booking, before, before.end_authorisation(raw=report.raw), tx, context)
    if before.ended_by(closed=report.closed):
        return await _fail(booking, before, before.fail(raw=report.raw), tx, context)
    return before


async def _fail(
    booking: Booking, before: Payment, after: Payment, tx: Repositories, context: UseCaseContext
) -> Payment:
    """Record that the invoice can no longer be paid, so that the customer can start another payment.

    The customer is told as long as another payment would be in time.
    """
    await tx.payments.save(after, was=before)
    if due_of(booking, after.purpose) and not booking.overdue(context.now):
        await tx.outbox.put([payment_event(PaymentFailed, after, context)])
    failed = booking.fail_payment(context.now) if after.purpose is Purpose.DEPOSIT else booking
    if failed is not booking:
        await tx.bookings.save(failed, was=booking, events=())
    return after


async def _receive(
    booking: Booking, before: Payment, after: Payment, tx: Repositories, context: UseCaseContext
) -> Payment:
    """Count new money, which the gateway has collected or captured."""
    new = after.settled - before.settled
    await tx.payments.save(after, was=before)
    await tx.outbox.put([payment_event(PaymentReceived, after, context)])
    counted = booking.receive(new, context.now)
    captured = before.status is PaymentStatus.AUTHORISED
    if captured:
        missing = before.capturable.excess_over(new)
        counted = counted.captured(before.capturable - missing, context.now).release(missing, context.now)
        await tx.outbox.put([payment_event(PaymentCaptured, after, context)])
    if captured and new < before.authorised:
        await tx.outbox.put([payment_event(PaymentReleased, after, context)])
    decision = await _confirm_or_revive(counted, tx, context)
    excess = _excess(decision.state, new, before)
    reason = _reason(decision.state, captured=captured)
    state = await schedule_refund(excess, decision.state, after.gateway, tx, context, reason=reason)
    await _save(state, booking, decision, tx, context)
    return after


async def _authorise(
    booking: Booking, before: Payment, after: Payment, tx: Repositories, context: UseCaseContext
) -> Payment:
    """Count an authorisation. It is captured at once if the appointment is over, and released if nothing is due."""
    await tx.payments.save(after, was=before)
    await tx.outbox.put([payment_event(PaymentAuthorised, after, context)])
    decision = await _confirm_or_revive(booking.authorise(after.authorised, context.now), tx, context)
    state = decision.state
    if state.undisputed_status in _NOTHING_DUE:
        state = await decide_captures(state.authorised - after.authorised, state, tx, context)
    elif state.status in {Status.COMPLETED, Status.DISPUTED}:
        state = await capture_all(state, tx, context)
    await _save(state, booking, decision, tx, context)
    return await tx.payments.get(after.id) or after


async def _end_authorisation(
    booking: Booking, before: Payment, after: Payment, tx: Repositories, context: UseCaseContext
) -> Payment:
    """Record that nothing is authorised any more: it was released, or it has lapsed."""
    await tx.payments.save(after, was=before)
    if after.status is PaymentStatus.RELEASED:
        await tx.outbox.put([payment_event(PaymentReleased, after, context)])
        return after
    await tx.bookings.save(booking.lapse(before.capturable, context.now), was=booking, events=())
    await tx.outbox.put([payment_event(PaymentLapsed, after, context)])
    return after


async def _save(
    state: Booking, was: Booking, decision: BookingDecision, tx: Repositories, context: UseCaseContext
) -> None:
    await close_excessive_payments(state, tx)
    state = await follow_discounts(was, state, tx, context)
    await tx.bookings.save(state, was=was, events=decision.events)
    await tx.outbox.put(booking_events(state, decision.events))


async def _confirm_or_revive(booking: Booking, tx: Repositories, context: UseCaseContext) -> BookingDecision:
    """Confirm or revive the booking if its deposit is covered, not counting refunds that were made or are pending.

    What is authorised covers it too.

    A booking is revived if its time can be booked now, as far as the customer had not agreed to it before: minimum
    notice, horizon and grid do not count. If it is not, its audit trail has the reason.
    """
    if booking.status is not Status.EXPIRED or booking.quote.deposit:
        return confirm_if_covered(booking, "paid", context)
    obstacle = await _claim_again(booking, tx, context)
    if obstacle is None:
        return apply_payment(booking, Action.REVIVE, "paid", context)
    return apply_payment(booking, Action.RETURN_PAYMENT, obstacle, context)


async def _claim_again(booking: Booking, tx: Repositories, context: UseCaseContext) -> LatePayment | None:
    """Claim the time of an expired booking, or return why that is not possible."""
    if booking.span.start <= context.now:
        return LatePayment.STARTED
    locked = await tx.schedules.lock(
        booking.provider_id, slot_window(booking.span.start, booking.minutes), resources=booking.resource_ids
    )
    if not await visit_is_there(booking, tx):
        return LatePayment.PACKAGE
    claim = booking_claim(booking)
    try:
        schedule = (await require_bookable_schedule(locked, booking.customer_id, tx)).for_services(booking.services)
        require_available(schedule, booking.span, now=context.now, own=claim.id)
        await tx.claims.acquire(claim, context.now)
    except ProviderNotBookable:
        return LatePayment.PROVIDER
    except CustomerNotActive:
        return LatePayment.CUSTOMER
    except (SlotTaken, TimeNotAvailable):
        return LatePayment.TIME
    return None


def _excess(booking: Booking, new: Money, before: Payment) -> Money:
    """The part of the new money to refund: what exceeds what was due.

    If nothing is due any more: all of it, except what was to be captured of an authorised payment.
    """
    if booking.undisputed_status in _NOTHING_DUE:
        return new.excess_over(before.capturable)
    return booking.overpaid


def _reason(booking: Booking, *, captured: bool) -> RefundReason:
    """Why an excess is refunded."""
    status = booking.undisputed_status
    if status not in _NOTHING_DUE:
        return RefundReason.OVERPAYMENT
    return _RELEASED_FOR.get(status, RefundReason.LATE_PAYMENT) if captured else RefundReason.LATE_PAYMENT


_reserve_poll: Final = UseCase(Permission.RUN_PLATFORM, _record_poll)
_apply_report: Final = UseCase(Permission.RUN_PLATFORM, _apply, raises=(PaymentNotFound,))

settle_payment: Final = Process(_settle_payment, (GatewayUnavailable,))
settle_on_request: Final = Process(_settle_on_request, (GatewayUnavailable,))
