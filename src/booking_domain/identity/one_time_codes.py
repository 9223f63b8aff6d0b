"""One-time codes: six digits that prove that a user reads an e-mail address or phone number.

Rules: a code is valid for a time (`Lifetimes.code`), one use, one purpose and five guesses; a new one replaces the
previous one of the same purpose. A contact gets one code a minute for each purpose, and ten within 24 hours for all.
The rules hold whether or not the contact has an account; without one, no code is sent.

Known clients of the account (`known_clients`) have a reserve: codes that are issued to them are counted, replaced and
guessed at apart from those of strangers. So strangers use up neither the codes nor the guesses of the account's owner.

Only a random id of a code is stored. The code is derived from it with a key that the storage does not have
(`SecretCodes`), so it is in no table, no event and no job.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil
from typing import Final, Protocol, Self

from booking_domain.identity.errors import TooManyCodes
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import CodeId, UserId

CODE_DIGITS: Final = 6
CODE_LIFE: Final = timedelta(minutes=5)
MOST_GUESSES: Final = 5
COOL_DOWN: Final = timedelta(seconds=60)
MOST_A_DAY: Final = 10
DAY: Final = timedelta(hours=24)
CLOCKS_DIFFER: Final = timedelta(seconds=30)
"""How far the clock that checks a code may be behind the one that issued it; further back, the code is dead."""


class CodePurpose(StrEnum):
    """The purpose of a code."""

    VERIFY = "verify"
    LOGIN = "login"
    UNLOCK = "unlock"
    RESET = "reset"
    CHANGE_PHONE = "change_phone"
    """Sent to the new number of an account, and valid for that account only."""
    CHANGE_EMAIL = "change_email"
    """Sent to the new e-mail address of an account, and valid for that account only."""
    SIGNUP = "signup"
    """Sent to a contact whether or not an account has it: it begins a new account, or signs in to the one there is."""


class ContactChannel(StrEnum):
    """The contact of an account that a code is sent to."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
@checks_enums
class Contact:
    """An e-mail address in its normal form, or a phone number in E.164."""

    channel: ContactChannel
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class OneTimeCode:
    """The stored state of the last code of a contact and purpose."""

    contact: bytes
    """The keyed digest of the contact (`SecretCodes.contact`): contacts without an account are not stored.

    For a code of the reserve, `known_client_digest` it.
    """
    purpose: CodePurpose
    id: CodeId
    user_id: UserId | None
    """The account that had the contact; None if there was none, and then the code was not sent."""
    issued_at: datetime
    expires_at: datetime
    guesses_left: int = MOST_GUESSES
    """0 after its use, too many wrong guesses, or a guess after its expiry."""
    day_began: datetime
    issued_that_day: int = 1

    @property
    def again_at(self) -> datetime:
        """When the next code can be requested."""
        return self.issued_at + COOL_DOWN

    def is_usable(self, now: datetime) -> bool:
        """Whether a guess may be compared."""
        return self.guesses_left > 0 and self.issued_at - CLOCKS_DIFFER <= now < self.expires_at

    def with_wrong_guess(self) -> Self:
        """The code after a wrong guess."""
        return replace(self, guesses_left=self.guesses_left - 1)

    def used_up(self) -> Self:
        """The code after its use or expiry; setting the clock back does not revive it."""
        return replace(self, guesses_left=0)

    def same_day(self, now: datetime) -> bool:
        """Whether the codes of that day still count."""
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
        life: timedelta = CODE_LIFE,
    ) -> Self:
        """A new code of a contact that had the `former` ones, or `TooManyCodes`."""
        today = [code for code in former if code.same_day(now)]
        last = next((code for code in former if code.purpose is purpose), None)
        if last is not None and abs(now - last.issued_at) < COOL_DOWN:
            raise too_many(last.again_at, now, at_most=COOL_DOWN)
        if sum(code.issued_that_day for code in today) >= MOST_A_DAY:
            raise too_many(min(code.day_began for code in today) + DAY, now, at_most=DAY)
        goes_on = last is not None and last.same_day(now)
        return cls(
            contact=contact,
            purpose=purpose,
            id=code_id,
            user_id=user_id,
            issued_at=now,
            expires_at=now + life,
            day_began=last.day_began if last is not None and goes_on else now,
            issued_that_day=last.issued_that_day + 1 if last is not None and goes_on else 1,
        )


def known_client_digest(contact: bytes) -> bytes:
    """The digest under which the codes of a contact are that known clients of its account have requested."""
    return sha256(b"reserve " + contact).digest()


def too_many(again_at: datetime, now: datetime, *, at_most: timedelta) -> TooManyCodes:
    """The error that tells when the next request is accepted."""
    return TooManyCodes(retry_after_seconds=max(1, ceil(min(again_at - now, at_most).total_seconds())))


class OneTimeCodes(Protocol):
    """The codes of a database transaction, at most one for each contact and purpose."""

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        """Lock a contact until the end of the database transaction and return its codes by purpose.

        A contact without codes is locked too.
        """
        ...

    async def save(self, code: OneTimeCode) -> None:
        """Store a code in place of the one of its contact and purpose."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Kill expired codes, whatever the clock says later, and remove those that no longer count."""
        ...


class SecretCodes(Protocol):
    """Codes and contact digests, derived with a secret key."""

    def contact(self, contact: Contact) -> bytes:
        """A keyed digest of a contact: 32 bytes, deterministic."""
        ...

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        """The digits of a code: deterministic in (id, purpose), independent of all other codes."""
        ...

    def matches(self, code_id: CodeId, purpose: CodePurpose, guess: str) -> bool:
        """Whether the guess is the code, compared in constant time."""
        ...


def unexpired_codes(codes: Iterable[OneTimeCode], now: datetime) -> Iterable[OneTimeCode]:
    """The codes that are kept: `OneTimeCodes.remove_expired` as a function."""
    for code in codes:
        if abs(now - code.issued_at) < DAY:
            yield code.used_up() if now >= code.expires_at else code
