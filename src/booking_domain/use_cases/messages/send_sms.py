"""Send a text message, and follow it until its final status and its cost are known.

The provider is never called inside a database transaction. The message is recorded before it is sent, so that a
callback that arrives before the provider's response finds it. An order that is repeated has the same message: the
provider is asked again, under the same key, only if it is not known what came of it.
"""

from contextlib import suppress
from dataclasses import replace

from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsReads, SmsSender
from booking_domain.notifications.sms import SmsMessage, SmsOrder, SmsStatus, SmsUpdate
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import ConcurrentChange, StorageUnavailable
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import SmsId
from booking_domain.use_cases.notifications.record import apply_sms_poll, apply_sms_update, record_sms
from booking_domain.use_cases.platform.ports import Repositories

NO_RESPONSE = "no usable answer"


async def send_sms(order: SmsOrder, *, most_per_day: int, executor: Executor[Repositories], sender: SmsSender) -> None:
    """Send a message, unless `most_per_day` were sent to all numbers within 24 hours.

    A repetition sends nothing if the provider has accepted or refused the message.

    Raises:
        InvalidValue: `to` is not a phone number; nothing was recorded.
        SmsCapReached: the limit is reached; nothing was recorded.
        UnverifiedNumberLimited: the limit of messages to unverified numbers is reached; nothing was recorded.
        SmsUnavailable: the message may or may not have been sent; its status stays open.
        SmsRefused: the provider rejected the message permanently; it is recorded as failed.
    """
    message = await executor.run(_recorded(most_per_day), order, actor=SYSTEM)
    if message.provider_message_id is not None:
        return
    if message.status is SmsStatus.FAILED:
        raise SmsRefused(provider=message.provider, reason=message.error or "")
    try:
        receipt = await sender.send(to=order.to, text=order.text, key=message.id)
    except SmsRefused as refusal:
        await _record(SmsUpdate(message_id=message.id, status=SmsStatus.FAILED, error=refusal.reason), executor)
        raise
    except SmsUnavailable:
        await _record(SmsUpdate(message_id=message.id, error=NO_RESPONSE), executor)
        raise
    await _record(receipt.update_of(message.id), executor)


def _recorded(most_per_day: int) -> UseCase[SmsOrder, Repositories, SmsMessage]:
    """`record_sms`, which learns in the same database transaction whether the account has verified the number."""
    record = record_sms(most_per_day)

    async def handle(order: SmsOrder, tx: Repositories, context: UseCaseContext) -> SmsMessage:
        user = None if order.user_id is None else await tx.users.get(order.user_id)
        verified = user is not None and user.phone == order.to and user.phone_verified_at is not None
        return await record.handle(replace(order, to_verified=verified), tx, context)

    return UseCase(record.action, handle, raises=record.raises)


async def follow_sms(
    message_id: SmsId, *, reads: SmsReads, executor: Executor[Repositories], sender: SmsSender
) -> None:
    """Poll the provider for the status and cost of a message; without a response it is polled again later."""
    message = await reads.get(message_id)
    if message is None or message.provider_message_id is None or message.provider != sender.name:
        return
    update = SmsUpdate(message_id=message_id)
    with suppress(SmsUnavailable):
        update = (await sender.report(message.provider_message_id)).update_of(message_id)
    await executor.run(apply_sms_poll, update, actor=SYSTEM)


async def _record(update: SmsUpdate, executor: Executor[Repositories]) -> None:
    """Record the outcome. A storage failure is ignored, because it does not change whether the message was sent."""
    with suppress(StorageUnavailable, ConcurrentChange):
        await executor.run(apply_sms_update, update, actor=SYSTEM)
