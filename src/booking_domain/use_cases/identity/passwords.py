"""Sign in by password, change it, reset it.

Passwords are hashed and compared before, outside any database transaction. Wrong ones are counted:
`InvalidCredentials`, `WrongPassword` and `AccountLocked` commit.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from booking_domain.identity.errors import (
    AccountDisabled,
    AccountLocked,
    InvalidCode,
    InvalidCredentials,
    InvalidSecondFactor,
    TooManyAttempts,
)
from booking_domain.identity.events import PasswordChanged, account_event
from booking_domain.identity.known_clients import NOBODY, ClientTrace, CountedClient
from booking_domain.identity.model import User
from booking_domain.identity.passwords import own_words
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.authenticate import (
    OPENING_ERRORS,
    OpenSession,
    SignedIn,
    begin_session,
    needs_second_factor,
)
from booking_domain.use_cases.identity.one_time_codes import CodeGuess, use_code
from booking_domain.use_cases.identity.ownership import keeps_factor, take_over
from booking_domain.use_cases.identity.reauthentication import (
    PROOF_ERRORS,
    PasswordCheck,
    count_wrong_password,
    reauthenticate,
)
from booking_domain.use_cases.identity.sessions import end_all_sessions, end_sessions, revoke_what_outlasts_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordAttempt:
    """A password that was compared with the hash of the account that has the login, if any."""

    user: User | None
    account: UUID
    """The id of the account; without one, an id that is no account's."""
    counted: CountedClient
    """The client whose wrong passwords are counted."""
    right: bool
    client: Client
    client_trace: ClientTrace = NOBODY
    second_factor: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Set the first password of the requester's account, or replace the one there is."""

    proof: PasswordCheck
    new_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Replace a password with a one-time code."""

    guess: CodeGuess
    new_password: str = field(repr=False)
    """Checked against the account's own words once the code is right, so that no other client learns of them."""
    new_hash: str = field(repr=False)


async def _sign_in(attempt: PasswordAttempt, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Begin a session, or count a wrong password.

    Any number of passwords may have been compared at once. Transactions look at the results one after the other, and at
    none once the client is locked out. Then a second factor helps, if the account has one: both must be right, and the
    answer does not tell which of them was not. A login without an account is counted under an id that is no account's.
    """
    user, right = attempt.user, attempt.right
    if user is not None and right:
        locked = await tx.users.lock(user.id)
        # The password may have been changed since it was compared.
        right = locked is not None and locked.password_hash == user.password_hash
    if user is None or not right:
        await count_wrong_password(attempt.account, attempt.counted, tx, context)
        raise InvalidCredentials
    opening = OpenSession(
        user_id=user.id,
        method=LoginMethod.PASSWORD,
        client=attempt.client,
        client_trace=attempt.client_trace,
        second_factor=attempt.second_factor,
    )
    if await tx.credentials.reset_wrong_passwords(user.id, attempt.counted, context.now):
        return await begin_session(opening, tx, context)
    if attempt.second_factor is None or not await needs_second_factor(user, tx):
        raise AccountLocked
    try:
        return await begin_session(opening, tx, context)
    except (AccountDisabled, InvalidSecondFactor, TooManyAttempts):
        raise AccountLocked from None


async def _change(command: ChangePassword, tx: IdentityTx, context: UseCaseContext) -> None:
    """Set the first password, or replace the one there is, and end all other sessions."""
    own = await reauthenticate(command.proof, tx, context)
    await tx.users.save(own.user.changed(password_hash=command.new_hash))
    await end_sessions(own.others, tx, context)
    await revoke_what_outlasts_sessions(own.user.id, tx, context, but=own.current.id)
    await tx.outbox.put([account_event(PasswordChanged, own.user.id, context)])
    context.note("password.changed", Subject("user", own.user.id), actor=own.user.actor)


async def _reset(command: ResetPassword, tx: IdentityTx, context: UseCaseContext) -> None:
    """Replace the password, end all sessions and unlock the account; the code verifies the contact: see `ownership`.

    A password that the policy refuses rolls back: the code can be used again.
    """
    user = await use_code(command.guess, tx, context)
    policy = context.get(SecurityPorts).password_policy
    policy.check(command.new_password, own_words(user), field="new_password")
    channel = command.guess.contact.channel
    if user.verified_at(channel) is None:
        user = await take_over(user, channel, tx, context, keep_factor=keeps_factor(user, context))
    await tx.users.save(user.changed(password_hash=command.new_hash))
    await tx.credentials.unlock(user.id)
    await end_all_sessions(user.id, tx, context)
    await tx.outbox.put([account_event(PasswordChanged, user.id, context)])
    context.note("password.reset", Subject("user", user.id), actor=user.actor)


sign_in_by_password: Final = UseCase(
    Permission.RUN_PLATFORM, _sign_in, raises=(InvalidCredentials, AccountLocked, *OPENING_ERRORS)
)
change_password: Final = UseCase(Permission.RUN_PLATFORM, _change, raises=PROOF_ERRORS)
reset_password: Final = UseCase(Permission.RUN_PLATFORM, _reset, raises=(InvalidCode, InvalidValue))
