"""Accounts on PostgreSQL."""

from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select

from adapters.postgres.statements import Statement
from adapters.postgres.tables import users
from adapters.postgres.work import Row, Work
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import Users
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId

_ADD_USER: Final = Statement(insert(users))
_USER: Final = Statement(select(users).where(users.c.id == bindparam("user_id")))
_USER_BY_LOGIN: Final = Statement(
    select(users).where(or_(users.c.email == bindparam("login"), users.c.phone == bindparam("login")))
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
