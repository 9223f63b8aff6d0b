"""What changes a gift card inside a transaction that does more."""

from dataclasses import replace
from typing import Final

from booking_domain.gift_cards.events import GiftCardIssued
from booking_domain.gift_cards.model import (
    MAX_MESSAGE,
    MAX_RECIPIENT_NAME,
    TRIES,
    EntryCause,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardEntryKind,
    GiftCardId,
    GiftCardNotFound,
    GiftCardParty,
    GiftCardRules,
    Recipient,
    UnknownGiftCardCode,
    normal_code,
)
from booking_domain.identity.model import email_address
from booking_domain.identity.security import SecurityPorts
from booking_domain.payments.orders import Order, OrderUsed
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, PaymentId, RefundId
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.money import Money
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.use_cases.platform.ports import Repositories

CODE_ERRORS: Final = (UnknownGiftCardCode, RateLimited)
"""What `lock_by_code` raises."""


async def lock_by_code(text: str, tx: Repositories, context: UseCaseContext) -> GiftCard:
    """Lock the card with this code. Each try counts, whether or not there is one.

    Raises:
        RateLimited: the actor has tried too many.
        UnknownGiftCardCode: there is none; the try stays counted.
    """
    state = await tx.rate_limits.consume(f"gift card codes of {context.actor.id}", TRIES, context.now)
    if not state.allowed:
        raise RateLimited(retry_after_seconds=state.resets_in_seconds)
    code = normal_code(text)
    return required(None if code is None else await tx.gift_cards.lock_by_code(code), UnknownGiftCardCode)


async def refund_to_card(
    payment_id: PaymentId, refund_id: RefundId, amount: Money, tx: Repositories, context: UseCaseContext
) -> None:
    """Give back to the card that made this payment."""
    card = required(await tx.gift_cards.lock_of_payment(payment_id), GiftCardNotFound)
    why = cause(f"refund:{refund_id}", context, payment_id=payment_id)
    await post(card.refund(amount, why), card, tx)


async def issue_ordered(order: Order, tx: Repositories, context: UseCaseContext) -> None:
    """Put the money of an order on its card."""
    card = required(await tx.gift_cards.lock(GiftCardId(order.subject_id)), GiftCardNotFound)
    rules = context.configured(GiftCardRules)
    after = await post(card.issue(rules, cause(f"order:{order.id}", context)), card, tx)
    await tx.outbox.put([issued(after, context)])


async def void_ordered(order: Order, tx: Repositories, context: UseCaseContext) -> Money:
    """Void the card of an order that is refunded, and return what was left on it.

    Raises:
        GiftCardNotFound, InvalidGiftCardTransition: it cannot be voided.
        OrderUsed: something was paid with it, and the actor is no admin.
    """
    card = required(await tx.gift_cards.lock(GiftCardId(order.subject_id)), GiftCardNotFound)
    by_admin = context.actor.role is Role.ADMIN
    if not by_admin and card.balance != card.value:
        raise OrderUsed
    party = GiftCardParty.ADMIN if by_admin else GiftCardParty.SELLER
    await post(card.void(party, cause(f"{GiftCardEntryKind.VOIDED}:{order.id}", context)), card, tx)
    return card.balance


def issued(card: GiftCard, context: UseCaseContext) -> GiftCardIssued:
    """The event of a card that has its money now."""
    return GiftCardIssued(id=EventId(context.entropy.new_id()), occurred_at=context.now, card_id=card.id)


def recipient_of(recipient: Recipient, context: UseCaseContext) -> Recipient:
    """The recipient with their contact in its normal form.

    Raises:
        InvalidValue: it is neither an e-mail address nor a number, the platform has no such language, the name
            contains an address, or a text is too long.
    """
    for field, text, most in (
        ("name", recipient.name, MAX_RECIPIENT_NAME),
        ("message", recipient.message, MAX_MESSAGE),
    ):
        if len(text) > most:
            raise InvalidValue(field=field, problem=f"at most {most} characters", within=("recipient",))
    require_plain_name(recipient.name, field="name", within=("recipient",))
    if recipient.language not in LANGUAGES:
        raise InvalidValue(field="language", problem=f"one of: {', '.join(LANGUAGES)}", allowed=tuple(LANGUAGES))
    contact = (recipient.contact or "").strip()
    if not contact:
        return replace(recipient, contact=None)
    if "@" in contact:
        return replace(recipient, contact=email_address(contact))
    return replace(recipient, contact=context.get(SecurityPorts).phone_numbers.parse(contact))


def cause(
    name: str,
    context: UseCaseContext,
    *,
    booking_id: BookingId | None = None,
    payment_id: PaymentId | None = None,
    reason: str | None = None,
) -> EntryCause:
    """The cause of an entry that is made now."""
    return EntryCause(
        id=GiftCardEntryId(context.entropy.new_id()),
        name=name,
        at=context.now,
        booking_id=booking_id,
        payment_id=payment_id,
        reason=reason,
    )


async def post(posted: tuple[GiftCard, GiftCardEntry], was: GiftCard, tx: Repositories) -> GiftCard:
    """Store a changed card with its entry."""
    card, entry = posted
    await tx.gift_cards.save(card, was=was)
    await tx.gift_cards.add_entry(entry)
    return card
