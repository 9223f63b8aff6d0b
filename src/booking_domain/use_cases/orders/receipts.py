"""Receipts of orders: what was bought, of whom, and what was paid and returned. Nothing is stored beside the order."""

from dataclasses import dataclass
from typing import Final

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.notifications.notices import NoticeValue
from booking_domain.payments.orders import Order, OrderId, OrderKind, OrderNotFound, OrderNotPaid
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import required
from booking_domain.shared.languages import language_of
from booking_domain.shared.queries import Query
from booking_domain.use_cases.gift_cards.delivery import EVERYWHERE, issuer_of
from booking_domain.use_cases.orders.queries import get_order, package_or_plan
from booking_domain.use_cases.packages.messages import seller_of
from booking_domain.use_cases.platform.ports import Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReceipt:
    """The receipt of an order that was paid."""

    order: Order
    name: str = ""
    """Of the package or the plan; empty: a gift card."""
    seller: NoticeValue = EVERYWHERE
    """Who sells it, or at whom the card pays."""
    customer_name: str
    """Empty: the account is erased."""
    language: str
    """Of `LANGUAGES`: that of the customer."""
    time_zone: str
    """That of the customer."""


async def _get(actor: Actor, order_id: OrderId, reads: Reads) -> OrderReceipt:
    """The receipt of an order of the actor, or of any for an admin.

    Raises:
        OrderNotPaid: there is nothing to state.
    """
    order = await get_order(actor, order_id, reads.orders)
    if order.paid_at is None:
        raise OrderNotPaid
    customer = required(await reads.users.get(order.customer_id), OrderNotFound)
    name, seller = await _sold(order, reads)
    return OrderReceipt(
        order=order,
        name=name,
        seller=seller,
        customer_name="" if customer.erased_at is not None else customer.name,
        language=language_of(customer.locale),
        time_zone=customer.time_zone,
    )


async def _sold(order: Order, reads: Reads) -> tuple[str, NoticeValue]:
    if order.kind is OrderKind.GIFT_CARD:
        card = await reads.gift_cards.get(GiftCardId(order.subject_id))
        return "", EVERYWHERE if card is None else await issuer_of(card, reads)
    sold = await package_or_plan(order, reads)
    return ("", EVERYWHERE) if sold is None else (sold.name, (await seller_of(sold, reads))[0])


get_order_receipt: Final = Query(_get, (*get_order.raises, OrderNotPaid))
