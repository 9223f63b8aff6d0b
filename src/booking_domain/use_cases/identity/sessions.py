"""End sessions: log out, sign out another device, sign out all others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.errors import InvalidToken, SessionNotFound
from booking_domain.identity.events import CalendarLinkRevoked, SessionsEnded, account_event
from booking_domain.identity.model import User
from booking_domain.identity.ports import IdentityTx, RefreshTokens
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import RefreshToken, RefreshTokenUse, Session
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """End the session of an access token, that of a refresh token, or both."""

    session_id: SessionId | None
    refresh_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """End one of the actor's sessions; `current`, the session of the request, must be live."""

    session_id: SessionId
    current: SessionId


async def _log_out(command: LogOut, tx: IdentityTx, context: UseCaseContext) -> None:
    """End the sessions that are live.

    Any token of the session's family is accepted, also an older one. Unknown tokens have no effect (RFC 7009 §2.2).
    """
    token = _read(context.get(SecurityPorts).refresh_tokens, command.refresh_token)
    named = {command.session_id, None if token is None else token.session_id}
    for session_id in sorted(each for each in named if each is not None):  # sorted, so that two cannot deadlock
        session = await tx.sessions.lock(session_id)
        if session is None:
            continue
        proved = token is not None and session.use_of(token, context.now) is not RefreshTokenUse.FORGED
        if proved or session_id == command.session_id:
            await tx.sessions.save(session.ended(context.now))


def _read(tokens: RefreshTokens, text: str | None) -> RefreshToken | None:
    if text is None:
        return None
    try:
        return tokens.read(text)
    except InvalidToken:
        return None


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """The requester's account, the session of the request and the other live sessions, all of them locked."""

    user: User
    current: Session
    others: Sequence[Session]


async def lock_own_account(
    user_id: UserId, current: SessionId, tx: IdentityTx, context: UseCaseContext
) -> LockedAccount:
    """Lock an account and its live sessions, of which `current` must be one, or raise `InvalidToken`."""
    user = required(await tx.users.lock(user_id), InvalidToken)
    sessions = await lock_live_sessions(user_id, current, tx, context)
    (mine,) = (session for session in sessions if session.id == current)
    return LockedAccount(user, mine, [session for session in sessions if session is not mine])


async def end_sessions(sessions: Sequence[Session], tx: IdentityTx, context: UseCaseContext) -> None:
    """End sessions that are locked."""
    for session in sessions:
        await tx.sessions.save(session.ended(context.now))


async def end_all_sessions(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> int:
    """End all sessions of a user, revoke what outlasts them, and return the number of sessions."""
    live = await tx.sessions.lock_live(user_id, context.now)
    await end_sessions(live, tx, context)
    await revoke_what_outlasts_sessions(user_id, tx, context)
    return len(live)


async def revoke_what_outlasts_sessions(
    user_id: UserId, tx: IdentityTx, context: UseCaseContext, *, but: SessionId | None = None
) -> None:
    """Forget what a person who shared the account may have: remembered devices, known clients and the calendar link.

    The known client of the session `but` stays known. The user is notified of the calendar link.
    """
    await tx.remembered_devices.remove_all(user_id)
    await tx.known_clients.remove_all(user_id, but=but)
    if await tx.calendar_links.remove(user_id):
        await tx.outbox.put([account_event(CalendarLinkRevoked, user_id, context)])


async def announce_ended_sessions(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> None:
    """Notify a user that sessions have ended."""
    await tx.outbox.put([account_event(SessionsEnded, user_id, context)])


async def _end(command: EndSession, tx: IdentityTx, context: UseCaseContext) -> None:
    for session in await lock_live_sessions(context.actor.id, command.current, tx, context):
        if session.id == command.session_id:
            await tx.sessions.save(session.ended(context.now))
            if session.id != command.current:
                await announce_ended_sessions(context.actor.id, tx, context)
            return
    raise SessionNotFound


async def _end_others(current: SessionId, tx: IdentityTx, context: UseCaseContext) -> None:
    sessions = await lock_live_sessions(context.actor.id, current, tx, context)
    others = [session for session in sessions if session.id != current]
    await end_sessions(others, tx, context)
    await revoke_what_outlasts_sessions(context.actor.id, tx, context, but=current)
    if others:
        await announce_ended_sessions(context.actor.id, tx, context)


async def lock_live_sessions(
    user_id: UserId, current: SessionId, tx: IdentityTx, context: UseCaseContext
) -> Sequence[Session]:
    """Lock all live sessions of a user, by id; raise `InvalidToken` unless `current` is one of them."""
    sessions = await tx.sessions.lock_live(user_id, context.now)
    if all(session.id != current for session in sessions):
        raise InvalidToken
    return sessions


log_out: Final = UseCase(Permission.RUN_PLATFORM, _log_out)
end_session: Final = UseCase(
    Permission.MANAGE_SESSIONS,
    _end,
    lambda command, _: Subject("session", command.session_id),
    audited_as="session.end",
    raises=(InvalidToken, SessionNotFound),
)
end_other_sessions: Final = UseCase(
    Permission.MANAGE_SESSIONS, _end_others, audited_as="session.end_others", raises=(InvalidToken,)
)
