"""Gift cards in memory."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.gift_cards.model import (
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardEntryKind,
    GiftCardId,
    GiftCardStatus,
    Liability,
)
from booking_domain.gift_cards.ports import GiftCardFilter, GiftCardReads, GiftCards
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import PaymentId, SalonId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALONS
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import (
    Group,
    InMemory,
    Part,
    Rows,
    State,
    Table,
    VersionedRepository,
    change_rows,
)
from booking_domain.testing.payments.memory.tables import PAYMENTS


def _without_texts(card: GiftCard) -> GiftCard:
    return replace(
        card,
        recipient_name="",
        message="",
        contact=None,
        deliver_at=None,
        block_reason=None,
        buyer_id=None,
        version=card.version + 1,
    )


GIFT_CARDS: Final = Table[GiftCardId, GiftCard](
    "gift_cards",
    refers=lambda row: ((PROFILES, row.provider_id), (SALONS, row.salon_id), (USERS, row.buyer_id)),
    what="the gift card",
    erase=change_rows(lambda card: card.buyer_id, _without_texts),
)


def _erase_reasons(state: State, rows: Rows[GiftCardEntryId, GiftCardEntry], user_id: object) -> None:
    theirs = {card.id for card in state[GIFT_CARDS].values() if card.buyer_id == user_id}
    rows.change(lambda row: row.card_id in theirs and row.reason is not None, lambda row: replace(row, reason=None))


GIFT_CARD_ENTRIES: Final = Table[GiftCardEntryId, GiftCardEntry](
    "gift_card_entries",
    refers=lambda row: ((GIFT_CARDS, row.card_id), (BOOKINGS, row.booking_id), (PAYMENTS, row.payment_id)),
    erase=_erase_reasons,
)
TABLES: Final = (GIFT_CARD_ENTRIES, GIFT_CARDS)


class MemoryGiftCards(VersionedRepository[GiftCardId, GiftCard], GiftCards):
    """Those of one database transaction."""

    table = GIFT_CARDS

    async def lock_by_code(self, code: str) -> GiftCard | None:
        self._state.lock()
        found = self._rows.where(lambda row: row.code == code)
        return found[0] if found else None

    async def lock_of_payment(self, payment_id: PaymentId) -> GiftCard | None:
        self._state.lock()
        entries = self._state[GIFT_CARD_ENTRIES].where(
            lambda row: row.payment_id == payment_id and row.kind is GiftCardEntryKind.PAID
        )
        return self._rows[entries[0].card_id] if entries else None

    async def of_salon(self, salon_id: SalonId) -> bool:
        return bool(self._rows.where(lambda row: row.salon_id == salon_id))

    async def add_entry(self, entry: GiftCardEntry) -> None:
        entries = self._state[GIFT_CARD_ENTRIES]
        if entries.where(lambda row: (row.card_id, row.cause) == (entry.card_id, entry.cause)):
            raise ConcurrentChange(what="the gift card")
        entries.put(entry)


def _matches(criteria: GiftCardFilter, card: GiftCard) -> bool:
    return (
        criteria.provider_id in {None, card.provider_id}
        and (criteria.salon_ids is None or card.salon_id in criteria.salon_ids)
        and criteria.buyer_id in {None, card.buyer_id}
        and criteria.contact in {None, card.contact}
        and criteria.last_four in {None, card.last_four}
        and criteria.status in {None, card.status}
    )


class MemoryGiftCardReads(InMemory, GiftCardReads):
    """Those that are committed."""

    async def get(self, card_id: GiftCardId) -> GiftCard | None:
        return self._state[GIFT_CARDS].get(card_id)

    async def page(self, criteria: GiftCardFilter) -> Sequence[GiftCard]:
        return self._state[GIFT_CARDS].page(
            lambda card: _matches(criteria, card), criteria.after, criteria.limit, newest_first=True
        )

    async def entries(self, card_id: GiftCardId, after: GiftCardEntryId | None, limit: int) -> Sequence[GiftCardEntry]:
        return self._state[GIFT_CARD_ENTRIES].page(lambda row: row.card_id == card_id, after, limit, newest_first=True)

    async def to_deliver(self, now: datetime, limit: int) -> Sequence[GiftCardId]:
        due = self._state[GIFT_CARDS].due(
            lambda card: card.deliver_at if card.status is GiftCardStatus.ACTIVE else None, now, limit
        )
        return [card.id for card in due]

    async def to_expire(self, now: datetime, limit: int) -> Sequence[GiftCardId]:
        due = self._state[GIFT_CARDS].due(lambda card: card.expires_at if card.balance else None, now, limit)
        return [card.id for card in due]

    async def liability(self, criteria: GiftCardFilter) -> Sequence[Liability]:
        cards = {card.id: card for card in self._state[GIFT_CARDS].where(lambda card: _matches(criteria, card))}
        sums = defaultdict[str, dict[str, int]](lambda: dict.fromkeys(GiftCardEntryKind, 0))
        for entry in self._state[GIFT_CARD_ENTRIES].where(lambda row: row.card_id in cards):
            sums[cards[entry.card_id].value.currency][entry.kind] += abs(entry.amount)
        return [
            Liability(
                currency=currency,
                cards=sum(card.value.currency == currency for card in cards.values()),
                **{str(kind): amount for kind, amount in found.items()},
            )
            for currency, found in sorted(sums.items())
        ]


class GiftCardRepositories(Group):
    """The repositories of this context."""

    gift_cards: Final = Part(MemoryGiftCards)


class GiftCardReadGroup(Group):
    """The reads of this context."""

    gift_cards: Final = Part(MemoryGiftCardReads)
