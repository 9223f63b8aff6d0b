"""Tell customers what has become of their orders, and admins of a refund that they have to transfer."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.notifications.notices import Notice, NoticeTemplate
from booking_domain.payments.events import OrderChanged, OrderPaid, OrderRefundByTransfer, OrderRefunded
from booking_domain.payments.orders import Order, OrderKind
from booking_domain.shared.actor import Role
from booking_domain.use_cases.gift_cards.delivery import issuer_of
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.orders.queries import package_or_plan
from booking_domain.use_cases.packages.messages import seller_of
from booking_domain.use_cases.platform.ports import Reads

_PAID: Final = NoticeTemplate(
    subject="Your gift card is paid",
    text="You have bought a gift card over {card_value} for {issuer}. You find it under your orders.",
    details=("For: {recipient}",),
)
_REFUNDED: Final = NoticeTemplate(
    subject="Your gift card was refunded",
    text="The money of your order of a gift card over {card_value} for {issuer} was sent back to you.",
)
_BY_TRANSFER: Final = NoticeTemplate(
    subject="A refund of a gift card waits for its transfer",
    text="The payment gateway cannot refund the gift card over {card_value} for {issuer}. Please transfer the money.",
)
_PACKAGE_REFUNDED: Final = NoticeTemplate(
    subject="Your order of a package was refunded",
    text="Money of your order of the package “{package_name}” of {seller} was sent back to you.",
)
_PACKAGE_BY_TRANSFER: Final = NoticeTemplate(
    subject="A refund of a package waits for its transfer",
    text="The payment gateway cannot refund an order of the package “{package_name}” of {seller}. Please transfer the"
    " money.",
)
_PLAN_REFUNDED: Final = NoticeTemplate(
    subject="Your order of a plan was refunded",
    text="Money of your order of the plan “{plan_name}” of {seller} was sent back to you.",
)
_PLAN_BY_TRANSFER: Final = NoticeTemplate(
    subject="A refund of a plan waits for its transfer",
    text="The payment gateway cannot refund an order of the plan “{plan_name}” of {seller}. Please transfer the money.",
)
_TEMPLATES: Final = {
    OrderPaid.topic: _PAID,
    OrderRefunded.topic: _REFUNDED,
    OrderRefundByTransfer.topic: _BY_TRANSFER,
}
_OF_PACKAGES: Final = {
    OrderRefunded.topic: _PACKAGE_REFUNDED,
    OrderRefundByTransfer.topic: _PACKAGE_BY_TRANSFER,
}
"""Without the first: `PackageSold` says that a package is bought."""
_OF_PLANS: Final = {
    OrderRefunded.topic: _PLAN_REFUNDED,
    OrderRefundByTransfer.topic: _PLAN_BY_TRANSFER,
}
"""Without the first, too: `PlanStarted` or `PlanRenewed` says it."""


async def _notices(event: OrderChanged, reads: Reads) -> AsyncIterator[Addressed]:
    order = await reads.orders.get(event.order_id)
    notice = None if order is None else await _notice(event, order, reads)
    if order is not None and notice is not None:
        yield Addressed(Role.ADMIN if isinstance(event, OrderRefundByTransfer) else order.customer_id, notice)


async def _notice(event: OrderChanged, order: Order, reads: Reads) -> Notice | None:
    if order.kind is not OrderKind.GIFT_CARD:
        of_package = order.kind is OrderKind.PACKAGE
        template = (_OF_PACKAGES if of_package else _OF_PLANS).get(event.topic)
        sold = await package_or_plan(order, reads)
        if template is None or sold is None:
            return None
        seller, _ = await seller_of(sold, reads)
        return template.fill(**{"package_name" if of_package else "plan_name": sold.name}, seller=seller)
    card = await reads.gift_cards.get(GiftCardId(order.subject_id))
    if card is None:
        return None
    return _TEMPLATES[event.topic].fill(
        card_value=card.value, issuer=await issuer_of(card, reads), recipient=card.recipient_name
    )


_TO_BUYER: Final = Told((Reader.ACCOUNT,))
MESSAGES: Final = Messages(
    notices=(
        NoticesOf({OrderPaid: _TO_BUYER, OrderRefunded: _TO_BUYER}, _notices),
        NoticesOf({OrderRefundByTransfer: Told((Reader.ADMINS,))}, _notices),
    ),
    templates={
        **_TEMPLATES,
        "order.package_refunded": _PACKAGE_REFUNDED,
        "order.package_refund_by_transfer": _PACKAGE_BY_TRANSFER,
        "order.plan_refunded": _PLAN_REFUNDED,
        "order.plan_refund_by_transfer": _PLAN_BY_TRANSFER,
    },
)
