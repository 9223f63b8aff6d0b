"""Refund an order: its buyer changed their mind, or an admin decided so. What was bought is taken back with it.

The gateway is asked as for refunds of bookings: under the refund's own id, with growing delays while it gives no
answer. What it cannot refund goes by bank transfer, which an admin makes and closes with the bank's reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.events import OrderRefundByTransfer, OrderRefunded, OrderRefundScheduled
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import (
    MAX_BANK_REFERENCE_OF_ORDER,
    NoRefundByTransfer,
    Order,
    OrderBeingRefunded,
    OrderId,
    OrderNotFound,
    OrderNotPayable,
    OrderRefund,
    OrderRefundTooLate,
    OrderRules,
    OrderStatus,
)
from booking_domain.payments.ports import RefundOrder, RefundOutcome
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, PaymentId, RefundId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.orders.subjects import TAKING_BACK_ERRORS, take_back
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleOrderRefund:
    """Record that the bank transfer of a refund was made."""

    order_id: OrderId
    bank_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    order_id: OrderId
    parts: Mapping[str, bool]
    """The gateways, by name, and whether each can pay back a part of a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class _Record:
    order_id: OrderId
    refund: OrderRefund
    outcome: RefundOutcome


async def _refund(order_id: OrderId, tx: Repositories, context: UseCaseContext) -> Order:
    """Refund what is left; to its buyer within the days of the policy, and if nothing was used."""
    order = required(await tx.orders.lock(order_id), OrderNotFound)
    by_admin = context.actor.role is Role.ADMIN
    if not by_admin and order.customer_id != context.actor.id:
        raise OrderNotFound
    if order.status is not OrderStatus.PAID or order.paid_at is None:
        raise OrderNotPayable(status=order.status)
    if not by_admin and context.now >= order.paid_at + context.configured(OrderRules).refundable_for:
        raise OrderRefundTooLate
    if order.refund is not None:
        raise OrderBeingRefunded
    back = await take_back(order, tx, context)
    after = order.schedule_refund(context.entropy.new_id(), back, context.now)
    await tx.orders.save(after, was=order)
    await tx.outbox.put([_event(OrderRefundScheduled, order_id, context)])
    return after


async def _make_refund(
    order_id: OrderId, *, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> None:
    """Ask the gateway for the refund of an order, unless none is due.

    Raises:
        GatewayUnavailable: the gateway gave no usable response; the refund is repeated at its time.
    """
    order = await reads.orders.get(order_id)
    if order is None or order.refund is None or order.refund.at is None:
        return
    gateway = gateways.named(order.gateway)
    parts = {name: each.refunds_parts for each in gateways for name in gateways.names(each)}
    asked = await executor.run(_ask_for_refund, _Ask(order_id=order_id, parts=parts), actor=SYSTEM)
    if asked is None or asked.refund is None or asked.invoice is None:
        return
    outcome = await gateway.refund(
        RefundOrder(
            refund_id=RefundId(asked.refund.id),
            payment_id=PaymentId(asked.id),
            invoice_reference=asked.invoice.reference,
            amount=asked.refund.amount,
            returned_before=asked.returned,
        )
    )
    if outcome is not RefundOutcome.PENDING:
        record = _Record(order_id=order_id, refund=asked.refund, outcome=outcome)
        await executor.run(_record_order_refund, record, actor=SYSTEM)


async def _ask(command: _Ask, tx: Repositories, context: UseCaseContext) -> Order | None:
    order = required(await tx.orders.lock(command.order_id), OrderNotFound)
    refund = order.refund
    if refund is None or refund.at is None or context.now < refund.at:
        return None
    if refund.amount != order.held and not command.parts.get(order.gateway, False):
        await _by_transfer(order, refund, tx, context)
        return None
    asked = order.ask_gateway(refund, context.now)
    await tx.orders.save(asked, was=order)
    return asked


async def _record(command: _Record, tx: Repositories, context: UseCaseContext) -> None:
    order = required(await tx.orders.lock(command.order_id), OrderNotFound)
    refund = order.refund
    if refund is None or refund.id != command.refund.id:
        return
    if command.outcome is RefundOutcome.IMPOSSIBLE:
        await _by_transfer(order, refund, tx, context)
        return
    await tx.orders.save(order.refunded(refund, PaymentParty.GATEWAY), was=order)
    await tx.outbox.put([_event(OrderRefunded, order.id, context)])


async def _by_transfer(order: Order, refund: OrderRefund, tx: Repositories, context: UseCaseContext) -> None:
    await tx.orders.save(order.use_transfer(refund), was=order)
    await tx.outbox.put([_event(OrderRefundByTransfer, order.id, context)])


async def _settle(command: SettleOrderRefund, tx: Repositories, context: UseCaseContext) -> Order:
    order = required(await tx.orders.lock(command.order_id), OrderNotFound)
    reference = command.bank_reference.strip()
    if not 1 <= len(reference) <= MAX_BANK_REFERENCE_OF_ORDER:
        raise InvalidValue(field="bank_reference", problem=f"1 to {MAX_BANK_REFERENCE_OF_ORDER} characters")
    if order.refund is None or order.refund.at is not None:
        raise NoRefundByTransfer
    settled = order.refunded(order.refund, PaymentParty.STAFF, reference)
    await tx.orders.save(settled, was=order)
    await tx.outbox.put([_event(OrderRefunded, order.id, context)])
    return settled


def _event(
    kind: type[OrderRefundScheduled] | type[OrderRefunded] | type[OrderRefundByTransfer],
    order_id: OrderId,
    context: UseCaseContext,
) -> OrderRefundScheduled | OrderRefunded | OrderRefundByTransfer:
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, order_id=order_id)


def _subject(_: object, order: Order) -> Subject:
    return Subject("order", order.id)


refund_order: Final = UseCase(
    Permission.REFUND_ORDERS,
    _refund,
    _subject,
    audited_as="order.refunded",
    raises=(
        OrderNotFound,
        OrderNotPayable,
        OrderBeingRefunded,
        OrderRefundTooLate,
        *TAKING_BACK_ERRORS,
        InvalidValue,
    ),
)
settle_order_refund: Final = UseCase(
    Permission.MANAGE_TRANSFERS,
    _settle,
    _subject,
    audited_as="order.transfer_settled",
    raises=(OrderNotFound, NoRefundByTransfer, InvalidValue),
)
_ask_for_refund: Final = UseCase(Permission.RUN_PLATFORM, _ask, raises=(OrderNotFound,))
_record_order_refund: Final = UseCase(Permission.RUN_PLATFORM, _record, raises=(OrderNotFound,))
make_order_refund: Final = Process(_make_refund, (GatewayUnavailable,))
