"""Cards that accounts have paid with, in memory."""

from datetime import datetime

from booking_domain.payments.payer_cards import PayerCard, PayerCards
from booking_domain.testing.kit.tables import InMemory
from booking_domain.testing.payments.memory.tables import PAYER_CARDS


class MemoryPayerCards(InMemory, PayerCards):
    """Those of one database transaction."""

    async def put(self, card: PayerCard) -> None:
        self._state[PAYER_CARDS].put(card)

    async def remove(self, before: datetime) -> int:
        return len(self._state[PAYER_CARDS].delete(lambda each: each.paid_at < before))
