"""The gift cards that somebody has bought, and what is on any card whose code they have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from booking_domain.gift_cards.model import GiftCard, GiftCardId, GiftCardNotUsable, GiftCardStatus
from booking_domain.notifications.notices import NoticeValue, Words
from booking_domain.payments.orders import Order, OrderKind, OrderStatus
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.gift_card import code_field
from entrypoints.web.components.field import Field
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.orders.order import ORDER_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtCard:
    """A card that was bought."""

    text: str
    state: str
    href: str


@dataclass(frozen=True, kw_only=True)
class GiftCardsPage(PageModel):
    """What is on a card, and the cards that were bought."""

    template: ClassVar = "gift_cards/cards.html"
    robots: str = "noindex"
    action: str
    csrf: str
    code: Field
    found: tuple[str, ...] = ()
    """What is on the card that was looked up."""
    error: str = ""
    """What is wrong, if it is not the code."""
    bought: tuple[BoughtCard, ...]
    buy: str
    """Where a card is bought that pays everywhere; empty: the platform sells none."""

    def failed(self, error: DomainError, page: Page) -> "GiftCardsPage":
        """The page with an error, beside the code if it is about that."""
        text = page.say.error(error)
        if str(next(iter(error.field_path), "")) == self.code.name:
            return replace(self, code=replace(self.code, error=text))
        return replace(self, error=text)

    def showing(self, card: GiftCard, issuer: NoticeValue, page: Page, now: datetime) -> "GiftCardsPage":
        """The page with what is on a card."""
        return replace(self, found=tuple(_found(card, issuer, page, now)))


def status_of(order: Order, card: GiftCard) -> OrderStatus:
    """What has become of an order: its card is taken back before the gateway has sent the money."""
    return OrderStatus.REFUNDED if card.status is GiftCardStatus.VOIDED else order.status


def issuer_text(issuer: NoticeValue, page: Page) -> str:
    """At whom a card pays."""
    return page.say.words(issuer) if isinstance(issuer, Words) else str(issuer)


def gift_cards_page(
    orders: Sequence[Order],
    cards: Mapping[GiftCardId, GiftCard],
    page: Page,
    *,
    csrf: str,
    code: str = "",
    of_platform: bool,
) -> GiftCardsPage:
    """The page; `cards` are those of the orders, by id."""
    return GiftCardsPage(
        title=page.say(Phrase("Gift cards")),
        action=page.link("/gift-cards/look-up"),
        csrf=csrf,
        code=code_field(code, page),
        bought=tuple(
            _bought(each, cards.get(GiftCardId(each.subject_id)), page)
            for each in orders
            if each.kind is OrderKind.GIFT_CARD
        ),
        buy=page.link("/gift-cards/new") if of_platform else "",
    )


def _bought(order: Order, card: GiftCard | None, page: Page) -> BoughtCard:
    name = "" if card is None else card.recipient_name
    amount = page.formats.money(order.amount)
    return BoughtCard(
        text=page.say(Phrase("{amount} for {name}"), amount=amount, name=name) if name else amount,
        state=page.say(ORDER_STATES[order.status if card is None else status_of(order, card)]),
        href=page.link(f"/orders/{order.id}"),
    )


def _found(card: GiftCard, issuer: NoticeValue, page: Page, now: datetime) -> Iterator[str]:
    say = page.say
    yield (
        say(Phrase("{amount} is on the card."), amount=page.formats.money(card.balance))
        if card.balance
        else say(Phrase("Nothing is left on the card."))
    )
    yield say(Phrase("It pays at: {issuer}."), issuer=issuer_text(issuer, page))
    if card.expires_at is not None:
        yield say(Phrase("It pays until {day}."), day=say.values.day(card.expires_at))
    try:
        card.require_usable(now)
    except GiftCardNotUsable as error:
        yield say.error(error)
