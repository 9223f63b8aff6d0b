"""Plans on PostgreSQL: a plan is a row; its periods are orders and packages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

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
    Uuid,
    bindparam,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given, of_seller
from adapters.postgres.kit.work import WithWork
from booking_domain.plans.model import Plan, PlanEnd, PlanOffer, PlanOfferId, PlanStatus, PlanTaken
from booking_domain.plans.ports import PlanFilter, PlanOfferFilter, PlanOffers, PlanReads, Plans
from booking_domain.shared.ids import PlanId, ProviderId, SalonId, UserId
from booking_domain.shared.kept_methods import KeptMethod


def _clear_method(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned, table.c.method.is_not(None)).values(method=None, method_form=None)


plan_offers: Final = Table(
    "plan_offers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    # Without a reference: a salon can be deleted, and nobody sells its plans then.
    Column("salon_id", Uuid),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("service_ids", ARRAY(Uuid), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("period_months", SmallInteger, nullable=False),
    Column("time_zone", Text, nullable=False),
    instant("ended_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="seller"),
    Index("plan_offers_provider_id_id_idx", "provider_id", "id"),
    Index("plan_offers_salon_id_id_idx", "salon_id", "id"),
    info=personal_data(
        "provider_id",
        erase=Kept("plans name it; its provider's profile is gone, so nobody sells it any more"),
        handover=Kept("an offer of the profile, which its new owner can end"),
        export=NotExported("`GET /plan-offers` shows them"),
    ),
)
plans: Final = Table(
    "plans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("offer_id", Uuid, ForeignKey("plan_offers.id"), nullable=False),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("provider_id", Uuid),
    Column("salon_id", Uuid),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    # Why it has ended, or is ending.
    Column("end_reason", Text),
    # The card that the gateway keeps: its ids at the gateway, and what its owner knows it by.
    Column("method", JSONB),
    Column("method_form", Text),
    Column("gateway", Text, nullable=False),
    # The number of the period that was paid last, its package and its end.
    Column("period", Integer, nullable=False),
    Column("package_id", Uuid),
    instant("ends_at", nullable=True),
    Column("renewal_day", SmallInteger),
    # The order of the next period.
    Column("order_id", Uuid),
    instant("due_at", nullable=True),
    Column("tries", SmallInteger, nullable=False),
    Column("asking", Boolean, nullable=False),
    instant("next_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("status", PlanStatus),
    one_of("end_reason", PlanEnd),
    Index("plans_customer_id_id_idx", "customer_id", "id"),
    Index("plans_provider_id_id_idx", "provider_id", "id"),
    Index("plans_salon_id_id_idx", "salon_id", "id"),
    Index("plans_next_at_idx", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index(
        "plans_offer_id_customer_id_key",
        "offer_id",
        "customer_id",
        unique=True,
        postgresql_where=text("status <> 'ended'"),
    ),
    info=personal_data(
        "customer_id",
        erase=_clear_method,
        handover=Kept("a plan neither reaches nor acts for the account, and is charged to whose card it is"),
        export="plans",
    ),
)


def _method_json(method: KeptMethod | None) -> Jsonb | None:
    return None if method is None else Jsonb(asdict(method))


def _method_of(value: Mapping[str, str]) -> KeptMethod:
    # A process of the release before writes a `fingerprint` as well.
    return KeptMethod(payer=value["payer"], reference=value["reference"], label=value["label"])


OFFER: Final = Mapper(
    plan_offers,
    PlanOffer,
    price=Columns("price", "currency"),
    changes=("price", "ended_at", "version"),
)
PLAN: Final = Mapper(
    plans,
    Plan,
    method=Converted("method", write=_method_json, read=_method_of),
    fixed=("offer_id", "customer_id", "provider_id", "salon_id", "name", "created_at"),
)
_o: Final = plan_offers.c
_p: Final = plans.c
_provider: Final = bindparam("provider_id", type_=_p.provider_id.type)
_customer: Final = bindparam("customer_id", type_=_p.customer_id.type)
_next_offer: Final = if_given("after", _o.id, _o.id < bindparam("after", type_=_o.id.type))
_LOCK_OFFER: Final = Statement(select(*OFFER.columns).where(_o.id == bindparam("offer_id")).with_for_update())
_OFFER: Final = Statement(select(*OFFER.columns).where(_o.id == bindparam("offer_id")))
_OFFERS: Final = Statement(
    select(*OFFER.columns)
    .where(
        *of_seller(_o),
        _next_offer,
    )
    .order_by(_o.id.desc())
    .limit(bindparam("most"))
)
_ON_OFFER: Final = Statement(
    select(*OFFER.columns)
    .where(
        or_(_o.provider_id == _provider, _o.salon_id == bindparam("salon_id", type_=_o.salon_id.type)),
        _o.ended_at.is_(None),
        _next_offer,
    )
    .order_by(_o.id.desc())
    .limit(bindparam("most"))
)
_ONE: Final = select(*PLAN.columns).where(_p.id == bindparam("plan_id"))
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_LIVE: Final = _p.status != PlanStatus.ENDED.value
_HAS_LIVE: Final = Statement(
    select(
        exists().where(_p.offer_id == bindparam("offer_id", type_=_p.offer_id.type), _p.customer_id == _customer, _LIVE)
    )
)
_LIVE_OF: Final = Statement(select(_p.id).where(_p.customer_id == _customer, _LIVE).order_by(_p.id))
_PAGE: Final = Statement(
    select(*PLAN.columns)
    .where(
        *of_seller(_p),
        if_given("customer_id", _p.customer_id, _p.customer_id == _customer),
        if_given("after", _p.id, _p.id < bindparam("after", type_=_p.id.type)),
    )
    .order_by(_p.id.desc())
    .limit(bindparam("most"))
)
_DUE: Final = Statement(
    select(_p.id).where(_p.next_at <= bindparam("at")).order_by(_p.next_at, _p.id).limit(bindparam("most"))
)


class PostgresPlanOffers(VersionedRows[PlanOffer], PlanOffers):
    """`PlanOffers` in the table `plan_offers`."""

    rows = Rows(OFFER, "the plan offer")

    async def lock(self, offer_id: PlanOfferId) -> PlanOffer | None:
        return await self._work.first(OFFER.read, _LOCK_OFFER, offer_id=offer_id)


class PostgresPlans(VersionedRows[Plan], Plans):
    """`Plans` in the table `plans`."""

    rows = Rows(PLAN, "the plan")

    async def get(self, plan_id: PlanId) -> Plan | None:
        return await self._work.first(PLAN.read, _GET, plan_id=plan_id)

    async def lock(self, plan_id: PlanId) -> Plan | None:
        return await self._work.first(PLAN.read, _LOCK, plan_id=plan_id)

    async def has_live(self, customer_id: UserId, offer_id: PlanOfferId) -> bool:
        row = await self._work.one(_HAS_LIVE, customer_id=customer_id, offer_id=offer_id)
        return row is not None and bool(row[0])


class PostgresPlanReads(WithWork, PlanReads):
    """`PlanReads` of the same tables."""

    async def offers(self, criteria: PlanOfferFilter) -> Sequence[PlanOffer]:
        return await self._work.each(OFFER.read, _OFFERS, **_sellers(criteria))

    async def offer(self, offer_id: PlanOfferId) -> PlanOffer | None:
        return await self._work.first(OFFER.read, _OFFER, offer_id=offer_id)

    async def on_offer(
        self,
        provider_id: ProviderId | None,
        salon_id: SalonId | None,
        after: PlanOfferId | None,
        limit: int,
    ) -> Sequence[PlanOffer]:
        return await self._work.each(
            OFFER.read, _ON_OFFER, provider_id=provider_id, salon_id=salon_id, after=after, most=limit
        )

    async def get(self, plan_id: PlanId) -> Plan | None:
        return await self._work.first(PLAN.read, _GET, plan_id=plan_id)

    async def page(self, criteria: PlanFilter) -> Sequence[Plan]:
        return await self._work.each(PLAN.read, _PAGE, **_sellers(criteria), customer_id=criteria.customer_id)

    async def due(self, now: datetime, limit: int) -> Sequence[PlanId]:
        return await self._work.each(lambda row: PlanId(row[0]), _DUE, at=now, most=limit)

    async def live_of(self, customer_id: UserId) -> Sequence[PlanId]:
        return await self._work.each(lambda row: PlanId(row[0]), _LIVE_OF, customer_id=customer_id)


def _sellers(criteria: PlanFilter | PlanOfferFilter) -> dict[str, Any]:
    return {
        "provider_id": criteria.provider_id,
        "salon_ids": None if criteria.salon_ids is None else list(criteria.salon_ids),
        "after": criteria.after,
        "most": criteria.limit,
    }


CONTEXT: Final = PostgresContext(tables=(plan_offers, plans), conflicts={"plans_offer_id_customer_id_key": PlanTaken})


class PlanRepositories(RepositoryGroup):
    """The repositories of this context."""

    plan_offers = part(PostgresPlanOffers)
    plans = part(PostgresPlans)


class PlanReadGroup(ReadGroup):
    """The reads of this context."""

    plans = part(PostgresPlanReads)
