"""The one-time codes that were issued, for admins: to whom, when, and what became of them. Never the codes themselves.

The history also has codes of contacts without an account, and is kept for 30 days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.identity.one_time_codes import MOST_GUESSES, CodePurpose, ContactChannel
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import CodeId, UserId

CODES_KEPT: Final = timedelta(days=30)


class CodeOutcome(StrEnum):
    """What became of a code."""

    OPEN = "open"
    """It can be used, unless another one has replaced it."""
    USED = "used"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    """Too many guesses were wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class IssuedCode:
    """A code that was issued."""

    id: CodeId
    user_id: UserId | None
    """The account for which it was issued; None: the contact had none, or asked to sign up."""
    purpose: CodePurpose
    channel: ContactChannel
    to_masked: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    wrong_guesses: int = 0

    def outcome(self, now: datetime) -> CodeOutcome:
        """What became of it until now."""
        if self.used_at is not None:
            return CodeOutcome.USED
        if self.wrong_guesses >= MOST_GUESSES:
            return CodeOutcome.EXHAUSTED
        return CodeOutcome.OPEN if now < self.expires_at else CodeOutcome.EXPIRED

    def used(self, now: datetime) -> Self:
        """The code after its use."""
        return replace(self, used_at=now)

    def with_wrong_guess(self) -> Self:
        """The code after a wrong guess."""
        return replace(self, wrong_guesses=self.wrong_guesses + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class CodeFilter:
    """A filter of codes; None: any."""

    user_id: UserId | None = None
    purpose: CodePurpose | None = None
    after: CodeId | None = None
    """The last code of the previous page."""
    limit: int


class CodeHistory(Protocol):
    """The history in a database transaction; the caller has locked the contact of the code."""

    async def add(self, code: IssuedCode) -> None:
        """Add a code."""
        ...

    async def record_use(self, code_id: CodeId, now: datetime) -> None:
        """Note that a code was used."""
        ...

    async def record_wrong_guess(self, code_id: CodeId) -> None:
        """Note a wrong guess at a code."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove codes that were issued 30 days ago or earlier."""
        ...


class CodeHistoryReads(Protocol):
    """Reads of the history, outside any database transaction."""

    async def page(self, criteria: CodeFilter) -> Sequence[IssuedCode]:
        """The codes that match, newest first; at most `limit`."""
        ...
