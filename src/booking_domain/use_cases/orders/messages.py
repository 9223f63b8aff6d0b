"""Tell customers what has become of their orders, and admins of a refund that they have to transfer."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.events import OrderChanged, OrderPaid, OrderRefundByTransfer, OrderRefunded
from booking_domain.shared.actor import Role
from booking_domain.use_cases.gift_cards.delivery import issuer_of
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
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
_TEMPLATES: Final = {
    OrderPaid.topic: _PAID,
    OrderRefunded.topic: _REFUNDED,
    OrderRefundByTransfer.topic: _BY_TRANSFER,
}


async def _notices(event: OrderChanged, reads: Reads) -> AsyncIterator[Addressed]:
    order = await reads.orders.get(event.order_id)
    card = None if order is None else await reads.gift_cards.get(GiftCardId(order.subject_id))
    if order is None or card is None:
        return
    notice = _TEMPLATES[event.topic].fill(
        card_value=card.value, issuer=await issuer_of(card, reads), recipient=card.recipient_name
    )
    yield Addressed(Role.ADMIN if isinstance(event, OrderRefundByTransfer) else order.customer_id, notice)


_TO_BUYER: Final = Told((Reader.ACCOUNT,))
MESSAGES: Final = Messages(
    notices=(
        NoticesOf({OrderPaid: _TO_BUYER, OrderRefunded: _TO_BUYER}, _notices),
        NoticesOf({OrderRefundByTransfer: Told((Reader.ADMINS,))}, _notices),
    ),
    templates=_TEMPLATES,
)
