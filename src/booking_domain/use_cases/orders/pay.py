"""Pay an order: have the gateway make its invoice, and count what the gateway reports.

The invoice is made as that of a booking's payment is: see `payments.invoices`. Hints (a callback, the customer, a
timer) lead to `settle_order`, which asks the gateway and applies the difference.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.payments.errors import GatewayUnavailable, NotChargeable, PaymentInPreparation
from booking_domain.payments.events import OrderHinted, OrderPaid, OrderRefundScheduled
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Invoice
from booking_domain.payments.orders import (
    Order,
    OrderAtOtherGateway,
    OrderId,
    OrderKind,
    OrderNotFound,
    OrderNotPayable,
    OrderStatus,
)
from booking_domain.payments.payer_cards import PayerCard
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.plans.model import Plan
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, PaymentId, PlanId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.orders.subjects import describe, issue_paid
from booking_domain.use_cases.payments.invoices import make_invoice
from booking_domain.use_cases.platform.ports import Repositories

POLL_INTERVAL: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOrder:
    """Start to pay an order. Starting twice returns the same invoice."""

    order_id: OrderId
    gateway: str | None = None
    """What the customer chose; None: the first that takes the currency."""


@dataclass(frozen=True, slots=True)
class _Prepare:
    pay: PayOrder
    gateways: Gateways


@dataclass(frozen=True, slots=True)
class _Prepared:
    order: Order
    payer: str
    """The gateway's id of the payer of the plan that the order renews; empty: of none."""


@dataclass(frozen=True, slots=True)
class _RecordInvoice:
    prepared: Order
    invoice: Invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apply:
    order_id: OrderId
    received: Money
    kept: KeptMethod | None
    card_digest: bytes


@dataclass(frozen=True, slots=True)
class _Applied:
    order: Order
    former: tuple[tuple[str, KeptMethod], ...] = ()
    """What its plan was charged to before, at which gateway, if it is charged to something else now."""


async def _pay_order(command: PayOrder, *, actor: Actor, executor: Executor[Repositories], gateways: Gateways) -> Order:
    """Return the order with its invoice. The platform itself may ask for that of a plan, too.

    Raises:
        OrderNotFound, OrderNotPayable, OrderAtOtherGateway, InvalidValue, NotChargeable: it cannot be paid so.
        PaymentInPreparation: another request holds the lease.
        GatewayUnavailable: the gateway created no invoice that can be paid. Retry.
    """
    prepare = _prepare_renewal if actor.role is Role.SYSTEM else _prepare_order
    prepared = await executor.run(prepare, _Prepare(command, gateways), actor=actor)
    order = prepared.order
    if order.invoice is not None:
        return order
    gateway = gateways.named(order.gateway)
    asked = InvoiceOrder(
        payment_id=PaymentId(order.id),
        booking_id=BookingId(order.id),
        order_number=order.order_number,
        amount=order.amount,
        description=describe(order),
        payable_until=order.expires_at,
        keep_method=order.kind is OrderKind.PLAN and gateway.keeps_methods,
        payer=prepared.payer,
    )
    return await make_invoice(
        asked,
        gateway,
        record=lambda invoice: executor.run(_record_order_invoice, _RecordInvoice(order, invoice), actor=SYSTEM),
        give_back=lambda: executor.run(_abandon_order, order, actor=SYSTEM),
    )


async def _prepare(prepare: _Prepare, tx: Repositories, context: UseCaseContext) -> _Prepared:
    command = prepare.pay
    order = await lock_own(command.order_id, tx, context)
    if not order.payable(context.now):
        status = OrderStatus.EXPIRED if order.status is OrderStatus.PENDING else order.status
        raise OrderNotPayable(status=status)
    plan = None if order.plan_id is None else await tx.plans.get(PlanId(order.plan_id))
    preferred = None if plan is None else plan.gateway
    gateway = prepare.gateways.for_payment(order.amount, command.gateway, preferred)
    begun = order.invoice is not None or prepare.gateways.has(order.gateway)
    if command.gateway is not None and begun and order.gateway not in prepare.gateways.names(gateway):
        raise OrderAtOtherGateway(gateway=order.gateway)
    if order.invoice is not None:
        return _Prepared(order, "")
    if order.being_prepared(context.now):
        raise PaymentInPreparation
    prepared = order.prepare(order.gateway if begun else gateway.name, context.now)
    await tx.orders.save(prepared, was=order)
    kept = None if plan is None or plan.gateway != prepared.gateway else plan.method
    return _Prepared(prepared, "" if kept is None else kept.payer)


async def lock_own(order_id: OrderId, tx: Repositories, context: UseCaseContext) -> Order:
    """Lock an order of the actor, or any for the platform, or raise `OrderNotFound`."""
    order = await tx.orders.lock(order_id)
    if order is None or context.actor.id not in {order.customer_id, SYSTEM.id}:
        raise OrderNotFound
    return order


async def _record(command: _RecordInvoice, tx: Repositories, _: UseCaseContext) -> Order:
    order = required(await tx.orders.lock(command.prepared.id), OrderNotFound)
    if order.status is not OrderStatus.PENDING:
        raise OrderNotPayable(status=order.status)  # it has expired in the meantime
    if order.invoice is not None:
        return order
    if order.attempt != command.prepared.attempt:
        raise PaymentInPreparation
    recorded = order.invoiced(command.invoice)
    await tx.orders.save(recorded, was=order)
    return recorded


async def _abandon(prepared: Order, tx: Repositories, _: UseCaseContext) -> None:
    order = await tx.orders.lock(prepared.id)
    if order is not None and order.version == prepared.version:
        await tx.orders.save(order.abandon_preparation(), was=order)


async def _settle_order(order: Order, *, executor: Executor[Repositories], gateways: Gateways) -> Order:
    """Ask the gateway about the order's invoice, apply its report and return the order after that.

    Raises:
        GatewayUnavailable: the gateway gave no usable report; nothing was changed.
    """
    if order.invoice is None:
        return order
    report = await gateways.named(order.gateway).report(order.invoice.reference, order.amount.currency)
    if report.received <= order.held:
        return order
    apply = _Apply(order_id=order.id, received=report.received, kept=report.kept, card_digest=report.card_digest)
    applied = await executor.run(_apply_order, apply, actor=SYSTEM)
    for former, method in applied.former:
        if gateways.has(former):
            with suppress(GatewayUnavailable):  # then the gateway keeps it, and nobody charges it
                await gateways.named(former).forget_method(method)
    return applied.order


async def _settle_on_request(order: Order, *, executor: Executor[Repositories], gateways: Gateways) -> Order:
    """`settle_order` at a customer's request, unless the order does not wait, or the gateway was asked just now."""
    if order.status is not OrderStatus.PENDING or not await executor.run(_reserve_poll, order.id, actor=SYSTEM):
        return order
    return await settle_order(order, executor=executor, gateways=gateways)


async def _record_poll(order_id: OrderId, tx: Repositories, context: UseCaseContext) -> bool:
    order = required(await tx.orders.lock(order_id), OrderNotFound)
    if order.checked_at is not None and abs(context.now - order.checked_at) < POLL_INTERVAL:
        return False
    await tx.orders.save(order.checked(context.now), was=order)
    return True


async def _apply(command: _Apply, tx: Repositories, context: UseCaseContext) -> _Applied:
    before = required(await tx.orders.lock(command.order_id), OrderNotFound)
    order = before.settle(command.received, context.now)
    if order is before:
        return _Applied(before)
    plan = None if order.plan_id is None else await tx.plans.get(PlanId(order.plan_id))
    back = order.unwanted
    if order.status is OrderStatus.PAID and before.status is not OrderStatus.PAID:
        if await issue_paid(order, command.kept, tx, context):
            await tx.outbox.put([OrderPaid(id=_event_id(context), occurred_at=context.now, order_id=order.id)])
        else:
            back = order.held
        order = order.numbered(await tx.orders.next_receipt_number())
    if back and order.refund is None:
        order = order.schedule_refund(context.entropy.new_id(), back, context.now)
        await tx.outbox.put([OrderRefundScheduled(id=_event_id(context), occurred_at=context.now, order_id=order.id)])
    await tx.orders.save(order, was=before)
    if command.card_digest:
        card = PayerCard(user_id=order.customer_id, card_digest=command.card_digest, paid_at=context.now)
        await tx.payer_cards.put(card)
    return _Applied(order, await _former(plan, tx))


async def _former(before: Plan | None, tx: Repositories) -> tuple[tuple[str, KeptMethod], ...]:
    """What a plan was charged to, at which gateway, if it is charged to something else now."""
    if before is None or before.method is None:
        return ()
    after = await tx.plans.get(before.id)
    kept = None if after is None or after.method is None else (after.gateway, after.method.reference)
    is_kept = kept == (before.gateway, before.method.reference)
    return () if is_kept else ((before.gateway, before.method),)


async def _expire(order_id: OrderId, tx: Repositories, context: UseCaseContext) -> None:
    order = required(await tx.orders.lock(order_id), OrderNotFound)
    if order.status is OrderStatus.PENDING and order.expires_at <= context.now:
        await tx.orders.save(order.expire(), was=order)


async def _hint(order_id: OrderId, tx: Repositories, context: UseCaseContext) -> None:
    await tx.outbox.put([OrderHinted(id=_event_id(context), occurred_at=context.now, order_id=order_id)])


def _event_id(context: UseCaseContext) -> EventId:
    return EventId(context.entropy.new_id())


_prepare_order: Final = UseCase(
    Permission.PAY,
    _prepare,
    lambda _, prepared: Subject("order", prepared.order.id),
    raises=(
        OrderNotFound,
        OrderNotPayable,
        OrderAtOtherGateway,
        InvalidValue,
        NotChargeable,
        PaymentInPreparation,
    ),
)
_prepare_renewal: Final = UseCase(Permission.RUN_PLATFORM, _prepare, raises=_prepare_order.raises)
_record_order_invoice: Final = UseCase(
    Permission.RUN_PLATFORM, _record, raises=(OrderNotFound, OrderNotPayable, PaymentInPreparation)
)
_abandon_order: Final = UseCase(Permission.RUN_PLATFORM, _abandon)
_reserve_poll: Final = UseCase(Permission.RUN_PLATFORM, _record_poll, raises=(OrderNotFound,))
_apply_order: Final = UseCase(Permission.RUN_PLATFORM, _apply, raises=(OrderNotFound,))
expire_order: Final = UseCase(Permission.RUN_PLATFORM, _expire, raises=(OrderNotFound,))
hint_order: Final = UseCase(Permission.RUN_PLATFORM, _hint)
pay_order: Final = Process(_pay_order, (*_prepare_order.raises, NotPermitted, GatewayUnavailable))
settle_order: Final = Process(_settle_order, (GatewayUnavailable,))
settle_order_on_request: Final = Process(_settle_on_request, (GatewayUnavailable,))
