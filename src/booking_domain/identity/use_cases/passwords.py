"""Sign in by password, change it, reset it. Passwords are hashed and compared before, outside of any transaction."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from booking_domain.identity.errors import AccountLocked, InvalidCredentials, WrongPassword
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import Contact, SecretCodes
from booking_domain.identity.passwords import PasswordPolicy, own_words
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.one_time_codes import CodesTx, Guess, SessionOpener, use_code
from booking_domain.identity.use_cases.sessions import end_all_sessions, end_sessions, lock_own
from booking_domain.identity.use_cases.sign_in import OpenSession, SignedIn
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordTried:
    """A password was compared with the hash of the account that a login has, if it has one."""

    contact: Contact
    user: User | None
    right: bool
    client: Client
    second_factor: str | None = field(default=None, repr=False)


def sign_in_by_password(secrets: SecretCodes, open_session: SessionOpener) -> UseCase[PasswordTried, CodesTx, SignedIn]:
    """Begin a session, or count a wrong password.

    Any number of passwords may have been compared at once; only here is something learnt of it, one after the other,
    and nothing once three in a row were wrong.
    """

    async def handle(tried: PasswordTried, tx: CodesTx, context: Context) -> SignedIn:
        user, right = tried.user, tried.right
        # A login that nobody has is counted under an id that is nobody's.
        account = UUID(bytes=secrets.contact(tried.contact)[:16]) if user is None else user.id
        if user is not None and right:
            now = await tx.users.lock(user.id)
            right = now is not None and now.password_hash == user.password_hash  # it may have been changed meanwhile
        if user is None or not right:
            await _count_wrong(account, tx, context)
            raise InvalidCredentials
        await _count_right(account, tx, context)
        opening = OpenSession(
            user_id=user.id,
            method=LoginMethod.PASSWORD,
            client=tried.client,
            second_factor=tried.second_factor,
        )
        return await open_session(opening, tx, context)

    return UseCase(Permission.RUN_PLATFORM, handle)


async def _count_wrong(account: UUID, tx: CodesTx, context: Context) -> None:
    if not await tx.credentials.count_wrong(account, context.now):
        raise AccountLocked


async def _count_right(account: UUID, tx: CodesTx, context: Context) -> None:
    if not await tx.credentials.count_right(account, context.now):
        raise AccountLocked


async def prove_password(user: User, compared: User, tx: CodesTx, context: Context, *, right: bool) -> None:
    """Count a password that was compared with the hash that the account had then; the account is locked now.

    Raises:
        WrongPassword: it is not the account's password, or no longer; counted.
        AccountLocked: three were wrong in a row, so this one is not looked at.
    """
    if not right or user.password_hash != compared.password_hash:
        await _count_wrong(user.id, tx, context)
        raise WrongPassword
    await _count_right(user.id, tx, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """The current password was compared with the hash that the account had."""

    user: User
    right: bool
    new_hash: str = field(repr=False)
    current: SessionId
    """The session in which that is asked for: it must be live, and goes on."""


async def _change_password(command: ChangePassword, tx: CodesTx, context: Context) -> None:
    own = await lock_own(command.user.id, command.current, tx, context)  # before anything is learnt of the password
    await prove_password(own.user, command.user, tx, context, right=command.right)
    await tx.users.save(own.user.changed(password_hash=command.new_hash))
    await end_sessions(own.others, tx, context)
    context.note("password.changed", Subject("user", own.user.id), actor=own.user.actor)


change_password: Final = UseCase(Permission.RUN_PLATFORM, _change_password)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Somebody has a code, and wants another password."""

    guess: Guess
    new_password: str = field(repr=False)
    """To be held against the account's own words, which nobody is told of without the code."""
    new_hash: str = field(repr=False)


def reset_password(secrets: SecretCodes, policy: PasswordPolicy) -> UseCase[ResetPassword, CodesTx, None]:
    """Set another password, end all sessions and unlock the account.

    A password that the account may not have leaves the code as it was: it can be used again.
    """

    async def handle(command: ResetPassword, tx: CodesTx, context: Context) -> None:
        user = await use_code(secrets, command.guess, tx, context)
        policy.check(command.new_password, own_words(user), field="new_password")
        await tx.users.save(user.changed(password_hash=command.new_hash))
        await tx.credentials.unlock(user.id)
        await end_all_sessions(user.id, tx, context)
        context.note("password.reset", Subject("user", user.id), actor=user.actor)

    return UseCase(Permission.RUN_PLATFORM, handle)
