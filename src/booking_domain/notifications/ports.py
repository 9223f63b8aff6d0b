"""What notifications need of the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking_domain.notifications.sms import SmsMessage, SmsNews, SmsReceipt, SmsReport, SmsSpending
from booking_domain.shared.ids import SmsId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A text for one person over one channel."""

    id: UUID
    """The same for the same news to the same person, so that sending it again can be noticed."""
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
    """Tells people."""

    async def send(self, notification: Notification) -> None:
        """Send it, at least once over retries; a second time with the same id has no second effect where that can be.

        Raises:
            Unavailable: it was not sent.
        """
        ...


class SmsSender(Protocol):
    """A provider of text messages. Never called inside a transaction."""

    @property
    def name(self) -> str:
        """How messages name it, e.g. `twilio`."""
        ...

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        """Send a text to a number (E.164); a second time with the same key has no second effect where that can be.

        Raises:
            SmsUnavailable: no usable answer; whether it was sent is not known.
            SmsRefused: it was not sent, and never will be: the number or the text is refused.
        """
        ...

    async def report(self, provider_message_id: str) -> SmsReport:
        """Ask what has become of a message.

        Raises:
            SmsUnavailable: no usable answer, or it knows of no such message; nothing follows from that.
        """
        ...


class SmsCallbacks(Protocol):
    """Reads what a provider calls us with."""

    def read(self, message_id: SmsId | None, *, url: str, signature: str, body: bytes) -> SmsNews | None:
        """The news of our message that a callback to this address brings; None if it brings none.

        Raises:
            InvalidSmsSignature: it does not come from the provider.
        """
        ...


class SmsMessages(Protocol):
    """The text messages of a unit of work."""

    async def count_since(self, since: datetime) -> int:
        """How many were made after that, to all numbers; whoever else asks is kept waiting to the end of this unit."""
        ...

    async def add(self, message: SmsMessage) -> None:
        """Add one."""
        ...

    async def lock(self, message_id: SmsId) -> SmsMessage | None:
        """One of them, kept from other transactions to the end of this one."""
        ...

    async def save(self, message: SmsMessage) -> None:
        """Replace one."""
        ...


class SmsReads(Protocol):
    """Reads of text messages, outside any unit of work."""

    async def get(self, message_id: SmsId) -> SmsMessage | None:
        """One of them."""
        ...

    async def of_user(self, user_id: UserId, after: SmsId | None, limit: int) -> Sequence[SmsMessage]:
        """The text messages sent for an account, by id; those after `after`, at most `limit`."""
        ...

    async def to_poll(self, provider: str, now: datetime, limit: int) -> Sequence[SmsId]:
        """Those that the provider is to be asked about by now, the longest due first, at most `limit`."""
        ...

    async def spending(self, since: datetime, before: datetime) -> Sequence[SmsSpending]:
        """What messages cost that were made in `[since, before)`: by provider and currency, unknown costs last."""
        ...
