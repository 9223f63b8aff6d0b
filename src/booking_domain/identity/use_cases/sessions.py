"""End sessions: log out, sign out another device, sign out all others."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.errors import InvalidToken, SessionNotFound
from booking_domain.identity.model import User
from booking_domain.identity.ports import RefreshTokens
from booking_domain.identity.sessions import RefreshToken, Session, Use
from booking_domain.identity.use_cases.sign_in import IdentityTx
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """End the session of an access token, that of a refresh token, or both."""

    session_id: SessionId | None
    refresh_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """End one of one's own sessions; `current` is the one in which that is asked for, and must be live."""

    session_id: SessionId
    current: SessionId


def log_out(tokens: RefreshTokens) -> Callable[[LogOut, IdentityTx, Context], Awaitable[None]]:
    """End sessions, if they are there and have not ended.

    Any token of the session's family will do, an old one too. Tokens that name nothing have no effect (RFC 7009 §2.2).
    """

    async def handle(command: LogOut, tx: IdentityTx, context: Context) -> None:
        token = _read(tokens, command.refresh_token)
        named = {command.session_id, None if token is None else token.session_id}
        for session_id in sorted(each for each in named if each is not None):  # in order: no deadlock
            session = await tx.sessions.lock(session_id)
            if session is None:
                continue
            proved = token is not None and session.use_of(token, context.now) is not Use.FORGED
            if proved or session_id == command.session_id:
                await tx.sessions.save(session.ended(context.now))

    return handle


def _read(tokens: RefreshTokens, text: str | None) -> RefreshToken | None:
    if text is None:
        return None
    try:
        return tokens.read(text)
    except InvalidToken:
        return None


@dataclass(frozen=True, slots=True)
class Requester:
    """The account of whoever asks, the session in which that is, and their other live sessions: all of them locked."""

    user: User
    current: Session
    others: Sequence[Session]


async def lock_own(user_id: UserId, current: SessionId, tx: IdentityTx, context: Context) -> Requester:
    """Lock an account and its live sessions, of which `current` must be one, or raise `InvalidToken`."""
    user = await tx.users.lock(user_id)
    if user is None:
        raise InvalidToken
    sessions = await live_sessions(user_id, current, tx, context)
    (mine,) = (session for session in sessions if session.id == current)
    return Requester(user, mine, [session for session in sessions if session is not mine])


async def end_sessions(sessions: Sequence[Session], tx: IdentityTx, context: Context) -> None:
    """End sessions that are locked."""
    for session in sessions:
        await tx.sessions.save(session.ended(context.now))


async def end_all_sessions(user_id: UserId, tx: IdentityTx, context: Context) -> int:
    """End all sessions of a user; how many that were."""
    live = await tx.sessions.lock_live(user_id, context.now)
    await end_sessions(live, tx, context)
    return len(live)


async def _end(command: EndSession, tx: IdentityTx, context: Context) -> None:
    for session in await live_sessions(context.actor.id, command.current, tx, context):
        if session.id == command.session_id:
            await tx.sessions.save(session.ended(context.now))
            return
    raise SessionNotFound


async def _end_others(current: SessionId, tx: IdentityTx, context: Context) -> None:
    sessions = await live_sessions(context.actor.id, current, tx, context)
    await end_sessions([session for session in sessions if session.id != current], tx, context)


async def live_sessions(user_id: UserId, current: SessionId, tx: IdentityTx, context: Context) -> Sequence[Session]:
    """Lock all live sessions of the user, in order; the access token of a session that has ended does not do here."""
    sessions = await tx.sessions.lock_live(user_id, context.now)
    if all(session.id != current for session in sessions):
        raise InvalidToken
    return sessions


end_session: Final = UseCase(
    Permission.MANAGE_SESSIONS,
    _end,
    lambda command, _: Subject("session", command.session_id),
    audited_as="session.end",
)
end_other_sessions: Final = UseCase(Permission.MANAGE_SESSIONS, _end_others, audited_as="session.end_others")
