"""What mail servers report about e-mails that were sent: they came back, or their recipient complained."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from booking_domain.notifications.model import MessageId
from booking_domain.shared.enums import checks_enums


class BounceKind(StrEnum):
    """What became of an e-mail."""

    ADDRESS = "address"
    """It came back, because its address does not exist or takes no mail."""
    MESSAGE = "message"
    """It came back for another reason: the next one may arrive."""
    COMPLAINT = "complaint"
    """It arrived, and its recipient reported it as spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Bounce:
    """What became of a message."""

    message_id: MessageId
    kind: BounceKind


class BounceReports(Protocol):
    """Verifies and reads what a mail server passes on."""

    def read(self, body: bytes, *, timestamp: str, signature: str, now: datetime) -> Bounce | None:
        """Return what an e-mail says of one of our messages; None if it says nothing, or names none of ours.

        Raises:
            InvalidBounceSignature: the request is not from our mail server, or not of the last five minutes.
        """
        ...
