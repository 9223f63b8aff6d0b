"""Codes that link a Telegram account: a signed-in user carries one to the bot, by a deep link."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.shared.ids import SessionId, UserId

LINK_CODE_LIFE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCode:
    """What a code says: the account that is to be linked, and the session in which it was asked for."""

    user_id: UserId
    session_id: SessionId
    good_until: datetime
    digest: bytes = field(repr=False)
    """Of the code, which is good once."""


class LinkCodes(Protocol):
    """Issues and reads codes that cannot be guessed."""

    def issue(self, user_id: UserId, session_id: SessionId, good_until: datetime) -> str:
        """A code of at most 64 characters: letters, digits, `-` and `_`."""
        ...

    def read(self, text: str) -> LinkCode | None:
        """What a code says, also if it has expired; None if it was not issued here."""
        ...
