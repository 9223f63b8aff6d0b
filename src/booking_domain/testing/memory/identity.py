"""Accounts, sessions and links to calendars in memory."""

from dataclasses import replace
from datetime import datetime

from booking_domain.identity.calendar_links import CalendarLink, CalendarLinks
from booking_domain.identity.errors import EmailTaken, PhoneTaken
from booking_domain.identity.model import Session, User
from booking_domain.identity.ports import Sessions, Users
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.memory.state import MissingRow, State


class MemoryUsers(Users):
    """The accounts of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, user: User) -> None:
        for other in self._state.users.values():
            if user.email is not None and other.email == user.email:
                raise EmailTaken
            if user.phone is not None and other.phone == user.phone:
                raise PhoneTaken
        self._state.users[user.id] = user

    async def get(self, user_id: UserId) -> User | None:
        return self._state.users.get(user_id)


class MemorySessions(Sessions):
    """The sessions of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, session: Session) -> None:
        self._state.require_user(session.user_id)
        self._state.sessions[session.id] = session

    async def lock(self, session_id: SessionId) -> Session | None:
        return self._state.sessions.get(session_id)

    async def save(self, session: Session) -> None:
        if session.id not in self._state.sessions:
            raise MissingRow(f"there is no session {session.id}")
        self._state.sessions[session.id] = session

    async def end_all(self, user_id: UserId, now: datetime, but: SessionId | None = None) -> None:
        for session in tuple(self._state.sessions.values()):
            if session.user_id == user_id and session.ended_at is None and session.id != but:
                self._state.sessions[session.id] = replace(session, ended_at=now)


class MemoryCalendarLinks(CalendarLinks):
    """The links of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def save(self, link: CalendarLink) -> None:
        self._state.require_user(link.user_id)
        self._state.calendar_links[link.user_id] = link

    async def remove(self, user_id: UserId) -> None:
        self._state.calendar_links.pop(user_id, None)
