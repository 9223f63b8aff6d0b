"""What users see of their own accounts and sessions, and admins of all accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.identity.code_history import CodeFilter, CodeHistoryReads, IssuedCode
from booking_domain.identity.errors import InvalidToken, UserNotFound
from booking_domain.identity.legal import AcceptanceReads, DocumentState, LegalDocuments, document_states
from booking_domain.identity.model import User
from booking_domain.identity.ports import LoginReads, SessionReads, UserFilter, UserReads
from booking_domain.identity.sessions import Login, Session
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.connections import NOT_CONNECTED, AccountConnections
from booking_domain.use_cases.platform.ports import Reads

MOST_SESSIONS: Final = 100
"""How many of an account's live sessions are listed."""


async def _get_own_account(actor: Actor, users: UserReads) -> User:
    """The actor's account. An access token outlives an account that is erased; then it is not valid any more."""
    return required(await users.get(actor.id), InvalidToken)


async def _get_own_live_account(
    actor: Actor, current: SessionId, users: UserReads, sessions: SessionReads, *, now: datetime
) -> User:
    """The actor's account, for a session that is live."""
    await _require_live(current, sessions, now)
    return await _get_own_account(actor, users)


async def _list_own_sessions(
    actor: Actor, current: SessionId, sessions: SessionReads, *, now: datetime
) -> Sequence[Session]:
    """The actor's live sessions, the last used first, at most `MOST_SESSIONS`; `current` must be live."""
    await _require_live(current, sessions, now)
    return await sessions.live(actor.id, now, MOST_SESSIONS)


async def _list_own_logins(
    actor: Actor,
    current: SessionId,
    sessions: SessionReads,
    logins: LoginReads,
    *,
    now: datetime,
    after: LoginId | None,
    limit: int,
) -> Sequence[Login]:
    """A page of the attempts to sign in to the actor's account, newest first; `current` must be live."""
    await _require_live(current, sessions, now)
    return await logins.of_user(actor.id, after, limit)


async def _require_live(current: SessionId, sessions: SessionReads, now: datetime) -> None:
    """Refuse an access token whose session has ended, as it is now: entry points may use what they read before."""
    session = await sessions.get(current)
    if session is None or not session.live(now):
        raise InvalidToken


@dataclass(frozen=True, slots=True)
class ManagedUser:
    """An account as admins see it."""

    user: User
    locked_until: datetime | None = None
    """When wrong passwords cease to lock it; None: they do not."""
    connections: AccountConnections = NOT_CONNECTED


async def managed_users(users: Sequence[User], reads: Reads, now: datetime) -> Sequence[ManagedUser]:
    """The accounts, which of them are locked, and what belongs to them."""
    ids = [user.id for user in users]
    locked, connections = await reads.credentials.locked(ids, now), await reads.connections.of_users(ids)
    return [ManagedUser(each, locked.get(each.id), connections.get(each.id, NOT_CONNECTED)) for each in users]


async def _list_users(actor: Actor, criteria: UserFilter, reads: Reads, *, now: datetime) -> Sequence[ManagedUser]:
    """A page of accounts, newest first; for admins."""
    authorise(actor, Permission.SEE_USERS)
    return await managed_users(await reads.users.page(criteria), reads, now)


async def _get_user(actor: Actor, user_id: UserId, reads: Reads, *, now: datetime) -> ManagedUser:
    """One account; for admins."""
    (found,) = await managed_users([await _seen(actor, user_id, reads.users)], reads, now)
    return found


async def _seen(actor: Actor, user_id: UserId, users: UserReads) -> User:
    authorise(actor, Permission.SEE_USERS)
    return required(await users.get(user_id), UserNotFound)


async def _list_codes(actor: Actor, criteria: CodeFilter, history: CodeHistoryReads) -> Sequence[IssuedCode]:
    """A page of the one-time codes that were issued, newest first; for admins."""
    authorise(actor, Permission.SEE_USERS)
    return await history.page(criteria)


async def _list_sessions_of_user(
    actor: Actor, user_id: UserId, users: UserReads, sessions: SessionReads, *, now: datetime
) -> Sequence[Session]:
    """An account's live sessions, the last used first, at most `MOST_SESSIONS`; for admins."""
    user = await _seen(actor, user_id, users)
    return await sessions.live(user.id, now, MOST_SESSIONS)


async def _list_logins_of_user(
    actor: Actor, user_id: UserId, users: UserReads, logins: LoginReads, *, after: LoginId | None, limit: int
) -> Sequence[Login]:
    """A page of the attempts to sign in to an account, newest first; for admins."""
    user = await _seen(actor, user_id, users)
    return await logins.of_user(user.id, after, limit)


async def _list_documents_of_user(
    actor: Actor, user_id: UserId, users: UserReads, current: LegalDocuments, acceptances: AcceptanceReads
) -> Sequence[DocumentState]:
    """The legal documents, and which versions of them an account has accepted; for admins."""
    user = await _seen(actor, user_id, users)
    return document_states(current, await acceptances.of_user(user.id))


get_own_account: Final = Query(_get_own_account, (InvalidToken,))
get_own_live_account: Final = Query(_get_own_live_account, (InvalidToken,))
list_own_sessions: Final = Query(_list_own_sessions, (InvalidToken,))
list_own_logins: Final = Query(_list_own_logins, (InvalidToken,))
list_users: Final = Query(_list_users, (NotPermitted,))
get_user: Final = Query(_get_user, (NotPermitted, UserNotFound))
list_codes: Final = Query(_list_codes, (NotPermitted,))
list_sessions_of_user: Final = Query(_list_sessions_of_user, (NotPermitted, UserNotFound))
list_logins_of_user: Final = Query(_list_logins_of_user, (NotPermitted, UserNotFound))
list_documents_of_user: Final = Query(_list_documents_of_user, (NotPermitted, UserNotFound))
