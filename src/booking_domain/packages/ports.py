"""The ports of packages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.packages.events import EVENTS
from booking_domain.packages.model import (
    Package,
    PackageEntry,
    PackageEntryId,
    PackageId,
    PackageLiability,
    PackageOffer,
    PackageOfferId,
)
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId


class PackageOffers(Protocol):
    """Offers of packages inside a database transaction."""

    async def add(self, offer: PackageOffer) -> None:
        """Add an offer."""
        ...

    async def save(self, offer: PackageOffer, *, was: PackageOffer) -> None:
        """Replace `was` by `offer`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def lock(self, offer_id: PackageOfferId) -> PackageOffer | None:
        """Lock an offer until the database transaction ends, and return it."""
        ...


class Packages(Protocol):
    """Packages and their entries inside a database transaction. Lock order: bookings, promotions, packages."""

    async def add(self, package: Package) -> None:
        """Add a package."""
        ...

    async def save(self, package: Package, *, was: Package) -> None:
        """Replace `was` by `package`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, package_id: PackageId) -> Package | None:
        """One package, not locked."""
        ...

    async def lock(self, package_id: PackageId) -> Package | None:
        """Lock a package until the database transaction ends, and return it."""
        ...

    async def of_salon(self, salon_id: SalonId) -> bool:
        """Whether there are packages of this salon; needs the salon's lock."""
        ...

    async def add_entry(self, entry: PackageEntry) -> None:
        """Add an entry.

        Raises:
            ConcurrentChange: the package has an entry of this cause.
        """
        ...

    async def last_of(self, package_id: PackageId, booking_id: BookingId) -> PackageEntry | None:
        """The last entry of a booking; exact while the package is locked."""
        ...

    async def earned_of(self, booking_id: BookingId) -> int:
        """The price of the visit that a booking has used of a package that was bought online, in minor units."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOfferFilter:
    """Whose offers to list; None matches any."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    after: PackageOfferId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFilter:
    """Which packages to list; None matches any."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    customer_id: UserId | None = None
    after: PackageId | None = None
    limit: int = 50


class PackageReads(Protocol):
    """Reads of packages and their offers, outside any database transaction."""

    async def offers(self, criteria: PackageOfferFilter) -> Sequence[PackageOffer]:
        """The matching offers, newest first."""
        ...

    async def offer(self, offer_id: PackageOfferId) -> PackageOffer | None:
        """One offer."""
        ...

    async def on_sale(
        self,
        provider_id: ProviderId | None,
        salon_id: SalonId | None,
        after: PackageOfferId | None,
        limit: int,
    ) -> Sequence[PackageOffer]:
        """The offers of this provider and of this salon that have not ended, newest first."""
        ...

    async def get(self, package_id: PackageId) -> Package | None:
        """One package."""
        ...

    async def page(self, criteria: PackageFilter) -> Sequence[Package]:
        """The matching packages, newest first."""
        ...

    async def entry(self, entry_id: PackageEntryId) -> PackageEntry | None:
        """One entry."""
        ...

    async def entries(self, package_id: PackageId, after: PackageEntryId | None, limit: int) -> Sequence[PackageEntry]:
        """What changed a package, newest first: those after `after`, at most `limit`."""
        ...

    async def entries_of(self, customer_id: UserId, after: PackageEntryId | None, limit: int) -> Sequence[PackageEntry]:
        """The same of all packages of a customer."""
        ...

    async def to_expire(self, now: datetime, limit: int) -> Sequence[PackageId]:
        """Packages that have expired and still have free visits."""
        ...

    async def to_remind(self, before: datetime, limit: int) -> Sequence[PackageId]:
        """Packages with free visits that expire until then, and of which nobody was reminded."""
        ...

    async def liability(self, criteria: PackageFilter) -> Sequence[PackageLiability]:
        """What is owed on the matching packages, by currency."""
        ...


class PackageRepositories(Protocol):
    """The repositories of this context."""

    @property
    def package_offers(self) -> PackageOffers: ...
    @property
    def packages(self) -> Packages: ...


class PackageReadGroup(Protocol):
    """The reads of this context."""

    @property
    def packages(self) -> PackageReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, news=frozenset({"package"}))
