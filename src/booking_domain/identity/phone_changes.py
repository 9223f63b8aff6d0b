"""Changes of an account's phone number: the number changes once a code that was sent to it comes back.

Rules: one pending number at a time; one request a minute and ten within 24 hours, whatever the numbers. The limits of
one-time codes hold for the number too. Whether another account has the number is checked only after the code was right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from booking_domain.identity.one_time_codes import COOL_DOWN, DAY, MOST_A_DAY, too_many
from booking_domain.shared.ids import CodeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChange:
    """The last change of an account's number that was requested."""

    user_id: UserId
    phone: str
    """The new number."""
    former: str | None = None
    """The number before, once it was replaced: it is notified."""
    code_id: CodeId
    """The code that was sent to the new number."""
    asked_at: datetime
    day_began: datetime
    asked_that_day: int = 1

    @classmethod
    def ask(cls, before: Self | None, *, user_id: UserId, phone: str, code_id: CodeId, now: datetime) -> Self:
        """A change that replaces the previous one, or `TooManyCodes`."""
        first = cls(user_id=user_id, phone=phone, code_id=code_id, asked_at=now, day_began=now)
        if before is None or abs(now - before.day_began) >= DAY:
            return first
        if abs(now - before.asked_at) < COOL_DOWN:
            raise too_many(before.asked_at + COOL_DOWN, now, at_most=COOL_DOWN)
        if before.asked_that_day >= MOST_A_DAY:
            raise too_many(before.day_began + DAY, now, at_most=DAY)
        return replace(first, day_began=before.day_began, asked_that_day=before.asked_that_day + 1)

    def made(self, former: str | None) -> Self:
        """The change after its completion."""
        return replace(self, former=former)


class PhoneChanges(Protocol):
    """The changes of a transaction, at most one for each account; the caller has locked the account."""

    async def get(self, user_id: UserId) -> PhoneChange | None:
        """The account's last change."""
        ...

    async def save(self, change: PhoneChange) -> None:
        """Store a change in place of the account's last one."""
        ...

    async def forget(self, now: datetime) -> None:
        """Remove changes requested 24 hours ago or earlier, or in the future, after the clock was set back."""
        ...


class PhoneChangeReads(Protocol):
    """Reads of changes, outside any transaction."""

    async def get(self, user_id: UserId) -> PhoneChange | None:
        """The account's last change."""
        ...


def kept(changes: Sequence[PhoneChange], now: datetime) -> list[PhoneChange]:
    """The changes that are kept: `PhoneChanges.forget` as a function."""
    return [change for change in changes if abs(now - change.asked_at) < DAY]
