"""Loyalty accounts on PostgreSQL: an account is a row with its lots, and its entries are rows that never change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.advisory_locks import lock_key
from adapters.postgres.kit.codec import Converted, Mapper, known
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given, of_seller
from adapters.postgres.kit.work import WithWork
from booking_domain.loyalty.lots import (
    OF_VISITS,
    Issuer,
    Lot,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    LoyaltyEntryId,
    LoyaltyEntryKind,
)
from booking_domain.loyalty.ports import (
    LoyaltyAccounts,
    LoyaltyProgrammeFilter,
    LoyaltyProgrammeReads,
    LoyaltyProgrammes,
    LoyaltyReads,
    ReferralReads,
    Referrals,
)
from booking_domain.loyalty.programmes import LoyaltyProgramme, LoyaltyProgrammeId
from booking_domain.loyalty.referrals import Referral
from booking_domain.loyalty.rewards import Reward
from booking_domain.loyalty.tiers import LoyaltyTier
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, ServiceId, UserId

_STAYS: Final = Kept("points neither reach nor act for the account")
loyalty_accounts: Final = Table(
    "loyalty_accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("provider_id", Uuid, ForeignKey("providers.id"), index=True),
    # Without a reference: a salon can be deleted. Neither: the platform's points.
    Column("salon_id", Uuid),
    # What is left, the first to expire first.
    Column("lots", JSONB, nullable=False),
    Column("debt", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    instant("next_expiry", nullable=True),
    # The customer was told of what expires until then, and is told of what expires later at `warn_at`.
    instant("warned_until", nullable=True),
    instant("warn_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("debt >= 0 AND (debt = 0 OR lots = '[]')", name="debt"),
    CheckConstraint("reserved >= 0", name="reserved"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) <= 1", name="issuer"),
    Index(
        "loyalty_accounts_issuer_key",
        "user_id",
        "provider_id",
        "salon_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("loyalty_accounts_next_expiry_idx", "next_expiry", postgresql_where=text("next_expiry IS NOT NULL")),
    Index("loyalty_accounts_warn_at_idx", "warn_at", postgresql_where=text("warn_at IS NOT NULL")),
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

loyalty_programmes: Final = Table(
    "loyalty_programmes",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Neither: the platform's.
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    Column("salon_id", Uuid),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("per_amount", BigInteger, nullable=False),
    Column("min_amount", BigInteger, nullable=False),
    Column("most_points", BigInteger),
    Column("excluded_service_ids", ARRAY(Uuid), nullable=False),
    Column("review_points", BigInteger, nullable=False),
    Column("point_value", BigInteger, nullable=False),
    Column("expires_after_months", SmallInteger),
    Column("active_after_days", SmallInteger, nullable=False),
    Column("referrer_points", BigInteger, nullable=False, server_default=text("0")),
    Column("referred_points", BigInteger, nullable=False, server_default=text("0")),
    Column("most_referrals", Integer),
    Column("tiers", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("tier_grace_days", SmallInteger, nullable=False, server_default=text("0")),
    Column("rewards", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    instant("started_at"),
    instant("ended_at", nullable=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("num_nonnulls(provider_id, salon_id) <= 1", name="issuer"),
    Index("loyalty_programmes_provider_id_id_idx", "provider_id", "id"),
    Index("loyalty_programmes_salon_id_id_idx", "salon_id", "id"),
    Index(
        "loyalty_programmes_running_key",
        "provider_id",
        "salon_id",
        "currency",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    info=personal_data(
        "provider_id",
        erase=Kept("points were earned by its rules; its provider's profile is gone, so nobody earns any more"),
        handover=Kept("an offer of the profile, which its new owner can end"),
        export=NotExported("`GET /loyalty/programmes` shows them"),
    ),
)

referrals: Final = Table(
    "referrals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, unique=True),
    Column("referral_code", Text, nullable=False, unique=True),
    # Without a reference: the referrer may be erased.
    Column("referrer_id", Uuid),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    instant("rewarded_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    Index("referrals_referrer_id_rewarded_at_idx", "referrer_id", "rewarded_at"),
    info=personal_data("user_id", erase=DELETE, handover=_STAYS, export="referral"),
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


def _tiers_json(tiers: Iterable[LoyaltyTier]) -> Jsonb:
    return Jsonb([{"name": each.name, "from_points": each.from_points, "percent": each.percent} for each in tiers])


def _tiers_of(rows: list[dict[str, Any]]) -> tuple[LoyaltyTier, ...]:
    return tuple(LoyaltyTier(**known(LoyaltyTier, row)) for row in rows)


def _rewards_json(rewards: Iterable[Reward]) -> Jsonb:
    return Jsonb(
        [
            {"name": each.name, "points": each.points, "service_ids": [str(one) for one in each.service_ids]}
            for each in rewards
        ]
    )


def _rewards_of(rows: list[dict[str, Any]]) -> tuple[Reward, ...]:
    return tuple(
        Reward(
            name=row["name"],
            points=row["points"],
            service_ids=tuple(ServiceId(UUID(each)) for each in row["service_ids"]),
        )
        for row in rows
    )


_LOTS: Final = Converted("lots", write=_lots_json, read=_lots_of)
ACCOUNT: Final = Mapper(loyalty_accounts, LoyaltyAccount, lots=_LOTS)
ENTRY: Final = Mapper(loyalty_entries, LoyaltyEntry, lots=_LOTS)
PROGRAMME: Final = Mapper(
    loyalty_programmes,
    LoyaltyProgramme,
    tiers=Converted("tiers", write=_tiers_json, read=_tiers_of),
    rewards=Converted("rewards", write=_rewards_json, read=_rewards_of),
    changes=("ended_at", "version"),
)
REFERRAL: Final = Mapper(referrals, Referral)
_r: Final = referrals.c
_p: Final = loyalty_programmes.c
_a: Final = loyalty_accounts.c
_e: Final = loyalty_entries.c


def _of_issuer(provider_id: ColumnElement[Any], salon_id: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return (
        provider_id.is_not_distinct_from(bindparam("provider_id", type_=Uuid)),
        salon_id.is_not_distinct_from(bindparam("salon_id", type_=Uuid)),
    )


_OF_USER: Final[ColumnElement[bool]] = _a.user_id == bindparam("user_id")
_ONE: Final = Statement(
    select(*ACCOUNT.columns).where(_OF_USER, *_of_issuer(_a.provider_id, _a.salon_id)).with_for_update()
)
_LOCK: Final = Statement(select(*ACCOUNT.columns).where(_a.id == bindparam("account_id")).with_for_update())
_ADD_ENTRY: Final = ENTRY.insert()
_ENTRY_OF: Final = Statement(
    select(*ENTRY.columns).where(_e.account_id == bindparam("account_id"), _e.cause == bindparam("cause"))
)
_OF_BOOKING: Final = Statement(
    select(*ENTRY.columns)
    .where(_e.account_id == bindparam("account_id"), _e.booking_id == bindparam("booking_id"))
    .order_by(_e.id)
)
_QUALIFIES: Final = and_(
    or_(_e.kind == LoyaltyEntryKind.EARNED.value, _e.kind == LoyaltyEntryKind.RECLAIMED.value),
    func.starts_with(_e.cause, OF_VISITS),
    _e.at > bindparam("since", type_=_e.at.type),
)
_QUALIFYING: Final = Statement(
    select(*ENTRY.columns)
    .where(
        _e.account_id == bindparam("account_id"),
        _QUALIFIES,
        _e.at <= bindparam("until", type_=_e.at.type),
    )
    .order_by(_e.id)
)
_QUALIFYING_OF_USER: Final = Statement(
    select(*ENTRY.columns).join(loyalty_accounts, _a.id == _e.account_id).where(_OF_USER, _QUALIFIES).order_by(_e.id)
)
_ALL: Final = Statement(select(*ACCOUNT.columns).where(_OF_USER).order_by(_a.id))
_GET: Final = Statement(select(*ACCOUNT.columns).where(_a.id == bindparam("account_id")))


def _due(at: ColumnElement[Any]) -> Statement:
    return Statement(
        select(_a.id)
        .where(at <= bindparam("now", type_=_a.created_at.type))
        .order_by(at, _a.id)
        .limit(bindparam("most"))
    )


_TO_EXPIRE: Final = _due(_a.next_expiry)
_TO_WARN: Final = _due(_a.warn_at)
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


_GET_PROGRAMME: Final = Statement(select(*PROGRAMME.columns).where(_p.id == bindparam("programme_id")))
_RUNNING: Final = Statement(
    select(*PROGRAMME.columns).where(
        *_of_issuer(_p.provider_id, _p.salon_id), _p.currency == bindparam("currency"), _p.ended_at.is_(None)
    )
)
_AT: Final = bindparam("at", type_=_p.started_at.type)
_FOR_PROVIDER: Final = Statement(
    select(*PROGRAMME.columns)
    .join(providers, providers.c.id == bindparam("for_provider", type_=_p.provider_id.type))
    .where(
        or_(
            _p.provider_id == providers.c.id,
            _p.salon_id == providers.c.salon_id,
            _p.provider_id.is_(None) & _p.salon_id.is_(None),
        ),
        _p.currency == bindparam("currency"),
        _p.started_at <= _AT,
        or_(_p.ended_at.is_(None), _p.ended_at > _AT),
    )
    .order_by(_p.id)
)
_PROGRAMMES: Final = Statement(
    select(*PROGRAMME.columns)
    .where(
        *of_seller(_p),
        if_given("after", _p.id, _p.id < bindparam("after", type_=_p.id.type)),
    )
    .order_by(_p.id.desc())
    .limit(bindparam("most"))
)
_RUNNING_OF: Final = Statement(
    select(*PROGRAMME.columns)
    .where(
        _p.ended_at.is_(None),
        or_(
            _p.provider_id == func.any(bindparam("provider_ids", type_=ARRAY(Uuid))),
            _p.salon_id == func.any(bindparam("salon_ids", type_=ARRAY(Uuid))),
            bindparam("of_platform", type_=Boolean) & _p.provider_id.is_(None) & _p.salon_id.is_(None),
        ),
    )
    .order_by(_p.id)
)


class PostgresLoyaltyAccounts(VersionedRows[LoyaltyAccount], LoyaltyAccounts):
    """`LoyaltyAccounts` in the tables `loyalty_accounts` and `loyalty_entries`."""

    rows = Rows(ACCOUNT, "the loyalty account")

    async def lock(self, account_id: LoyaltyAccountId) -> LoyaltyAccount | None:
        return await self._work.first(ACCOUNT.read, _LOCK, account_id=account_id)

    async def lock_of(self, user_id: UserId, issuer: Issuer) -> LoyaltyAccount | None:
        await lock_key(self._work, f"loyalty of {user_id} with {issuer.provider_id or issuer.salon_id}")
        return await self._work.first(
            ACCOUNT.read, _ONE, user_id=user_id, provider_id=issuer.provider_id, salon_id=issuer.salon_id
        )

    async def add_entry(self, entry: LoyaltyEntry) -> None:
        await self._work.execute(_ADD_ENTRY, **ENTRY.write(entry))

    async def of_booking(self, account_id: LoyaltyAccountId, booking_id: BookingId) -> Sequence[LoyaltyEntry]:
        return await self._work.each(ENTRY.read, _OF_BOOKING, account_id=account_id, booking_id=booking_id)

    async def qualifying(
        self, account_id: LoyaltyAccountId, since: datetime, until: datetime
    ) -> Sequence[LoyaltyEntry]:
        return await self._work.each(ENTRY.read, _QUALIFYING, account_id=account_id, since=since, until=until)

    async def entry_of(self, account_id: LoyaltyAccountId, cause: str) -> LoyaltyEntry | None:
        return await self._work.first(ENTRY.read, _ENTRY_OF, account_id=account_id, cause=cause)


_REFERRAL_OF: Final = Statement(select(*REFERRAL.columns).where(_r.user_id == bindparam("user_id")))
_BY_CODE: Final = Statement(select(*REFERRAL.columns).where(_r.referral_code == bindparam("referral_code")))
_above: Final = select(_r.referrer_id).where(_r.user_id == bindparam("user_id")).cte("above", recursive=True)
_ABOVE: Final = _above.union(  # without repetition, so that it ends
    select(_r.referrer_id).where(_r.user_id == _above.c.referrer_id)
)
_HAS_BROUGHT: Final = Statement(
    select(exists().where(_ABOVE.c.referrer_id == bindparam("referrer_id", type_=_r.user_id.type)))
)
_REWARDED: Final = Statement(
    select(func.count()).where(
        _r.referrer_id == bindparam("referrer_id"), _r.rewarded_at > bindparam("since", type_=_r.created_at.type)
    )
)


class _Rewarded(WithWork):
    async def count_rewarded(self, referrer_id: UserId, since: datetime) -> int:
        row = await self._work.one(_REWARDED, referrer_id=referrer_id, since=since)
        assert row is not None  # noqa: S101 - a count always returns a row
        return int(row[0])


class PostgresReferrals(VersionedRows[Referral], _Rewarded, Referrals):
    """`Referrals` in the table `referrals`."""

    rows = Rows(REFERRAL, "the referral")

    async def lock_of(self, user_id: UserId) -> Referral | None:
        await lock_key(self._work, f"referral of {user_id}")
        return await self._work.first(REFERRAL.read, _REFERRAL_OF, user_id=user_id)

    async def by_code(self, referral_code: str) -> Referral | None:
        return await self._work.first(REFERRAL.read, _BY_CODE, referral_code=referral_code)

    async def has_brought(self, referrer_id: UserId, user_id: UserId) -> bool:
        row = await self._work.one(_HAS_BROUGHT, referrer_id=referrer_id, user_id=user_id)
        return row is not None and bool(row[0])


class PostgresReferralReads(_Rewarded, ReferralReads):
    """`ReferralReads` of the same table."""

    async def of_user(self, user_id: UserId) -> Referral | None:
        return await self._work.first(REFERRAL.read, _REFERRAL_OF, user_id=user_id)


class PostgresLoyaltyProgrammes(VersionedRows[LoyaltyProgramme], LoyaltyProgrammes):
    """`LoyaltyProgrammes` in the table `loyalty_programmes`."""

    rows = Rows(PROGRAMME, "the loyalty programme")

    async def get(self, programme_id: LoyaltyProgrammeId) -> LoyaltyProgramme | None:
        return await self._work.first(PROGRAMME.read, _GET_PROGRAMME, programme_id=programme_id)

    async def running(self, issuer: Issuer, currency: str) -> LoyaltyProgramme | None:
        return await self._work.first(
            PROGRAMME.read,
            _RUNNING,
            provider_id=issuer.provider_id,
            salon_id=issuer.salon_id,
            currency=currency,
        )

    async def for_provider(self, provider_id: ProviderId, currency: str, at: datetime) -> Sequence[LoyaltyProgramme]:
        return await self._work.each(PROGRAMME.read, _FOR_PROVIDER, for_provider=provider_id, currency=currency, at=at)


class PostgresLoyaltyProgrammeReads(WithWork, LoyaltyProgrammeReads):
    """`LoyaltyProgrammeReads` of the same table."""

    async def page(self, criteria: LoyaltyProgrammeFilter) -> Sequence[LoyaltyProgramme]:
        return await self._work.each(
            PROGRAMME.read,
            _PROGRAMMES,
            provider_id=criteria.provider_id,
            salon_ids=None if criteria.salon_ids is None else list(criteria.salon_ids),
            after=criteria.after,
            most=criteria.limit,
        )

    async def running_of(self, issuers: Sequence[Issuer]) -> Sequence[LoyaltyProgramme]:
        return await self._work.each(
            PROGRAMME.read,
            _RUNNING_OF,
            provider_ids=[each.provider_id for each in issuers if each.provider_id is not None],
            salon_ids=[each.salon_id for each in issuers if each.salon_id is not None],
            of_platform=Issuer() in issuers,
        )


class PostgresLoyaltyReads(WithWork, LoyaltyReads):
    """`LoyaltyReads` of the same tables."""

    async def get(self, account_id: LoyaltyAccountId) -> LoyaltyAccount | None:
        return await self._work.first(ACCOUNT.read, _GET, account_id=account_id)

    async def qualifying(self, user_id: UserId, since: datetime) -> Sequence[LoyaltyEntry]:
        return await self._work.each(ENTRY.read, _QUALIFYING_OF_USER, user_id=user_id, since=since)

    async def to_expire(self, now: datetime, limit: int) -> Sequence[LoyaltyAccountId]:
        return await self._work.each(lambda row: LoyaltyAccountId(row[0]), _TO_EXPIRE, now=now, most=limit)

    async def to_warn(self, now: datetime, limit: int) -> Sequence[LoyaltyAccountId]:
        return await self._work.each(lambda row: LoyaltyAccountId(row[0]), _TO_WARN, now=now, most=limit)

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
    tables=(loyalty_accounts, loyalty_entries, loyalty_programmes, referrals),
    conflicts={
        "loyalty_entries_account_id_cause_key": lambda: ConcurrentChange(what="the loyalty account"),
        "referrals_referral_code_key": lambda: ConcurrentChange(what="the referral"),
        "loyalty_programmes_running_key": lambda: ConcurrentChange(what="the loyalty programme"),
    },
)


class LoyaltyRepositories(RepositoryGroup):
    """The repositories of this context."""

    loyalty_accounts = part(PostgresLoyaltyAccounts)
    loyalty_programmes = part(PostgresLoyaltyProgrammes)
    referrals = part(PostgresReferrals)


class LoyaltyReadGroup(ReadGroup):
    """The reads of this context."""

    loyalty = part(PostgresLoyaltyReads)
    loyalty_programmes = part(PostgresLoyaltyProgrammeReads)
    referrals = part(PostgresReferralReads)
