"""The price at the last step: the code of a promotion, a gift card, and what was shown."""

from dataclasses import replace
from typing import Final

from booking_domain.bookings.pricing import PriceBreakdown
from booking_domain.gift_cards.model import GiftCard
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import PROMOTION
from entrypoints.web.bookings.gift_card import code_field as gift_card_field
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import hidden
from entrypoints.web.kit.pages import Page

SHOWN: Final = "shown_price"
"""The price that was shown, in minor units: nothing is booked at another."""
GIFT_CARD: Final = "gift_card"
"""The code of a gift card. It is money, so it is in the form, and in no address."""
SHOWN_CARD: Final = "shown_gift_card"
"""What the card was shown to pay, in minor units: it pays nothing else."""


def code_field(code: str, page: Page) -> Field:
    """Where the code of a promotion is written."""
    return Field(name=PROMOTION, label=page.say(Phrase("Promotion code")), value=code, autocomplete="off")


def shown_price(breakdown: PriceBreakdown) -> Field:
    """The price that is shown, for the form."""
    return hidden(SHOWN, str(breakdown.price.amount))


def card_field(code: str, page: Page) -> Field:
    """Where the code of a gift card is written."""
    return replace(gift_card_field(code, page, required=False), name=GIFT_CARD)


def shown_card(breakdown: PriceBreakdown) -> Field:
    """What the card is shown to pay, for the form."""
    return hidden(SHOWN_CARD, str(breakdown.gift_card.amount))


def card_rows(breakdown: PriceBreakdown, card: GiftCard, page: Page) -> tuple[tuple[str, str], ...]:
    """What the card pays, what is still to be paid, and what stays on it."""
    say = page.say
    rows = (
        (Phrase("Gift card"), page.formats.less(breakdown.gift_card)),
        (Phrase("Still to pay"), say.values.money(breakdown.price - breakdown.gift_card)),
        (Phrase("Stays on the card"), say.values.money(card.balance - breakdown.gift_card)),
    )
    return tuple((say(label), amount) for label, amount in rows)
