"""Notifications on devices: on all of them, beside the other channels, once, and only while their session is live."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from tests.unit.use_cases.test_send_messages import EMAIL, FAILED, PENDING, SENT, SMS, STANDBY, Office, ScriptedSender

from booking_domain.identity.model import UserStatus
from booking_domain.notifications.errors import EmailRefused
from booking_domain.notifications.model import DEVICES, MessageChannel
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.notifications.push import PushMessage, PushOutcome, PushSubscription, Urgency
from booking_domain.testing.builders import Builder
from booking_domain.testing.notifications.contracts.push import a_push_subscription
from booking_domain.use_cases.messages.send_push import PushMessageSender
from booking_domain.use_cases.notices.news import push_terms

ACCEPTED, GONE, UNAVAILABLE = PushOutcome.ACCEPTED, PushOutcome.GONE, PushOutcome.UNAVAILABLE


class Devices:
    """Push services: each answers with the next outcome of its device's script, and then accepts."""

    def __init__(self) -> None:
        self.script: defaultdict[str, list[PushOutcome]] = defaultdict(list)
        self.shown: list[tuple[str, PushMessage]] = []

    async def __call__(self, device: PushSubscription, message: PushMessage) -> PushOutcome:
        outcome = self.script[device.endpoint].pop(0) if self.script[device.endpoint] else ACCEPTED
        if outcome is ACCEPTED:
            self.shown.append((device.endpoint, message))
        return outcome


class PushingSender(ScriptedSender):
    """Pushes messages to devices; other channels follow its script."""

    push: MessageSender

    async def send(self, message: OutgoingMessage) -> None:
        await (self.push.send(message) if message.channel == "push" else super().send(message))


class PushingOffice(Office):
    """A platform that notifies one user, whose devices are signed in."""

    def __init__(self, sender: PushingSender | None = None) -> None:
        pushing = sender or PushingSender()
        super().__init__(pushing)
        self.devices = Devices()
        platform = self.platform
        pushing.push = PushMessageSender(
            push=self.devices,
            reads=platform.reads.push_subscriptions,
            executor=platform.executor,
            clock=platform.clock,
        )

    async def sign_in(self, *endpoints: str) -> None:
        make = Builder()
        async with self.platform.database.begin() as tx:
            await tx.users.add(self.user)
            for endpoint in endpoints:
                session = make.session(self.user)
                await tx.sessions.add(session)
                await tx.push_subscriptions.add(a_push_subscription(make, session, endpoint=endpoint))

    async def statuses(self) -> dict[MessageChannel, str]:
        return {channel: status for channel, status, _ in await self.log()}

    async def subscribed(self) -> list[str]:
        found = await self.platform.reads.push_subscriptions.live(self.user.id, self.platform.clock.now())
        return [each.endpoint for each in found]


async def test_a_notification_is_shown_on_all_devices_beside_the_first_contact() -> None:
    office = PushingOffice()
    await office.sign_in("laptop", "phone")
    event = office.event()
    assert await office.tell(EMAIL, SMS, DEVICES, event=event)
    assert await office.tell(EMAIL, SMS, DEVICES, event=event)
    await office.send()
    await office.send()
    assert [endpoint for endpoint, _ in office.devices.shown] == ["laptop", "phone"]
    (message,) = {message for _, message in office.devices.shown}
    assert (message.title, message.body, message.link) == ("Confirmed", "See you.", "/notifications")
    assert [each.to for each in office.sender.sent] == [EMAIL.to]
    assert (await office.statuses())[MessageChannel.PUSH] == SENT


async def test_a_user_without_a_device_gets_no_push_message() -> None:
    office = PushingOffice()
    await office.tell(EMAIL, DEVICES)
    assert await office.statuses() == {MessageChannel.EMAIL: PENDING}


async def test_a_push_to_a_device_does_not_replace_another_channel() -> None:
    office = PushingOffice(PushingSender(email=[EmailRefused(reason="550")]))
    await office.sign_in("laptop")
    office.devices.script["laptop"] = [UNAVAILABLE]
    await office.tell(EMAIL, SMS, DEVICES)
    await office.send_until_nothing_waits()
    assert [each.to for each in office.sender.sent] == [SMS.to]
    assert [endpoint for endpoint, _ in office.devices.shown] == ["laptop"]
    other = PushingOffice()
    await other.sign_in("laptop")
    other.devices.script["laptop"] = [GONE]
    await other.tell(EMAIL, SMS, DEVICES, event=other.event())
    await other.send()
    statuses = await other.statuses()
    assert statuses[MessageChannel.PUSH] == FAILED
    assert STANDBY not in statuses.values()
    assert [each.to for each in other.sender.sent] == [EMAIL.to]


async def test_a_subscription_that_has_ended_is_removed() -> None:
    office = PushingOffice()
    await office.sign_in("laptop", "phone")
    office.devices.script["laptop"] = [GONE]
    await office.tell(DEVICES)
    await office.send()
    assert [endpoint for endpoint, _ in office.devices.shown] == ["phone"]
    assert await office.subscribed() == ["phone"]


async def test_a_push_service_that_is_down_is_tried_again_with_longer_pauses_and_shows_it_once() -> None:
    office = PushingOffice()
    await office.sign_in("laptop")
    office.devices.script["laptop"] = [UNAVAILABLE] * 4
    began = office.platform.clock.now()
    await office.tell(DEVICES)
    await office.send_until_nothing_waits()
    assert [endpoint for endpoint, _ in office.devices.shown] == ["laptop"]
    assert office.platform.clock.now() - began == timedelta(seconds=15 + 30 + 60 + 120)


async def test_a_notification_shown_on_one_device_is_not_resent_for_another() -> None:
    office = PushingOffice()
    await office.sign_in("laptop", "phone")
    office.devices.script["phone"] = [UNAVAILABLE]
    await office.tell(DEVICES)
    await office.send_until_nothing_waits()
    assert [endpoint for endpoint, _ in office.devices.shown] == ["laptop"]


async def test_ended_sessions_and_disabled_accounts_are_shown_nothing() -> None:
    office = PushingOffice()
    await office.sign_in("laptop", "phone")
    await office.tell(DEVICES)
    async with office.platform.database.begin() as tx:
        first, *_ = await tx.sessions.lock_live(office.user.id, office.platform.clock.now())
        await tx.sessions.save(first.ended(office.platform.clock.now()))
    await office.send()
    assert [endpoint for endpoint, _ in office.devices.shown] == ["phone"]
    await office.tell(DEVICES)
    async with office.platform.database.begin() as tx:
        await tx.users.save(replace(office.user, status=UserStatus.DISABLED))
    await office.send()
    assert [endpoint for endpoint, _ in office.devices.shown] == ["phone"]


async def test_long_texts_are_shortened() -> None:
    office = PushingOffice()
    await office.sign_in("laptop")
    (user_id,) = {office.user.id}
    sender = PushMessageSender(
        push=office.devices,
        reads=office.platform.reads.push_subscriptions,
        executor=office.platform.executor,
        clock=office.platform.clock,
    )
    message = OutgoingMessage(
        id=office.event().id,
        channel="push",
        to="",
        subject="Ж" * 500,
        text="🖋" * 3_000,
        created_at=office.platform.clock.now(),
        user_id=user_id,
    )
    await sender.send(message)
    [(_, shown)] = office.devices.shown
    assert (len(shown.title.encode()), shown.title[-2:]) == (199, "Ж…")
    assert (len(shown.body.encode()), shown.body[-2:]) == (1_499, "🖋…")


def test_urgency_and_life_follow_the_kind_of_news() -> None:
    hour = timedelta(hours=1)
    assert push_terms("waitlist.offered") == (Urgency.HIGH, hour)
    assert push_terms("account.password_changed") == (Urgency.HIGH, 24 * hour)
    assert push_terms("booking.appointment_reminder") in {(Urgency.NORMAL, 2 * hour), (Urgency.NORMAL, 24 * hour)}
    assert push_terms("booking.confirmed") == (Urgency.NORMAL, 24 * hour)
