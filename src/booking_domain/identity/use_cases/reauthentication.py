"""Prove again who one is, before the account itself is changed or removed.

By the account's password, where it has one; wrong ones are counted as they are at signing in. An account without a
password proves it by signing in again: for five minutes the session of that is proof enough.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.identity.errors import SignInTooOld, WrongPassword
from booking_domain.identity.model import User
from booking_domain.identity.use_cases.one_time_codes import CodesTx
from booking_domain.identity.use_cases.passwords import prove_password
from booking_domain.identity.use_cases.sessions import Requester, lock_own
from booking_domain.shared.executor import Context
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


async def reauthenticate(proof: Proof, tx: CodesTx, context: Context) -> Requester:
    """Lock the requester's account and check the proof.

    Raises:
        InvalidToken: the session has ended.
        SignInTooOld: the account has no password, and the session began five minutes ago or earlier.
        WrongPassword: the password is wrong, which is counted, or missing, which is not.
        AccountLocked: three passwords were wrong in a row.
    """
    own = await lock_own(proof.user.id, proof.current, tx, context)
    if own.user.password_hash is None:
        if abs(context.now - own.current.created_at) >= FRESH:
            raise SignInTooOld
        return own
    if proof.right is None:
        raise WrongPassword
    await prove_password(own.user, proof.user, tx, context, right=proof.right)
    return own
