"""Ask for a one-time code, and use one: to verify a contact, to sign in, to unlock an account."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from booking_domain.identity.errors import InvalidCode
from booking_domain.identity.events import CodeRequested
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.one_time_codes import (
    Channel,
    CodePurpose,
    Contact,
    OneTimeCode,
    OneTimeCodes,
    SecretCodes,
)
from booking_domain.identity.passwords import Credentials
from booking_domain.identity.phone_changes import PhoneChanges
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.sign_in import IdentityTx, OpenSession, SignedIn
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import CodeId, EventId
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission


class CodesTx(IdentityTx, Protocol):
    """What codes need of a transaction."""

    @property
    def one_time_codes(self) -> OneTimeCodes: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def phone_changes(self) -> PhoneChanges: ...
    @property
    def outbox(self) -> Outbox: ...


SessionOpener = Callable[[OpenSession, IdentityTx, Context], Awaitable[SignedIn]]
"""How a session begins for somebody who has proved who they are, as far as one factor does."""


@dataclass(frozen=True, slots=True)
class WantCode:
    """Somebody wants a code for a contact, which is this user's or nobody's."""

    contact: Contact
    purpose: CodePurpose
    user: User | None


@dataclass(frozen=True, slots=True)
class Guess:
    """Somebody has a code for a contact."""

    contact: Contact
    purpose: CodePurpose
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInByCode:
    """Somebody has a code with which to sign in."""

    guess: Guess
    client: Client
    second_factor: str | None = field(default=None, repr=False)


def want_code(secrets: SecretCodes) -> UseCase[WantCode, CodesTx, OneTimeCode]:
    """Issue a code, in place of the former one; it is sent by whoever listens to `code.wanted`, if it is anybody's.

    The message has the code's id and not the code. That it is sent after the commit, by another process, makes the
    answer the same and as fast for a contact that nobody has. If it cannot be sent, the job is tried again for as long
    as the code is good; who wants another one asks again.
    """

    async def handle(wanted: WantCode, tx: CodesTx, context: Context) -> OneTimeCode:
        reachable = wanted.user is not None and wanted.user.status is UserStatus.ACTIVE
        return await issue_code(secrets, wanted if reachable else replace(wanted, user=None), tx, context)

    return UseCase(Permission.RUN_PLATFORM, handle)


async def issue_code(secrets: SecretCodes, wanted: WantCode, tx: CodesTx, context: Context) -> OneTimeCode:
    """Issue a code, in place of the former one, and have it sent if it is somebody's. The message does not hold it."""
    contact = secrets.contact(wanted.contact)
    code = OneTimeCode.issue(
        await tx.one_time_codes.lock(contact),
        contact=contact,
        purpose=wanted.purpose,
        code_id=CodeId(context.entropy.new_id()),
        user_id=None if wanted.user is None else wanted.user.id,
        now=context.now,
    )
    await tx.one_time_codes.save(code)
    if code.user_id is not None:
        event = CodeRequested(
            id=EventId(context.entropy.new_id()),
            occurred_at=code.issued_at,
            user_id=code.user_id,
            code_id=code.id,
            purpose=code.purpose,
            channel=wanted.contact.channel,
            until=code.expires_at,
        )
        await tx.outbox.put([event])
    return code


async def spend(secrets: SecretCodes, guess: Guess, tx: CodesTx, context: Context, *, only: CodeId) -> None:
    """Use up this very code, or raise `InvalidCode` if the guess is wrong."""
    code = await _guessed(secrets, guess, tx, context, only=only)
    await tx.one_time_codes.save(code.dead())


@dataclass(frozen=True, slots=True)
class _Right:
    """A code that was right, and whose it is; nothing was changed by looking."""

    code: OneTimeCode
    user: User


async def use_code(secrets: SecretCodes, guess: Guess, tx: CodesTx, context: Context) -> User:
    """Use up a code and return the account it was issued for, locked, or raise `InvalidCode`."""
    right = await _look_at_code(secrets, guess, tx, context)
    await tx.one_time_codes.save(right.code.dead())
    return right.user


async def _look_at_code(secrets: SecretCodes, guess: Guess, tx: CodesTx, context: Context) -> _Right:
    """Check a guess, or raise `InvalidCode`: a wrong guess is counted; the code of an unusable account is used up."""
    code = await _guessed(secrets, guess, tx, context)
    user = None if code.user_id is None else await tx.users.lock(code.user_id)
    still_theirs = user is not None and guess.contact.address in {user.email, user.phone}
    if user is None or not still_theirs or user.status is not UserStatus.ACTIVE:
        await tx.one_time_codes.save(code.dead())
        raise InvalidCode
    return _Right(code, user)


async def _guessed(
    secrets: SecretCodes, guess: Guess, tx: CodesTx, context: Context, *, only: CodeId | None = None
) -> OneTimeCode:
    """Return the code that was guessed, or raise `InvalidCode`; a wrong guess is counted.

    `only` is the one that is meant: a guess at any other is not looked at. The contact is locked before the guess is:
    of guesses at once, no more are looked at than the code allows, and one at most is right.
    """
    codes = await tx.one_time_codes.lock(secrets.contact(guess.contact))
    code = next((each for each in codes if each.purpose is guess.purpose and only in {None, each.id}), None)
    if code is None or not code.guesses_left:
        raise InvalidCode
    if not code.good(context.now):
        await tx.one_time_codes.save(code.dead())
        raise InvalidCode
    if not secrets.matches(code.id, code.purpose, guess.code):
        await tx.one_time_codes.save(code.guessed())
        raise InvalidCode
    return code


def verify_contact(secrets: SecretCodes) -> UseCase[Guess, CodesTx, None]:
    """Note that the contact is its account's."""

    async def handle(guess: Guess, tx: CodesTx, context: Context) -> None:
        user = await use_code(secrets, guess, tx, context)
        by_email = guess.contact.channel is Channel.EMAIL
        verified = (
            user.changed(email_verified_at=context.now) if by_email else user.changed(phone_verified_at=context.now)
        )
        await tx.users.save(verified)
        context.note("contact.verified", Subject("user", user.id), actor=user.actor)

    return UseCase(Permission.RUN_PLATFORM, handle)


def unlock_account(secrets: SecretCodes) -> UseCase[Guess, CodesTx, None]:
    """Let passwords be tried again."""

    async def handle(guess: Guess, tx: CodesTx, context: Context) -> None:
        user = await use_code(secrets, guess, tx, context)
        await tx.credentials.unlock(user.id)

    return UseCase(Permission.RUN_PLATFORM, handle)


def sign_in_by_code(secrets: SecretCodes, open_session: SessionOpener) -> UseCase[SignInByCode, CodesTx, SignedIn]:
    """Begin a session; the account's password may be locked, and stays so.

    The code is used up by the session that begins. As long as the account's second factor is missing or wrong it stays
    good, for its five minutes: the second factor has a count of its own.
    """

    async def handle(command: SignInByCode, tx: CodesTx, context: Context) -> SignedIn:
        right = await _look_at_code(secrets, command.guess, tx, context)
        opening = OpenSession(
            user_id=right.user.id,
            method=LoginMethod.CODE,
            client=command.client,
            second_factor=command.second_factor,
        )
        opened = await open_session(opening, tx, context)
        await tx.one_time_codes.save(right.code.dead())
        return opened

    return UseCase(Permission.RUN_PLATFORM, handle)


async def _sweep(_: None, tx: CodesTx, context: Context) -> None:
    await tx.one_time_codes.sweep(context.now)
    await tx.credentials.forget(context.now)
    await tx.phone_changes.forget(context.now)


sweep_codes: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
