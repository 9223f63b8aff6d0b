"""A gift card as the page of its order shows it."""

from collections.abc import Iterator
from typing import Final

from booking_domain.gift_cards.model import GiftCard, GiftCardStatus
from booking_domain.notifications.notices import LocalTime, NoticeValue
from booking_domain.payments.orders import Order, OrderStatus
from booking_domain.shared.phones import masked_contact
from entrypoints.languages.documents import Phrase
from entrypoints.web.gift_cards.cards import issuer_text, status_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.orders.order import Ordered, Returning

_STATES: Final = {
    OrderStatus.PENDING: (Phrase("One step left: the payment"), Phrase("The card can be used once it is paid.")),
    OrderStatus.PAID: (Phrase("The gift card is paid"), Phrase("Whoever has the code can pay with the card.")),
    OrderStatus.EXPIRED: (Phrase("The gift card was not paid in time"), Phrase("Order it again if you still want it.")),
    OrderStatus.REFUNDED: (Phrase("The gift card is returned"), Phrase("The money is sent back to you.")),
}
_RETURNING: Final = Returning(
    link=Phrase("Return it"),
    title=Phrase("Return the gift card?"),
    text=Phrase("You get {amount} back, and the card can no longer be used."),
    button=Phrase("Return the card"),
    back=Phrase("Back to the gift card"),
)
_API: Final = "/api/v1"


def ordered_card(order: Order, card: GiftCard, issuer: NoticeValue, page: Page) -> Ordered:
    """The card of an order."""
    say, status = page.say, status_of(order, card)
    usable = status is OrderStatus.PAID and card.status is GiftCardStatus.ACTIVE
    document = say(Phrase("Print it (PDF)")), f"{_API}/gift-cards/{card.id}/document?format=pdf"
    return Ordered(
        heading=say(Phrase("Gift card")),
        status=status,
        states=_STATES,
        show=say(Phrase("Show the card")),
        usable=usable,
        unused=card.balance == card.value,
        code=card.shown_code if usable else "",
        facts=tuple(_facts(order, card, issuer, page)),
        actions=(document,) if usable else (),
        returning=_RETURNING,
        all=(say(Phrase("All gift cards")), page.link("/gift-cards")),
    )


def _facts(order: Order, card: GiftCard, issuer: NoticeValue, page: Page) -> Iterator[tuple[str, str]]:
    say, money = page.say, page.formats.money
    yield say(Phrase("Value")), money(order.amount)
    if order.status is OrderStatus.PAID:
        yield say(Phrase("Left on it")), money(card.balance)
    if card.recipient_name:
        yield say(Phrase("For")), card.recipient_name
    yield say(Phrase("Pays at")), issuer_text(issuer, page)
    if card.contact is not None:
        yield say(Phrase("Is sent to")), masked_contact(card.contact)
        sent = card.delivered_at or card.deliver_at
        if sent is not None:
            label = Phrase("Sent") if card.delivered_at is not None else Phrase("Is sent")
            yield say(label), say.values.time(LocalTime(sent, page.site.zone))
    if card.expires_at is not None:
        yield say(Phrase("Valid until")), say.values.day(card.expires_at)
