"""What accounts are proved by, and wrong passwords, on PostgreSQL."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity import user_of
from adapters.postgres.statements import Statement
from adapters.postgres.tables import users, wrong_passwords
from adapters.postgres.work import Work
from booking_domain.identity.model import User
from booking_domain.identity.passwords import FORGOTTEN_AFTER, MOST_WRONG, Credentials
from booking_domain.shared.ids import UserId

_w: Final = wrong_passwords.c
# FOR NO KEY UPDATE: rows that refer to the account can be added meanwhile.
_LOCK: Final = Statement(select(users).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True))
_SAVE: Final = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(
        {
            "password_hash": bindparam("new_hash"),
            "email_verified_at": bindparam("by_email"),
            "phone_verified_at": bindparam("by_phone"),
        }
    )
)
_forgotten: Final = _w.last_at <= bindparam("before")
_first: Final = insert(wrong_passwords).values(account=bindparam("account"), times=1, last_at=bindparam("now"))
# One statement: whoever is second waits for the first one's commit, and then counts on from there.
_WRONG: Final = Statement(
    _first.on_conflict_do_update(
        index_elements=[_w.account],
        set_={"times": case((_forgotten, 1), else_=_w.times + 1), "last_at": _first.excluded.last_at},
        where=or_(_w.times < MOST_WRONG, _forgotten),
    ).returning(_w.times)
)
_OF_ACCOUNT: Final = _w.account == bindparam("account")
_RIGHT: Final = Statement(delete(wrong_passwords).where(_OF_ACCOUNT, or_(_w.times < MOST_WRONG, _forgotten)))
_LOCKED: Final = Statement(
    select(_w.times).where(_OF_ACCOUNT, _w.times >= MOST_WRONG, _w.last_at > bindparam("before"))
)
_UNLOCK: Final = Statement(delete(wrong_passwords).where(_OF_ACCOUNT))
_FORGET: Final = Statement(delete(wrong_passwords).where(_forgotten))


class PostgresCredentials(Credentials):
    """`Credentials` in the tables `users` and `wrong_passwords`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock(self, user_id: UserId) -> User | None:
        row = await self._work.one(_LOCK, user_id=user_id)
        return None if row is None else user_of(row)

    async def save(self, user: User) -> None:
        await self._work.send(
            _SAVE,
            user_id=user.id,
            new_hash=user.password_hash,
            by_email=user.email_verified_at,
            by_phone=user.phone_verified_at,
        )

    async def count_wrong(self, account: UUID, now: datetime) -> bool:
        row = await self._work.one(_WRONG, account=account, now=now, before=now - FORGOTTEN_AFTER)
        return row is not None

    async def count_right(self, account: UUID, now: datetime) -> bool:
        before = now - FORGOTTEN_AFTER
        await self._work.send(_RIGHT, account=account, before=before)  # waits for those who count wrong ones
        return await self._work.one(_LOCKED, account=account, before=before) is None

    async def unlock(self, account: UUID) -> None:
        await self._work.send(_UNLOCK, account=account)

    async def forget(self, now: datetime) -> None:
        await self._work.send(_FORGET, before=now - FORGOTTEN_AFTER)
