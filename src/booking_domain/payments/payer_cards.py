"""Cards that accounts have paid with, as keyed digests: who pays with one card is taken for one person."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.shared.ids import UserId

CARDS_KEPT: Final = timedelta(days=730)
"""How long a card is remembered after its last payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerCard:
    """A card with which an account has paid."""

    user_id: UserId
    card_digest: bytes = field(repr=False)
    paid_at: datetime
    """When it has paid last."""


class PayerCards(Protocol):
    """The cards of accounts, inside a database transaction."""

    async def put(self, card: PayerCard) -> None:
        """Remember a card of an account, or that it has paid again."""
        ...

    async def remove(self, before: datetime) -> int:
        """Forget the cards that have not paid since, and return how many there were."""
        ...
