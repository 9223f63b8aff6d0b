"""The contracts of `Notifications` and `NotificationReads`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.identity.model import User
from booking_domain.notifications.model import (
    Message,
    MessageChannel,
    MessageId,
    MessageStatus,
    Notification,
    NotificationId,
)
from booking_domain.notifications.ports import MessageFilter, MessageView, NotificationFilter
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, EventId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, alone, jumbled, race

SECOND = timedelta(seconds=1)
LATER = NOW + timedelta(minutes=5)


def a_notification(make: Builder, user: User, booking_id: BookingId | None = None) -> Notification:
    """Return an unread notification, about the booking or something else."""
    return Notification(
        id=NotificationId(make.entropy.new_id()),
        user_id=user.id,
        event_id=EventId(make.entropy.new_id()),
        type="booking.confirmed",
        about_id=booking_id or make.entropy.new_id(),
        booking_id=booking_id,
        subject="Захиалга баталгаажлаа",
        text="See you\ntomorrow ✓",
        language="mn",
        created_at=NOW,
    )


def a_message(make: Builder, notification: Notification, *, rank: int = 0) -> Message:
    """Return an e-mail that is due at `NOW`, or a text message on standby."""
    return Message(
        id=MessageId(make.entropy.new_id()),
        notification_id=notification.id,
        user_id=notification.user_id,
        about_id=notification.about_id,
        channel=MessageChannel.SMS if rank else MessageChannel.EMAIL,
        to="+97699112233" if rank else "dorj@example.com",
        rank=rank,
        status=MessageStatus.STANDBY if rank else MessageStatus.PENDING,
        next_attempt_at=None if rank else NOW,
        created_at=NOW,
    )


async def _people(backend: Backend, make: Builder, number: int = 1) -> list[User]:
    users = [make.user() for _ in range(number)]
    async with backend.begin() as tx:
        for user in users:
            await tx.users.add(user)
    return users


async def _add(backend: Backend, notification: Notification, *messages: Message) -> bool:
    return await alone(backend).notifications.add(notification, messages)


async def _save(backend: Backend, message: Message, was: Message) -> None:
    await alone(backend).notifications.save_message(message, was=was)


class NotificationsContract(StorageContract):
    """Notifications and messages in a database transaction."""

    async def test_a_notification_and_its_messages_are_stored_with_all_fields(self, booking: Booking) -> None:
        [user] = await _people(self.backend, self.make)
        notification = a_notification(self.make, user, booking.id)
        email, sms = a_message(self.make, notification), a_message(self.make, notification, rank=1)
        assert await _add(self.backend, notification, sms, email)
        tried = replace(
            email.failed("email.unavailable", NOW + SECOND),
            sent_at=NOW + 2 * SECOND,
        )
        async with self.begin() as tx:
            assert await tx.notifications.lock(notification.id) == notification
            assert list(await tx.notifications.lock_messages(notification.id)) == [email, sms]
            await tx.notifications.save_message(tried, was=email)
            await tx.notifications.save(notification.read(LATER))
        async with self.begin() as tx:
            assert await tx.notifications.lock(notification.id) == replace(notification, read_at=LATER)
            assert list(await tx.notifications.lock_messages(notification.id)) == [tried, sms]
            assert await tx.notifications.message(email.id) == tried
            assert await tx.notifications.message(MessageId(self.make.entropy.new_id())) is None
        await self.excludes(lambda tx: tx.notifications.lock(notification.id))
        await self.excludes(lambda tx: tx.notifications.lock_messages(notification.id))

    async def test_a_user_has_one_notification_of_an_event(self) -> None:
        user, other = await _people(self.backend, self.make, 2)
        first = a_notification(self.make, user)
        again = replace(a_notification(self.make, user), event_id=first.event_id)
        theirs = replace(a_notification(self.make, other), event_id=first.event_id)
        assert await _add(self.backend, first, a_message(self.make, first))
        assert not await _add(self.backend, again, a_message(self.make, again))
        assert await _add(self.backend, theirs, a_message(self.make, theirs))
        async with self.begin() as tx:
            assert await tx.notifications.lock(again.id) is None
            assert list(await tx.notifications.lock_messages(again.id)) == []

    async def test_of_concurrent_notifications_of_an_event_one_is_stored(self) -> None:
        [user] = await _people(self.backend, self.make)
        first = a_notification(self.make, user)
        second = replace(a_notification(self.make, user), event_id=first.event_id)
        added, refused = await race([_add(self.backend, each, a_message(self.make, each)) for each in (first, second)])
        assert (sorted(added), refused) == ([False, True], [])

    async def test_a_stale_message_is_not_saved(self) -> None:
        [user] = await _people(self.backend, self.make)
        notification = a_notification(self.make, user)
        message = a_message(self.make, notification)
        await _add(self.backend, notification, message)
        await _save(self.backend, message.sent(NOW), message)
        with pytest.raises(ConcurrentChange):
            await _save(self.backend, message.refused("x", NOW), message)

    async def test_messages_that_were_or_may_have_been_sent_to_a_contact_are_counted(self) -> None:
        user, other = await _people(self.backend, self.make, 2)

        async def add(by: User, **changes: Any) -> Message:
            notification = a_notification(self.make, by)
            message = a_message(self.make, notification)
            await _add(self.backend, notification, message)
            if changes:
                await _save(self.backend, changed := replace(message, version=2, **changes), message)
                return changed
            return message

        gone = {"next_attempt_at": None, "first_attempt_at": NOW}
        sent = {**gone, "status": MessageStatus.SENT, "sent_at": NOW}
        last = await add(user, **sent)
        await add(user, **{**gone, "status": MessageStatus.FAILED, "sent_at": NOW})  # it bounced
        await add(user, first_attempt_at=NOW, attempts=1)  # nobody knows what came of it
        await add(user)
        await add(user, **{**gone, "status": MessageStatus.FAILED})  # refused
        await add(other, **sent)
        new = await add(user)
        assert await self.reads.notifications.count_sent(new, NOW - SECOND) == 3
        assert await self.reads.notifications.count_sent(last, NOW - SECOND) == 2
        assert await self.reads.notifications.count_sent(new, NOW) == 0
        assert await self.reads.notifications.count_sent(replace(new, to="b@example.com"), NOW - SECOND) == 0

    async def test_reading_all_marks_those_that_the_user_has_seen(self) -> None:
        user, other = await _people(self.backend, self.make, 2)
        seen, new, theirs = (a_notification(self.make, each) for each in (user, user, other))
        for each in (seen, new, theirs):
            await _add(self.backend, each)
        await self.alone.notifications.read_all(user.id, seen.id, LATER)
        assert [await self.reads.notifications.unread(each.id) for each in (user, other)] == [1, 1]
        async with self.begin() as tx:
            await tx.notifications.read_all(user.id, None, LATER + SECOND)
            assert await tx.notifications.lock(seen.id) == replace(seen, read_at=LATER)  # the first time counts
        assert [await self.reads.notifications.unread(each.id) for each in (user, other)] == [0, 1]

    async def test_old_notifications_are_forgotten_with_their_messages(self) -> None:
        [user] = await _people(self.backend, self.make)
        old = [replace(a_notification(self.make, user), created_at=NOW - SECOND) for _ in range(2)]
        recent = a_notification(self.make, user)
        for each in (*old, recent):
            await _add(self.backend, each, a_message(self.make, each))
        forgotten = [await self.alone.notifications.remove_before(NOW, 1) for _ in range(3)]
        left = await self.reads.notifications.messages(MessageFilter())
        assert (forgotten, [view.notification.id for view in left]) == ([1, 1, 0], [recent.id])


class NotificationReadsContract(StorageContract):
    """Reads of notifications and messages."""

    async def test_a_page_has_the_users_own_notifications_newest_first(self, booking: Booking) -> None:
        user, other = await _people(self.backend, self.make, 2)
        first, second, third = (a_notification(self.make, user, about) for about in (None, booking.id, None))
        theirs = a_notification(self.make, other, booking.id)
        for each in jumbled(first, replace(second, read_at=LATER), third, theirs):
            await _add(self.backend, each)

        async def page(criteria: NotificationFilter) -> Sequence[NotificationId]:
            return [each.id for each in await self.reads.notifications.page(criteria)]

        assert await page(NotificationFilter(user_id=user.id)) == [third.id, second.id, first.id]
        assert await page(NotificationFilter(user_id=user.id, unread=True)) == [third.id, first.id]
        assert await page(NotificationFilter(user_id=user.id, after=third.id, limit=1)) == [second.id]
        assert await page(NotificationFilter(user_id=user.id, booking_id=booking.id)) == [second.id]

    async def test_messages_are_chosen_by_each_field(self, booking: Booking) -> None:
        user, other = await _people(self.backend, self.make, 2)
        mine, theirs = a_notification(self.make, user, booking.id), a_notification(self.make, other)
        email, sms = a_message(self.make, mine), a_message(self.make, mine, rank=1)
        late = replace(a_message(self.make, theirs), created_at=LATER, failure="email.unavailable")
        await _add(self.backend, theirs, late)
        await _add(self.backend, mine, email, sms)

        async def found(criteria: MessageFilter) -> Sequence[MessageView]:
            return list(await self.reads.notifications.messages(criteria))

        views = [MessageView(message=each, notification=mine) for each in (sms, email)]
        last = MessageView(message=late, notification=theirs)
        assert await found(MessageFilter()) == [last, *views]
        assert await found(MessageFilter(user_id=user.id)) == views
        assert await found(MessageFilter(booking_id=booking.id)) == views
        assert await found(MessageFilter(channel=MessageChannel.SMS)) == views[:1]
        assert await found(MessageFilter(status=MessageStatus.PENDING)) == [last, views[1]]
        assert await found(MessageFilter(failure="email.unavailable")) == [last]
        assert await found(MessageFilter(at_from=LATER)) == [last]
        assert await found(MessageFilter(at_before=LATER)) == views
        assert await found(MessageFilter(after=late.id, limit=1)) == views[:1]

    async def test_messages_of_one_subject_and_channel_are_sent_in_order(self) -> None:
        [user] = await _people(self.backend, self.make)
        first = a_notification(self.make, user)
        second = replace(a_notification(self.make, user), about_id=first.about_id)
        another = a_notification(self.make, user)
        messages = [a_message(self.make, each) for each in (first, second, another)]
        for each, message in zip((first, second, another), messages, strict=True):
            await _add(self.backend, each, message, a_message(self.make, each, rank=1))

        async def next_due() -> MessageId | None:
            view = await self.reads.notifications.next_due(user.id, NOW)
            return None if view is None else view.message.id

        assert await next_due() == messages[0].id
        failed = messages[0].failed("email.unavailable", NOW)
        await _save(self.backend, failed, messages[0])
        assert await next_due() == messages[2].id  # the second waits for the first
        await _save(self.backend, messages[2].sent(NOW), messages[2])
        assert await next_due() is None
        assert await self.reads.notifications.next_attempt(user.id) == failed.next_attempt_at
        await _save(self.backend, failed.sent(NOW), failed)
        assert await next_due() == messages[1].id

    async def test_the_users_who_wait_longest_come_first(self) -> None:
        users = await _people(self.backend, self.make, 3)
        due_at = (NOW, NOW - SECOND, NOW + SECOND)
        for user, at in zip(users, due_at, strict=True):
            notification = a_notification(self.make, user)
            await _add(self.backend, notification, replace(a_message(self.make, notification), next_attempt_at=at))

        async def due(limit: int) -> Sequence[UserId]:
            return list(await self.reads.notifications.due(NOW, limit))

        assert await due(9) == [users[1].id, users[0].id]
        assert await due(1) == [users[1].id]
