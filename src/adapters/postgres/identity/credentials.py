"""Counters of wrong passwords on PostgreSQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Table,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import wrong_passwords, wrong_passwords_of_clients
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.passwords import (
    MOST_WRONG,
    MOST_WRONG_OF_STRANGERS,
    WRONG_PASSWORDS_EXPIRE_AFTER,
    CredentialReads,
    Credentials,
)
from booking_domain.shared.ids import UserId

_w: Final = wrong_passwords.c
_c: Final = wrong_passwords_of_clients.c
_MOST: Final = {wrong_passwords: MOST_WRONG_OF_STRANGERS, wrong_passwords_of_clients: MOST_WRONG}
_OF_STRANGERS: Final = _w.account == bindparam("account")
_OF_CLIENT: Final = and_(_c.account == bindparam("account"), _c.client == bindparam("client"))


def _count(table: Table) -> Statement:
    """Count in one statement: a concurrent attempt waits for this commit and then increments the committed count."""
    column = table.c
    forgotten = column.last_at <= bindparam("before")
    values: dict[str, object] = {key.name: bindparam(key.name) for key in table.primary_key.columns}
    first = insert(table).values(**values, times=1, last_at=bindparam("now"))
    return Statement(
        first.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={"times": case((forgotten, 1), else_=column.times + 1), "last_at": first.excluded.last_at},
            where=or_(column.times < _MOST[table], forgotten),
        ).returning(column.times)
    )


def _full(table: Table, of: ColumnElement[bool]) -> Statement:
    full = and_(of, table.c.times >= _MOST[table], table.c.last_at > bindparam("before"))
    return Statement(select(table.c.times).where(full))


_WRONG_OF_CLIENT: Final = _count(wrong_passwords_of_clients)
_WRONG_OF_STRANGERS: Final = _count(wrong_passwords)
_FULL_OF_CLIENT: Final = _full(wrong_passwords_of_clients, _OF_CLIENT)
_FULL_OF_STRANGERS: Final = _full(wrong_passwords, _OF_STRANGERS)
_RIGHT: Final = Statement(
    delete(wrong_passwords_of_clients).where(_OF_CLIENT, or_(_c.times < MOST_WRONG, _c.last_at <= bindparam("before")))
)
_counts: Final = union_all(
    *(select(table.c.account, table.c.last_at).where(table.c.times >= most) for table, most in _MOST.items())
).subquery()
LOCKED_ACCOUNTS: Final = select(_counts.c.account).where(_counts.c.last_at > bindparam("unlocked_before"))
"""The accounts that are locked for a client, or for all strangers."""
_LOCKS: Final = Statement(
    select(_counts.c.account, func.max(_counts.c.last_at))
    .where(
        _counts.c.account == any_(bindparam("accounts", type_=ARRAY(_w.account.type))),
        _counts.c.last_at > bindparam("unlocked_before"),
    )
    .group_by(_counts.c.account)
)
_UNLOCK: Final = tuple(Statement(delete(table).where(table.c.account == bindparam("account"))) for table in _MOST)
_FORGET: Final = tuple(Statement(delete(table).where(table.c.last_at <= bindparam("before"))) for table in _MOST)


class PostgresCredentials(WithWork, Credentials):
    """`Credentials` in the tables `wrong_passwords` and `wrong_passwords_of_clients`."""

    async def count_wrong_password(self, account: UUID, client: CountedClient, now: datetime) -> bool:
        when = {"now": now, "before": now - WRONG_PASSWORDS_EXPIRE_AFTER}
        if await self._work.one(_WRONG_OF_CLIENT, account=account, client=client.key, **when) is None:
            return False
        return client.known or await self._work.one(_WRONG_OF_STRANGERS, account=account, **when) is not None

    async def reset_wrong_passwords(self, account: UUID, client: CountedClient, now: datetime) -> bool:
        when = {"account": account, "before": now - WRONG_PASSWORDS_EXPIRE_AFTER}
        if not client.known and await self._work.one(_FULL_OF_STRANGERS, **when) is not None:
            return False
        await self._work.execute(_RIGHT, client=client.key, **when)  # waits for concurrent `count_wrong_password` calls
        return await self._work.one(_FULL_OF_CLIENT, client=client.key, **when) is None

    async def unlock(self, account: UUID) -> None:
        for statement in _UNLOCK:
            await self._work.execute(statement, account=account)

    async def remove_expired(self, now: datetime) -> None:
        for statement in _FORGET:
            await self._work.execute(statement, before=now - WRONG_PASSWORDS_EXPIRE_AFTER)


class PostgresCredentialReads(WithWork, CredentialReads):
    """`CredentialReads` of the tables `wrong_passwords` and `wrong_passwords_of_clients`."""

    async def locked(self, accounts: Collection[UserId], now: datetime) -> Mapping[UserId, datetime]:
        rows = await self._work.all(_LOCKS, accounts=list(accounts), unlocked_before=now - WRONG_PASSWORDS_EXPIRE_AFTER)
        return {UserId(account): last_at + WRONG_PASSWORDS_EXPIRE_AFTER for account, last_at in rows}
