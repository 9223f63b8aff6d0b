"""Gift cards as their sellers and admins see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.gift_cards.model import (
    CodeNotShown,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardId,
    GiftCardNotFound,
    GiftCardStatus,
    Liability,
)
from booking_domain.gift_cards.ports import GiftCardFilter, GiftCardReads
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.issuers import issues, narrowed
from booking_domain.use_cases.platform.ports import Reads


async def _list(actor: Actor, criteria: GiftCardFilter, reads: Reads) -> Sequence[GiftCard]:
    """Cards that the actor sells: a provider's own, those of a manager's salons; all for an admin. Newest first."""
    return await reads.gift_cards.page(await narrowed(actor, Permission.SELL_GIFT_CARDS, criteria, reads))


async def _liability(actor: Actor, criteria: GiftCardFilter, reads: Reads) -> Sequence[Liability]:
    """What is owed on such cards, by currency."""
    return await reads.gift_cards.liability(await narrowed(actor, Permission.SELL_GIFT_CARDS, criteria, reads))


async def _bought(actor: Actor, after: GiftCardId | None, limit: int, cards: GiftCardReads) -> Sequence[GiftCard]:
    """Cards that the actor has bought online, newest first."""
    authorise(actor, Permission.SEE_GIFT_CARDS)
    return await cards.page(GiftCardFilter(buyer_id=actor.id, after=after, limit=limit))


async def _get(actor: Actor, card_id: GiftCardId, reads: Reads) -> GiftCard:
    authorise(actor, Permission.SEE_GIFT_CARDS)
    card = required(await reads.gift_cards.get(card_id), GiftCardNotFound)
    is_own = actor.role is Role.ADMIN or card.buyer_id == actor.id
    if not is_own and not await issues(actor, card, reads):
        raise GiftCardNotFound
    return card


async def _entries(
    actor: Actor, card_id: GiftCardId, after: GiftCardEntryId | None, limit: int, reads: Reads
) -> Sequence[GiftCardEntry]:
    """What changed a card, newest first."""
    await _get(actor, card_id, reads)
    return await reads.gift_cards.entries(card_id, after, limit)


async def _code(actor: Actor, card_id: GiftCardId, reads: Reads, *, now: datetime) -> GiftCard:
    """The card, whose code is shown to its buyer, and for a day to who has sold it at the desk."""
    card = await _get(actor, card_id, reads)
    if not (card.code_shown(now) or (card.buyer_id == actor.id and card.status is GiftCardStatus.ACTIVE)):
        raise CodeNotShown
    return card


list_gift_cards: Final = Query(_list, (NotPermitted, ProfileMissing))
list_gift_card_liability: Final = Query(_liability, (NotPermitted, ProfileMissing))
list_bought_gift_cards: Final = Query(_bought, (NotPermitted,))
get_gift_card: Final = Query(_get, (NotPermitted, GiftCardNotFound))
list_gift_card_entries: Final = Query(_entries, (NotPermitted, GiftCardNotFound))
get_gift_card_code: Final = Query(_code, (NotPermitted, GiftCardNotFound, CodeNotShown))
