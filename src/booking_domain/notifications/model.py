"""Notifications: what a person reads about an event, and the messages that carry it to their contacts.

A notification is kept for its recipient, who reads it in the app. Each of its messages is for one channel. An e-mail,
which carries the calendar file, is sent beside the one to a chat; a text message only if no other message arrives.
Devices show the notification beside that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import BookingId, EventId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.phones import masked_contact

NotificationId = NewType("NotificationId", UUID)
MessageId = NewType("MessageId", UUID)

RETRIED_FOR: Final = timedelta(days=1)
"""How long a message is tried, from its first attempt, before it has failed for good."""
_FIRST_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
MAX_FAILURE: Final = 64
COMPLAINED: Final = "email.complained"
"""The failure of an e-mail that arrived and was reported as spam."""


class NotificationNotFound(NotFound, code="notification.not_found"):
    """There is no such notification."""


class InvalidMessageTransition(InvalidTransition, code="message.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class MessageChannel(StrEnum):
    """A way to reach a person outside the app."""

    EMAIL = "email"
    SMS = "sms"
    TELEGRAM = "telegram"
    """The recipient's chat with the platform's bot."""
    PUSH = "push"
    """All devices of the recipient. It is sent beside the other channels, and stands in for none of them."""


class MessageStatus(StrEnum):
    """The status of a message."""

    STANDBY = "standby"
    """Sent only if the message before it fails for good."""
    PENDING = "pending"
    SENT = "sent"
    """Accepted by the mail server, the provider of text messages, or the push service of a device."""
    FAILED = "failed"
    """Refused, tried for a day without success, or returned after it was sent."""
    SKIPPED = "skipped"
    """Not needed: an earlier message was sent, or it was a reminder of what has changed or begun."""


class MessageAction(StrEnum):
    """An action on a message."""

    ACTIVATE = "activate"
    SKIP = "skip"
    SEND = "send"
    RETRY = "retry"
    GIVE_UP = "give_up"
    BOUNCE = "bounce"
    """It came back."""
    COMPLAIN = "complain"
    """Its recipient reported it as spam."""


class MessageParty(StrEnum):
    """Who acts on messages."""

    PLATFORM = "platform"


_PLATFORM: Final = frozenset({MessageParty.PLATFORM})

MESSAGE_LIFECYCLE: Final[Lifecycle[MessageStatus, MessageAction, MessageParty]] = Lifecycle(
    thing="message",
    about="""
        A message is retried for a day. When it has failed for good, the next message of its notification is sent.
    """,
    refusal=InvalidMessageTransition,
    moves={
        (MessageStatus.STANDBY, MessageAction.ACTIVATE): Move(MessageStatus.PENDING, _PLATFORM),
        (MessageStatus.STANDBY, MessageAction.SKIP): Move(MessageStatus.SKIPPED, _PLATFORM),
        (MessageStatus.PENDING, MessageAction.SKIP): Move(MessageStatus.SKIPPED, _PLATFORM),
        (MessageStatus.PENDING, MessageAction.SEND): Move(MessageStatus.SENT, _PLATFORM),
        (MessageStatus.PENDING, MessageAction.RETRY): Move(MessageStatus.PENDING, _PLATFORM),
        (MessageStatus.PENDING, MessageAction.GIVE_UP): Move(MessageStatus.FAILED, _PLATFORM),
        (MessageStatus.SENT, MessageAction.BOUNCE): Move(MessageStatus.FAILED, _PLATFORM),
        (MessageStatus.SENT, MessageAction.COMPLAIN): Move(MessageStatus.SENT, _PLATFORM),
        # The message before it was sent, and came back.
        (MessageStatus.SKIPPED, MessageAction.ACTIVATE): Move(MessageStatus.PENDING, _PLATFORM),
    },
)


@dataclass(frozen=True, slots=True)
@checks_enums
class MessageAddress:
    """An address or number of a channel."""

    channel: MessageChannel
    to: str = field(repr=False)


CHAT: Final = MessageAddress(MessageChannel.TELEGRAM, "")
"""The chat that a user has linked and that takes messages, if there is one; the first of the contacts."""
DEVICES: Final = MessageAddress(MessageChannel.PUSH, "")
"""All devices of a user, if there are any; the last of the contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What one person reads about one event, in their language."""

    id: NotificationId
    user_id: UserId
    event_id: EventId
    """A person has one notification of an event."""
    type: str
    """The topic of the event, e.g. `booking.confirmed`."""
    about_id: UUID
    """The subject of the event."""
    booking_id: BookingId | None
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str
    """BCP 47."""
    created_at: datetime
    """When the event occurred."""
    read_at: datetime | None = None

    def read(self, now: datetime) -> Self:
        """Return the notification as read; the first time counts."""
        return self if self.read_at is not None else replace(self, read_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Message:
    """A notification on its way to one contact of its recipient."""

    id: MessageId
    notification_id: NotificationId
    user_id: UserId
    about_id: UUID
    """Messages about one subject are sent over a channel in the order of the events."""
    channel: MessageChannel
    to: str = field(repr=False)
    rank: int
    """The place of the message among those of its notification, from 0."""
    status: MessageStatus
    attempts: int = 0
    first_attempt_at: datetime | None = None
    next_attempt_at: datetime | None
    """None unless it is pending."""
    failure: str = ""
    """The code of the last error, e.g. `email.refused`."""
    created_at: datetime
    sent_at: datetime | None = None
    version: int = 1

    @property
    def to_masked(self) -> str:
        """The contact as staff may see it; empty for devices."""
        return masked_contact(self.to) if self.to else ""

    def sent(self, now: datetime) -> Self:
        """Return the message as accepted by its channel."""
        return self._attempted(MessageAction.SEND, now, next_attempt_at=None, sent_at=now, failure="")

    def refused(self, failure: str, now: datetime) -> Self:
        """Return the message as failed for good."""
        return self._attempted(MessageAction.GIVE_UP, now, next_attempt_at=None, failure=failure[:MAX_FAILURE])

    def failed(self, failure: str, now: datetime) -> Self:
        """Return the message after an attempt without an answer: to be tried again, or failed for good after a day."""
        if now - (self.first_attempt_at or now) >= RETRIED_FOR:
            return self.refused(failure, now)
        pause = min(_FIRST_PAUSE * 2 ** min(self.attempts, 10), _LONGEST_PAUSE)
        return self._attempted(MessageAction.RETRY, now, next_attempt_at=now + pause, failure=failure[:MAX_FAILURE])

    def postponed(self, until: datetime) -> Self:
        """Return the message as one that waits, without an attempt."""
        return self._moved(MessageAction.RETRY, next_attempt_at=until)

    def activated(self, now: datetime) -> Self:
        """Return the message as the one to send, because those before it have failed."""
        return self._moved(MessageAction.ACTIVATE, next_attempt_at=now)

    def bounced(self, failure: str, now: datetime) -> Self:
        """Return the message as one that came back, also if it is not recorded yet that it was sent."""
        if self.status is MessageStatus.PENDING:
            return self.refused(failure, now)
        return self._moved(MessageAction.BOUNCE, failure=failure[:MAX_FAILURE])

    def complained(self) -> Self:
        """Return the message as one that its recipient reported as spam."""
        return self._moved(MessageAction.COMPLAIN, failure=COMPLAINED)

    def skipped(self) -> Self:
        """Return the message as not needed."""
        return self._moved(MessageAction.SKIP, next_attempt_at=None)

    def _attempted(self, action: MessageAction, now: datetime, **members: Any) -> Self:
        first = self.first_attempt_at or now
        return self._moved(action, attempts=self.attempts + 1, first_attempt_at=first, **members)

    def _moved(self, action: MessageAction, **members: Any) -> Self:
        status = MESSAGE_LIFECYCLE.advance(self.status, action, MessageParty.PLATFORM)
        return replace(self, status=status, version=self.version + 1, **members)


def next_after(failed: Message, messages: Sequence[Message]) -> Message | None:
    """Of the messages of a notification, the one to send because this one failed; None while another may arrive."""
    others = [each for each in messages if each.id != failed.id and each.channel is not MessageChannel.PUSH]
    if any(each.status in {MessageStatus.PENDING, MessageStatus.SENT} for each in others):
        return None
    waiting = {MessageStatus.STANDBY, MessageStatus.SKIPPED}
    return next((each for each in others if each.rank > failed.rank and each.status in waiting), None)
