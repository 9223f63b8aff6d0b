"""Register, log in, stay signed in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from booking_domain.identity.errors import AccountDeleted, AccountDisabled, ContactMissing, InvalidToken
from booking_domain.identity.model import User, UserStatus, normal_email
from booking_domain.identity.ports import Bearer, LoginHistory, RefreshTokens, Sessions, Users
from booking_domain.identity.sessions import Client, Login, LoginMethod, LoginOutcome, Session, Use
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Circumstances, UseCase
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.shared.permissions import Permission

SELF_SERVICE_ROLES: Final = frozenset({Role.CUSTOMER, Role.PROVIDER, Role.MANAGER})


class IdentityTx(Protocol):
    """What accounts need of a transaction."""

    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def login_history(self) -> LoginHistory: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Make an account. The hash is made before, so that no transaction waits for it."""

    email: str | None
    phone: str | None
    name: str
    role: Role
    password_hash: str
    by_platform: bool = False
    """Only the platform itself makes admins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """Sign in somebody who has proved who they are."""

    user_id: UserId
    method: LoginMethod
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """Stay signed in."""

    refresh_token: str = field(repr=False)
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLogin:
    """Somebody has not proved who they are; no user where there is no such account."""

    user_id: UserId | None
    method: LoginMethod
    client: Client


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, in which session, and its refresh token."""

    user: User
    session_id: SessionId
    refresh_token: str = field(repr=False)

    @property
    def bearer(self) -> Bearer:
        """Whom to give an access token."""
        return Bearer(self.user.actor, self.session_id)


async def _register(command: Register, tx: IdentityTx, given: Circumstances) -> User:
    if command.role not in SELF_SERVICE_ROLES and not command.by_platform:
        raise NotPermitted(action=f"register as {command.role}")
    if command.email is None and command.phone is None:
        raise ContactMissing
    user = User(
        id=UserId(given.entropy.new_id()),
        email=normal_email(command.email) if command.email is not None else None,
        phone=command.phone,
        name=command.name,
        role=command.role,
        password_hash=command.password_hash,
        created_at=given.now,
    )
    await tx.users.add(user)
    if user.role not in SELF_SERVICE_ROLES:
        given.note("user.made", Subject("user", user.id), details={"role": user.role.value})
    return user


def open_session(
    tokens: RefreshTokens,
) -> Callable[[OpenSession, IdentityTx, Circumstances], Awaitable[SignedIn]]:
    """Begin a session, and note so in the login history; a disabled account gets none."""

    async def handle(command: OpenSession, tx: IdentityTx, given: Circumstances) -> SignedIn:
        user = await _usable(tx, command.user_id)
        token = tokens.first(SessionId(given.entropy.new_id()))
        await tx.sessions.add(Session.begun(token, user.id, command.client, given.now))
        await _note(command, LoginOutcome.SUCCEEDED, tx, given)
        return SignedIn(user, token.session_id, token.text)

    return handle


@dataclass(frozen=True, slots=True)
class TokenReused:
    """The token was good once: whoever has it now may have stolen it, and the session has been ended."""


def refresh_session(
    tokens: RefreshTokens,
) -> Callable[[RefreshSession, IdentityTx, Circumstances], Awaitable[SignedIn | TokenReused]]:
    """Trade a refresh token for the next one, as `Session` says (RFC 9700 §4.14.2)."""

    async def handle(command: RefreshSession, tx: IdentityTx, given: Circumstances) -> SignedIn | TokenReused:
        token = tokens.read(command.refresh_token)
        session = await tx.sessions.lock(token.session_id)
        if session is None or not session.live(given.now):
            raise InvalidToken
        use = session.use_of(token, given.now)
        if use is Use.FORGED:
            raise InvalidToken
        if use is Use.STOLEN:
            await tx.sessions.save(session.ended(given.now))
            return TokenReused()  # committed: raising would roll the end of the session back
        user = await _usable(tx, session.user_id)
        if use is Use.AGAIN and session.seed is not None:
            return SignedIn(user, session.id, tokens.following(token, session.seed).text)
        seed = tokens.seed()
        following = tokens.following(token, seed)
        await tx.sessions.save(session.rotated(following, seed, command.client, given.now))
        return SignedIn(user, session.id, following.text)

    return handle


async def _note_failure(command: FailedLogin, tx: IdentityTx, given: Circumstances) -> None:
    await _note(command, LoginOutcome.FAILED, tx, given)


async def _note(
    attempt: OpenSession | FailedLogin, outcome: LoginOutcome, tx: IdentityTx, given: Circumstances
) -> None:
    await tx.login_history.add(
        Login(
            id=LoginId(given.entropy.new_id()),
            user_id=attempt.user_id,
            at=given.now,
            client=attempt.client,
            method=attempt.method,
            outcome=outcome,
        )
    )


async def _usable(tx: IdentityTx, user_id: UserId) -> User:
    user = await tx.users.get(user_id)
    if user is None:
        raise InvalidToken
    if user.erased_from is not None:
        raise AccountDeleted(erased_from=user.erased_from.date())
    if user.status is not UserStatus.ACTIVE:
        raise AccountDisabled
    return user


register: Final = UseCase(Permission.RUN_PLATFORM, _register)
note_failed_login: Final = UseCase(Permission.RUN_PLATFORM, _note_failure)
