"""Record a text message before it is sent, and its updates afterwards."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.notifications.errors import SmsCapReached, UnverifiedNumberLimited
from booking_domain.notifications.ports import SmsMessages
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import MAX_ERROR, SmsMessage, SmsOrder, SmsUpdate
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SmsId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.phones import masked, phone_number

DAY: Final = timedelta(days=1)
MOST_TO_UNVERIFIED: Final = 10
"""Messages in 24 hours to a number that is not verified, of all accounts; and of an account to all such numbers."""
MOST_NOTICES_TO_UNVERIFIED: Final = 5
"""How many of them may be followed by a notice: the others are left for the codes with which the number is verified."""


class SmsTx(Protocol):
    """What text messages need of a database transaction."""

    @property
    def sms_messages(self) -> SmsMessages: ...


def record_sms(most_per_day: int) -> UseCase[SmsOrder, SmsTx, SmsMessage]:
    """Record a message that is about to be sent, unless the limit of 24 hours for all numbers is reached.

    Every message counts, whatever comes of it: the provider may have sent it. A repeated order has one message.

    Raises:
        InvalidValue: `to` is not a phone number.
        SmsCapReached: the limit is reached.
        UnverifiedNumberLimited: the number is not verified, and its limit or that of the account is reached.
    """

    async def record(order: SmsOrder, tx: SmsTx, context: UseCaseContext) -> SmsMessage:
        known = None if order.id is None else await tx.sms_messages.lock(order.id)
        if known is not None:
            return known
        message = SmsMessage(
            id=order.id or SmsId(context.entropy.new_id()),
            user_id=order.user_id,
            to_masked=masked(phone_number(order.to)),
            to_digest=order.to_digest,
            to_verified=order.to_verified,
            template=order.template,
            language=order.language,
            provider=order.provider,
            country=order.country,
            segments=segments_of(order.text),
            created_at=context.now,
            updated_at=context.now,
        )
        if await tx.sms_messages.count_since(context.now - DAY) >= most_per_day:
            raise SmsCapReached
        if not order.to_verified:
            await _limit_unverified(order, tx, context.now - DAY)
        await tx.sms_messages.add(message)
        return message

    return UseCase(Permission.RUN_PLATFORM, record, raises=(InvalidValue, SmsCapReached, UnverifiedNumberLimited))


async def _limit_unverified(order: SmsOrder, tx: SmsTx, since: datetime) -> None:
    """Raise `UnverifiedNumberLimited` at the limit; `count_since` has locked out concurrent messages."""
    most = MOST_TO_UNVERIFIED if order.is_code else MOST_NOTICES_TO_UNVERIFIED
    by_number = await tx.sms_messages.count_to(order.to_digest, since)
    by_account = 0 if order.user_id is None else await tx.sms_messages.count_unverified_of(order.user_id, since)
    if max(by_number, by_account) >= most:
        raise UnverifiedNumberLimited


async def _apply_update(update: SmsUpdate, tx: SmsTx, context: UseCaseContext) -> None:
    """Ignore updates of unknown messages."""
    message = await tx.sms_messages.lock(update.message_id)
    if message is not None:
        await _save(message, message.updated(_bounded(update), context.now), tx)


async def _apply_poll(update: SmsUpdate, tx: SmsTx, context: UseCaseContext) -> None:
    message = await tx.sms_messages.lock(update.message_id)
    if message is not None:
        await _save(message, message.updated(_bounded(update), context.now).polled(context.now), tx)


async def _save(was: SmsMessage, message: SmsMessage, tx: SmsTx) -> None:
    if message != was:
        await tx.sms_messages.save(message)


def _bounded(update: SmsUpdate) -> SmsUpdate:
    return update if update.error is None else replace(update, error=update.error[:MAX_ERROR])


apply_sms_update: Final = UseCase(Permission.RUN_PLATFORM, _apply_update)
apply_sms_poll: Final = UseCase(Permission.RUN_PLATFORM, _apply_poll)
"""The provider was polled: the next poll is scheduled, whatever the result."""
