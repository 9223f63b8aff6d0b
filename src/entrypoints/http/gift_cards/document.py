"""A gift card to print or to forward, in the language of its recipient."""

from collections.abc import Iterator
from typing import Final

from booking_domain.gift_cards.model import GiftCard
from booking_domain.notifications.notices import NoticeValue, Words
from booking_domain.shared.documents import Document, Fact, Picture
from entrypoints.languages.documents import Phrase, Wording

PAGE: Final = '<!doctype html>\n<html lang="mn" dir="ltr">…</html>\n'
"""An example for the API's documentation."""


def gift_card_document(card: GiftCard, issuer: NoticeValue) -> Document:
    """Write the card, with its code as text and as a QR code."""
    say = Wording(card.language)
    return Document(
        language=say.language,
        title=say(Phrase("Gift card")),
        number=card.shown_code,
        created_at=card.code_since,
        facts=tuple(_facts(card, issuer, say)),
        picture=Picture(text=card.shown_code, label=say(Phrase("QR code of the gift card"))),
        notes=(card.message, say(Phrase("Whoever has the code can pay with the card."))),
    )


def _facts(card: GiftCard, issuer: NoticeValue, say: Wording) -> Iterator[Fact]:
    for label, value in (
        (Phrase("Value"), say.values.money(card.value)),
        (Phrase("For"), card.recipient_name),
        (Phrase("Pays at"), say.words(issuer) if isinstance(issuer, Words) else str(issuer)),
        (Phrase("Valid until"), "" if card.expires_at is None else say.values.day(card.expires_at)),
    ):
        if value:
            yield Fact(label=say(label), value=value)
