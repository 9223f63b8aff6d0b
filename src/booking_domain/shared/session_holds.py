"""Holding the session of a request while a use case makes what outlasts the session."""

from datetime import datetime
from typing import Protocol

from booking_domain.shared.ids import SessionId, UserId


class SessionHolds(Protocol):
    """The sessions that a database transaction holds."""

    async def hold(self, user_id: UserId, session_id: SessionId, now: datetime) -> None:
        """Lock the account, then its session, until the end of the database transaction.

        So what ends the session, and then settles what it has made, runs before or after, never in between.

        Raises:
            InvalidToken: the session is not a live one of the account.
        """
        ...
