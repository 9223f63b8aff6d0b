"""Send a text message, keep what comes of it, and ask until its end and its cost are known.

A call to a provider is never inside a transaction. The message is kept before it is sent, so that a callback that
overtakes the provider's answer finds it.
"""

from contextlib import suppress

from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsReads, SmsSender
from booking_domain.notifications.sms import SmsNews, SmsOrder, SmsStatus
from booking_domain.notifications.use_cases.messages import keep_sms, note_sms_answer, note_sms_news
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import ConcurrentChange, StorageUnavailable
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SmsId
from booking_domain.workflows.ports import Repositories

NO_ANSWER = "no usable answer"


async def send_sms(order: SmsOrder, *, most_per_day: int, executor: Executor[Repositories], sender: SmsSender) -> None:
    """Send it, unless `most_per_day` were sent within 24 hours, to all numbers together.

    Raises:
        InvalidValue: that is no phone number; nothing was kept.
        SmsCapReached: there were as many; nothing was kept.
        SmsUnavailable: it may or may not have been sent; its status stays open.
        SmsRefused: it was not sent, and is kept as failed.
    """
    message = await executor.run(keep_sms(most_per_day), order, actor=SYSTEM)
    try:
        receipt = await sender.send(to=order.to, text=order.text, key=message.id)
    except SmsRefused as refusal:
        await _note(SmsNews(message_id=message.id, status=SmsStatus.FAILED, error=refusal.reason), executor)
        raise
    except SmsUnavailable:
        await _note(SmsNews(message_id=message.id, error=NO_ANSWER), executor)
        raise
    await _note(receipt.news(message.id), executor)


async def follow_sms(
    message_id: SmsId, *, reads: SmsReads, executor: Executor[Repositories], sender: SmsSender
) -> None:
    """Ask the provider what has become of a message; one without an answer is asked about again later."""
    message = await reads.get(message_id)
    if message is None or message.provider_message_id is None or message.provider != sender.name:
        return
    news = SmsNews(message_id=message_id)
    with suppress(SmsUnavailable):
        news = (await sender.report(message.provider_message_id)).news(message_id)
    await executor.run(note_sms_answer, news, actor=SYSTEM)


async def _note(news: SmsNews, executor: Executor[Repositories]) -> None:
    """Keep what came of it; that the storage fails now makes no message unsent, nor one sent that was not."""
    with suppress(StorageUnavailable, ConcurrentChange):
        await executor.run(note_sms_news, news, actor=SYSTEM)
