"""Keep a text message before it is sent, and what becomes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from booking_domain.notifications.errors import SmsCapReached
from booking_domain.notifications.ports import SmsMessages
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import MAX_ERROR, SmsMessage, SmsNews, SmsOrder, masked
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import SmsId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.phones import phone_number

DAY: Final = timedelta(days=1)


class SmsTx(Protocol):
    """What text messages need of a transaction."""

    @property
    def sms_messages(self) -> SmsMessages: ...


def keep_sms(most_per_day: int) -> UseCase[SmsOrder, SmsTx, SmsMessage]:
    """Keep a message that is about to be sent; so many in any 24 hours, to all numbers together.

    Each attempt counts, whatever becomes of it: the provider may have sent it.

    Raises:
        InvalidValue: that is no phone number.
        SmsCapReached: there were as many.
    """

    async def keep(order: SmsOrder, tx: SmsTx, context: Context) -> SmsMessage:
        message = SmsMessage(
            id=SmsId(context.entropy.new_id()),
            user_id=order.user_id,
            to_masked=masked(phone_number(order.to)),
            to_digest=order.to_digest,
            template=order.template,
            language=order.language,
            provider=order.provider,
            segments=segments_of(order.text),
            created_at=context.now,
            updated_at=context.now,
        )
        if await tx.sms_messages.count_since(context.now - DAY) >= most_per_day:
            raise SmsCapReached
        await tx.sms_messages.add(message)
        return message

    return UseCase(Permission.RUN_PLATFORM, keep, raises=(InvalidValue, SmsCapReached))


async def _note(news: SmsNews, tx: SmsTx, context: Context) -> None:
    """News of a message that is not there is nobody's."""
    message = await tx.sms_messages.lock(news.message_id)
    if message is not None:
        await _save(message, message.heard(_bounded(news), context.now), tx)


async def _note_answer(news: SmsNews, tx: SmsTx, context: Context) -> None:
    message = await tx.sms_messages.lock(news.message_id)
    if message is not None:
        await _save(message, message.heard(_bounded(news), context.now).asked(context.now), tx)


async def _save(was: SmsMessage, message: SmsMessage, tx: SmsTx) -> None:
    if message != was:
        await tx.sms_messages.save(message)


def _bounded(news: SmsNews) -> SmsNews:
    return news if news.error is None else replace(news, error=news.error[:MAX_ERROR])


note_sms_news: Final = UseCase(Permission.RUN_PLATFORM, _note)
note_sms_answer: Final = UseCase(Permission.RUN_PLATFORM, _note_answer)
"""The provider was asked: the next time comes later, whatever it has said."""
