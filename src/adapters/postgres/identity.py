"""Accounts and sessions on PostgreSQL."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select, update

from adapters.postgres.statements import Statement
from adapters.postgres.tables import sessions, users
from adapters.postgres.work import Row, Work
from booking_domain.identity.model import Session, User, UserStatus
from booking_domain.identity.ports import Sessions, Users
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SessionId, UserId

_ADD_USER: Final = Statement(insert(users))
_USER: Final = Statement(select(users).where(users.c.id == bindparam("user_id")))
_USER_BY_LOGIN: Final = Statement(
    select(users).where(or_(users.c.email == bindparam("login"), users.c.phone == bindparam("login")))
)
_ADD_SESSION: Final = Statement(insert(sessions))
_LOCK_SESSION: Final = Statement(select(sessions).where(sessions.c.id == bindparam("session_id")).with_for_update())
_SAVE_SESSION: Final = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values({name: bindparam(name) for name in ("token_digest", "expires_at", "ended_at")})
)
_END_SESSIONS: Final = Statement(
    update(sessions)
    .where(
        sessions.c.user_id == bindparam("of_user"),
        sessions.c.ended_at.is_(None),
        sessions.c.id.is_distinct_from(bindparam("but")),
    )
    .values(ended_at=bindparam("now"))
)


def user_row(user: User) -> dict[str, Any]:
    """The row of an account."""
    return {
        "id": user.id,
        "email": user.email,
        "phone": user.phone,
        "name": user.name,
        "role": user.role.value,
        "status": user.status.value,
        "locale": user.locale,
        "time_zone": user.time_zone,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
        "email_verified_at": user.email_verified_at,
        "phone_verified_at": user.phone_verified_at,
    }


def user_of(row: Row) -> User:
    """The account of a row."""
    id_, email, phone, name, role, status, locale, time_zone, password_hash, created_at, *verified = row
    return User(
        id=UserId(id_),
        email=email,
        phone=phone,
        name=name,
        role=Role(role),
        status=UserStatus(status),
        locale=locale,
        time_zone=time_zone,
        password_hash=password_hash,
        created_at=created_at,
        email_verified_at=verified[0],
        phone_verified_at=verified[1],
    )


class PostgresUsers(Users):
    """`Users` in the table `users`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, user: User) -> None:
        await self._work.send(_ADD_USER, **user_row(user))
        await self._work.arrive()

    async def get(self, user_id: UserId) -> User | None:
        row = await self._work.one(_USER, user_id=user_id)
        return None if row is None else user_of(row)

    async def by_login(self, login: str) -> User | None:
        """The account with this e-mail address or phone number."""
        row = await self._work.one(_USER_BY_LOGIN, login=login)
        return None if row is None else user_of(row)


class PostgresSessions(Sessions):
    """`Sessions` in the table `sessions`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, session: Session) -> None:
        await self._work.send(
            _ADD_SESSION,
            id=session.id,
            user_id=session.user_id,
            token_digest=session.token_digest,
            created_at=session.created_at,
            expires_at=session.expires_at,
            ended_at=session.ended_at,
        )

    async def lock(self, session_id: SessionId) -> Session | None:
        row = await self._work.one(_LOCK_SESSION, session_id=session_id)
        if row is None:
            return None
        id_, user_id, token_digest, created_at, expires_at, ended_at = row
        return Session(
            id=SessionId(id_),
            user_id=UserId(user_id),
            token_digest=bytes(token_digest),
            created_at=created_at,
            expires_at=expires_at,
            ended_at=ended_at,
        )

    async def save(self, session: Session) -> None:
        await self._work.send(
            _SAVE_SESSION,
            session_id=session.id,
            token_digest=session.token_digest,
            expires_at=session.expires_at,
            ended_at=session.ended_at,
        )

    async def end_all(self, user_id: UserId, now: datetime, but: SessionId | None = None) -> None:
        await self._work.send(_END_SESSIONS, of_user=user_id, but=but, now=now)
