"""Counters of wrong passwords on PostgreSQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, and_, any_, bindparam, case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import wrong_passwords
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.passwords import MOST_WRONG, WRONG_PASSWORDS_EXPIRE_AFTER, CredentialReads, Credentials
from booking_domain.shared.ids import UserId

_w: Final = wrong_passwords.c
_forgotten: Final = _w.last_at <= bindparam("before")
_first: Final = insert(wrong_passwords).values(account=bindparam("account"), times=1, last_at=bindparam("now"))
# One statement: a concurrent attempt waits for this commit and then increments the committed count.
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
LOCKED: Final = and_(_w.times >= MOST_WRONG, _w.last_at > bindparam("unlocked_before"))
"""The condition that a count locks its account."""
_LOCKS: Final = Statement(
    select(_w.account, _w.last_at).where(
        _w.account == any_(bindparam("accounts", type_=ARRAY(_w.account.type))), LOCKED
    )
)
_UNLOCK: Final = Statement(delete(wrong_passwords).where(_OF_ACCOUNT))
_FORGET: Final = Statement(delete(wrong_passwords).where(_forgotten))


class PostgresCredentials(WithWork, Credentials):
    """`Credentials` in the table `wrong_passwords`."""

    async def count_wrong_password(self, account: UUID, now: datetime) -> bool:
        row = await self._work.one(_WRONG, account=account, now=now, before=now - WRONG_PASSWORDS_EXPIRE_AFTER)
        return row is not None

    async def reset_wrong_passwords(self, account: UUID, now: datetime) -> bool:
        before = now - WRONG_PASSWORDS_EXPIRE_AFTER
        await self._work.execute(
            _RIGHT, account=account, before=before
        )  # waits for concurrent `count_wrong_password` calls
        return await self._work.one(_LOCKED, account=account, before=before) is None

    async def unlock(self, account: UUID) -> None:
        await self._work.execute(_UNLOCK, account=account)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - WRONG_PASSWORDS_EXPIRE_AFTER)


class PostgresCredentialReads(WithWork, CredentialReads):
    """`CredentialReads` of the table `wrong_passwords`."""

    async def locked(self, accounts: Collection[UserId], now: datetime) -> Mapping[UserId, datetime]:
        rows = await self._work.all(_LOCKS, accounts=list(accounts), unlocked_before=now - WRONG_PASSWORDS_EXPIRE_AFTER)
        return {UserId(account): last_at + WRONG_PASSWORDS_EXPIRE_AFTER for account, last_at in rows}
