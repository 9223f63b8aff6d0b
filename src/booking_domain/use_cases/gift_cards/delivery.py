"""Send gift cards to their recipients on the day that the buyer has chosen, and end those that have expired.

A card is sent under its own id: what is sent twice after a crash is recognised as far as the channel allows that. A
message to somebody who may have no account has the buyer's words only if the card was bought through the platform.
"""

from typing import Final

from booking_domain.gift_cards.model import GiftCard, GiftCardId, GiftCardNotFound, GiftCardStatus, SaleMethod
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import MessageChannel
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue, Translator, Words
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.shared.user_texts import without_links
from booking_domain.use_cases.gift_cards.steps import cause, post
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.platform.ports import Reads, Repositories

_TO_RECIPIENT: Final = NoticeTemplate(
    subject="A gift card for you",
    text="You have got a gift card over {card_value} for {issuer}. Its code is {card_code}. Whoever has it can pay.",
    details=("For: {recipient}", "Message: {card_message}"),
)
EVERYWHERE: Final = Words("all providers")
TYPE: Final = "gift_card.delivered"


async def deliver_gift_card(
    card_id: GiftCardId,
    *,
    clock: Clock,
    reads: Reads,
    executor: Executor[Repositories],
    sender: MessageSender,
    translator: Translator,
) -> None:
    """Send a card to its recipient, if its time has come.

    Raises:
        Unavailable: it was not sent; the caller may retry.
        RuleViolated: the channel refuses the contact.
    """
    card = await reads.gift_cards.get(card_id)
    if card is None or card.contact is None or not _is_due(card, clock):
        return
    online = card.method is SaleMethod.ONLINE
    notice = translator.translate(
        _TO_RECIPIENT.fill(
            card_value=card.value,
            issuer=await issuer_of(card, reads),
            card_code=card.shown_code,
            recipient=card.recipient_name,
            card_message=without_links(card.message) if online else "",
        ),
        card.language,
    )
    by_email = "@" in card.contact
    message = OutgoingMessage(
        id=card.id,
        channel=MessageChannel.EMAIL if by_email else MessageChannel.SMS,
        to=card.contact,
        subject=notice.subject,
        text=notice.text,
        created_at=clock.now(),
        language=notice.language,
        type=TYPE,
        about_id=card.id,
    )
    await sender.send(message)
    await executor.run(_record_delivery, card_id, actor=SYSTEM)


async def issuer_of(card: GiftCard, reads: Reads) -> NoticeValue:
    """The name of the provider or salon at whom the card pays."""
    if card.salon_id is not None:
        salon = await reads.salons.get(card.salon_id)
        return EVERYWHERE if salon is None else salon.salon.name
    provider = None if card.provider_id is None else await reads.providers.get(card.provider_id)
    return EVERYWHERE if provider is None else provider.profile.display_name


def _is_due(card: GiftCard, clock: Clock) -> bool:
    return card.status is GiftCardStatus.ACTIVE and card.deliver_at is not None and card.deliver_at <= clock.now()


async def _record(card_id: GiftCardId, tx: Repositories, context: UseCaseContext) -> None:
    card = required(await tx.gift_cards.lock(card_id), GiftCardNotFound)
    if card.deliver_at is not None:
        await tx.gift_cards.save(card.delivered(context.now), was=card)


async def _expire(card_id: GiftCardId, tx: Repositories, context: UseCaseContext) -> None:
    card = required(await tx.gift_cards.lock(card_id), GiftCardNotFound)
    posted = card.expire(cause(f"expiry:{card.version}", context))
    if posted is not None:
        await post(posted, card, tx)


_record_delivery: Final = UseCase(Permission.RUN_PLATFORM, _record, raises=(GiftCardNotFound,))
expire_gift_card: Final = UseCase(Permission.RUN_PLATFORM, _expire, raises=(GiftCardNotFound,))
give_up_delivery: Final = _record_delivery
"""Stop to send a card whose contact the channel refuses."""

MESSAGES: Final = Messages(
    templates={TYPE: _TO_RECIPIENT},
    fields={
        "card_code": NoticeField("The code of a gift card.", "7F3K-QW2M-9XHT-4BND"),
        "card_message": NoticeField("What the buyer of a gift card wrote.", "Happy birthday!", of_users=True),
    },
    secret=True,
)
