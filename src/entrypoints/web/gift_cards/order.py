"""The order of a gift card: its payment, then the card."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from booking_domain.gift_cards.model import GiftCard, GiftCardStatus
from booking_domain.notifications.notices import LocalTime, NoticeValue
from booking_domain.payments.orders import Order, OrderStatus
from booking_domain.shared.errors import DomainError
from booking_domain.shared.phones import masked_contact
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.pay import Pay
from entrypoints.web.gift_cards.cards import issuer_text, status_of
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.paying import pay_of

_STATES: Final = {
    OrderStatus.PENDING: (Phrase("One step left: the payment"), Phrase("The card can be used once it is paid.")),
    OrderStatus.PAID: (Phrase("The gift card is paid"), Phrase("Whoever has the code can pay with the card.")),
    OrderStatus.EXPIRED: (Phrase("The gift card was not paid in time"), Phrase("Order it again if you still want it.")),
    OrderStatus.REFUNDED: (Phrase("The gift card is returned"), Phrase("The money is sent back to you.")),
}
_API: Final = "/api/v1"


@dataclass(frozen=True, kw_only=True)
class OrderPage(PageModel):
    """The order of a gift card."""

    template: ClassVar = "gift_cards/order.html"
    robots: str = "noindex"
    text: str
    good: bool
    error: str = ""
    paying: Pay | None
    state: str
    """Where a script asks whether it is paid."""
    pay_action: str
    """Where the payment begins; empty: nothing is to be paid."""
    pay_text: str
    csrf: str
    code: str
    """The code of the card, once it is paid."""
    facts: tuple[tuple[str, str], ...]
    actions: tuple[tuple[str, str], ...]
    all_cards: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """What a script shows once the payment is no longer open."""

    title: str
    text: str
    paying: bool


def order_page(order: Order, card: GiftCard, issuer: NoticeValue, page: Page, *, csrf: str) -> OrderPage:
    """The page."""
    say, money = page.say, page.formats.money
    status = status_of(order, card)
    title, text = _STATES[status]
    waits = status is OrderStatus.PENDING
    usable = status is OrderStatus.PAID and card.status is GiftCardStatus.ACTIVE
    return OrderPage(
        title=say(title),
        text=say(text),
        good=usable,
        paying=pay_of(order.invoice, order.amount, page) if waits else None,
        state=page.link(f"/orders/{order.id}/state"),
        pay_action=page.link(f"/orders/{order.id}/pay") if waits and order.invoice is None else "",
        pay_text=say(Phrase("Pay {amount}"), amount=money(order.amount)),
        csrf=csrf,
        code=card.shown_code if usable else "",
        facts=tuple(_facts(order, card, issuer, page)),
        actions=tuple(_actions(order, card, page)) if usable else (),
        all_cards=page.link("/gift-cards"),
    )


def order_state(shown: OrderPage) -> OrderState:
    """The state of an order for a script."""
    return OrderState(title=shown.title, text=shown.text, paying=shown.paying is not None)


def return_page(order: Order, page: Page, *, csrf: str) -> FormPage:
    """Ask whether to return the card."""
    say = page.say
    return FormPage(
        title=say(Phrase("Return the gift card?")),
        facts=(
            say(
                Phrase("You get {amount} back, and the card can no longer be used."),
                amount=page.formats.money(order.amount),
            ),
        ),
        action=page.link(f"/orders/{order.id}/return"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("Return the card")),
        links=((say(Phrase("Back to the gift card")), page.link(f"/orders/{order.id}")),),
    )


def refused(shown: OrderPage, error: DomainError, page: Page) -> OrderPage:
    """The page with what was wrong."""
    return replace(shown, error=page.say.error(error))


def _facts(order: Order, card: GiftCard, issuer: NoticeValue, page: Page) -> Iterator[tuple[str, str]]:
    say, money = page.say, page.formats.money

    def at(when: LocalTime) -> str:
        return say.values.time(when)

    yield say(Phrase("Value")), money(order.amount)
    if order.status is OrderStatus.PAID:
        yield say(Phrase("Left on it")), money(card.balance)
    if card.recipient_name:
        yield say(Phrase("For")), card.recipient_name
    yield say(Phrase("Pays at")), issuer_text(issuer, page)
    zone = page.site.zone
    if card.contact is not None:
        yield say(Phrase("Is sent to")), masked_contact(card.contact)
        sent = card.delivered_at or card.deliver_at
        if sent is not None:
            label = Phrase("Sent") if card.delivered_at is not None else Phrase("Is sent")
            yield say(label), at(LocalTime(sent, zone))
    if order.status is OrderStatus.PENDING:
        yield say(Phrase("Pay until")), at(LocalTime(order.expires_at, zone))
    if card.expires_at is not None:
        yield say(Phrase("Valid until")), say.values.day(card.expires_at)


def _actions(order: Order, card: GiftCard, page: Page) -> Iterator[tuple[str, str]]:
    yield page.say(Phrase("Print it (PDF)")), f"{_API}/gift-cards/{card.id}/document?format=pdf"
    if card.balance == card.value and order.refund is None:
        yield page.say(Phrase("Return it")), page.link(f"/orders/{order.id}/return")
