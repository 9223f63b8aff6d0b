"""Domain events of gift cards."""

from typing import Final

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.shared.events import Event


class GiftCardIssued(Event, topic="gift_card.issued", subject="card_id"):
    """A gift card was sold, or its order was paid: it pays from now on."""

    card_id: GiftCardId


EVENTS: Final[tuple[type[Event], ...]] = (GiftCardIssued,)
