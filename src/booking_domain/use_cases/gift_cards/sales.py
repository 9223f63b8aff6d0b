"""Sell gift cards at the desk, show their codes, and take them back."""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.gift_cards.model import (
    CARDS_OF_SELLER,
    CARDS_TO_CONTACT,
    MAX_GIFT_CARD_REASON,
    BoughtOnline,
    GiftCard,
    GiftCardEntryId,
    GiftCardId,
    GiftCardNotFound,
    GiftCardParty,
    GiftCardRules,
    InvalidGiftCardTransition,
    Recipient,
    SaleMethod,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.use_cases.gift_cards.steps import CODE_ERRORS, cause, issued, lock_by_code, post, recipient_of
from booking_domain.use_cases.platform.issuers import issuing_provider, known_relation_to
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SellGiftCard:
    """Record the sale of a gift card at the desk.

    - A provider sells cards of their own profile; a manager, of their salon or of a member of it; an admin, of anyone,
      and without provider and salon those of the platform.
    - The money was paid to whoever sells it. The platform has that of its own cards only.
    """

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    amount: int
    """In minor units."""
    currency: str
    method: SaleMethod
    recipient: Recipient
    """With a contact, the card is sent at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidGiftCard:
    """Take a card back, after what is left of it was returned to the buyer."""

    card_id: GiftCardId
    reason: str


async def _sell(command: SellGiftCard, tx: Repositories, context: UseCaseContext) -> GiftCard:
    provider_id = await _issuer(command, tx, context)
    recipient = recipient_of(command.recipient, context)
    await _count_message(recipient, tx, context)
    card, entry = GiftCard.sell(
        id=GiftCardId(context.entropy.new_id()),
        entry_id=GiftCardEntryId(context.entropy.new_id()),
        provider_id=provider_id,
        salon_id=command.salon_id,
        value=Money(amount=command.amount, currency=command.currency),
        method=command.method,
        by=context.actor,
        entropy=context.entropy,
        now=context.now,
        recipient=recipient,
        rules=context.configured(GiftCardRules),
    )
    await tx.gift_cards.add(card)
    await tx.gift_cards.add_entry(entry)
    await tx.outbox.put([issued(card, context)])
    return card


async def _count_message(recipient: Recipient, tx: Repositories, context: UseCaseContext) -> None:
    """Count a message to a contact: a sale at the desk costs nothing, and nobody is to be flooded.

    Raises:
        RateLimited: the contact or the seller has had too many.
    """
    if recipient.contact is None:
        return
    of_seller, to_contact = f"gift cards of {context.actor.id}", f"gift cards to {recipient.contact}"
    for key, limit in ((of_seller, CARDS_OF_SELLER), (to_contact, CARDS_TO_CONTACT)):
        state = await tx.rate_limits.consume(key, limit, context.now)
        if not state.allowed:
            raise RateLimited(retry_after_seconds=state.resets_in_seconds)


async def _issuer(command: SellGiftCard, tx: Repositories, context: UseCaseContext) -> ProviderId | None:
    """The provider whose card it is; None: it is of the salon, or of the platform.

    Raises:
        InvalidValue: provider and salon are named, or neither by a manager.
        ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon: the actor sells no cards of it.
    """
    if command.provider_id is not None and command.salon_id is not None:
        raise InvalidValue(field="salon_id", problem="a card is of a provider or of a salon")
    return await issuing_provider(command.provider_id, command.salon_id, Permission.SELL_GIFT_CARDS, tx, context)


async def lock_sold(card_id: GiftCardId, tx: Repositories, context: UseCaseContext) -> GiftCard:
    """Lock a card of which the actor is the seller, or raise `GiftCardNotFound`."""
    card = required(await tx.gift_cards.lock(card_id), GiftCardNotFound)
    if not may(context.actor, Permission.SELL_GIFT_CARDS, await known_relation_to(card, tx, context)):
        raise GiftCardNotFound
    return card


async def _void(command: VoidGiftCard, tx: Repositories, context: UseCaseContext) -> GiftCard:
    card = await lock_sold(command.card_id, tx, context)
    reason = command.reason.strip()
    if not 1 <= len(reason) <= MAX_GIFT_CARD_REASON:
        raise InvalidValue(field="reason", problem=f"1 to {MAX_GIFT_CARD_REASON} characters")
    if card.method is SaleMethod.ONLINE:
        raise BoughtOnline
    party = GiftCardParty.ADMIN if context.actor.role is Role.ADMIN else GiftCardParty.SELLER
    return await post(card.void(party, cause("void", context, reason=reason)), card, tx)


async def _look_up(code: str, tx: Repositories, context: UseCaseContext) -> GiftCard:
    return await lock_by_code(code, tx, context)


def _subject(_: object, card: GiftCard) -> Subject:
    return Subject("gift_card", card.id)


sell_gift_card: Final = UseCase(
    Permission.SELL_GIFT_CARDS,
    _sell,
    _subject,
    audited_as="gift_card.sold",
    raises=(ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon, RateLimited, InvalidValue),
)
void_gift_card: Final = UseCase(
    Permission.SELL_GIFT_CARDS,
    _void,
    _subject,
    audited_as="gift_card.voided",
    raises=(GiftCardNotFound, BoughtOnline, InvalidGiftCardTransition, InvalidValue),
)
look_up_gift_card: Final = UseCase(Permission.LOOK_UP_GIFT_CARDS, _look_up, _subject, raises=CODE_ERRORS)
