"""Authenticate a signed-in user again, before the account itself is changed or deleted.

An account with a password is authenticated by it; three wrong ones in a row lock it for the session, so strangers and
other sessions do not lock it. An account
without a password is authenticated by signing in again: its session is proof enough for a time (`Lifetimes.fresh`).
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from booking_domain.identity.errors import AccountLocked, InvalidToken, SignInTooOld, WrongPassword
from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.model import User
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Session
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.sessions import LockedAccount, lock_own_account

PROOF_ERRORS: Final = (InvalidToken, SignInTooOld, WrongPassword, AccountLocked)
"""What `reauthenticate` raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """The result of comparing the current password, outside any database transaction."""

    user: User
    """The account, with the hash that the password was compared with."""
    right: bool | None
    """Whether the password is right; None if none was given."""
    current: SessionId
    """The session of the request: it must be live."""


async def reauthenticate(proof: PasswordCheck, tx: IdentityTx, context: UseCaseContext) -> LockedAccount:
    """Lock the requester's account and check the proof.

    Raises:
        InvalidToken: the session has ended.
        SignInTooOld: the account has no password, and the session is no longer fresh.
        WrongPassword: the password is wrong, which is counted, or missing, which is not.
        AccountLocked: three passwords in a row were wrong in this session.
    """
    own = await lock_own_account(proof.user.id, proof.current, tx, context)
    if own.user.password_hash is None:
        if not is_fresh(own.current, context):
            raise SignInTooOld
        return own
    if proof.right is None:
        raise WrongPassword
    client = CountedClient.of_session(proof.current)
    # The password may have been changed since it was compared.
    if not proof.right or own.user.password_hash != proof.user.password_hash:
        await count_wrong_password(own.user.id, client, tx, context)
        raise WrongPassword
    if not await tx.credentials.reset_wrong_passwords(own.user.id, client, context.now):
        raise AccountLocked
    return own


def is_fresh(session: Session, context: UseCaseContext) -> bool:
    """Whether the session began a short time ago."""
    return abs(context.now - session.created_at) < context.get(SecurityPorts).lifetimes.fresh


async def count_wrong_password(account: UUID, client: CountedClient, tx: IdentityTx, context: UseCaseContext) -> None:
    """Count a wrong password, or raise `AccountLocked`."""
    if not await tx.credentials.count_wrong_password(account, client, context.now):
        raise AccountLocked
