"""Packages on PostgreSQL: a package is a row with its free visits, and its entries are rows that never change."""

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
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    cast,
    distinct,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given, of_seller
from adapters.postgres.kit.work import WithWork
from booking_domain.packages.model import (
    Package,
    PackageEntry,
    PackageEntryId,
    PackageEntryKind,
    PackageId,
    PackageLiability,
    PackageOffer,
    PackageOfferId,
    PackageSaleMethod,
)
from booking_domain.packages.ports import PackageFilter, PackageOfferFilter, PackageOffers, PackageReads, Packages
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId


def _clear_reason(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned, table.c.reason.is_not(None)).values(reason=None)


_STAYS: Final = Kept("visits neither reach nor act for the account")
package_offers: Final = Table(
    "package_offers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    # Without a reference: a salon can be deleted, and nobody sells its packages then.
    Column("salon_id", Uuid),
    Column("name", Text, nullable=False),
    Column("service_ids", ARRAY(Uuid), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("valid_days", Integer),
    Column("transferable", Boolean, nullable=False),
    instant("ended_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="seller"),
    Index("package_offers_provider_id_id_idx", "provider_id", "id"),
    Index("package_offers_salon_id_id_idx", "salon_id", "id"),
    info=personal_data(
        "provider_id",
        erase=Kept("packages name it; its provider's profile is gone, so nobody sells it any more"),
        handover=Kept("an offer of the profile, which its new owner can end"),
        export=NotExported("`GET /package-offers` shows them"),
    ),
)
packages: Final = Table(
    "packages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("offer_id", Uuid, ForeignKey("package_offers.id"), index=True),
    # Without a reference: it is only shown.
    Column("plan_id", Uuid),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    Column("salon_id", Uuid, ForeignKey("salons.id")),
    Column("name", Text, nullable=False),
    Column("service_ids", ARRAY(Uuid), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("price", BigInteger, nullable=False),
    # Free visits.
    Column("balance", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    Column("transferable", Boolean, nullable=False),
    Column("method", Text, nullable=False),
    Column("sold_by_id", Uuid, nullable=False),
    Column("sold_by_role", Text, nullable=False),
    instant("expires_at", nullable=True),
    instant("reminded_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("method", PackageSaleMethod),
    CheckConstraint("num_nonnulls(offer_id, plan_id) = 1", name="source"),
    CheckConstraint("balance >= 0 AND reserved >= 0 AND balance + reserved <= visits", name="balance"),
    Index("packages_customer_id_id_idx", "customer_id", "id"),
    Index("packages_provider_id_id_idx", "provider_id", "id"),
    Index("packages_salon_id_id_idx", "salon_id", "id"),
    Index("packages_expires_at_idx", "expires_at", postgresql_where=text("balance > 0")),
    info=personal_data("customer_id", erase=Kept("accounting"), handover=_STAYS, export="packages"),
)
package_entries: Final = Table(
    "package_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("package_id", Uuid, ForeignKey("packages.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # A package has one entry of each cause.
    Column("cause", Text, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("balance", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    Column("reason", Text),
    instant("at"),
    one_of("kind", PackageEntryKind),
    UniqueConstraint("package_id", "cause"),
    Index("package_entries_package_id_id_idx", "package_id", "id"),
    info=personal_data("package_id", erase=_clear_reason, handover=_STAYS, export="package_entries"),
)

OFFER: Final = Mapper(package_offers, PackageOffer, price=Columns("price", "currency"), changes=("ended_at", "version"))
PACKAGE: Final = Mapper(
    packages,
    Package,
    price=Columns("price", "currency"),
    changes=("balance", "reserved", "expires_at", "reminded_at", "version"),
)
ENTRY: Final = Mapper(package_entries, PackageEntry)
_o: Final = package_offers.c
_p: Final = packages.c
_e: Final = package_entries.c
_LOCK_OFFER: Final = Statement(select(*OFFER.columns).where(_o.id == bindparam("offer_id")).with_for_update())
_provider: Final = bindparam("provider_id", type_=_p.provider_id.type)
_OFFERS: Final = Statement(
    select(*OFFER.columns)
    .where(
        *of_seller(_o),
        if_given("after", _o.id, _o.id < bindparam("after", type_=_o.id.type)),
    )
    .order_by(_o.id.desc())
    .limit(bindparam("most"))
)
_OFFER: Final = Statement(select(*OFFER.columns).where(_o.id == bindparam("offer_id")))
_ON_SALE: Final = Statement(
    select(*OFFER.columns)
    .where(
        or_(_o.provider_id == _provider, _o.salon_id == bindparam("salon_id", type_=_o.salon_id.type)),
        _o.ended_at.is_(None),
        if_given("after", _o.id, _o.id < bindparam("after", type_=_o.id.type)),
    )
    .order_by(_o.id.desc())
    .limit(bindparam("most"))
)
_ONE: Final = select(*PACKAGE.columns).where(_p.id == bindparam("package_id"))
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_OF_SALON: Final = Statement(select(_p.id).where(_p.salon_id == bindparam("salon_id")).limit(1))
_ADD_ENTRY: Final = ENTRY.insert()
_LAST_OF: Final = Statement(
    select(*ENTRY.columns)
    .where(_e.package_id == bindparam("package_id"), _e.booking_id == bindparam("booking_id"))
    .order_by(_e.version.desc())
    .limit(1)
)
_EARNED_OF: Final = Statement(
    select(-cast(func.coalesce(func.sum(_e.amount), 0), BigInteger))
    .join(packages, _p.id == _e.package_id)
    .where(_e.booking_id == bindparam("booking_id"), _p.method == PackageSaleMethod.ONLINE.value)
)
_CHOSEN: Final = (
    *of_seller(_p),
    if_given("customer_id", _p.customer_id, _p.customer_id == bindparam("customer_id", type_=_p.customer_id.type)),
)
_PAGE: Final = Statement(
    select(*PACKAGE.columns)
    .where(*_CHOSEN, if_given("after", _p.id, _p.id < bindparam("after", type_=_p.id.type)))
    .order_by(_p.id.desc())
    .limit(bindparam("most"))
)
_NEXT: Final = if_given("after", _e.id, _e.id < bindparam("after", type_=_e.id.type))
_ENTRY: Final = Statement(select(*ENTRY.columns).where(_e.id == bindparam("entry_id")))
_ENTRIES: Final = Statement(
    select(*ENTRY.columns)
    .where(_e.package_id == bindparam("package_id"), _NEXT)
    .order_by(_e.id.desc())
    .limit(bindparam("most"))
)
_ENTRIES_OF: Final = Statement(
    select(*ENTRY.columns)
    .where(_e.package_id.in_(select(_p.id).where(_p.customer_id == bindparam("customer_id"))), _NEXT)
    .order_by(_e.id.desc())
    .limit(bindparam("most"))
)
_DUE: Final = select(_p.id).where(_p.expires_at <= bindparam("at"), _p.balance > 0)
_TO_EXPIRE: Final = Statement(_DUE.order_by(_p.expires_at, _p.id).limit(bindparam("most")))
_TO_REMIND: Final = Statement(
    _DUE.where(_p.reminded_at.is_(None)).order_by(_p.expires_at, _p.id).limit(bindparam("most"))
)


def _sum(*kinds: PackageEntryKind) -> ColumnElement[int]:
    total = func.sum(_e.amount).filter(or_(*(_e.kind == each.value for each in kinds)))
    return cast(func.coalesce(total, 0), BigInteger)


_LIABILITY: Final = Statement(
    select(
        _p.currency,
        func.count(distinct(_p.id)),
        _sum(PackageEntryKind.SOLD),
        -_sum(PackageEntryKind.RESERVED, PackageEntryKind.USED, PackageEntryKind.RELEASED),
        -_sum(PackageEntryKind.REFUNDED),
        -_sum(PackageEntryKind.EXPIRED),
    )
    .join(package_entries, _e.package_id == _p.id)
    .where(*_CHOSEN)
    .group_by(_p.currency)
    .order_by(_p.currency)
)


class PostgresPackageOffers(VersionedRows[PackageOffer], PackageOffers):
    """`PackageOffers` in the table `package_offers`."""

    rows = Rows(OFFER, "the package offer")

    async def lock(self, offer_id: PackageOfferId) -> PackageOffer | None:
        return await self._work.first(OFFER.read, _LOCK_OFFER, offer_id=offer_id)


class PostgresPackages(VersionedRows[Package], Packages):
    """`Packages` in the tables `packages` and `package_entries`."""

    rows = Rows(PACKAGE, "the package")

    async def get(self, package_id: PackageId) -> Package | None:
        return await self._work.first(PACKAGE.read, _GET, package_id=package_id)

    async def lock(self, package_id: PackageId) -> Package | None:
        return await self._work.first(PACKAGE.read, _LOCK, package_id=package_id)

    async def of_salon(self, salon_id: SalonId) -> bool:
        return await self._work.one(_OF_SALON, salon_id=salon_id) is not None

    async def add_entry(self, entry: PackageEntry) -> None:
        await self._work.execute(_ADD_ENTRY, **ENTRY.write(entry))

    async def last_of(self, package_id: PackageId, booking_id: BookingId) -> PackageEntry | None:
        return await self._work.first(ENTRY.read, _LAST_OF, package_id=package_id, booking_id=booking_id)

    async def earned_of(self, booking_id: BookingId) -> int:
        row = await self._work.one(_EARNED_OF, booking_id=booking_id)
        assert row is not None  # noqa: S101 - a sum always returns a row
        return int(row[0])


def _chosen(criteria: PackageFilter) -> dict[str, Any]:
    return {
        "provider_id": criteria.provider_id,
        "salon_ids": None if criteria.salon_ids is None else list(criteria.salon_ids),
        "customer_id": criteria.customer_id,
    }


class PostgresPackageReads(WithWork, PackageReads):
    """`PackageReads` of the same tables."""

    async def offers(self, criteria: PackageOfferFilter) -> Sequence[PackageOffer]:
        return await self._work.each(
            OFFER.read,
            _OFFERS,
            provider_id=criteria.provider_id,
            salon_ids=None if criteria.salon_ids is None else list(criteria.salon_ids),
            after=criteria.after,
            most=criteria.limit,
        )

    async def offer(self, offer_id: PackageOfferId) -> PackageOffer | None:
        return await self._work.first(OFFER.read, _OFFER, offer_id=offer_id)

    async def on_sale(
        self,
        provider_id: ProviderId | None,
        salon_id: SalonId | None,
        after: PackageOfferId | None,
        limit: int,
    ) -> Sequence[PackageOffer]:
        return await self._work.each(
            OFFER.read, _ON_SALE, provider_id=provider_id, salon_id=salon_id, after=after, most=limit
        )

    async def get(self, package_id: PackageId) -> Package | None:
        return await self._work.first(PACKAGE.read, _GET, package_id=package_id)

    async def page(self, criteria: PackageFilter) -> Sequence[Package]:
        return await self._work.each(
            PACKAGE.read, _PAGE, **_chosen(criteria), after=criteria.after, most=criteria.limit
        )

    async def entry(self, entry_id: PackageEntryId) -> PackageEntry | None:
        return await self._work.first(ENTRY.read, _ENTRY, entry_id=entry_id)

    async def entries(self, package_id: PackageId, after: PackageEntryId | None, limit: int) -> Sequence[PackageEntry]:
        return await self._work.each(ENTRY.read, _ENTRIES, package_id=package_id, after=after, most=limit)

    async def entries_of(self, customer_id: UserId, after: PackageEntryId | None, limit: int) -> Sequence[PackageEntry]:
        return await self._work.each(ENTRY.read, _ENTRIES_OF, customer_id=customer_id, after=after, most=limit)

    async def to_expire(self, now: datetime, limit: int) -> Sequence[PackageId]:
        return await self._work.each(lambda row: PackageId(row[0]), _TO_EXPIRE, at=now, most=limit)

    async def to_remind(self, before: datetime, limit: int) -> Sequence[PackageId]:
        return await self._work.each(lambda row: PackageId(row[0]), _TO_REMIND, at=before, most=limit)

    async def liability(self, criteria: PackageFilter) -> Sequence[PackageLiability]:
        return await self._work.each(
            lambda row: PackageLiability(
                currency=row[0], packages=row[1], sold=row[2], used=row[3], refunded=row[4], expired=row[5]
            ),
            _LIABILITY,
            **_chosen(criteria),
        )


CONTEXT: Final = PostgresContext(
    tables=(package_offers, packages, package_entries),
    conflicts={"package_entries_package_id_cause_key": lambda: ConcurrentChange(what="the package")},
)


class PackageRepositories(RepositoryGroup):
    """The repositories of this context."""

    package_offers = part(PostgresPackageOffers)
    packages = part(PostgresPackages)


class PackageReadGroup(ReadGroup):
    """The reads of this context."""

    packages = part(PostgresPackageReads)
