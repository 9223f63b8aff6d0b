"""Gift cards and orders in the worker: what is sent, settled, refunded and expired."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

import structlog

from booking_domain.gift_cards.events import GiftCardIssued
from booking_domain.gift_cards.model import GiftCardId
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.events import OrderHinted, OrderRefundScheduled
from booking_domain.payments.orders import OrderId, OrderStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import RuleViolated
from booking_domain.use_cases.gift_cards.delivery import deliver_gift_card, expire_gift_card, give_up_delivery
from booking_domain.use_cases.orders.pay import expire_order, settle_order
from booking_domain.use_cases.orders.refund import make_order_refund
from entrypoints.container import Container
from entrypoints.worker.declarations import MESSAGES, Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

log: Final = structlog.get_logger()
_PER_SWEEP: Final = 200


async def _deliver(container: Container, *, card_id: str) -> None:
    """Send a gift card to its recipient; a contact that the channel refuses is given up."""
    try:
        await deliver_gift_card(
            GiftCardId(UUID(card_id)),
            clock=container.clock(),
            reads=container.reads(),
            executor=container.executor(),
            sender=container.message_sender(),
            translator=container.translator(),
        )
    except RuleViolated:
        log.warning("gift_card.not_sent", gift_card_id=card_id)
        await container.executor().run(give_up_delivery, GiftCardId(UUID(card_id)), actor=SYSTEM)


async def _settle(container: Container, *, order_id: str) -> None:
    """Ask the gateway about an order whose callback arrived while the gateway was unavailable, or never did.

    An order that is overdue then has expired; also one that nobody can be asked about, for want of its gateway.
    """
    order, gateways = await container.reads().orders.get(OrderId(UUID(order_id))), container.gateways()
    if order is None:
        return
    if gateways.has(order.gateway):
        order = await settle_order(order, executor=container.executor(), gateways=gateways)
    if order.status is OrderStatus.PENDING:
        await container.executor().run(expire_order, order.id, actor=SYSTEM)


async def _refund(container: Container, *, order_id: str) -> None:
    """Have the gateway refund an order. If it is unavailable, the sweep tries again when the refund is due."""
    with suppress(GatewayUnavailable):
        await make_order_refund(
            OrderId(UUID(order_id)),
            reads=container.reads(),
            executor=container.executor(),
            gateways=container.gateways(),
        )


DELIVER: Final = Job(name="deliver_gift_card", run=_deliver, queue=MESSAGES)
SETTLE: Final = Job(name="settle_order", run=_settle)
REFUND: Final = Job(name="refund_order", run=_refund)


async def _sweep(container: Container, enqueue: Enqueue) -> None:
    reads, now = container.reads(), container.clock().now()
    for card_id in await reads.gift_cards.to_deliver(now, _PER_SWEEP):
        await enqueue(_delivery(card_id))
    for card_id in await reads.gift_cards.to_expire(now, _PER_SWEEP):
        await container.executor().run(expire_gift_card, card_id, actor=SYSTEM)
    for order_id in await reads.orders.to_refund(now, _PER_SWEEP):
        await enqueue(_refunding(order_id))
    for order_id in await reads.orders.to_expire(now, _PER_SWEEP):
        await enqueue(_settling(order_id))


def _delivery(card_id: GiftCardId) -> JobRequest:
    return DELIVER.request(lock=f"gift card {card_id}", once=f"gift card {card_id}", card_id=str(card_id))


def _settling(order_id: OrderId) -> JobRequest:
    return SETTLE.request(once=f"settle order {order_id}", order_id=str(order_id))


def _refunding(order_id: OrderId) -> JobRequest:
    return REFUND.request(once=f"refund order {order_id}", order_id=str(order_id))


def _deliver_issued(event: GiftCardIssued) -> Iterator[JobRequest]:
    yield _delivery(event.card_id)


def _settle_hinted(event: OrderHinted) -> Iterator[JobRequest]:
    yield _settling(event.order_id)


def _refund_scheduled(event: OrderRefundScheduled) -> Iterator[JobRequest]:
    yield _refunding(event.order_id)


CONTEXT: Final = WorkerContext(
    jobs=(DELIVER, SETTLE, REFUND),
    subscriptions=(
        Subscription((GiftCardIssued,), _deliver_issued),
        Subscription((OrderHinted,), _settle_hinted),
        Subscription((OrderRefundScheduled,), _refund_scheduled),
    ),
    sweeps=(Sweep("gift_cards", _sweep),),
)
