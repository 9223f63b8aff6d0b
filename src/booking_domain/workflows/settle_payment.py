"""Settle a payment: ask the gateway what it has received, and do what follows.

Only the gateway's own word counts, and only what is new of it, so that any hint (a callback, forged or repeated
or late; a customer who asks; a timer) may lead here any number of times. Money is never overlooked: it confirms its
booking, or revives one that expired if the time is still free, or is owed back.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import Action, Party, Status
from booking_domain.payments.errors import GatewayUnavailable, PaymentNotFound
from booking_domain.payments.events import PaymentHinted
from booking_domain.payments.model import Payment
from booking_domain.payments.ports import GatewayReport, PaymentGateway
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.placing import around
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.decision import Decision
from booking_domain.shared.executor import Context, Executor, UseCase
from booking_domain.shared.ids import EventId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.workflows.place_booking import claim_of
from booking_domain.workflows.ports import Repositories
from booking_domain.workflows.refunds import pending_refunds, schedule_refund

ASKED_AT_MOST_EVERY: Final = timedelta(seconds=1)
"""A customer's asking leads to at most one question to the gateway in this time, per payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ApplyReport:
    payment_id: PaymentId
    report: GatewayReport


async def _settle_payment(payment: Payment, *, executor: Executor[Repositories], gateway: PaymentGateway) -> Payment:
    """Ask the gateway about this transaction's invoice and apply what it says; return the transaction as it is then.

    Raises:
        GatewayUnavailable: it could not be asked; nothing was changed.
    """
    if payment.invoice is None:
        return payment
    report = await gateway.report(payment.invoice.reference, payment.amount.currency)
    if report.received <= payment.settled:
        return payment
    command = _ApplyReport(payment_id=payment.id, report=report)
    return await executor.run(_apply_report, command, actor=SYSTEM)


async def _settle_when_asked(payment: Payment, *, executor: Executor[Repositories], gateway: PaymentGateway) -> Payment:
    """`settle_payment` for a customer who asks, unless the gateway has just been asked or all is paid."""
    if not await executor.run(_may_ask, payment.id, actor=SYSTEM):
        return payment
    return await settle_payment(payment, executor=executor, gateway=gateway)


async def _note_hint(payment: Payment, tx: Repositories, context: Context) -> None:
    """Somebody says that this was paid and the gateway cannot be asked now: leave it to whoever relays messages."""
    event = PaymentHinted(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=payment.booking_id,
        payment_id=payment.id,
    )
    await tx.outbox.put([event])


async def _take_turn(payment_id: PaymentId, tx: Repositories, context: Context) -> bool:
    payment = await tx.payments.get(payment_id)
    if payment is None or payment.invoice is None or payment.amount <= payment.settled:
        return False
    if payment.checked_at is not None and abs(context.now - payment.checked_at) < ASKED_AT_MOST_EVERY:
        return False
    await tx.payments.save(payment.checked(context.now), was=payment)
    return True


async def _apply(command: _ApplyReport, tx: Repositories, context: Context) -> Payment:
    before = await tx.payments.get(command.payment_id)
    booking = await tx.bookings.lock(before.booking_id) if before is not None else None
    before = await tx.payments.get(command.payment_id)  # as it is now that the booking is ours
    if before is None or booking is None:
        raise PaymentNotFound
    after, new = before.settle(command.report.received, raw_payload=command.report.raw, now=context.now)
    if not new:
        return before
    await tx.payments.save(after, was=before)
    richer = booking.receive(new, context.now)
    owed = await pending_refunds(booking, tx)
    decision = await _next(richer, owed, tx, context)
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    await schedule_refund(_too_much(decision.state, new, owed), decision.state, after.gateway, tx, context)
    return after


async def _next(booking: Booking, owed: Money, tx: Repositories, context: Context) -> BookingDecision:
    """What the money makes of the booking."""
    covered = booking.deposit <= booking.paid.beyond(booking.refunded + owed)
    if booking.status is Status.PENDING and covered:
        return _paid(booking, Action.CONFIRM, context)
    if booking.status is Status.EXPIRED and covered and context.now < booking.span.start:
        # The provider's lock, as for every claim; then the time is free or it is not.
        await tx.schedules.lock(booking.provider_id, around(booking.span.start))
        try:
            await tx.claims.acquire(claim_of(booking), context.now)
        except SlotTaken:
            return Decision(booking)
        return _paid(booking, Action.REVIVE, context)
    return Decision(booking)


def _paid(booking: Booking, action: Action, context: Context) -> BookingDecision:
    return booking.apply(
        action,
        party=Party.PAYMENT,
        by=SYSTEM,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason="paid",
    )


def _too_much(booking: Booking, new: Money, owed: Money) -> Money:
    """What goes back of the new money: all of it if the booking is over, else what exceeds the price."""
    if booking.status in {Status.CANCELLED, Status.EXPIRED}:
        return new
    return booking.paid.beyond(booking.refunded + owed + booking.price)


note_payment_hint: Final = UseCase(Permission.RUN_PLATFORM, _note_hint)
_may_ask: Final = UseCase(Permission.RUN_PLATFORM, _take_turn)
_apply_report: Final = UseCase(Permission.RUN_PLATFORM, _apply, raises=(PaymentNotFound,))

settle_payment: Final = Process(_settle_payment, (GatewayUnavailable,))
settle_when_asked: Final = Process(_settle_when_asked, (GatewayUnavailable,))
