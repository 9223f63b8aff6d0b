"""Packages in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

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
from booking_domain.packages.ports import (
    PackageFilter,
    PackageOfferFilter,
    PackageOffers,
    PackageReads,
    Packages,
)
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALONS
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import (
    Group,
    InMemory,
    Part,
    Rows,
    State,
    Table,
    VersionedRepository,
)

PACKAGE_OFFERS: Final = Table[PackageOfferId, PackageOffer](
    "package_offers", refers=lambda row: ((PROFILES, row.provider_id),), what="the package offer"
)
PACKAGES: Final = Table[PackageId, Package](
    "packages",
    refers=lambda row: (
        (PACKAGE_OFFERS, row.offer_id),
        (USERS, row.customer_id),
        (PROFILES, row.provider_id),
        (SALONS, row.salon_id),
    ),
    what="the package",
)


def _erase_reasons(state: State, rows: Rows[PackageEntryId, PackageEntry], user_id: UserId) -> None:
    theirs = {each.id for each in state[PACKAGES].values() if each.customer_id == user_id}
    rows.change(lambda row: row.package_id in theirs, lambda row: replace(row, reason=None))


PACKAGE_ENTRIES: Final = Table[PackageEntryId, PackageEntry](
    "package_entries",
    refers=lambda row: ((PACKAGES, row.package_id), (BOOKINGS, row.booking_id)),
    erase=_erase_reasons,
)
TABLES: Final = (PACKAGE_ENTRIES, PACKAGES, PACKAGE_OFFERS)


class MemoryPackageOffers(VersionedRepository[PackageOfferId, PackageOffer], PackageOffers):
    """The offers of one database transaction."""

    table = PACKAGE_OFFERS


class MemoryPackages(VersionedRepository[PackageId, Package], Packages):
    """The packages of one database transaction."""

    table = PACKAGES

    async def of_salon(self, salon_id: SalonId) -> bool:
        return bool(self._rows.where(lambda row: row.salon_id == salon_id))

    async def add_entry(self, entry: PackageEntry) -> None:
        entries = self._state[PACKAGE_ENTRIES]
        if entries.where(lambda row: (row.package_id, row.cause) == (entry.package_id, entry.cause)):
            raise ConcurrentChange(what="the package")
        entries.put(entry)

    async def earned_of(self, booking_id: BookingId) -> int:
        entries = self._state[PACKAGE_ENTRIES].where(
            lambda row: row.booking_id == booking_id and self._rows[row.package_id].method is PackageSaleMethod.ONLINE
        )
        return -sum(each.amount for each in entries)

    async def last_of(self, package_id: PackageId, booking_id: BookingId) -> PackageEntry | None:
        found = self._state[PACKAGE_ENTRIES].where(
            lambda row: (row.package_id, row.booking_id) == (package_id, booking_id)
        )
        return max(found, key=lambda row: row.version, default=None)


def _matches(criteria: PackageFilter, row: Package) -> bool:
    return (
        criteria.provider_id in {None, row.provider_id}
        and (criteria.salon_ids is None or row.salon_id in criteria.salon_ids)
        and criteria.customer_id in {None, row.customer_id}
    )


class MemoryPackageReads(InMemory, PackageReads):
    """Those that are committed."""

    async def offers(self, criteria: PackageOfferFilter) -> Sequence[PackageOffer]:
        return self._state[PACKAGE_OFFERS].page(
            lambda row: (
                criteria.provider_id in {None, row.provider_id}
                and (criteria.salon_ids is None or row.salon_id in criteria.salon_ids)
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def offer(self, offer_id: PackageOfferId) -> PackageOffer | None:
        return self._state[PACKAGE_OFFERS].get(offer_id)

    async def on_sale(
        self,
        provider_id: ProviderId | None,
        salon_id: SalonId | None,
        after: PackageOfferId | None,
        limit: int,
    ) -> Sequence[PackageOffer]:
        return self._state[PACKAGE_OFFERS].page(
            lambda row: (
                row.ended_at is None
                and (
                    (row.provider_id is not None and row.provider_id == provider_id)
                    or (row.salon_id is not None and row.salon_id == salon_id)
                )
            ),
            after,
            limit,
            newest_first=True,
        )

    async def get(self, package_id: PackageId) -> Package | None:
        return self._state[PACKAGES].get(package_id)

    async def page(self, criteria: PackageFilter) -> Sequence[Package]:
        return self._state[PACKAGES].page(
            lambda row: _matches(criteria, row), criteria.after, criteria.limit, newest_first=True
        )

    async def entry(self, entry_id: PackageEntryId) -> PackageEntry | None:
        return self._state[PACKAGE_ENTRIES].get(entry_id)

    async def entries(self, package_id: PackageId, after: PackageEntryId | None, limit: int) -> Sequence[PackageEntry]:
        return self._state[PACKAGE_ENTRIES].page(
            lambda row: row.package_id == package_id, after, limit, newest_first=True
        )

    async def entries_of(self, customer_id: UserId, after: PackageEntryId | None, limit: int) -> Sequence[PackageEntry]:
        theirs = {each.id for each in self._state[PACKAGES].where(lambda row: row.customer_id == customer_id)}
        return self._state[PACKAGE_ENTRIES].page(lambda row: row.package_id in theirs, after, limit, newest_first=True)

    async def to_expire(self, now: datetime, limit: int) -> Sequence[PackageId]:
        due = self._state[PACKAGES].due(lambda row: row.expires_at if row.balance else None, now, limit)
        return [each.id for each in due]

    async def to_remind(self, before: datetime, limit: int) -> Sequence[PackageId]:
        due = self._state[PACKAGES].due(
            lambda row: row.expires_at if row.balance and row.reminded_at is None else None, before, limit
        )
        return [each.id for each in due]

    async def liability(self, criteria: PackageFilter) -> Sequence[PackageLiability]:
        packages = self._state[PACKAGES].where(lambda row: _matches(criteria, row))
        return [self._owed(currency, packages) for currency in sorted({each.price.currency for each in packages})]

    def _owed(self, currency: str, packages: Sequence[Package]) -> PackageLiability:
        ids = {each.id for each in packages if each.price.currency == currency}
        entries = self._state[PACKAGE_ENTRIES].where(lambda row: row.package_id in ids)

        def total(*kinds: PackageEntryKind) -> int:
            return sum(each.amount for each in entries if each.kind in kinds)

        return PackageLiability(
            currency=currency,
            packages=len(ids),
            sold=total(PackageEntryKind.SOLD),
            used=-total(PackageEntryKind.RESERVED, PackageEntryKind.USED, PackageEntryKind.RELEASED),
            refunded=-total(PackageEntryKind.REFUNDED),
            expired=-total(PackageEntryKind.EXPIRED),
        )


class PackageRepositories(Group):
    """The repositories of this context."""

    package_offers: Final = Part(MemoryPackageOffers)
    packages: Final = Part(MemoryPackages)


class PackageReadGroup(Group):
    """The reads of this context."""

    packages: Final = Part(MemoryPackageReads)
