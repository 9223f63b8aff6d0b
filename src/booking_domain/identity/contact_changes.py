"""Changes of an account's e-mail address or phone number, made once a code that was sent to the new one comes back.

Rules: one pending address and one pending number at a time; of each, one request a minute and ten within 24 hours,
whatever the contacts. The limits of one-time codes hold for the contact too. Whether another account has it is checked
only after the code was right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from booking_domain.identity.one_time_codes import COOL_DOWN, DAY, MOST_A_DAY, too_many
from booking_domain.shared.ids import CodeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """The last change of an account's contact of one channel that was requested."""

    user_id: UserId
    address: str
    """The new e-mail address, in its normal form, or number (E.164)."""
    former: str | None = None
    """The contact before, once it was replaced: it is notified."""
    code_id: CodeId
    """The code that was sent to the new contact."""
    asked_at: datetime
    day_began: datetime
    asked_that_day: int = 1

    @classmethod
    def request(cls, before: Self | None, *, user_id: UserId, address: str, code_id: CodeId, now: datetime) -> Self:
        """A change that replaces the previous one, or `TooManyCodes`."""
        first = cls(user_id=user_id, address=address, code_id=code_id, asked_at=now, day_began=now)
        if before is None or abs(now - before.day_began) >= DAY:
            return first
        if abs(now - before.asked_at) < COOL_DOWN:
            raise too_many(before.asked_at + COOL_DOWN, now, at_most=COOL_DOWN)
        if before.asked_that_day >= MOST_A_DAY:
            raise too_many(before.day_began + DAY, now, at_most=DAY)
        return replace(first, day_began=before.day_began, asked_that_day=before.asked_that_day + 1)

    def completed(self, former: str | None) -> Self:
        """The change after its completion."""
        return replace(self, former=former)


class ContactChanges(Protocol):
    """The changes of one channel in a database transaction, one for each account; the caller has locked it."""

    async def get(self, user_id: UserId) -> ContactChange | None:
        """The account's last change."""
        ...

    async def save(self, change: ContactChange) -> None:
        """Store a change in place of the account's last one."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove changes requested 24 hours ago or earlier, or in the future, after the clock was set back."""
        ...


class ContactChangeReads(Protocol):
    """Reads of changes of one channel, outside any database transaction."""

    async def get(self, user_id: UserId) -> ContactChange | None:
        """The account's last change."""
        ...


def unexpired_changes(changes: Sequence[ContactChange], now: datetime) -> list[ContactChange]:
    """The changes that are kept: `ContactChanges.remove_expired` as a function."""
    return [change for change in changes if abs(now - change.asked_at) < DAY]
