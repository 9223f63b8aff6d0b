"""Passwords: which are accepted, and how many wrong ones lock an account.

Three wrong passwords in a row of a client lock the account for this client, and ten of all strangers for all strangers
(`known_clients`). It is unlocked by a one-time code, by a reset, or 24 hours after the last wrong password; a locked
account answers the right password like a wrong one, unless the right second factor comes with it. A login without an
account is counted and locked in the same way, so a lock does not reveal whether an account exists. Strangers never lock
out a known client.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.model import MAX_PASSWORD, MIN_PASSWORD, User
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId

MOST_WRONG: Final = 3
"""Of one client."""
MOST_WRONG_OF_STRANGERS: Final = 10
"""Of all clients of an account that are not known, from however many addresses: docs/adr/0013-codes-and-locks.md."""
WRONG_PASSWORDS_EXPIRE_AFTER: Final = timedelta(hours=24)
PRODUCT_WORDS: Final = ("booking",)
SHORTEST_WORD: Final = 4
"""Shorter words occur in too many passwords by chance."""
_OF_A_NUMBER: Final = 7
"""The last digits of a phone number, which people use as the whole number within a country."""
_WORDS: Final = re.compile(r"[^\W_]+")


class KnownPasswords(Protocol):
    """Passwords that are common or known from breaches."""

    def contains(self, password: str) -> bool:
        """Whether it is one of them, ignoring case; no network call."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """The rules for a new password. It is hashed exactly as typed: any Unicode, including spaces."""

    known: KnownPasswords
    composition: bool = False
    """Whether an upper-case and a lower-case letter and a digit are required; NIST SP 800-63B advises against it."""

    def check(self, password: str, own: Iterable[str | None] = (), *, field: str = "password") -> str:
        """Return the password unchanged, or raise `InvalidValue`; `own` are the account's name and contacts."""
        problem = self._problem(password, own)
        if problem is not None:
            raise InvalidValue(field=field, problem=problem)
        return password

    def _problem(self, password: str, own: Iterable[str | None]) -> str | None:
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            return f"{MIN_PASSWORD} to {MAX_PASSWORD} characters"
        folded = password.casefold()
        if len(set(folded)) == 1 or self.known.contains(password):
            return "this password is among the most common ones; choose another one"
        if any(word in folded for word in (*PRODUCT_WORDS, *_own_words(own))):
            return "it contains your name, your contact or our name; choose another one"
        if self.composition and not _is_composed(password):
            return "an upper-case letter, a lower-case letter and a digit are required"
        return None


def _is_composed(password: str) -> bool:
    """Whether it has letters of both cases and a digit; a letter of a script without case counts as both."""
    letters = [letter for letter in password if letter.isalpha()]
    return (
        any(not letter.islower() for letter in letters)
        and any(not letter.isupper() for letter in letters)
        and any(map(str.isdigit, password))
    )


def _own_words(own: Iterable[str | None]) -> set[str]:
    words: set[str] = set()
    for text in own:
        mine = (text or "").casefold().partition("@")[0].strip()
        words |= {mine[-_OF_A_NUMBER:]} if mine.startswith("+") else {mine, *_WORDS.findall(mine)}
    return {word for word in words if len(word) >= SHORTEST_WORD}


def own_words(user: User) -> tuple[str | None, ...]:
    """The words of an account that its password must not contain."""
    return user.name, user.email, user.phone


class Credentials(Protocol):
    """The counts of wrong passwords, in a database transaction.

    Counts belong to an account's id, or to any other UUID: one for each client, and one for all strangers. After 24
    hours without a wrong password a count starts at zero.
    """

    async def count_wrong_password(self, account: UUID, client: CountedClient, now: datetime) -> bool:
        """Count a wrong password; return False after three in a row of the client, or ten of all strangers.

        Of any number of concurrent wrong passwords at most three of a client, and ten of strangers, are counted.
        """
        ...

    async def reset_wrong_passwords(self, account: UUID, client: CountedClient, now: datetime) -> bool:
        """Reset the count of the client after the right password; return False and change nothing if it is locked out.

        The count of all strangers stays.
        """
        ...

    async def unlock(self, account: UUID) -> None:
        """Reset all counts of the account."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove counts that have expired."""
        ...


class CredentialReads(Protocol):
    """Reads of the counts of wrong passwords, outside any database transaction."""

    async def locked(self, accounts: Collection[UserId], now: datetime) -> Mapping[UserId, datetime]:
        """The accounts of these that are locked for a client, or for all strangers, and until when."""
        ...
