"""One-time codes: six digits that prove that an e-mail address or phone number is one's own.

Rules: a code is good for five minutes, once, for one purpose, and for five guesses; a new one replaces the former one
of the same purpose. A minute goes by between two of one purpose, and a contact gets ten within a day. All of that is so
whether or not the contact has an account; without one, the code goes nowhere.

What is kept of a code is a random id. The code follows from it by a key that the storage does not have (`SecretCodes`),
so that it is in no table, no message and no job.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final, Protocol, Self

from booking_domain.identity.errors import TooManyCodes
from booking_domain.shared.ids import CodeId, UserId

CODE_DIGITS: Final = 6
CODE_LIFE: Final = timedelta(minutes=5)
MOST_GUESSES: Final = 5
COOL_DOWN: Final = timedelta(seconds=60)
MOST_A_DAY: Final = 10
DAY: Final = timedelta(hours=24)
CLOCKS_DIFFER: Final = timedelta(seconds=30)
"""How much later the clock that issued a code may be than the one that reads it; a clock set back further kills it."""


class CodePurpose(StrEnum):
    """What a code is good for."""

    VERIFY = "verify"
    LOGIN = "login"
    UNLOCK = "unlock"
    RESET = "reset"
    CHANGE_PHONE = "change_phone"
    """It goes to a number that is to be an account's, and is good for that account only."""


class Channel(StrEnum):
    """Which contact of an account a code goes to."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Contact:
    """An e-mail address in its normal form, or a phone number in E.164."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """What is kept of the last code of a contact and purpose."""

    contact: bytes
    """What stands for the contact (`SecretCodes.contact`): contacts without an account are not kept as they are."""
    purpose: CodePurpose
    id: CodeId
    user_id: UserId | None
    """Whose contact it was; None if nobody's, and then the code was not sent."""
    issued_at: datetime
    expires_at: datetime
    guesses_left: int = MOST_GUESSES
    """0 once it is used, guessed at too often, or was seen too late."""
    day_began: datetime
    issued_that_day: int = 1

    def good(self, now: datetime) -> bool:
        """Whether a guess may still be looked at."""
        return self.guesses_left > 0 and self.issued_at - CLOCKS_DIFFER <= now < self.expires_at

    def guessed(self) -> Self:
        """The code after a wrong guess."""
        return replace(self, guesses_left=self.guesses_left - 1)

    def dead(self) -> Self:
        """The code once it is good for nothing; no clock brings it back."""
        return replace(self, guesses_left=0)

    def same_day(self, now: datetime) -> bool:
        """Whether what was issued that day still counts."""
        return abs(now - self.day_began) < DAY

    @classmethod
    def issue(
        cls,
        former: Sequence[Self],
        *,
        contact: bytes,
        purpose: CodePurpose,
        code_id: CodeId,
        user_id: UserId | None,
        now: datetime,
    ) -> Self:
        """A new code of a contact that has had these, or `TooManyCodes`."""
        today = [code for code in former if code.same_day(now)]
        last = next((code for code in former if code.purpose is purpose), None)
        if last is not None and abs(now - last.issued_at) < COOL_DOWN:
            raise too_many(last.issued_at + COOL_DOWN, now, at_most=COOL_DOWN)
        if sum(code.issued_that_day for code in today) >= MOST_A_DAY:
            raise too_many(min(code.day_began for code in today) + DAY, now, at_most=DAY)
        goes_on = last is not None and last.same_day(now)
        return cls(
            contact=contact,
            purpose=purpose,
            id=code_id,
            user_id=user_id,
            issued_at=now,
            expires_at=now + CODE_LIFE,
            day_began=last.day_began if last is not None and goes_on else now,
            issued_that_day=last.issued_that_day + 1 if last is not None and goes_on else 1,
        )


def too_many(again_at: datetime, now: datetime, *, at_most: timedelta) -> TooManyCodes:
    """Asking again is fine at that moment."""
    return TooManyCodes(retry_after_seconds=max(1, ceil(min(again_at - now, at_most).total_seconds())))


class OneTimeCodes(Protocol):
    """The codes of a unit of work, at most one a contact and purpose."""

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        """All codes of a contact by purpose, kept from other transactions to the end of this one.

        The contact itself is: others who lock one that has no code yet wait as well.
        """
        ...

    async def save(self, code: OneTimeCode) -> None:
        """Keep a code in place of the one of its contact and purpose."""
        ...

    async def sweep(self, now: datetime) -> None:
        """Let codes that are too old be dead whatever the clock says later, and forget those that no longer count."""
        ...


class SecretCodes(Protocol):
    """What only those know who have the key."""

    def contact(self, contact: Contact) -> bytes:
        """32 bytes that stand for a contact and do not tell it; always the same."""
        ...

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        """The digits of a code; always the same for the same id and purpose, and nothing to do with other ones."""
        ...

    def matches(self, code_id: CodeId, purpose: CodePurpose, guess: str) -> bool:
        """Whether the guess is the code; how long it takes does not tell how much of it is right."""
        ...


def swept(codes: Iterable[OneTimeCode], now: datetime) -> Iterable[OneTimeCode]:
    """What sweeping leaves of codes: `OneTimeCodes.sweep` as a function."""
    for code in codes:
        if abs(now - code.issued_at) < DAY:
            yield code.dead() if now >= code.expires_at else code
