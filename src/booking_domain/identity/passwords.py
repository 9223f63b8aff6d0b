"""Passwords: which are acceptable, and how often a wrong one may be given.

An account is locked after three wrong passwords in a row. It is unlocked by a one-time code, by a reset, or a day after
the last of them; a locked account answers the same to the right password as to a wrong one. A login that has no account
is counted and locked in the same way, so that a lock says nothing about who has an account. Whoever locks somebody
else's account on purpose keeps them from using their password for a day at most; a code signs them in all the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from booking_domain.identity.model import MAX_PASSWORD, MIN_PASSWORD, User
from booking_domain.shared.errors import InvalidValue

MOST_WRONG: Final = 3
FORGOTTEN_AFTER: Final = timedelta(hours=24)
PRODUCT_WORDS: Final = ("booking",)
SHORTEST_WORD: Final = 4
"""Shorter words of a name are in too many passwords by chance."""
_OF_A_NUMBER: Final = 7
"""The last digits of a phone number, which are all that is said of it in many places."""
_WORDS: Final = re.compile(r"[^\W_]+")


class KnownPasswords(Protocol):
    """Passwords that are common, or known from breaches."""

    def contains(self, password: str) -> bool:
        """Whether it is one of them, in any case; asked without a network."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """What a new password must be. It is kept byte by byte as it was typed: any Unicode, spaces too."""

    known: KnownPasswords
    composition: bool = False
    """Whether it also needs a letter and a digit; NIST SP 800-63B advises against it."""

    def check(self, password: str, own: Iterable[str | None] = (), *, field: str = "password") -> str:
        """Return the password as it is, or raise `InvalidValue`; `own` is what belongs to the account."""
        problem = self._problem(password, own)
        if problem is not None:
            raise InvalidValue(field=field, problem=problem)
        return password

    def _problem(self, password: str, own: Iterable[str | None]) -> str | None:
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            return f"{MIN_PASSWORD} to {MAX_PASSWORD} characters"
        folded = password.casefold()
        if len(set(folded)) == 1 or self.known.contains(password):
            return "this password is among those that are tried first; take another one"
        if any(word in folded for word in (*PRODUCT_WORDS, *_own_words(own))):
            return "it holds your name, your address or ours; take another one"
        if self.composition and not (any(map(str.isalpha, password)) and any(map(str.isdigit, password))):
            return "a letter and a digit are needed"
        return None


def _own_words(own: Iterable[str | None]) -> set[str]:
    words: set[str] = set()
    for text in own:
        mine = (text or "").casefold().partition("@")[0].strip()
        words |= {mine[-_OF_A_NUMBER:]} if mine.startswith("+") else {mine, *_WORDS.findall(mine)}
    return {word for word in words if len(word) >= SHORTEST_WORD}


def own_words(user: User) -> tuple[str | None, ...]:
    """What belongs to an account and to no password of it."""
    return user.name, user.email, user.phone


class Credentials(Protocol):
    """Wrong passwords, in a unit of work.

    Wrong passwords are counted for an account's id, or for any other UUID. Those before a day without another wrong one
    do not count.
    """

    async def count_wrong(self, account: UUID, now: datetime) -> bool:
        """Count a wrong password; False, and not counted, if there were three in a row already.

        Of any number of wrong ones at once no more than three are counted.
        """
        ...

    async def count_right(self, account: UUID, now: datetime) -> bool:
        """Begin to count anew after the right password; False, and nothing happens, if there were three wrong ones."""
        ...

    async def unlock(self, account: UUID) -> None:
        """Begin to count anew, whatever there was."""
        ...

    async def forget(self, now: datetime) -> None:
        """Remove what no longer counts."""
        ...
