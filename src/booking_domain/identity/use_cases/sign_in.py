"""Register, log in, stay signed in, sign out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from booking_domain.identity.errors import AccountDisabled, InvalidToken
from booking_domain.identity.model import REFRESH_TOKEN_LIFE, Session, User, UserStatus, normal_email
from booking_domain.identity.ports import RefreshTokens, Sessions, Users
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Circumstances, UseCase
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission

SELF_SERVICE_ROLES: Final = frozenset({Role.CUSTOMER, Role.PROVIDER, Role.MANAGER})


class IdentityTx(Protocol):
    """What accounts need of a transaction."""

    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...


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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, and the refresh token of the new session."""

    user: User
    refresh_token: str


async def _register(command: Register, tx: IdentityTx, given: Circumstances) -> User:
    if command.role not in SELF_SERVICE_ROLES and not command.by_platform:
        raise NotPermitted(action=f"register as {command.role}")
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
    return user


def open_session(
    tokens: RefreshTokens,
) -> Callable[[UserId, IdentityTx, Circumstances], Awaitable[SignedIn]]:
    """Begin a session for somebody who has proved who they are; a disabled account gets none."""

    async def handle(user_id: UserId, tx: IdentityTx, given: Circumstances) -> SignedIn:
        user = await _usable(tx, user_id)
        session_id = SessionId(given.entropy.new_id())
        token, digest = tokens.issue(session_id)
        await tx.sessions.add(
            Session(
                id=session_id,
                user_id=user.id,
                token_digest=digest,
                created_at=given.now,
                expires_at=given.now + REFRESH_TOKEN_LIFE,
            )
        )
        return SignedIn(user, token)

    return handle


@dataclass(frozen=True, slots=True)
class TokenReused:
    """The token was good once: whoever has it now may have stolen it, and the session has been ended."""


def refresh_session(
    tokens: RefreshTokens,
) -> Callable[[str, IdentityTx, Circumstances], Awaitable[SignedIn | TokenReused]]:
    """Trade a refresh token for the next one; using an old one ends the session (RFC 9700 §4.14.2)."""

    async def handle(text: str, tx: IdentityTx, given: Circumstances) -> SignedIn | TokenReused:
        session_id, digest = tokens.read(text)
        session = await tx.sessions.lock(session_id)
        if session is None or not session.live(given.now):
            raise InvalidToken
        if session.token_digest != digest:
            await tx.sessions.save(replace(session, ended_at=given.now))
            return TokenReused()  # committed: raising would roll the end of the session back
        user = await _usable(tx, session.user_id)
        token, next_digest = tokens.issue(session_id)
        await tx.sessions.save(session.rotated(next_digest, given.now))
        return SignedIn(user, token)

    return handle


async def _usable(tx: IdentityTx, user_id: UserId) -> User:
    user = await tx.users.get(user_id)
    if user is None:
        raise InvalidToken
    if user.status is not UserStatus.ACTIVE:
        raise AccountDisabled
    return user


register: Final = UseCase(Permission.RUN_PLATFORM, _register)
