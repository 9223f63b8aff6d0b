"""Accounts as admins look for them, on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Text, bindparam, func, or_, select

from adapters.postgres.identity import PHONE, user_of
from adapters.postgres.sealing import FieldCipher
from adapters.postgres.statements import Statement, if_given
from adapters.postgres.tables import users
from adapters.postgres.work import Work
from booking_domain.identity.model import User
from booking_domain.identity.ports import UserFilter

_u: Final = users.c
_BEGINNING: Final = func.lower(bindparam("text", type_=Text()))


_PAGE: Final = Statement(
    select(users)
    .where(
        if_given("role", _u.role, _u.role == bindparam("role")),
        if_given("status", _u.status, _u.status == bindparam("status")),
        or_(
            bindparam("text", type_=Text()).is_(None),
            func.starts_with(func.lower(_u.name), _BEGINNING),
            func.starts_with(_u.email, _BEGINNING),
            _u.phone_index == bindparam("phone_index"),
        ),
        if_given("created_from", _u.created_at, _u.created_at >= bindparam("created_from")),
        if_given("created_before", _u.created_at, _u.created_at < bindparam("created_before")),
        if_given("after", _u.id, _u.id < bindparam("after")),
    )
    .order_by(_u.id.desc())
    .limit(bindparam("most"))
)


async def users_like(work: Work, chosen: UserFilter, cipher: FieldCipher) -> Sequence[User]:
    """A page of accounts."""
    rows = await work.all(
        _PAGE,
        role=None if chosen.role is None else chosen.role.value,
        status=None if chosen.status is None else chosen.status.value,
        text=chosen.text,
        phone_index=None if chosen.phone is None else cipher.index(chosen.phone, field=PHONE),
        created_from=chosen.created_from,
        created_before=chosen.created_before,
        after=chosen.after,
        most=chosen.limit,
    )
    return [user_of(row, cipher) for row in rows]
