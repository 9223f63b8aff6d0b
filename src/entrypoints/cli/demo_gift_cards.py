"""Demo gift cards: one that the provider has sold at the desk, and one that the platform's admin has."""

from typing import Final

from booking_domain.gift_cards.model import Recipient, SaleMethod
from booking_domain.gift_cards.ports import GiftCardFilter
from booking_domain.shared.money import Money
from booking_domain.use_cases.gift_cards.sales import SellGiftCard, sell_gift_card
from entrypoints.cli.demo_accounts import People
from entrypoints.container import Container

_VALUE: Final = Money.of(100_000, "MNT")
_RECIPIENT: Final = Recipient(name="Saraa", message="Happy birthday!", language="mn")


async def add_gift_cards(container: Container, people: People) -> None:
    """Sell the cards, unless any were sold."""
    if await container.reads().gift_cards.page(GiftCardFilter(limit=1)):
        return
    for seller, method in ((people.provider, SaleMethod.CASH), (people.admin, SaleMethod.TRANSFER)):
        sale = SellGiftCard(amount=_VALUE.amount, currency=_VALUE.currency, method=method, recipient=_RECIPIENT)
        await container.executor().run(sell_gift_card, sale, actor=seller.actor)
