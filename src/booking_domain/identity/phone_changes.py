"""The number that an account is to have: it is the account's once a code that went there has come back.

Rules: one number a time; a minute goes by between two, and there are ten within a day, however many numbers those are.
The rules of codes hold for the number as well, whoever asks. Nobody looks up whether somebody else has the number: that
is told to who has the code, and so the number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from booking_domain.identity.one_time_codes import COOL_DOWN, DAY, MOST_A_DAY, too_many
from booking_domain.shared.ids import CodeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChange:
    """The last change of an account's number that was asked for."""

    user_id: UserId
    phone: str
    """The number that is to be the account's."""
    former: str | None = None
    """The number that was the account's, once it is not: it is told."""
    code_id: CodeId
    """The code that has gone to the number."""
    asked_at: datetime
    day_began: datetime
    asked_that_day: int = 1

    @classmethod
    def ask(cls, before: Self | None, *, user_id: UserId, phone: str, code_id: CodeId, now: datetime) -> Self:
        """A change that takes the place of the one before, or `TooManyCodes`."""
        first = cls(user_id=user_id, phone=phone, code_id=code_id, asked_at=now, day_began=now)
        if before is None or abs(now - before.day_began) >= DAY:
            return first
        if abs(now - before.asked_at) < COOL_DOWN:
            raise too_many(before.asked_at + COOL_DOWN, now, at_most=COOL_DOWN)
        if before.asked_that_day >= MOST_A_DAY:
            raise too_many(before.day_began + DAY, now, at_most=DAY)
        return replace(first, day_began=before.day_began, asked_that_day=before.asked_that_day + 1)

    def made(self, former: str | None) -> Self:
        """The change once it is made."""
        return replace(self, former=former)


class PhoneChanges(Protocol):
    """The changes of a unit of work, at most one an account; whoever asks has locked the account."""

    async def get(self, user_id: UserId) -> PhoneChange | None:
        """The account's."""
        ...

    async def save(self, change: PhoneChange) -> None:
        """Keep a change in place of the account's last one."""
        ...

    async def forget(self, now: datetime) -> None:
        """Remove those that were asked for a day ago, or that a clock set back has left in the future."""
        ...


class PhoneChangeReads(Protocol):
    """Reads of changes, outside any unit of work."""

    async def get(self, user_id: UserId) -> PhoneChange | None:
        """The account's."""
        ...


def kept(changes: Sequence[PhoneChange], now: datetime) -> list[PhoneChange]:
    """What forgetting leaves: `PhoneChanges.forget` as a function."""
    return [change for change in changes if abs(now - change.asked_at) < DAY]
