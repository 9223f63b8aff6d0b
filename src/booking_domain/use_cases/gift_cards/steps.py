"""What changes a gift card inside a transaction that does more."""

from typing import Final

from booking_domain.gift_cards.model import (
    TRIES,
    EntryCause,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardNotFound,
    UnknownGiftCardCode,
    normal_code,
)
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, PaymentId, RefundId
from booking_domain.shared.money import Money
from booking_domain.shared.rate_limits import RateLimited
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
