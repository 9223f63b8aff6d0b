"""Settle a payment: ask the gateway what it has received, and apply the difference.

- Only the gateway's report counts. A callback, a customer's request or a timer is a hint to ask, so each may come any
  number of times, late or forged, without effect of its own.
- New money confirms its booking, or revives an expired booking whose time can still be booked, or is scheduled as a
  refund, and the customer is told why.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.bookings.errors import CustomerNotActive
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import Action, LatePayment, Party, Status
from booking_domain.payments.errors import GatewayUnavailable, PaymentNotFound
from booking_domain.payments.events import PaymentReceived
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment
from booking_domain.payments.ports import GatewayReport
from booking_domain.payments.refunds import RefundReason
from booking_domain.scheduling.errors import ProviderNotBookable, SlotTaken, TimeNotAvailable
from booking_domain.scheduling.placing import ensure_available, slot_window
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.decision import Decision
from booking_domain.shared.executor import Context, Executor, UseCase
from booking_domain.shared.ids import EventId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.workflows.bookable import ensure_bookable
from booking_domain.workflows.booking_steps import booking_claim, schedule_refund
from booking_domain.workflows.ports import Repositories

GATEWAY_POLL_INTERVAL: Final = timedelta(seconds=1)
"""Requests of customers ask the gateway about one payment at most once in this time."""

_NOTHING_DUE: Final = frozenset({Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW})
"""Statuses of bookings whose new money goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ApplyReport:
    payment_id: PaymentId
    report: GatewayReport


async def _settle_payment(payment: Payment, *, executor: Executor[Repositories], gateways: Gateways) -> Payment:
    """Ask the gateway about the payment's invoice, apply its report and return the payment after that.

    Raises:
        GatewayUnavailable: the gateway gave no usable report; nothing was changed.
    """
    if payment.invoice is None:
        return payment
    report = await gateways.named(payment.gateway).report(payment.invoice.reference, payment.amount.currency)
    if report.received <= payment.held:
        return payment
    command = _ApplyReport(payment_id=payment.id, report=report)
    return await executor.run(_apply_report, command, actor=SYSTEM)


async def _settle_when_asked(payment: Payment, *, executor: Executor[Repositories], gateways: Gateways) -> Payment:
    """`settle_payment` at a customer's request; does nothing if all is paid or the gateway was asked just now."""
    if not await executor.run(_reserve_poll, payment.id, actor=SYSTEM):
        return payment
    return await settle_payment(payment, executor=executor, gateways=gateways)


async def _record_poll(payment_id: PaymentId, tx: Repositories, context: Context) -> bool:
    """Whether the gateway may be asked now; if so, record that it is."""
    payment = await tx.payments.get(payment_id)
    if payment is None or payment.invoice is None or payment.amount <= payment.settled:
        return False
    if payment.checked_at is not None and abs(context.now - payment.checked_at) < GATEWAY_POLL_INTERVAL:
        return False
    await tx.payments.save(payment.checked(context.now), was=payment)
    return True


async def _apply(command: _ApplyReport, tx: Repositories, context: Context) -> Payment:
    """Lock the customer's account first: it is not disabled or deleted while its booking is revived."""
    before = await tx.payments.get(command.payment_id)
    if before is not None:
        await tx.users.lock(before.customer_id)
    booking = await tx.bookings.lock(before.booking_id) if before is not None else None
    before = await tx.payments.get(command.payment_id)  # again, now that the booking is locked
    if before is None or booking is None:
        raise PaymentNotFound
    after, new = before.settle(command.report.received, raw_payload=command.report.raw, now=context.now)
    if not new:
        return before
    await tx.payments.save(after, was=before)
    received = PaymentReceived(
        id=EventId(context.entropy.new_id()), occurred_at=context.now, booking_id=booking.id, payment_id=after.id
    )
    await tx.outbox.put([received])
    decision = await _confirm_or_revive(booking.receive(new, context.now), tx, context)
    late = decision.state.undisputed_status in _NOTHING_DUE
    reason = RefundReason.LATE_PAYMENT if late else RefundReason.OVERPAYMENT
    excess = _excess(decision.state, new)
    state = await schedule_refund(excess, decision.state, after.gateway, tx, context, reason=reason)
    await tx.bookings.save(state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(state, decision.events))
    return after


async def _confirm_or_revive(booking: Booking, tx: Repositories, context: Context) -> BookingDecision:
    """Confirm or revive the booking if its deposit is covered, not counting refunds that were made or are pending.

    A booking is revived if its time can be booked now, as far as the customer had not agreed to it before: minimum
    notice, horizon and grid do not count. If it is not, its audit trail has the reason.
    """
    covered = booking.deposit <= booking.totals.refundable
    if booking.status is Status.PENDING and covered:
        return _paid(booking, Action.CONFIRM, "paid", context)
    if booking.status is Status.EXPIRED and covered:
        obstacle = await _claim_again(booking, tx, context)
        if obstacle is None:
            return _paid(booking, Action.REVIVE, "paid", context)
        return _paid(booking, Action.RETURN_PAYMENT, obstacle, context)
    return Decision(booking)


async def _claim_again(booking: Booking, tx: Repositories, context: Context) -> LatePayment | None:
    """Claim the time of an expired booking, or return why that is not possible."""
    if booking.span.start <= context.now:
        return LatePayment.STARTED
    locked = await tx.schedules.lock(booking.provider_id, slot_window(booking.span.start))
    claim = booking_claim(booking)
    try:
        schedule = (await ensure_bookable(locked, booking.customer_id, tx)).for_services(booking.services)
        ensure_available(schedule, booking.span, now=context.now, own=claim.id)
        await tx.claims.acquire(claim, context.now)
    except ProviderNotBookable:
        return LatePayment.PROVIDER
    except CustomerNotActive:
        return LatePayment.CUSTOMER
    except (SlotTaken, TimeNotAvailable):
        return LatePayment.TIME
    return None


def _paid(booking: Booking, action: Action, reason: str, context: Context) -> BookingDecision:
    return booking.apply(
        action,
        party=Party.PAYMENT,
        by=SYSTEM,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason=reason,
    )


def _excess(booking: Booking, new: Money) -> Money:
    """The part of the new money to refund: all of it if nothing is due any more, else what exceeds the price."""
    if booking.undisputed_status in _NOTHING_DUE:
        return new
    return (booking.totals.refundable + booking.desk_paid).beyond(booking.price)


_reserve_poll: Final = UseCase(Permission.RUN_PLATFORM, _record_poll)
_apply_report: Final = UseCase(Permission.RUN_PLATFORM, _apply, raises=(PaymentNotFound,))

settle_payment: Final = Process(_settle_payment, (GatewayUnavailable,))
settle_when_asked: Final = Process(_settle_when_asked, (GatewayUnavailable,))
