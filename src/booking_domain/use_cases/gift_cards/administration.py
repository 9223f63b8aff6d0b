"""What admins do with gift cards: block one that was stolen, and replace a code that was lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.gift_cards.model import (
    MAX_GIFT_CARD_REASON,
    GiftCard,
    GiftCardId,
    GiftCardNotFound,
    GiftCardNotUsable,
    InvalidGiftCardTransition,
)
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockGiftCard:
    """Let a card no longer pay."""

    card_id: GiftCardId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendGiftCard:
    """Let a card pay longer, or forever."""

    card_id: GiftCardId
    expires_at: datetime | None = None


async def _block(command: BlockGiftCard, tx: Repositories, _: UseCaseContext) -> GiftCard:
    reason = command.reason.strip()
    if not 1 <= len(reason) <= MAX_GIFT_CARD_REASON:
        raise InvalidValue(field="reason", problem=f"1 to {MAX_GIFT_CARD_REASON} characters")
    card = await _locked(command.card_id, tx)
    return await _save(card.block(reason), card, tx)


async def _unblock(card_id: GiftCardId, tx: Repositories, _: UseCaseContext) -> GiftCard:
    card = await _locked(card_id, tx)
    return await _save(card.unblock(), card, tx)


async def _extend(command: ExtendGiftCard, tx: Repositories, context: UseCaseContext) -> GiftCard:
    card = await _locked(command.card_id, tx)
    return await _save(card.extend(command.expires_at, context.now), card, tx)


async def _replace_code(card_id: GiftCardId, tx: Repositories, context: UseCaseContext) -> GiftCard:
    card = await _locked(card_id, tx)
    return await _save(card.with_new_code(context.entropy, context.now), card, tx)


async def _locked(card_id: GiftCardId, tx: Repositories) -> GiftCard:
    return required(await tx.gift_cards.lock(card_id), GiftCardNotFound)


async def _save(card: GiftCard, was: GiftCard, tx: Repositories) -> GiftCard:
    await tx.gift_cards.save(card, was=was)
    return card


def _subject(_: object, card: GiftCard) -> Subject:
    return Subject("gift_card", card.id)


_ERRORS: Final = (GiftCardNotFound, InvalidGiftCardTransition)
block_gift_card: Final = UseCase(
    Permission.MANAGE_GIFT_CARDS, _block, _subject, audited_as="gift_card.blocked", raises=(*_ERRORS, InvalidValue)
)
unblock_gift_card: Final = UseCase(
    Permission.MANAGE_GIFT_CARDS, _unblock, _subject, audited_as="gift_card.unblocked", raises=_ERRORS
)
extend_gift_card: Final = UseCase(
    Permission.MANAGE_GIFT_CARDS,
    _extend,
    _subject,
    audited_as="gift_card.extended",
    raises=(GiftCardNotFound, GiftCardNotUsable, InvalidValue),
)
replace_gift_card_code: Final = UseCase(
    Permission.MANAGE_GIFT_CARDS,
    _replace_code,
    _subject,
    audited_as="gift_card.code_replaced",
    raises=(GiftCardNotFound,),
)
