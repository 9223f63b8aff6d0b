"""Request a one-time code, and use one: to verify a contact, to sign in, to unlock an account.

A wrong guess is counted: `InvalidCode` commits.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from booking_domain.identity.code_history import IssuedCode
from booking_domain.identity.errors import InvalidCode, InvalidToken, TooManyCodes
from booking_domain.identity.events import CodeRequested
from booking_domain.identity.known_clients import NOBODY, ClientTrace
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.one_time_codes import (
    CodePurpose,
    Contact,
    OneTimeCode,
    known_client_digest,
)
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.folding import ascii_digits
from booking_domain.shared.ids import CodeId, EventId, SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.phones import masked_contact
from booking_domain.shared.time import require_time_zone
from booking_domain.use_cases.identity.authenticate import OPENING_ERRORS, OpenSession, SignedIn, begin_session
from booking_domain.use_cases.identity.ownership import keeps_factor, take_over
from booking_domain.use_cases.identity.sessions import end_sessions


@dataclass(frozen=True, slots=True)
@checks_enums
class RequestCode:
    """Request a code for a contact; `user` is the account that has the contact, if any."""

    contact: Contact
    purpose: CodePurpose
    user: User | None
    reserve: bool = False
    """Whether it is issued from the reserve of known clients: see `one_time_codes`."""


@dataclass(frozen=True, slots=True)
@checks_enums
class CodeGuess:
    """A code that a client sends back for a contact."""

    contact: Contact
    purpose: CodePurpose
    code: str = field(repr=False)
    reserve: bool = False
    """Whether a known client sends it back, for which codes are reserved."""


@dataclass(frozen=True, slots=True)
class VerifyContact:
    """Verify a contact with a code, in a session of the account or in none."""

    guess: CodeGuess
    current: SessionId | None


@dataclass(frozen=True, slots=True)
class SignInByCode:
    """Sign in with a code."""

    guess: CodeGuess
    client: Client
    second_factor: str | None = field(default=None, repr=False)
    client_trace: ClientTrace = NOBODY
    time_zone: str | None = None
    """Of an account that the code begins; None: the platform's default."""

    def __post_init__(self) -> None:
        require_time_zone(self.time_zone)


async def _request(command: RequestCode, tx: IdentityTx, context: UseCaseContext) -> OneTimeCode:
    """Issue a code in place of the previous one.

    The worker sends the code after the commit, if the contact has an active account. So the answer is the same, and as
    fast, for a contact without an account. The event carries the code's id, not the code. If sending fails, the job is
    retried while the code is good.
    """
    reachable = command.user is not None and _reachable(command, command.user, context)
    return await issue_code(command if reachable else replace(command, user=None), tx, context)


def _reachable(command: RequestCode, user: User, context: UseCaseContext) -> bool:
    """Whether a code for this purpose is sent to this contact of the account.

    An account that cannot be used does not keep the owner of a contact, which it has not verified, from verifying it.
    """
    channel, purpose = command.contact.channel, command.purpose
    if purpose == CodePurpose.VERIFY and user.verified_at(channel) is None:
        return True
    return _usable(user, purpose) and (purpose == CodePurpose.VERIFY or user.gives_access(channel, context.now))


def _usable(user: User, purpose: CodePurpose) -> bool:
    """Whether a code can have this purpose for the account: a pending one can only be signed in to."""
    return user.usable if purpose == CodePurpose.LOGIN else user.status is UserStatus.ACTIVE


def _digest(command: RequestCode, context: UseCaseContext) -> bytes:
    contact = context.get(SecurityPorts).secret_codes.contact(command.contact)
    return known_client_digest(contact) if command.reserve else contact


async def sent_just_now(command: RequestCode, tx: IdentityTx, context: UseCaseContext) -> OneTimeCode | None:
    """The code of this contact and purpose that can be used, if it is too soon for another one."""
    for code in await tx.one_time_codes.lock(_digest(command, context)):
        if code.purpose is command.purpose and code.is_usable(context.now) and context.now < code.again_at:
            return code
    return None


async def issue_code(command: RequestCode, tx: IdentityTx, context: UseCaseContext) -> OneTimeCode:
    """Issue a code in place of the previous one; it is sent if the command names a user."""
    contact = _digest(command, context)
    code = OneTimeCode.issue(
        await tx.one_time_codes.lock(contact),
        contact=contact,
        purpose=command.purpose,
        code_id=CodeId(context.entropy.new_id()),
        user_id=None if command.user is None else command.user.id,
        now=context.now,
        life=context.get(SecurityPorts).lifetimes.code,
    )
    await tx.one_time_codes.save(code)
    issued = IssuedCode(
        id=code.id,
        user_id=code.user_id,
        purpose=code.purpose,
        channel=command.contact.channel,
        to_masked=masked_contact(command.contact.address),
        issued_at=code.issued_at,
        expires_at=code.expires_at,
    )
    await tx.code_history.add(issued)
    if code.user_id is not None:
        event = CodeRequested(
            id=EventId(context.entropy.new_id()),
            occurred_at=code.issued_at,
            user_id=code.user_id,
            code_id=code.id,
            purpose=code.purpose,
            channel=command.contact.channel,
            until=code.expires_at,
        )
        await tx.outbox.put([event])
    return code


async def use_code_with_id(guess: CodeGuess, code_id: CodeId, tx: IdentityTx, context: UseCaseContext) -> None:
    """Use up the code with this id, or raise `InvalidCode`; a guess at any other code is not compared."""
    await use_up(await verify_guess(guess, tx, context, only=code_id), tx, context)


async def use_up(code: OneTimeCode, tx: IdentityTx, context: UseCaseContext) -> None:
    """Use up a code that was right."""
    await tx.one_time_codes.save(code.used_up())
    await tx.code_history.record_use(code.id, context.now)


async def use_code(guess: CodeGuess, tx: IdentityTx, context: UseCaseContext, *, of_any_status: bool = False) -> User:
    """Use up a code and return the account it was issued for, locked, or raise `InvalidCode`."""
    right = await _check(guess, tx, context, of_any_status=of_any_status)
    await use_up(right.code, tx, context)
    return right.user


@dataclass(frozen=True, slots=True)
class VerifiedCode:
    """The code that was verify_guess, not yet used up, and its account, locked."""

    code: OneTimeCode
    user: User


async def _check(
    guess: CodeGuess, tx: IdentityTx, context: UseCaseContext, *, of_any_status: bool = False
) -> VerifiedCode:
    """Check a guess, or raise `InvalidCode`: a wrong guess is counted; the code of an unusable account is used up.

    So is a code of a contact that does not open the account: another one was verified since.
    """
    code = await verify_guess(guess, tx, context)
    user = None if code.user_id is None else await tx.users.lock(code.user_id)
    still_theirs = user is not None and user.has_contact(guess.contact)
    usable = user is not None and (of_any_status or _usable(user, guess.purpose))
    verifies = guess.purpose is CodePurpose.VERIFY
    opens = user is not None and (verifies or user.gives_access(guess.contact.channel, context.now))
    if user is None or not (still_theirs and usable and opens):
        await tx.one_time_codes.save(code.used_up())
        raise InvalidCode
    return VerifiedCode(code, user)


async def verify_guess(
    guess: CodeGuess, tx: IdentityTx, context: UseCaseContext, *, only: CodeId | None = None
) -> OneTimeCode:
    """Return the code that the user guessed, or raise `InvalidCode`; a wrong guess is counted.

    The contact is locked before the guess is compared: of several guesses at once, no more are compared than the code
    allows, and at most one is right. A guess of a known client is compared with the code of the reserve too.
    """
    secrets = context.get(SecurityPorts).secret_codes
    contact = secrets.contact(guess.contact)
    reserved = await tx.one_time_codes.lock(known_client_digest(contact)) if guess.reserve else ()
    issued = (*reserved, *await tx.one_time_codes.lock(contact))
    codes = [each for each in issued if each.purpose is guess.purpose and only in {None, each.id} and each.guesses_left]
    usable = [code for code in codes if code.is_usable(context.now)]
    for code in codes:
        if code not in usable:
            await tx.one_time_codes.save(code.used_up())
    digits = ascii_digits(guess.code)
    for code in usable:
        if secrets.matches(code.id, code.purpose, digits):
            return code
    for code in usable[:1]:
        await tx.one_time_codes.save(code.with_wrong_guess())
        await tx.code_history.record_wrong_guess(code.id)
    raise InvalidCode


async def _verify(command: VerifyContact, tx: IdentityTx, context: UseCaseContext) -> None:
    """Mark the contact as verified; see `ownership` for what is removed the first time.

    `InvalidToken` is raised only after the code was right, and leaves the code good: the account has another contact
    that is verified, so its user has to sign in first, or the session has ended.
    """
    channel = command.guess.contact.channel
    right = await _check(command.guess, tx, context)
    user = right.user
    own = await _own_session(user.id, command.current, tx, context)
    if user.verified_at(channel) is None and not own:
        if not user.gives_access(channel, context.now):
            raise InvalidToken
        await take_over(user, channel, tx, context, keep_factor=keeps_factor(user, context))
    else:
        if user.verified_at(channel) is None:
            live = await tx.sessions.lock_live(user.id, context.now)
            await end_sessions([session for session in live if session.id != command.current], tx, context)
        await tx.users.save(user.verified(channel, context.now))
    await use_up(right.code, tx, context)
    context.note("contact.verified", Subject("user", user.id), actor=user.actor)


async def _own_session(user_id: UserId, current: SessionId | None, tx: IdentityTx, context: UseCaseContext) -> bool:
    """Whether the session of the request is one of this account; `InvalidToken` if it has ended."""
    if current is None:
        return False
    session = await tx.sessions.lock(current)
    if session is None or not session.live(context.now):
        raise InvalidToken
    return session.user_id == user_id


async def _unlock(guess: CodeGuess, tx: IdentityTx, context: UseCaseContext) -> None:
    """Unlock the password."""
    user = await use_code(guess, tx, context)
    await tx.credentials.unlock(user.id)


async def _sign_in(command: SignInByCode, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Begin a session; a locked password stays locked. The first code of a contact verifies it: see `ownership`.

    The session uses up the code. While the second factor is missing or wrong, the code stays good for its time:
    second factors have their own count.
    """
    return await sign_in_with(await _check(command.guess, tx, context), command, tx, context)


async def sign_in_with(right: VerifiedCode, command: SignInByCode, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Begin a session with a code that was right."""
    channel = command.guess.contact.channel
    user, first = right.user, right.user.verified_at(channel) is None
    keep_factor = command.second_factor is not None or keeps_factor(user, context)
    if first and not keep_factor:
        await tx.second_factors.remove(user.id)
    opening = OpenSession(
        user_id=user.id,
        method=LoginMethod.CODE,
        client=command.client,
        client_trace=command.client_trace,
        second_factor=command.second_factor,
    )
    signed_in = await begin_session(opening, tx, context)
    await use_up(right.code, tx, context)
    if first:  # after `begin_session`, whose refusals commit
        own = signed_in.session_id
        owned = await take_over(user, channel, tx, context, keep_factor=keep_factor, but=own)
        signed_in = replace(signed_in, user=owned)
    return signed_in


async def _sweep(_: None, tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.one_time_codes.remove_expired(context.now)
    await tx.credentials.remove_expired(context.now)
    await tx.phone_changes.remove_expired(context.now)
    await tx.email_changes.remove_expired(context.now)
    await tx.contact_edits.remove_expired(context.now)
    await tx.sign_ups.remove_expired(context.now)
    await tx.code_history.remove_expired(context.now)


request_code: Final = UseCase(Permission.RUN_PLATFORM, _request, raises=(TooManyCodes,))
verify_contact: Final = UseCase(Permission.RUN_PLATFORM, _verify, raises=(InvalidCode, InvalidToken))
unlock_account: Final = UseCase(Permission.RUN_PLATFORM, _unlock, raises=(InvalidCode,))
sign_in_by_code: Final = UseCase(Permission.RUN_PLATFORM, _sign_in, raises=(InvalidCode, *OPENING_ERRORS))
sweep_codes: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
