"""Promotions and their redemptions on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

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
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given, of_seller
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.bookings.promotion_ports import PromotionFilter, PromotionReads, Promotions, PromotionView
from booking_domain.bookings.promotions import (
    Promotion,
    PromotionCodeTaken,
    PromotionId,
    Redemption,
    RedemptionStatus,
    Use,
)
from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import BookingId, ProviderId, UserId

promotions: Final = Table(
    "promotions",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Neither: the platform's.
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    # Without a reference: a salon can be deleted, and nobody gets its promotions then.
    Column("salon_id", Uuid),
    Column("name", Text, nullable=False),
    # Null: it applies by itself.
    Column("promotion_code", Text),
    Column("currency", Text, nullable=False),
    Column("percent", SmallInteger),
    Column("amount", BigInteger),
    Column("most_amount", BigInteger),
    Column("first_visit", Boolean, nullable=False),
    Column("days", ARRAY(SmallInteger), nullable=False),
    Column("from_minute", SmallInteger, nullable=False),
    Column("until_minute", SmallInteger, nullable=False),
    Column("hours_before", Integer),
    Column("service_ids", ARRAY(Uuid), nullable=False),
    Column("most_redemptions", BigInteger),
    Column("most_total_amount", BigInteger),
    Column("most_per_customer", BigInteger),
    Column("combinable", Boolean, nullable=False),
    instant("starts_at"),
    instant("ends_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("num_nulls(percent, amount) = 1", name="what"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) <= 1", name="owner"),
    Index("promotions_provider_id_id_idx", "provider_id", "id"),
    Index("promotions_salon_id_id_idx", "salon_id", "id"),
    Index(
        "promotions_code_key",
        text("coalesce(provider_id, salon_id)"),
        "promotion_code",
        unique=True,
        postgresql_where=text("promotion_code IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    info=personal_data(
        "provider_id",
        erase=Kept("bookings name it; its provider's profile is gone, so nobody gets it any more"),
        handover=Kept("an offer of the profile, which its new owner can end"),
        export=NotExported("`GET /promotions` shows them"),
    ),
)
promotion_redemptions: Final = Table(
    "promotion_redemptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("promotion_id", Uuid, ForeignKey("promotions.id"), nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    instant("at"),
    one_of("status", RedemptionStatus),
    Index("promotion_redemptions_booking_id_promotion_id_key", "booking_id", "promotion_id", unique=True),
    Index("promotion_redemptions_promotion_id_idx", "promotion_id", postgresql_where=text("status = 'live'")),
    info=personal_data(
        "customer_id",
        erase=Kept("accounting"),
        handover=Kept("accounting"),
        export=NotExported("the bookings show their discounts"),
    ),
)
PROMOTION: Final = Mapper(
    promotions,
    Promotion,
    changes=("ends_at", "version"),
)
REDEMPTION: Final = Mapper(promotion_redemptions, Redemption, amount=Columns("amount", "currency"))
_p: Final = promotions.c
_r: Final = promotion_redemptions.c
_b: Final = bookings.c
_LIVE: Final = _r.status == RedemptionStatus.LIVE.value
_NOW: Final = bindparam("now", type_=_p.starts_at.type)


def _is_for(provider_id: ColumnElement[Any], salon_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(
        _p.provider_id == provider_id,
        _p.salon_id == salon_id,
        and_(_p.provider_id.is_(None), _p.salon_id.is_(None)),
    )


PROMOTES: Final = exists().where(
    _p.promotion_code.is_(None),
    _is_for(providers.c.id, providers.c.salon_id),
    or_(_p.ends_at.is_(None), _p.ends_at > func.now()),
)
"""Whether a row of `providers` has promotions that apply by themselves, and have not ended by the server's clock."""
_FOR_BOOKING: Final = Statement(
    select(*PROMOTION.columns)
    .join(providers, providers.c.id == bindparam("for_provider", type_=_p.provider_id.type))
    .where(
        _is_for(providers.c.id, providers.c.salon_id),
        or_(_p.promotion_code.is_(None), _p.promotion_code == func.any(bindparam("codes", type_=ARRAY(Text)))),
        _p.starts_at <= _NOW,
        or_(_p.ends_at.is_(None), _p.ends_at > _NOW),
    )
    .order_by(_p.id)
)
_LOCK: Final = Statement(
    select(*PROMOTION.columns)
    .where(_p.id == func.any(bindparam("promotion_ids", type_=ARRAY(Uuid))))
    .order_by(_p.id)
    .with_for_update()
)
_GET: Final = Statement(select(*PROMOTION.columns).where(_p.id == bindparam("promotion_id")))
_AMOUNT: Final = cast(func.coalesce(func.sum(_r.amount), 0), BigInteger)
_USE: Final = Statement(
    select(
        func.count(), _AMOUNT, func.count().filter(_r.customer_id == bindparam("customer_id", type_=_r.id.type))
    ).where(_r.promotion_id == bindparam("promotion_id"), _LIVE)
)
_ENDED: Final = (Status.CANCELLED.value, Status.EXPIRED.value)
_HAS_OTHER: Final = Statement(
    select(
        exists().where(
            _b.customer_id == bindparam("customer_id"),
            if_given("provider_id", _b.provider_id, _b.provider_id == bindparam("provider_id", type_=_b.id.type)),
            *(_b.status != status for status in _ENDED),
        )
    )
)
_REDEEM: Final = REDEMPTION.insert()
_COUNT: Final = Statement(
    update(promotion_redemptions)
    .where(_r.booking_id == bindparam("of_booking"))
    .values(status=bindparam("becomes", type_=_r.status.type))
)
_OF_BOOKING: Final = Statement(
    select(*REDEMPTION.columns).where(_r.booking_id == bindparam("booking_id")).order_by(_r.id)
)
_live: Final = (
    select(func.count().label("count"), _AMOUNT.label("amount")).where(_r.promotion_id == _p.id, _LIVE).lateral("used")
)
_PAGE: Final = Statement(
    select(*PROMOTION.columns, _live.c["count"], _live.c.amount)
    .select_from(promotions.join(_live, text("true")))
    .where(
        *of_seller(_p),
        if_given("after", _p.id, _p.id < bindparam("after", type_=_p.id.type)),
    )
    .order_by(_p.id.desc())
    .limit(bindparam("most"))
)


class PostgresPromotions(VersionedRows[Promotion], Promotions):
    """`Promotions` in the tables `promotions` and `promotion_redemptions`."""

    rows = Rows(PROMOTION, "the promotion")

    async def get(self, promotion_id: PromotionId) -> Promotion | None:
        return await self._work.first(PROMOTION.read, _GET, promotion_id=promotion_id)

    async def for_booking(self, provider_id: ProviderId, codes: Sequence[str], now: datetime) -> Sequence[Promotion]:
        return await self._work.each(PROMOTION.read, _FOR_BOOKING, for_provider=provider_id, codes=list(codes), now=now)

    async def lock(self, promotion_ids: Sequence[PromotionId]) -> Sequence[Promotion]:
        return await self._work.each(PROMOTION.read, _LOCK, promotion_ids=list(promotion_ids))

    async def use_of(self, promotion_id: PromotionId, customer_id: UserId) -> Use:
        row = await self._work.one(_USE, promotion_id=promotion_id, customer_id=customer_id)
        assert row is not None  # noqa: S101 - a sum always returns a row
        return Use(count=row[0], amount=row[1], by_customer=row[2])

    async def is_new(self, customer_id: UserId, provider_id: ProviderId | None) -> bool:
        row = await self._work.one(_HAS_OTHER, customer_id=customer_id, provider_id=provider_id)
        assert row is not None  # noqa: S101 - EXISTS always returns a row
        return not row[0]

    async def redeem(self, redemption: Redemption) -> None:
        await self._work.execute(_REDEEM, **REDEMPTION.write(redemption))

    async def count(self, booking_id: BookingId, *, live: bool) -> None:
        becomes = RedemptionStatus.LIVE if live else RedemptionStatus.RELEASED
        await self._work.execute(_COUNT, of_booking=booking_id, becomes=becomes.value)

    async def redemptions_of(self, booking_id: BookingId) -> Sequence[Redemption]:
        return await self._work.each(REDEMPTION.read, _OF_BOOKING, booking_id=booking_id)


class PostgresPromotionReads(WithWork, PromotionReads):
    """`PromotionReads` of the same tables."""

    async def page(self, criteria: PromotionFilter) -> Sequence[PromotionView]:
        return await self._work.each(
            _view,
            _PAGE,
            provider_id=criteria.provider_id,
            salon_ids=None if criteria.salon_ids is None else list(criteria.salon_ids),
            after=criteria.after,
            most=criteria.limit,
        )


def _view(row: Row) -> PromotionView:
    *columns, count, amount = row
    return PromotionView(promotion=PROMOTION.read(tuple(columns)), redemptions=count, redeemed_amount=amount)


CONFLICTS: Final = {"promotions_code_key": PromotionCodeTaken}
