"""Register, log in, stay signed in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from booking_domain.identity.errors import (
    AccountDeleted,
    AccountDisabled,
    ContactMissing,
    InvalidToken,
    SecondFactorNeeded,
    TokenReused,
)
from booking_domain.identity.model import User, UserStatus, normal_email
from booking_domain.identity.ports import Bearer, LoginHistory, RefreshTokens, Sessions, Users
from booking_domain.identity.second_factor import SecondFactors, TimeCodes
from booking_domain.identity.sessions import Client, Login, LoginMethod, LoginOutcome, Session, Use
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Context, UseCase
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
    @property
    def second_factors(self) -> SecondFactors: ...


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
    """Sign in somebody who has proved who they are, as far as one factor does."""

    user_id: UserId
    method: LoginMethod
    client: Client
    second_factor: str | None = field(default=None, repr=False)
    """A code of the account's second factor or a recovery code, if one was given."""


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
    second_factor: bool = False

    @property
    def bearer(self) -> Bearer:
        """Whom to give an access token."""
        return Bearer(self.user.actor, self.session_id, self.second_factor)


async def _register(command: Register, tx: IdentityTx, context: Context) -> User:
    if command.role not in SELF_SERVICE_ROLES and not command.by_platform:
        raise NotPermitted(action=f"register as {command.role}")
    if command.email is None and command.phone is None:
        raise ContactMissing
    user = User(
        id=UserId(context.entropy.new_id()),
        email=normal_email(command.email) if command.email is not None else None,
        phone=command.phone,
        name=command.name,
        role=command.role,
        password_hash=command.password_hash,
        created_at=context.now,
    )
    await tx.users.add(user)
    if user.role not in SELF_SERVICE_ROLES:
        context.note("user.made", Subject("user", user.id), details={"role": user.role.value})
    return user


def open_session(
    tokens: RefreshTokens, codes: TimeCodes
) -> Callable[[OpenSession, IdentityTx, Context], Awaitable[SignedIn]]:
    """Begin a session, and note so in the login history; a disabled account gets none.

    Every session begins here, whatever the first factor was, and an account with a second factor gets none without it.
    The first factor was right. If the second one is refused, the transaction commits, as a wrong code is counted; the
    caller leaves the first factor unused then, such as a one-time code.

    The account is locked before its second factor is looked at: of the same code at once, one begins a session, and no
    session begins without one while a factor is confirmed.
    """

    async def handle(command: OpenSession, tx: IdentityTx, context: Context) -> SignedIn:
        user = _usable(await tx.users.lock(command.user_id))
        factor = await tx.second_factors.lock(user.id)
        two = factor is not None and factor.active
        if factor is not None and two:
            if command.second_factor is None:
                raise SecondFactorNeeded
            tried, refused = factor.proved(command.second_factor, codes, context.now)
            await tx.second_factors.save(tried)
            if refused is not None:
                raise refused
        token = tokens.first(SessionId(context.entropy.new_id()))
        await tx.sessions.add(Session.begun(token, user.id, command.client, context.now, second_factor=two))
        await _note(command, LoginOutcome.SUCCEEDED, tx, context)
        return SignedIn(user, token.session_id, token.text, two)

    return handle


def refresh_session(
    tokens: RefreshTokens,
) -> Callable[[RefreshSession, IdentityTx, Context], Awaitable[SignedIn]]:
    """Trade a refresh token for the next one, as `Session` says (RFC 9700 §4.14.2)."""

    async def handle(command: RefreshSession, tx: IdentityTx, context: Context) -> SignedIn:
        token = tokens.read(command.refresh_token)
        session = await tx.sessions.lock(token.session_id)
        if session is None or not session.live(context.now):
            raise InvalidToken
        use = session.use_of(token, context.now)
        if use is Use.FORGED:
            raise InvalidToken
        if use is Use.STOLEN:
            await tx.sessions.save(session.ended(context.now))
            raise TokenReused
        user = _usable(await tx.users.get(session.user_id))
        if use is Use.AGAIN and session.seed is not None:
            return SignedIn(user, session.id, tokens.following(token, session.seed).text, session.second_factor)
        seed = tokens.seed()
        following = tokens.following(token, seed)
        await tx.sessions.save(session.rotated(following, seed, command.client, context.now))
        return SignedIn(user, session.id, following.text, session.second_factor)

    return handle


async def _note_failure(command: FailedLogin, tx: IdentityTx, context: Context) -> None:
    await _note(command, LoginOutcome.FAILED, tx, context)


async def _note(attempt: OpenSession | FailedLogin, outcome: LoginOutcome, tx: IdentityTx, context: Context) -> None:
    await tx.login_history.add(
        Login(
            id=LoginId(context.entropy.new_id()),
            user_id=attempt.user_id,
            at=context.now,
            client=attempt.client,
            method=attempt.method,
            outcome=outcome,
        )
    )


def _usable(user: User | None) -> User:
    if user is None:
        raise InvalidToken
    if user.erased_from is not None:
        raise AccountDeleted(erased_from=user.erased_from.date())
    if user.status is not UserStatus.ACTIVE:
        raise AccountDisabled
    return user


register: Final = UseCase(Permission.RUN_PLATFORM, _register)
note_failed_login: Final = UseCase(Permission.RUN_PLATFORM, _note_failure)
