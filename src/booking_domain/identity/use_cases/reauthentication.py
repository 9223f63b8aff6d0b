"""Prove again who one is, before the account itself is changed or removed.

By the account's password, where it has one; wrong ones are counted as they are at signing in. An account without a
password proves it by signing in again: for five minutes the session of that is proof enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.identity.errors import InvalidToken, SignInTooOld, WrongPassword
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Session
from booking_domain.identity.use_cases.one_time_codes import CodesTx
from booking_domain.identity.use_cases.passwords import PasswordRefused, prove_password
from booking_domain.identity.use_cases.sessions import live_sessions
from booking_domain.shared.executor import Circumstances
from booking_domain.shared.ids import SessionId

FRESH: Final = timedelta(minutes=5)
"""For so long after it has begun a session proves whose an account without a password is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the owner of an account gives. The password was compared before, outside of any transaction."""

    user: User
    """The account with the hash that the password was compared with."""
    right: bool | None
    """Whether it was the password; None if none was given."""
    current: SessionId
    """The session in which that is asked for: it must be live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The account and its live sessions, all of them locked."""

    user: User
    sessions: Sequence[Session]
    current: SessionId

    @property
    def others(self) -> Sequence[Session]:
        """The sessions but the one in which that is asked for."""
        return [session for session in self.sessions if session.id != self.current]


async def reauthenticate(proof: Proof, tx: CodesTx, given: Circumstances) -> Proved | PasswordRefused:
    """Let pass who proves it; after `PasswordRefused` the transaction must commit."""
    user = await tx.users.lock(proof.user.id)
    if user is None:
        raise InvalidToken
    sessions = await live_sessions(user.id, proof.current, tx, given)
    if user.password_hash is None:
        (current,) = (session for session in sessions if session.id == proof.current)
        if abs(given.now - current.created_at) >= FRESH:
            raise SignInTooOld
        return Proved(user=user, sessions=sessions, current=proof.current)
    if proof.right is None:
        raise WrongPassword  # none, which is not counted
    refused = await prove_password(user, proof.user, tx, given, right=proof.right)
    return Proved(user=user, sessions=sessions, current=proof.current) if refused is None else refused
