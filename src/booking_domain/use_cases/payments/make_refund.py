"""Make a refund by the payment gateway, in three steps, so that a crash after any of them pays nothing back twice.

1. In a database transaction: choose the payment that is paid back, and record that the gateway is asked.
2. Outside any database transaction: the gateway pays it back. It recognises a repetition by the refund's id.
3. In a database transaction: record what came of it.

What a gift card paid goes back to the card in the first transaction, without a gateway.

A refund that the gateway cannot make goes by bank transfer. One whose result is unknown is repeated with a growing
delay; no transfer is approved meanwhile, because the gateway may have made it. While the booking is in dispute, the
gateway is asked for nothing new; the end of the dispute asks again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.errors import GatewayUnavailable, PaymentNotFound
from booking_domain.payments.events import PaymentHinted, RefundByTransfer, RefundMade, RefundSplit, refund_event
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import GIFT_CARDS, Payment
from booking_domain.payments.ports import RefundOrder, RefundOutcome
from booking_domain.payments.refunds import Refund, RefundMethod, RefundNotFound, RefundStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, RefundId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.bookings.steps import lock_refund
from booking_domain.use_cases.gift_cards.steps import refund_to_card
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    refund_id: RefundId
    parts: Mapping[str, bool]
    """The gateways, by name, and whether each can pay back a part of a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class _Record:
    order: RefundOrder
    outcome: RefundOutcome


async def _make_refund(
    refund_id: RefundId, *, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> None:
    """Ask the gateway for a pending refund, unless it goes by transfer or was asked just now.

    Raises:
        GatewayUnavailable: the gateway gave no usable response; the refund is repeated at its `retry_at`.
    """
    refund = await reads.refunds.get(refund_id)
    if refund is None or not _goes_by_gateway(refund):
        return
    if refund.gateway and refund.gateway not in GIFT_CARDS:  # empty for money that no gateway has: by transfer
        gateways.named(refund.gateway)  # unavailable, if the deployment no longer has it
    parts = {name: gateway.refunds_parts for gateway in gateways for name in gateways.names(gateway)}
    parts |= dict.fromkeys(GIFT_CARDS, True)
    requested = await executor.run(_ask_gateway, _Ask(refund_id=refund_id, parts=parts), actor=SYSTEM)
    if requested is None:
        return
    order, name = requested
    outcome = await gateways.named(name).refund(order)
    if outcome is not RefundOutcome.PENDING:
        await executor.run(_record_outcome, _Record(order=order, outcome=outcome), actor=SYSTEM)


def _goes_by_gateway(refund: Refund) -> bool:
    return refund.status is RefundStatus.PENDING and refund.method is not RefundMethod.TRANSFER


async def _ask(command: _Ask, tx: Repositories, context: UseCaseContext) -> tuple[RefundOrder, str] | None:
    """The order and the name of the gateway that it goes to, or None if no gateway is asked now."""
    refund, booking = await lock_refund(command.refund_id, tx)
    if not _goes_by_gateway(refund) or (refund.retry_at is not None and context.now < refund.retry_at):
        return None
    if booking.status is Status.DISPUTED and refund.payment_id is None:
        if refund.retry_at is not None:
            await tx.refunds.save(refund.wait_for_dispute(), was=refund)
        return None
    payments = [each for each in await tx.payments.of_booking(refund.booking_id) if each.gateway in command.parts]
    payment = _payment_to_return(refund, payments, command.parts)
    if payment is None or payment.invoice is None:
        await tx.refunds.save(refund.use_transfer(), was=refund)
        await tx.outbox.put([refund_event(RefundByTransfer, refund, context)])
        return None
    refunds = await tx.refunds.of_booking(refund.booking_id)
    if any(each.payment_id == payment.id and each.retry_at is not None and each.id != refund.id for each in refunds):
        await tx.refunds.save(refund.wait_for_gateway(context.now), was=refund)
        return None
    part = refund
    if payment.held < refund.amount:
        part, rest = refund.split(payment.held, RefundId(context.entropy.new_id()), context.now)
        await tx.refunds.add(rest)
        await tx.outbox.put([refund_event(RefundSplit, rest, context)])
    requested = part.ask_gateway(payment.id, payment.gateway, context.now)
    await tx.refunds.save(requested, was=refund)
    order = RefundOrder(
        refund_id=requested.id,
        payment_id=payment.id,
        invoice_reference=payment.invoice.reference,
        amount=requested.amount,
        returned_before=payment.returned,
    )
    if not payment.of_gift_card:
        return order, payment.gateway
    await refund_to_card(payment.id, requested.id, requested.amount, tx, context)
    await _record_made(requested, payment, booking, tx, context)
    return None


def _payment_to_return(refund: Refund, payments: Sequence[Payment], parts: Mapping[str, bool]) -> Payment | None:
    """The payment that its gateway pays back: the one it was asked for before, else one of the same amount.

    Of the payments whose gateway pays back parts, else the smallest that covers the refund, or the largest if none
    does.
    """
    if refund.payment_id is not None:
        return next((payment for payment in payments if payment.id == refund.payment_id), None)
    held = sorted((each for each in payments if each.held and each.invoice is not None), key=lambda each: each.held)
    exact = next((payment for payment in held if payment.held == refund.amount), None)
    divisible = [payment for payment in held if parts[payment.gateway]]
    if exact is not None or not divisible:
        return exact
    return next((payment for payment in divisible if refund.amount <= payment.held), divisible[-1])


async def _record(command: _Record, tx: Repositories, context: UseCaseContext) -> None:
    order = command.order
    refund, booking = await lock_refund(order.refund_id, tx)
    if refund.status is not RefundStatus.PENDING:
        return
    if command.outcome is RefundOutcome.IMPOSSIBLE:
        await tx.refunds.save(refund.use_transfer(), was=refund)
        await tx.outbox.put([refund_event(RefundByTransfer, refund, context)])
        return
    payment = required(await tx.payments.get(order.payment_id), PaymentNotFound)
    await tx.outbox.put([_hint(payment, context)])
    await _record_made(refund, payment, booking, tx, context)


async def _record_made(
    refund: Refund, payment: Payment, booking: Booking, tx: Repositories, context: UseCaseContext
) -> None:
    await tx.payments.save(payment.record_refund(refund.amount), was=payment)
    await tx.refunds.save(refund.mark_refunded(context.now), was=refund)
    await tx.bookings.save(booking.record_refund(refund.amount, context.now), was=booking, events=())
    await tx.outbox.put([refund_event(RefundMade, refund, context)])


def _hint(payment: Payment, context: UseCaseContext) -> PaymentHinted:
    """Have the worker ask about the payment again.

    While it was not known whether this refund was made, money that came for the payment looked like money that had not
    gone back.
    """
    return PaymentHinted(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=payment.booking_id,
        payment_id=payment.id,
    )


_ask_gateway: Final = UseCase(Permission.RUN_PLATFORM, _ask, raises=(RefundNotFound,))
_record_outcome: Final = UseCase(Permission.RUN_PLATFORM, _record, raises=(RefundNotFound, PaymentNotFound))

make_refund: Final = Process(_make_refund, (GatewayUnavailable,))
