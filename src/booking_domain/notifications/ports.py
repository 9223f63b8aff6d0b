"""Ports of notifications."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from booking_domain.notifications.events import EVENTS
from booking_domain.notifications.model import (
    MESSAGE_LIFECYCLE,
    Message,
    MessageAddress,
    MessageChannel,
    MessageId,
    MessageStatus,
    Notification,
    NotificationId,
)
from booking_domain.notifications.notices import TranslatedNotice
from booking_domain.notifications.overrides import MessageOverrideReads, MessageOverrides
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.notifications.sms import (
    SmsFilter,
    SmsMessage,
    SmsReceipt,
    SmsReport,
    SmsSpending,
    SmsUpdate,
    SpendingPeriod,
)
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, SmsId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A PDF file that goes with an e-mail."""

    name: str
    """In letters and digits of ASCII."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What is sent to one contact."""

    id: UUID
    """The same for each attempt, so that a repetition is recognised."""
    channel: str
    """Of `MessageChannel`."""
    to: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    """May hold a one-time code."""
    created_at: datetime
    language: str = "und"
    """Of subject and text (BCP 47); `und` if unknown."""
    user_id: UserId | None = None
    """The recipient's account: what is kept of the message is erased with it."""
    calendar: str = field(default="", repr=False)
    """An iCalendar file that invites to the booking, or calls it off; empty if there is none."""
    file: AttachedFile | None = None
    unsubscribe_url: str = field(default="", repr=False)
    """A POST to this address ends messages of this kind over this channel; empty if the recipient cannot."""
    type: str = ""
    """The topic of the event, e.g. `booking.confirmed`; of a one-time code, `code.` and its purpose."""
    booking_id: BookingId | None = None
    about_id: UUID | None = None
    """The subject of the event."""


class MessageSender(Protocol):
    """Sends messages over a channel. Never called inside a database transaction."""

    async def send(self, message: OutgoingMessage) -> None:
        """Send a message. A repetition with the same id has no effect, as far as the channel allows that.

        Raises:
            Unavailable: the message may or may not have been sent; the caller may retry.
            RuleViolated: the channel refuses the message or its address, also when it is asked again.
        """
        ...


class Notifier(Protocol):
    """Notifies people of events."""

    async def notify(
        self,
        user_id: UserId,
        event: Event,
        notice: TranslatedNotice,
        contacts: Sequence[MessageAddress],
        *,
        everywhere: bool = False,
    ) -> None:
        """Keep the notice for the user, and send it to the contacts.

        These are the first, an e-mail address and devices among them, or all of them if `everywhere`. Another contact
        gets it only if none of these takes it.

        A repetition for the same user and event has no effect.
        """
        ...


class Notifications(Protocol):
    """The notifications of a unit of work, with their messages."""

    async def add(self, notification: Notification, messages: Sequence[Message]) -> bool:
        """Add a notification with its messages; return False, and add nothing, if its user has one of its event."""
        ...

    async def lock(self, notification_id: NotificationId) -> Notification | None:
        """Return a notification with its row locked, or None."""
        ...

    async def save(self, notification: Notification) -> None:
        """Store whether the notification is read."""
        ...

    async def read_all(self, user_id: UserId, until: NotificationId | None, now: datetime) -> None:
        """Mark the user's notifications as read, up to and with this id (None: all)."""
        ...

    async def message(self, message_id: MessageId) -> Message | None:
        """Return a message, without a lock, or None."""
        ...

    async def lock_messages(self, notification_id: NotificationId) -> Sequence[Message]:
        """Return the messages of a notification by rank, with their rows locked."""
        ...

    async def save_message(self, message: Message, *, was: Message) -> None:
        """Store the changed message.

        Raises:
            ConcurrentChange: the stored version is not `was.version`.
        """
        ...

    async def remove_before(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` notifications of events before an instant, with their messages; return how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationFilter:
    """Which notifications of a user to list, newest first. `after` is the last id of the previous page."""

    user_id: UserId
    unread: bool = False
    booking_id: BookingId | None = None
    """Only those about this booking."""
    after: NotificationId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class MessageFilter:
    """Which messages to list, newest first; None matches any value. `after` is the last id of the previous page."""

    user_id: UserId | None = None
    booking_id: BookingId | None = None
    channel: MessageChannel | None = None
    status: MessageStatus | None = None
    failure: str | None = None
    """The code of the last error."""
    at_from: datetime | None = None
    at_before: datetime | None = None
    after: MessageId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message with the notification that it carries."""

    message: Message
    notification: Notification


class NotificationReads(Protocol):
    """Reads of notifications and messages, outside any database transaction."""

    async def page(self, criteria: NotificationFilter) -> Sequence[Notification]:
        """The notifications that match, newest first, at most `limit`."""
        ...

    async def unread(self, user_id: UserId) -> int:
        """How many notifications the user has not read."""
        ...

    async def messages(self, criteria: MessageFilter) -> Sequence[MessageView]:
        """The messages that match, newest first, at most `limit`."""
        ...

    async def count_sent(self, message: Message, since: datetime) -> int:
        """How many other messages to the same user were sent to the same contact after an instant, or may have been.

        One that was tried and still waits may have been sent.
        """
        ...

    async def next_due(self, user_id: UserId, now: datetime) -> MessageView | None:
        """The message to the user to send now: the oldest that is due, and the first of its subject and channel."""
        ...

    async def next_attempt(self, user_id: UserId) -> datetime | None:
        """When the next message to the user is due; None if none waits."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[UserId]:
        """At most `limit` users to whom a message is due, the longest due first."""
        ...


class SmsSender(Protocol):
    """A provider of text messages. Never called inside a database transaction."""

    @property
    def name(self) -> str:
        """The name under which messages are recorded, e.g. `twilio`."""
        ...

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        """Send a text to an E.164 number. A repeated key has no effect, as far as the provider allows that.

        Raises:
            SmsUnavailable: no usable response; the message may or may not have been sent.
            SmsRefused: the provider rejects the number or the text permanently.
        """
        ...

    async def report(self, provider_message_id: str) -> SmsReport:
        """Return the provider's report on a message.

        Raises:
            SmsUnavailable: no usable response, or the provider does not know the message; its status stays open.
        """
        ...


class SmsCallbacks(Protocol):
    """Verifies and decodes the callbacks of a provider."""

    def read(self, message_id: SmsId | None, *, url: str, signature: str, body: bytes) -> SmsUpdate | None:
        """Return the update that a callback to this URL carries, or None if it carries none.

        Raises:
            InvalidSmsSignature: the callback is not from the provider.
        """
        ...


class SmsMessages(Protocol):
    """The text messages of a unit of work."""

    async def count_since(self, since: datetime) -> int:
        """Count the messages after an instant, to all numbers; concurrent callers wait until this unit of work ends."""
        ...

    async def count_to(self, to_digest: bytes, since: datetime) -> int:
        """Count the messages after an instant to the number with this digest."""
        ...

    async def count_unverified_of(self, user_id: UserId, since: datetime) -> int:
        """Count the messages after an instant of an account to numbers that it had not verified."""
        ...

    async def add(self, message: SmsMessage) -> None:
        """Add a message."""
        ...

    async def lock(self, message_id: SmsId) -> SmsMessage | None:
        """Return a message with its row locked, or None."""
        ...

    async def save(self, message: SmsMessage) -> None:
        """Store the changed message."""
        ...


class SmsReads(Protocol):
    """Reads of text messages."""

    async def get(self, message_id: SmsId) -> SmsMessage | None:
        """Return a message, or None."""
        ...

    async def of_user(self, user_id: UserId, after: SmsId | None, limit: int) -> Sequence[SmsMessage]:
        """Return at most `limit` messages of an account after `after`, by id."""
        ...

    async def to_poll(self, provider: str, now: datetime, limit: int) -> Sequence[SmsId]:
        """Return at most `limit` messages of a provider whose poll is due, the longest due first."""
        ...

    async def page(self, criteria: SmsFilter) -> Sequence[SmsMessage]:
        """Return the messages that match, newest first, at most `limit`."""
        ...

    async def spending(
        self, since: datetime, before: datetime, by: SpendingPeriod | None = None
    ) -> Sequence[SmsSpending]:
        """Return the cost of messages created in `[since, before)` by period, provider, country and currency.

        They are sorted in this order; messages to no country, and of unknown cost, come last.
        """
        ...


class PushSubscriptions(Protocol):
    """The push subscriptions of a database transaction; who adds one has locked the account."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
        """The subscriptions of live sessions of an account that is in use, oldest first."""
        ...

    async def add(self, subscription: PushSubscription) -> None:
        """Add a subscription; it replaces one with the same endpoint, of any user."""
        ...

    async def remove(self, subscription_id: PushSubscriptionId) -> None:
        """Remove a subscription, if there is one."""
        ...


class PushSubscriptionReads(Protocol):
    """Reads of push subscriptions, outside any database transaction."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
        """The subscriptions of live sessions of an account that is in use, oldest first."""
        ...


class NotificationRepositories(Protocol):
    """What this context adds to the repositories of a database transaction."""

    @property
    def notifications(self) -> Notifications: ...
    @property
    def sms_messages(self) -> SmsMessages: ...
    @property
    def push_subscriptions(self) -> PushSubscriptions: ...
    @property
    def message_overrides(self) -> MessageOverrides: ...


class NotificationReadGroup(Protocol):
    """What this context adds to the reads outside any database transaction."""

    @property
    def notifications(self) -> NotificationReads: ...
    @property
    def sms(self) -> SmsReads: ...
    @property
    def push_subscriptions(self) -> PushSubscriptionReads: ...
    @property
    def message_overrides(self) -> MessageOverrideReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(MESSAGE_LIFECYCLE,))
