"""Sending text messages, recording their outcome, and polling for the rest."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.sms.sender import SmsMessageSender
from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.errors import SmsCapReached, SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.notifications.sms import (
    FIRST_POLL,
    SmsCost,
    SmsMessage,
    SmsReceipt,
    SmsReport,
    SmsStatus,
    SmsUpdate,
)
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import InvalidValue, StorageUnavailable
from booking_domain.shared.ids import SmsId
from booking_domain.testing.builders import NOW
from booking_domain.testing.identity.memory.security import MemoryPhoneNumbers
from booking_domain.testing.memory import MemoryMessageSender, MemoryPlatform, MemorySmsSender
from booking_domain.testing.notifications.memory.tables import SMS_MESSAGES
from booking_domain.use_cases.messages.send_sms import follow_sms
from booking_domain.use_cases.notifications.record import apply_sms_update
from entrypoints.languages.notices import GettextTranslator

TO = "+97699112233"
CODE = "482913"
PRICE = SmsCost(millionths=7_900, currency="USD")


class Office:
    """A platform that sends codes."""

    def __init__(self, sender: MemorySmsSender | None = None, *, most_per_day: int = 100) -> None:
        self.platform = MemoryPlatform()
        self.sender = sender or MemorySmsSender()
        self.messenger = MessageCodes(
            brand="Ink",
            email=MemoryMessageSender(),
            sms=SmsMessageSender(
                sender=self.sender,
                executor=self.platform.executor,
                recipient_key=b"a key of 32 bytes, more or less.",
                most_per_day=most_per_day,
                country_of=MemoryPhoneNumbers().country,
            ),
            translator=GettextTranslator("en"),
            clock=self.platform.clock,
            entropy=self.platform.entropy,
        )

    async def send(self, *, to: str = TO, purpose: str = "login", locale: str = "mn-MN") -> None:
        await self.messenger.send_code(
            to=to, code=CODE, purpose=purpose, locale=locale, until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
        )

    async def kept(self) -> list[SmsMessage]:
        async with self.platform.database.begin() as tx:
            return sorted(tx.sms_messages._state[SMS_MESSAGES].values(), key=lambda each: each.id)

    async def follow(self, message_id: SmsId) -> None:
        await follow_sms(message_id, reads=self.platform.reads.sms, executor=self.platform.executor, sender=self.sender)


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_code_is_sent_in_the_recipients_language_and_its_record_reveals_neither_code_nor_number(
    office: Office,
) -> None:
    await office.send()
    assert office.sender.delivered == ((TO, f"Ink: {CODE} - нэвтрэх код, 09:07 хүртэл. Хэнд ч бүү хэлээрэй."),)
    (message,) = await office.kept()
    assert (message.to_masked, message.template, message.language) == ("+976****2233", "code.login", "mn")
    assert (message.provider, message.status, message.segments) == ("memory", SmsStatus.QUEUED, 1)
    assert message.provider_message_id == str(message.id)
    assert message.ask_at == office.platform.clock.now() + FIRST_POLL
    shown = repr(message)
    assert CODE not in shown
    assert TO[4:] not in shown


async def test_the_digest_of_a_number_depends_on_the_key(office: Office) -> None:
    await office.send()
    await office.send(purpose="reset")
    await office.send(to="+97699112234")
    office.messenger = MessageCodes(
        brand="Ink",
        email=MemoryMessageSender(),
        sms=SmsMessageSender(
            sender=office.sender,
            executor=office.platform.executor,
            recipient_key=b"another",
            most_per_day=100,
            country_of=MemoryPhoneNumbers().country,
        ),
        translator=GettextTranslator("en"),
        clock=office.platform.clock,
        entropy=office.platform.entropy,
    )
    await office.send()
    first, second, other, under_another_key = [message.to_digest for message in await office.kept()]
    assert first == second
    assert len({first, other, under_another_key}) == 3


async def test_a_rejected_message_is_recorded_as_failed(office: Office) -> None:
    office.sender.refused.add(TO)
    with pytest.raises(SmsRefused):
        await office.send()
    (message,) = await office.kept()
    assert (message.status, message.error) == (SmsStatus.FAILED, "refused")


async def test_a_message_without_a_response_stays_open_until_a_callback(office: Office) -> None:
    office.sender.lose_answers = True
    with pytest.raises(SmsUnavailable):
        await office.send()
    (message,) = await office.kept()
    assert (message.status, message.error, message.ask_at) == (SmsStatus.QUEUED, "no usable answer", None)
    update = SmsUpdate(message_id=message.id, provider_message_id="SM1", status=SmsStatus.DELIVERED)
    await office.platform.executor.run(apply_sms_update, update, actor=SYSTEM)
    (message,) = await office.kept()
    assert (message.status, message.error, message.provider_message_id) == (SmsStatus.DELIVERED, None, "SM1")


async def test_the_response_does_not_overwrite_an_earlier_callback() -> None:
    class Overtaken(MemorySmsSender):
        office: Office

        async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
            update = SmsUpdate(message_id=key, status=SmsStatus.DELIVERED)
            await self.office.platform.executor.run(apply_sms_update, update, actor=SYSTEM)
            return await super().send(to=to, text=text, key=key)

    sender = Overtaken()
    sender.office = Office(sender)
    office = sender.office
    await office.send()
    (message,) = await office.kept()
    assert message.status is SmsStatus.DELIVERED
    assert message.provider_message_id == str(message.id)


def down() -> Any:
    raise StorageUnavailable


async def test_a_storage_failure_after_sending_is_not_reported_as_a_failed_send() -> None:
    class Failing(MemorySmsSender):
        office: Office

        async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
            receipt = await super().send(to=to, text=text, key=key)
            self.office.platform.executor._begin = down
            return receipt

    sender = Failing()
    sender.office = Office(sender)
    office = sender.office
    await office.send()
    assert len(office.sender.delivered) == 1


async def test_a_storage_failure_before_sending_prevents_it(office: Office) -> None:
    office.platform.executor._begin = down
    with pytest.raises(StorageUnavailable):
        await office.send()
    assert office.sender.delivered == ()


@pytest.mark.parametrize("to", ["", "99112233", "+976-9911-2233"])
async def test_an_invalid_number_is_rejected_before_anything_is_recorded(office: Office, to: str) -> None:
    with pytest.raises(InvalidValue):
        await office.send(to=to)
    assert await office.kept() == []
    assert office.sender.delivered == ()


async def test_the_limit_of_24_hours_counts_the_messages_to_all_numbers() -> None:
    office = Office(most_per_day=2)
    clock = office.platform.clock
    await office.send()
    clock.advance(timedelta(hours=1))
    await office.send(to="+989123456789", locale="fa")
    for wait in (timedelta(0), timedelta(hours=23, microseconds=-1)):
        clock.advance(wait)
        with pytest.raises(SmsCapReached):
            await office.send(to="+97699112234")
    assert len(office.sender.delivered) == len(await office.kept()) == 2
    clock.advance(timedelta(microseconds=1))
    await office.send(to="+97699112234")
    with pytest.raises(SmsCapReached):
        await office.send()
    assert len(office.sender.delivered) == 3


async def test_a_message_without_a_response_counts_towards_the_limit() -> None:
    office = Office(most_per_day=1)
    office.sender.lose_answers = True
    with pytest.raises(SmsUnavailable):
        await office.send()
    with pytest.raises(SmsCapReached):
        await office.send()
    assert len(office.sender.delivered) == len(await office.kept()) == 1


async def test_unknown_purposes_of_codes_are_refused(office: Office) -> None:
    with pytest.raises(KeyError, match="greet"):
        await office.send(purpose="greet")
    assert await office.kept() == []


async def test_the_status_and_cost_of_a_message_are_polled(office: Office) -> None:
    await office.send()
    (message,) = await office.kept()
    reads, clock = office.platform.reads, office.platform.clock
    assert await reads.sms.to_poll("memory", clock.now(), 10) == []
    clock.advance(FIRST_POLL)
    assert await reads.sms.to_poll("memory", clock.now(), 10) == [message.id]
    office.sender.reports[str(message.id)] = SmsReport(status=SmsStatus.SENT)
    await office.follow(message.id)
    assert await reads.sms.to_poll("memory", clock.now(), 10) == []
    clock.advance(FIRST_POLL)
    office.sender.reports[str(message.id)] = SmsReport(status=SmsStatus.DELIVERED, segments=1, cost=PRICE)
    await office.follow(message.id)
    (message,) = await office.kept()
    assert (message.status, message.cost, message.ask_at) == (SmsStatus.DELIVERED, PRICE, None)
    (spent,) = await reads.sms.spending(message.created_at, clock.now())
    assert (spent.messages, spent.segments, spent.cost, spent.country) == (1, 1, PRICE, "MN")


async def test_a_provider_without_a_response_is_polled_later(office: Office) -> None:
    await office.send()
    (message,) = await office.kept()
    office.platform.clock.advance(FIRST_POLL)
    office.sender.available = False
    await office.follow(message.id)
    (after,) = await office.kept()
    assert after == replace(message, ask_at=office.platform.clock.now() + FIRST_POLL)


async def test_only_known_messages_of_the_current_provider_are_polled(office: Office) -> None:
    await office.send()
    (message,) = await office.kept()
    office.sender = MemorySmsSender("another")
    await office.follow(message.id)
    await office.follow(SmsId(office.platform.entropy.new_id()))
    assert await office.kept() == [message]


async def test_an_update_of_an_unknown_message_is_ignored(office: Office) -> None:
    update = SmsUpdate(message_id=SmsId(office.platform.entropy.new_id()), status=SmsStatus.SENT)
    await office.platform.executor.run(apply_sms_update, update, actor=SYSTEM)
    assert await office.kept() == []


def notice(office: Office) -> Callable[[], Awaitable[None]]:
    """Send a notification, again and again."""
    sender = SmsMessageSender(
        sender=office.sender,
        executor=office.platform.executor,
        recipient_key=b"a key of 32 bytes, more or less.",
        most_per_day=100,
        country_of=MemoryPhoneNumbers().country,
    )
    message = OutgoingMessage(id=UUID(int=7), channel="sms", to=TO, subject="?", text="Confirmed", created_at=NOW)
    return lambda: sender.send(message)


async def test_a_notification_with_unknown_outcome_is_resent_under_the_same_key(
    office: Office,
) -> None:
    """As after a crash before the answer, or a lost one: the provider has it already, and recognises it."""
    send, office.sender.lose_answers = notice(office), True
    with pytest.raises(SmsUnavailable):
        await send()
    office.sender.lose_answers = False
    await send()
    assert office.sender.delivered == ((TO, "Confirmed"),)
    (message,) = await office.kept()
    assert message.provider_message_id == str(message.id)


async def test_a_notification_that_the_provider_has_accepted_is_not_sent_again(office: Office) -> None:
    """As after a crash between the provider's answer, which is recorded, and the record of the attempt."""
    send = notice(office)
    await send()
    office.sender.available = False  # it is not asked
    await send()
    assert len(await office.kept()) == 1


async def test_a_notification_that_the_provider_has_refused_is_not_sent_again(office: Office) -> None:
    send = notice(office)
    office.sender.refused.add(TO)
    for _ in range(2):
        with pytest.raises(SmsRefused):
            await send()
        office.sender.refused.clear()
    assert office.sender.delivered == ()
