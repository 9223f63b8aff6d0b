"""Ports of notifications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking_domain.notifications.sms import SmsMessage, SmsReceipt, SmsReport, SmsSpending, SmsUpdate
from booking_domain.shared.ids import SmsId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A message to one person over one channel."""

    id: UUID
    """Equal for the same event and recipient, so that a repetition is recognised."""
    channel: str
    """`email` or `sms`."""
    to: str
    subject: str
    text: str
    created_at: datetime
    language: str = "und"
    """Of subject and text (BCP 47); `und` if unknown."""
    user_id: UserId | None = None
    """The recipient's account: what is kept of the notification is erased with it."""


class Notifier(Protocol):
    """Sends notifications."""

    async def send(self, notification: Notification) -> None:
        """Send a notification. A repetition with the same id has no effect, as far as the channel allows that.

        Raises:
            Unavailable: the notification was not sent; the caller may retry.
        """
        ...


class SmsSender(Protocol):
    """A provider of text messages. Never called inside a transaction."""

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

    async def spending(self, since: datetime, before: datetime) -> Sequence[SmsSpending]:
        """Return the cost of messages created in `[since, before)` by provider and currency; unknown costs last."""
        ...


class NotificationRepositories(Protocol):
    """What this context adds to the repositories of a transaction."""

    @property
    def sms_messages(self) -> SmsMessages: ...


class NotificationReadGroup(Protocol):
    """What this context adds to the reads outside any transaction."""

    @property
    def sms(self) -> SmsReads: ...
