"""Messages to people: retried, sent over the next contact when one fails for good, at most once for each event."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from booking_domain.identity.events import PhoneChanged
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.preferences import Preferences, QuietHours
from booking_domain.notifications.errors import ChatBlocked, ChatUnavailable, EmailRefused, EmailUnavailable
from booking_domain.notifications.model import RETRIED_FOR, MessageAddress, MessageChannel, MessageStatus
from booking_domain.notifications.notices import TranslatedNotice
from booking_domain.notifications.ports import MessageFilter, MessageSender, OutgoingMessage
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import EventId
from booking_domain.shared.time import WallTime, local_time
from booking_domain.testing.builders import Builder
from booking_domain.testing.memory import MemoryPlatform
from booking_domain.use_cases.messages.send_messages import StoringNotifier, send_due_messages

EMAIL = MessageAddress(MessageChannel.EMAIL, "dorj@example.com")
SMS = MessageAddress(MessageChannel.SMS, "+97699112233")
NOTICE = TranslatedNotice(language="en", subject="Confirmed", text="See you.")
SENT, FAILED, PENDING, STANDBY, SKIPPED = (
    MessageStatus.SENT,
    MessageStatus.FAILED,
    MessageStatus.PENDING,
    MessageStatus.STANDBY,
    MessageStatus.SKIPPED,
)


class ScriptedSender(MessageSender):
    """Raises the errors of its script, one for each attempt over a channel; afterwards it sends."""

    def __init__(self, **errors: Sequence[DomainError | None]) -> None:
        self._errors = {channel: list(script) for channel, script in errors.items()}
        self.sent: list[OutgoingMessage] = []

    async def send(self, message: OutgoingMessage) -> None:
        script = self._errors.get(message.channel)
        error = script.pop(0) if script else None
        if error is not None:
            raise error
        self.sent.append(message)


class Office:
    """A platform that notifies one user."""

    def __init__(self, sender: ScriptedSender) -> None:
        self.platform = MemoryPlatform()
        self.sender = sender
        self.user: User = Builder().user()

    async def tell(
        self, *contacts: MessageAddress, everywhere: bool = False, event: PhoneChanged | None = None
    ) -> bool:
        """Return whether messages are to be sent."""
        async with self.platform.database.begin() as tx:
            if await tx.users.lock(self.user.id) is None:
                await tx.users.add(self.user)
        notifier = StoringNotifier(self.platform.executor, self.platform.reads.external_identities)
        await notifier.notify(self.user.id, event or self.event(), NOTICE, contacts, everywhere=everywhere)
        return notifier.notified == {self.user.id}

    def event(self) -> PhoneChanged:
        return PhoneChanged(id=EventId(uuid4()), occurred_at=self.platform.clock.now(), user_id=self.user.id)

    async def send(self) -> None:
        await send_due_messages(
            self.user.id,
            clock=self.platform.clock,
            reads=self.platform.reads,
            executor=self.platform.executor,
            sender=self.sender,
        )

    async def send_until_nothing_waits(self) -> None:
        while (at := await self.platform.reads.notifications.next_attempt(self.user.id)) is not None:
            self.platform.clock.set(max(at, self.platform.clock.now()))
            await self.send()

    async def now(self) -> User:
        user = await self.platform.reads.users.get(self.user.id)
        assert user is not None
        return user

    async def log(self) -> list[tuple[MessageChannel, MessageStatus, str]]:
        views = await self.platform.reads.notifications.messages(MessageFilter())
        return [(view.message.channel, view.message.status, view.message.failure) for view in reversed(views)]


async def test_the_first_contact_is_sent_the_message_and_the_others_are_skipped() -> None:
    office = Office(ScriptedSender())
    assert await office.tell(EMAIL, SMS)
    await office.send()
    assert [each.to for each in office.sender.sent] == [EMAIL.to]
    assert await office.log() == [(EMAIL.channel, SENT, ""), (SMS.channel, SKIPPED, "")]


async def test_a_refused_address_falls_back_to_the_next_contact_at_once() -> None:
    office = Office(ScriptedSender(email=[EmailRefused(reason="550")]))
    await office.tell(EMAIL, SMS)
    await office.send()
    assert [each.to for each in office.sender.sent] == [SMS.to]
    assert await office.log() == [(EMAIL.channel, FAILED, "email.refused"), (SMS.channel, SENT, "")]


async def test_an_undeliverable_address_is_not_used_until_it_is_verified_again() -> None:
    office = Office(ScriptedSender(email=[EmailUnavailable(), EmailRefused(reason="550")]))
    email = office.user.email
    assert email is not None
    await office.tell(MessageAddress(MessageChannel.EMAIL, email))
    await office.send()
    assert (await office.now()).email_undeliverable_at is None
    await office.send_until_nothing_waits()
    marked = await office.now()
    assert marked.email_undeliverable_at == office.platform.clock.now()
    assert marked.verified(ContactChannel.EMAIL, office.platform.clock.now()).email_undeliverable_at is None
    assert marked.changed(email="other@example.com").email_undeliverable_at is None
    assert marked.changed(name="Other").email_undeliverable_at is not None


async def test_a_refusal_of_a_former_address_marks_nothing() -> None:
    office = Office(ScriptedSender(email=[EmailRefused(reason="550")]))
    await office.tell(MessageAddress(MessageChannel.EMAIL, "former@example.com"))
    await office.send()
    assert (await office.now()).email_undeliverable_at is None


async def test_an_unavailable_server_is_tried_again_under_the_same_id() -> None:
    office = Office(ScriptedSender(email=[EmailUnavailable()]))
    await office.tell(EMAIL, SMS)
    await office.send()
    assert await office.log() == [(EMAIL.channel, PENDING, "email.unavailable"), (SMS.channel, STANDBY, "")]
    await office.send()  # not due yet
    assert office.sender.sent == []
    await office.send_until_nothing_waits()
    assert [each.to for each in office.sender.sent] == [EMAIL.to]


async def test_after_a_day_without_success_the_next_contact_is_sent_the_message() -> None:
    office = Office(ScriptedSender(email=[EmailUnavailable()] * 1_000))
    started = office.platform.clock.now()
    await office.tell(EMAIL, SMS)
    await office.send_until_nothing_waits()
    assert RETRIED_FOR <= office.platform.clock.now() - started <= RETRIED_FOR + timedelta(minutes=10)
    assert await office.log() == [(EMAIL.channel, FAILED, "email.unavailable"), (SMS.channel, SENT, "")]


async def test_a_notice_for_all_contacts_reaches_each_of_them() -> None:
    office = Office(ScriptedSender(email=[EmailRefused(reason="550")]))
    await office.tell(EMAIL, SMS, everywhere=True)
    await office.send()
    assert await office.log() == [(EMAIL.channel, FAILED, "email.refused"), (SMS.channel, SENT, "")]


async def test_a_repeated_event_is_kept_and_sent_once() -> None:
    office = Office(ScriptedSender())
    event = office.event()
    assert await office.tell(EMAIL, event=event)
    assert await office.tell(EMAIL, event=event)  # who was told first may have crashed before it was sent
    await office.send_until_nothing_waits()
    assert len(office.sender.sent) == 1
    assert await office.platform.reads.notifications.unread(office.user.id) == 1


async def test_a_user_without_a_contact_has_the_notification_in_the_app() -> None:
    office = Office(ScriptedSender())
    assert not await office.tell()
    assert (await office.platform.reads.notifications.unread(office.user.id), await office.log()) == (1, [])


NIGHT = QuietHours(start=WallTime.parse("07:30"), end=WallTime.parse("10:00"))
"""On the clock of Ulaanbaatar, where it is 08:00."""


@pytest.mark.parametrize("topic", ["booking.confirmed", "booking.reminder", "service.changed"])
async def test_messages_that_can_wait_are_sent_after_the_recipients_quiet_hours(topic: str) -> None:
    office = Office(ScriptedSender())
    office.user = replace(office.user, preferences=Preferences(quiet_hours=NIGHT))
    await office.tell(EMAIL, event=news(topic, office))
    await office.send()
    assert (office.sender.sent, await office.log()) == ([], [(EMAIL.channel, PENDING, "")])
    assert str(await office.platform.reads.notifications.next_attempt(office.user.id)) == "2026-11-23 02:00:00+00:00"
    await office.send_until_nothing_waits()
    assert len(office.sender.sent) == 1


@pytest.mark.parametrize(
    "topic", ["account.phone_changed", "waitlist.offered", "booking.payment_reminder", "a.new_one"]
)
async def test_urgent_messages_ignore_quiet_hours(topic: str) -> None:
    office = Office(ScriptedSender())
    office.user = replace(office.user, preferences=Preferences(quiet_hours=NIGHT))
    await office.tell(EMAIL, event=news(topic, office))
    await office.send()
    assert len(office.sender.sent) == 1


def news(topic: str, office: Office) -> PhoneChanged:
    """An event of another topic."""
    kind = type("News", (PhoneChanged,), {"topic": topic})
    return cast("PhoneChanged", kind(**asdict(office.event())))


@given(
    start=st.integers(0, 1_439),
    end=st.integers(0, 1_439),
    zone=st.sampled_from(
        ["Asia/Ulaanbaatar", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"]
    ),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - the zone follows
)
def test_quiet_hours_end_at_their_end_and_begin_at_their_start(start: int, end: int, zone: str, now: datetime) -> None:
    assume(start != end)
    quiet, at = QuietHours(start=WallTime(start), end=WallTime(end)), now.replace(tzinfo=UTC)
    over = quiet.over_at(at, zone)
    here = local_time(at, zone)
    minute = here.hour * 60 + here.minute
    inside = (minute - start) % 1_440 < (end - start) % 1_440
    assert over is None or (inside and at < over <= at + timedelta(hours=25))
    assert (over is not None) == inside or zone != "Asia/Ulaanbaatar"  # elsewhere an end may be skipped or repeated
    if over is not None:
        there = local_time(over, zone)
        assert (there.hour * 60 + there.minute - end) % 1_440 <= 60


_ERRORS = st.sampled_from([None, EmailUnavailable(), EmailRefused(reason="550")])


@given(
    email=st.lists(_ERRORS, max_size=6),
    sms=st.lists(_ERRORS, max_size=6),
    everywhere=st.lists(st.booleans(), min_size=1, max_size=4),
)
async def test_every_message_ends_and_a_notification_arrives_once_if_any_contact_takes_it(
    email: list[DomainError | None], sms: list[DomainError | None], everywhere: list[bool]
) -> None:
    office = Office(ScriptedSender(email=email, sms=sms))
    for each in everywhere:
        await office.tell(EMAIL, SMS, everywhere=each)
    await office.send_until_nothing_waits()
    assert {status for _, status, _ in await office.log()} <= {SENT, FAILED, SKIPPED, STANDBY}
    views = await office.platform.reads.notifications.messages(MessageFilter())
    for notification in {view.notification.id for view in views}:
        mine = sorted(
            (view.message for view in views if view.notification.id == notification), key=lambda each: each.rank
        )
        statuses = [each.status for each in mine]
        assert statuses in (
            [SENT, SKIPPED],
            [FAILED, SENT],
            [FAILED, FAILED],
            [SENT, SENT],
            [SENT, FAILED],
        )
    assert len({each.id for each in office.sender.sent}) == len(office.sender.sent)


@pytest.mark.parametrize(("to", "shown"), [(EMAIL.to, "d****@example.com"), (SMS.to, "+976****2233")])
async def test_the_log_masks_contacts(to: str, shown: str) -> None:
    office = Office(ScriptedSender())
    await office.tell(MessageAddress(MessageChannel.EMAIL, to))
    [view] = await office.platform.reads.notifications.messages(MessageFilter())
    assert view.message.to_masked == shown
    assert to not in repr(view)


CHAT = MessageAddress(MessageChannel.TELEGRAM, "5512345")


async def test_a_chat_is_beside_the_e_mail_and_the_text_message_for_want_of_both() -> None:
    office = Office(ScriptedSender())
    await office.tell(CHAT, EMAIL, SMS)
    await office.send_until_nothing_waits()
    assert await office.log() == [(CHAT.channel, SENT, ""), (EMAIL.channel, SENT, ""), (SMS.channel, SKIPPED, "")]


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ({"telegram": [ChatBlocked()]}, SKIPPED),
        ({"email": [EmailRefused(reason="550")]}, SKIPPED),
        ({"telegram": [ChatUnavailable(), ChatBlocked()], "email": [EmailRefused(reason="550")]}, SENT),
        ({"telegram": [ChatBlocked()], "email": [EmailUnavailable(), EmailRefused(reason="550")]}, SENT),
        ({"telegram": [ChatUnavailable()], "email": [EmailRefused(reason="550")]}, SKIPPED),
    ],
)
async def test_a_text_message_is_sent_only_if_neither_chat_nor_e_mail_takes_it(
    script: dict[str, list[DomainError | None]], last: MessageStatus
) -> None:
    office = Office(ScriptedSender(**script))
    await office.tell(CHAT, EMAIL, SMS)
    await office.send_until_nothing_waits()
    assert (await office.log())[-1] == (SMS.channel, last, "")


async def test_without_an_address_a_text_message_stands_in_for_the_chat() -> None:
    office = Office(ScriptedSender(telegram=[ChatBlocked()]))
    await office.tell(CHAT, SMS)
    await office.send_until_nothing_waits()
    assert await office.log() == [(CHAT.channel, FAILED, "chat.blocked"), (SMS.channel, SENT, "")]
