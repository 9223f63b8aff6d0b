"""The contract of `PayerCards`."""

from datetime import timedelta

from booking_domain.payments.payer_cards import PayerCard
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, race


class PayerCardsContract(StorageContract):
    """Cards in a database transaction."""

    async def test_a_card_is_forgotten_after_its_last_payment(self, cast: Cast) -> None:
        old, later = NOW - timedelta(days=9), NOW - timedelta(days=1)
        cards = [(b"one", old), (b"one", later), (b"two", old)]
        for digest, at in cards:
            await self.alone.payer_cards.put(PayerCard(user_id=cast.customer.id, card_digest=digest, paid_at=at))
        assert await self.alone.payer_cards.remove(later) == 1
        assert await self.alone.payer_cards.remove(later) == 0
        assert await self.alone.payer_cards.remove(NOW) == 1

    async def test_a_card_is_put_at_once_by_several(self, cast: Cast) -> None:
        card = PayerCard(user_id=cast.customer.id, card_digest=b"one", paid_at=NOW)
        _, refusals = await race([self.alone.payer_cards.put(card) for _ in range(4)])
        assert refusals == []
        assert await self.alone.payer_cards.remove(NOW + timedelta(days=1)) == 1
