"""Accounts, sessions, sign-in attempts and calendar links in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from booking_domain.identity.calendar_links import DIGEST_BYTES, CalendarLink, CalendarLinkReads, CalendarLinks
from booking_domain.identity.errors import EmailTaken, InvalidToken, PhoneTaken
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import (
    Holder,
    LoginHistory,
    LoginReads,
    SessionReads,
    Sessions,
    UserFilter,
    UserReads,
    Users,
)
from booking_domain.identity.sessions import Login, Session
from booking_domain.shared.actor import Role
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.shared.phones import is_found_by_part
from booking_domain.shared.session_holds import SessionHolds
from booking_domain.testing.identity.memory.credentials import locked_until
from booking_domain.testing.identity.memory.tables import CALENDAR_LINKS, LOGINS, SESSIONS, USERS
from booking_domain.testing.kit.tables import InMemory, Lookup, Repository, State


class MemoryUsers(Repository[UserId, User], Users):
    """The accounts of one database transaction."""

    table = USERS

    async def add(self, user: User) -> None:
        self._require_new_contacts(user)
        await super().add(user)

    async def active_role(self, user_id: UserId) -> Role | None:
        user = self._rows.get(user_id)
        return None if user is None or user.status is not UserStatus.ACTIVE else user.role

    async def by_login(self, login: str) -> User | None:
        return next((user for user in self._rows.values() if login in {user.email, user.phone}), None)

    async def lock_all(self, user_ids: Collection[UserId]) -> Sequence[User]:
        self._state.lock()
        return self._rows.page(lambda user: user.id in user_ids)

    async def save(self, user: User) -> None:
        self._state.require(USERS, user.id)
        self._require_new_contacts(user)
        self._rows.put(user)

    def _require_new_contacts(self, user: User) -> None:
        others = self._rows.where(lambda other: other.id != user.id)
        if user.email is not None and any(other.email == user.email for other in others):
            raise EmailTaken
        if user.phone is not None and any(other.phone == user.phone for other in others):
            raise PhoneTaken


class MemorySessions(Repository[SessionId, Session], Sessions):
    """The sessions of one database transaction."""

    table = SESSIONS

    async def lock_live(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        self._state.lock()
        return self._rows.page(lambda each: each.user_id == user_id and each.live(now))

    async def save(self, session: Session) -> None:
        self._state.require(SESSIONS, session.id)
        self._rows.put(session)


class MemorySessionHolds(InMemory, SessionHolds):
    """The sessions that one database transaction holds."""

    async def hold(self, user_id: UserId, session_id: SessionId, now: datetime) -> None:
        self._state.lock()
        session = self._state[SESSIONS].get(session_id)
        if session is None or session.user_id != user_id or not session.live(now):
            raise InvalidToken


class MemoryLoginHistory(Repository[LoginId, Login], LoginHistory):
    """The sign-in attempts of one database transaction."""

    table = LOGINS


class MemoryCalendarLinks(InMemory, CalendarLinks):
    """The calendar links of one database transaction."""

    async def save(self, link: CalendarLink) -> None:
        self._state[CALENDAR_LINKS].put(link)

    async def remove(self, user_id: UserId) -> bool:
        return self._state[CALENDAR_LINKS].pop(user_id, None) is not None

    async def remove_legacy(self, limit: int) -> Sequence[UserId]:
        links = self._state[CALENDAR_LINKS]
        found = links.page(lambda link: len(link.secret_digest) < DIGEST_BYTES, limit=limit)
        return [links.pop(link.user_id).user_id for link in found]


def users_like(state: State, criteria: UserFilter) -> Sequence[User]:
    """Return a page of accounts."""
    return state[USERS].page(
        lambda user: _matches(user, criteria) and _is_locked(state, user, criteria),
        criteria.after,
        criteria.limit,
        newest_first=True,
    )


def _is_locked(state: State, user: User, criteria: UserFilter) -> bool:
    if criteria.locked is None or criteria.now is None:
        return True
    return criteria.locked is (locked_until(state, user.id, criteria.now) is not None)


def _matches(user: User, criteria: UserFilter) -> bool:
    return (
        criteria.role in {None, user.role}
        and criteria.status in {None, user.status}
        and (criteria.text is None or _is_found_by(user, criteria.text, criteria.phone))
        and (criteria.created_from is None or criteria.created_from <= user.created_at)
        and (criteria.created_before is None or user.created_at < criteria.created_before)
    )


def _is_found_by(user: User, text: str, phone: str | None) -> bool:
    part = folded(text)
    named = part in folded(user.names) or part in folded(user.email or "")
    return named or (phone is not None and user.phone == phone) or is_found_by_part(user.phone, text)


class MemoryUserReads(Lookup[UserId, User], UserReads):
    """Committed accounts."""

    table = USERS

    async def by_login(self, login: str) -> User | None:
        return next((user for user in self._rows.values() if login in {user.email, user.phone}), None)

    async def to_erase(self, now: datetime, after: UserId | None, limit: int) -> Sequence[UserId]:
        due = self._rows.page(lambda user: user.erased_from is not None and user.erased_from <= now, after, limit)
        return [user.id for user in due]

    async def page(self, criteria: UserFilter) -> Sequence[User]:
        return users_like(self._state, criteria)


def reduced_access(before: State, after: State) -> frozenset[UserId]:
    """The accounts with a session that ended in a transaction, or with another status, role or locale after it."""
    if before[SESSIONS] == after[SESSIONS] and before[USERS] == after[USERS]:
        return frozenset()
    ended = {each.user_id for each in before[SESSIONS].values() if _has_ended(each, after[SESSIONS].get(each.id))}
    changed = {each.id for each in before[USERS].values() if _differs(each, after[USERS].get(each.id))}
    return frozenset(ended | changed)


def _has_ended(before: Session, after: Session | None) -> bool:
    return before.ended_at is None and (after is None or after.ended_at is not None)


def _differs(before: User, after: User | None) -> bool:
    return after is None or (before.status, before.role, before.locale) != (after.status, after.role, after.locale)


class MemorySessionReads(Lookup[SessionId, Session], SessionReads):
    """Committed sessions."""

    table = SESSIONS

    async def holder(self, session_id: SessionId, now: datetime) -> Holder | None:
        session = self._rows.get(session_id)
        if session is None or not session.live(now):
            return None
        user = self._state[USERS][session.user_id]
        return Holder(user.actor, session.expires_at, user.locale) if user.usable else None

    async def holders(self, session_ids: Collection[SessionId], now: datetime) -> Mapping[SessionId, Holder]:
        found = {session_id: await self.holder(session_id, now) for session_id in session_ids}
        return {session_id: holder for session_id, holder in found.items() if holder is not None}

    async def live(self, user_id: UserId, now: datetime, limit: int) -> Sequence[Session]:
        found = self._rows.where(lambda each: each.user_id == user_id and each.live(now))
        return sorted(found, key=lambda session: (session.last_used_at, session.id), reverse=True)[:limit]

    async def of_user(self, user_id: UserId, after: SessionId | None, limit: int) -> Sequence[Session]:
        return self._rows.page(lambda each: each.user_id == user_id, after, limit)


class MemoryLoginReads(InMemory, LoginReads):
    """Committed sign-in attempts."""

    async def of_user(self, user_id: UserId, after: LoginId | None, limit: int) -> Sequence[Login]:
        return self._state[LOGINS].page(lambda login: login.user_id == user_id, after, limit, newest_first=True)


class MemoryCalendarLinkReads(InMemory, CalendarLinkReads):
    """Committed calendar links."""

    async def of_user(self, user_id: UserId) -> CalendarLink | None:
        return self._state[CALENDAR_LINKS].get(user_id)

    async def user_of(self, secret_digest: bytes) -> UserId | None:
        links = self._state[CALENDAR_LINKS].values()
        return next((link.user_id for link in links if link.secret_digest == secret_digest), None)
