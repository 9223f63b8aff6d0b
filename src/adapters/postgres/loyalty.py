"""Loyalty accounts on PostgreSQL: an account is a row with its lots, and its entries are rows that never change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.kit.advisory_locks import lock_key
from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, Kept, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.loyalty.lots import (
    Lot,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    LoyaltyEntryId,
    LoyaltyEntryKind,
)
from booking_domain.loyalty.ports import LoyaltyAccounts, LoyaltyReads
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, UserId

_STAYS: Final = Kept("points neither reach nor act for the account")
loyalty_accounts: Final = Table(
    "loyalty_accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    # Null: the platform's points.
    Column("provider_id", Uuid, ForeignKey("providers.id"), index=True),
    # What is left, the first to expire first.
    Column("lots", JSONB, nullable=False),
    Column("debt", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    instant("next_expiry", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("debt >= 0 AND (debt = 0 OR lots = '[]')", name="debt"),
    CheckConstraint("reserved >= 0", name="reserved"),
    UniqueConstraint("user_id", "provider_id"),
    Index("loyalty_accounts_platform_key", "user_id", unique=True, postgresql_where=text("provider_id IS NULL")),
    info=personal_data("user_id", erase=DELETE, handover=_STAYS, export="loyalty_accounts"),
)
loyalty_entries: Final = Table(
    "loyalty_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("loyalty_accounts.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # An account has one entry of each cause.
    Column("cause", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    # What it took of which lots.
    Column("lots", JSONB, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    Column("reason", Text),
    instant("at"),
    one_of("kind", LoyaltyEntryKind),
    UniqueConstraint("account_id", "cause"),
    Index("loyalty_entries_account_id_id_idx", "account_id", "id"),
    info=personal_data("account_id", erase=DELETE, handover=_STAYS, export="loyalty_entries"),
)


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _lots_json(lots: Iterable[Lot]) -> Jsonb:
    return Jsonb(
        [
            {
                "cause": lot.cause,
                "points": lot.points,
                "active_from": lot.active_from.isoformat(),
                "expires_at": None if lot.expires_at is None else lot.expires_at.isoformat(),
            }
            for lot in lots
        ]
    )


def _lots_of(rows: list[dict[str, Any]]) -> tuple[Lot, ...]:
    return tuple(
        Lot(
            cause=row["cause"],
            points=row["points"],
            active_from=datetime.fromisoformat(row["active_from"]),
            expires_at=_moment(row["expires_at"]),
        )
        for row in rows
    )


_LOTS: Final = Converted("lots", write=_lots_json, read=_lots_of)
ACCOUNT: Final = Mapper(loyalty_accounts, LoyaltyAccount, lots=_LOTS)
ENTRY: Final = Mapper(loyalty_entries, LoyaltyEntry, lots=_LOTS)
_a: Final = loyalty_accounts.c
_e: Final = loyalty_entries.c
_provider: Final = bindparam("provider_id", type_=_a.provider_id.type)
_OF_USER: Final[ColumnElement[bool]] = _a.user_id == bindparam("user_id")
_ONE: Final = Statement(
    select(*ACCOUNT.columns)
    .where(_OF_USER, or_(_a.provider_id == _provider, _a.provider_id.is_(None) & _provider.is_(None)))
    .with_for_update()
)
_ADD_ENTRY: Final = ENTRY.insert()
_ENTRY_OF: Final = Statement(
    select(*ENTRY.columns).where(_e.account_id == bindparam("account_id"), _e.cause == bindparam("cause"))
)
_OF_BOOKING: Final = Statement(
    select(*ENTRY.columns)
    .where(_e.account_id == bindparam("account_id"), _e.booking_id == bindparam("booking_id"))
    .order_by(_e.id)
)
_ALL: Final = Statement(select(*ACCOUNT.columns).where(_OF_USER).order_by(_a.id))
_ENTRIES: Final = Statement(
    select(*ENTRY.columns)
    .join(loyalty_accounts, _a.id == _e.account_id)
    .where(
        _OF_USER,
        if_given("account_id", _e.account_id, _e.account_id == bindparam("account_id", type_=_e.id.type)),
        if_given("after", _e.id, _e.id < bindparam("after", type_=_e.id.type)),
    )
    .order_by(_e.id.desc())
    .limit(bindparam("most"))
)


class PostgresLoyaltyAccounts(VersionedRows[LoyaltyAccount], LoyaltyAccounts):
    """`LoyaltyAccounts` in the tables `loyalty_accounts` and `loyalty_entries`."""

    rows = Rows(ACCOUNT, "the loyalty account")

    async def lock_of(self, user_id: UserId, provider_id: ProviderId | None) -> LoyaltyAccount | None:
        await lock_key(self._work, f"loyalty of {user_id} with {provider_id}")
        return await self._work.first(ACCOUNT.read, _ONE, user_id=user_id, provider_id=provider_id)

    async def add_entry(self, entry: LoyaltyEntry) -> None:
        await self._work.execute(_ADD_ENTRY, **ENTRY.write(entry))

    async def of_booking(self, account_id: LoyaltyAccountId, booking_id: BookingId) -> Sequence[LoyaltyEntry]:
        return await self._work.each(ENTRY.read, _OF_BOOKING, account_id=account_id, booking_id=booking_id)

    async def entry_of(self, account_id: LoyaltyAccountId, cause: str) -> LoyaltyEntry | None:
        return await self._work.first(ENTRY.read, _ENTRY_OF, account_id=account_id, cause=cause)


class PostgresLoyaltyReads(WithWork, LoyaltyReads):
    """`LoyaltyReads` of the same tables."""

    async def of_user(self, user_id: UserId) -> Sequence[LoyaltyAccount]:
        return await self._work.each(ACCOUNT.read, _ALL, user_id=user_id)

    async def entries(
        self,
        user_id: UserId,
        account_id: LoyaltyAccountId | None,
        after: LoyaltyEntryId | None,
        limit: int,
    ) -> Sequence[LoyaltyEntry]:
        return await self._work.each(
            ENTRY.read, _ENTRIES, user_id=user_id, account_id=account_id, after=after, most=limit
        )


CONTEXT: Final = PostgresContext(
    tables=(loyalty_accounts, loyalty_entries),
    conflicts={
        "loyalty_entries_account_id_cause_key": lambda: ConcurrentChange(what="the loyalty account"),
    },
)


class LoyaltyRepositories(RepositoryGroup):
    """The repositories of this context."""

    loyalty_accounts = part(PostgresLoyaltyAccounts)


class LoyaltyReadGroup(ReadGroup):
    """The reads of this context."""

    loyalty = part(PostgresLoyaltyReads)
