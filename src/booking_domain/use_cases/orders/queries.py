"""Orders as their customers see them, and those whose refund an admin transfers."""

from collections.abc import Sequence
from typing import Final

from booking_domain.packages.model import PackageOffer, PackageOfferId
from booking_domain.payments.errors import InvalidCallbackToken
from booking_domain.payments.orders import Order, OrderId, OrderNotFound, OrderReads
from booking_domain.payments.ports import CallbackTokens
from booking_domain.plans.model import Plan
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import PaymentId, PlanId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import Reads


async def _list(actor: Actor, after: OrderId | None, limit: int, orders: OrderReads) -> Sequence[Order]:
    """The actor's orders, newest first."""
    authorise(actor, Permission.PAY)
    return await orders.of_customer(actor.id, after, limit)


async def _get(actor: Actor, order_id: OrderId, orders: OrderReads) -> Order:
    authorise(actor, Permission.REFUND_ORDERS)
    order = required(await orders.get(order_id), OrderNotFound)
    if order.customer_id != actor.id and actor.role is not Role.ADMIN:
        raise OrderNotFound
    return order


async def _by_transfer(actor: Actor, after: OrderId | None, limit: int, orders: OrderReads) -> Sequence[Order]:
    """Orders whose refund goes by bank transfer, newest first."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    return await orders.by_transfer(after, limit)


async def _of_callback(order_id: OrderId, token: str, tokens: CallbackTokens, orders: OrderReads) -> Order | None:
    """The order that a callback is about, if it is one.

    Raises:
        InvalidCallbackToken: the token is not that of the order.
    """
    order = await orders.get(order_id)
    if order is not None and not tokens.verify(PaymentId(order_id), token):
        raise InvalidCallbackToken
    return order


async def package_or_plan(order: Order, reads: Reads) -> PackageOffer | Plan | None:
    """The offer of the package, or the plan, that an order is about; None: it is about neither, or that is gone."""
    if order.plan_id is not None:
        return await reads.plans.get(PlanId(order.plan_id))
    return None if order.offer_id is None else await reads.packages.offer(PackageOfferId(order.offer_id))


list_orders: Final = Query(_list, (NotPermitted,))
get_order: Final = Query(_get, (NotPermitted, OrderNotFound))
list_order_transfers: Final = Query(_by_transfer, (NotPermitted,))
order_of_callback: Final = Query(_of_callback, (InvalidCallbackToken,))
