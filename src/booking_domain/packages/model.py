"""A package: prepaid visits of one customer, and the entries that changed it. Pure.

A package is sold by an offer of a provider or of a salon, and keeps the offer's conditions; or it is a period of a
plan, and expires with it. One visit is one booking: it takes off the list prices of the booked services that the
package includes. Entries are added and never changed, and a package has one of each cause, so that a repeated request
or job adds nothing. The free visits are the sum of their
`visits`; the sum of their `amount` is the price of all that is unused, which the seller still owes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound, RuleViolated
from booking_domain.shared.ids import BookingId, PlanId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.rate_limits import Limit

PackageOfferId = NewType("PackageOfferId", UUID)
PackageId = NewType("PackageId", UUID)
PackageEntryId = NewType("PackageEntryId", UUID)

MAX_PACKAGE_NAME: Final = 80
MAX_PACKAGE_SERVICES: Final = 50
MAX_VISITS: Final = 1_000
MAX_VALID_DAYS: Final = 3_650
MAX_PACKAGE_REASON: Final = 500
REMINDED_BEFORE: Final = timedelta(days=14)
"""How long before visits expire their customer is reminded."""
GRACE: Final = timedelta(days=30)
"""How long a visit can be used at the least that a booking gives back after the package has expired."""
TRANSFERS: Final = Limit(5, timedelta(days=1))
"""How often a customer may try to transfer visits: the answer says whether a contact has an account."""


class PackageOfferNotFound(NotFound, code="package_offer.not_found"):
    """There is no such offer."""


class PackageOfferEnded(Conflict, code="package_offer.ended", field="offer_id"):
    """This package is no longer offered."""


class PackageNotFound(NotFound, code="package.not_found"):
    """There is no such package."""


class UnknownPackage(RuleViolated, code="package.unknown", field="package_id"):
    """The customer has no such package."""


class PackageNotApplicable(Conflict, code="package.not_applicable", field="package_id"):
    """The package {name} is not for this booking: not for its provider, its services, its currency or its time."""

    name: str


class PackageUsedUp(Conflict, code="package.used_up", field="package_id"):
    """Nothing is left of the package {name}."""

    name: str


class PackageNotTransferable(Conflict, code="package.not_transferable"):
    """The visits of this package cannot be transferred."""


class NoPackageRecipient(RuleViolated, code="package.no_recipient", field="email", commits=True):
    """No other active account has this e-mail address or number, verified."""


class NotEnoughVisits(Conflict, code="package.not_enough", field="visits"):
    """The package has only {left} free visits."""

    left: int


class PackageBoughtOnline(Conflict, code="package.bought_online"):
    """This package was bought online: its order is refunded instead."""


class SalonHasPackages(Conflict, code="package.of_salon"):
    """Packages of this salon were sold, so it cannot be deleted."""


class PackageSaleMethod(StrEnum):
    """How a package was paid for."""

    CASH = "cash"
    CARD = "card"
    """At the seller's own card terminal."""
    TRANSFER = "transfer"
    """To the seller's bank account."""
    ONLINE = "online"
    """Through the platform's payment gateway, by an order."""


class PackageEntryKind(StrEnum):
    """Why an entry changed a package."""

    SOLD = "sold"
    RESERVED = "reserved"
    """A booking has taken a visit, until it takes place or ends without."""
    USED = "used"
    """The appointment took place, or the customer missed it. It changes no free visits."""
    RELEASED = "released"
    """The booking did not take place: its visit is free again."""
    REFUNDED = "refunded"
    """The money of free visits was returned: by the seller, or for a package that was bought online by its order."""
    EXPIRED = "expired"
    TRANSFERRED = "transferred"
    """The customer gave free visits to another."""
    RECEIVED = "received"
    """Another customer gave these visits."""


class VisitStatus(StrEnum):
    """What became of the visit that a booking takes of a package."""

    FREE = "free"
    RESERVED = "reserved"
    USED = "used"


_KINDS: Final = {
    VisitStatus.FREE: PackageEntryKind.RELEASED,
    VisitStatus.RESERVED: PackageEntryKind.RESERVED,
    VisitStatus.USED: PackageEntryKind.USED,
}
_STATUSES: Final = {kind: hold for hold, kind in _KINDS.items()}


def status_of_visit(entry: "PackageEntry | None") -> VisitStatus:
    """The status of a booking's visit, by its last entry."""
    return VisitStatus.FREE if entry is None else _STATUSES[entry.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOffer:
    """What a provider or a salon sells as a package. Its conditions never change."""

    id: PackageOfferId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """Exactly one of it and the provider is set."""
    name: str
    """What customers read."""
    service_ids: tuple[ServiceId, ...] = ()
    """What a visit includes; empty: all that is booked."""
    visits: int
    price: Money
    valid_days: int | None = None
    """How many days after the sale the visits expire; None: never."""
    transferable: bool = False
    """Whether customers can give visits to others."""
    ended_at: datetime | None = None
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.salon_id is None):
            raise InvalidValue(field="salon_id", problem="a package is of a provider or of a salon")
        if not 1 <= len(self.name) <= MAX_PACKAGE_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_PACKAGE_NAME} characters")
        if not 1 <= self.visits <= MAX_VISITS:
            raise InvalidValue(field="visits", problem=f"1 to {MAX_VISITS} visits")
        if not self.price:
            raise InvalidValue(field="price_amount", problem="more than 0")
        if self.valid_days is not None and not 1 <= self.valid_days <= MAX_VALID_DAYS:
            raise InvalidValue(field="valid_days", problem=f"1 to {MAX_VALID_DAYS} days")

    def require_on_sale(self) -> None:
        """Raise `PackageOfferEnded` if it is no longer offered."""
        if self.ended_at is not None:
            raise PackageOfferEnded

    def end(self, now: datetime) -> Self:
        """Sell it no longer; one that has ended stays as it is."""
        return self if self.ended_at is not None else replace(self, ended_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class PackageEntry:
    """One change of a package."""

    id: PackageEntryId
    package_id: PackageId
    kind: PackageEntryKind
    cause: str
    """What it is of, e.g. `reserved:…`. A package has one entry of each cause."""
    visits: int
    """What it adds to the free visits."""
    balance: int
    """The free visits after it."""
    amount: int
    """What it adds to the price of all unused visits, in minor units of the package's currency."""
    version: int
    """Of the package, with it: the order of the entries."""
    booking_id: BookingId | None = None
    reason: str | None = None
    """Why the seller returned the money."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCause:
    """What the next entry is of."""

    id: PackageEntryId
    name: str
    at: datetime
    booking_id: BookingId | None = None
    reason: str | None = None


PackagePosted = tuple["Package", PackageEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Package:
    """Prepaid visits of one customer."""

    id: PackageId
    offer_id: PackageOfferId | None = None
    """By which it was sold."""
    plan_id: PlanId | None = None
    """Of which it is a period. Exactly one of it and the offer is set."""
    customer_id: UserId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    service_ids: tuple[ServiceId, ...] = ()
    """What a visit includes; empty: all that is booked."""
    visits: int
    """How many were bought or received."""
    price: Money
    """What was paid for all of them."""
    balance: int = 0
    """Visits that are free: neither used nor taken by a booking that is to come."""
    reserved: int = 0
    """What bookings have taken that have not taken place. It is not part of the balance."""
    transferable: bool
    method: PackageSaleMethod
    sold_by: Actor
    expires_at: datetime | None = None
    """Appointments that start earlier can use a visit; None: all can."""
    reminded_at: datetime | None = None
    version: int = 1
    created_at: datetime

    @classmethod
    def sell(
        cls,
        offer: PackageOffer,
        *,
        id: PackageId,  # noqa: A002
        customer_id: UserId,
        method: PackageSaleMethod,
        by: Actor,
        cause: PackageCause,
    ) -> PackagePosted:
        """A new package that was paid for, with its first entry."""
        empty = cls(
            id=id,
            offer_id=offer.id,
            customer_id=customer_id,
            provider_id=offer.provider_id,
            salon_id=offer.salon_id,
            name=offer.name,
            service_ids=offer.service_ids,
            visits=offer.visits,
            price=offer.price,
            transferable=offer.transferable,
            method=method,
            sold_by=by,
            expires_at=None if offer.valid_days is None else cause.at + timedelta(days=offer.valid_days),
            version=0,
            created_at=cause.at,
        )
        return empty.enter(cause)

    def enter(self, cause: PackageCause) -> PackagePosted:
        """A new package, of version 0, with its first entry."""
        return self._posted(PackageEntryKind.SOLD, cause, visits=self.visits)

    @property
    def unused(self) -> int:
        """The visits that the seller still owes."""
        return self.balance + self.reserved

    def worth(self, visits: int) -> int:
        """The price of so many visits, in minor units, rounded down: that of all is the whole price."""
        return self.price.amount * visits // self.visits

    def expired(self, now: datetime) -> bool:
        """Whether free visits can no longer be used."""
        return self.expires_at is not None and self.expires_at <= now

    def covered(self, currency: str, services: Iterable[tuple[ServiceId, Money]], list_price: Money) -> Money:
        """What a visit takes off a booking of these services with this list price.

        Raises:
            PackageNotApplicable: none of them is included, or the currency is another.
        """
        if currency != self.price.currency:
            raise PackageNotApplicable(name=self.name)
        if not self.service_ids:
            return list_price
        included = [price for service_id, price in services if service_id in self.service_ids]
        if not included:
            raise PackageNotApplicable(name=self.name)
        return sum(included, Money.zero(currency))

    def require_usable(self, start: datetime, now: datetime) -> None:
        """Require that a booking that starts then can take a visit.

        Raises:
            PackageUsedUp: no visit is free.
            PackageNotApplicable: the visits have expired, or will have.
        """
        if self.expired(max(start, now)):
            raise PackageNotApplicable(name=self.name)
        if not self.balance:
            raise PackageUsedUp(name=self.name)

    def move(self, held: VisitStatus, becomes: VisitStatus, cause: PackageCause) -> PackagePosted:
        """Let a booking take a visit, use it, or give it back. What has expired can be used for `GRACE` then.

        Raises:
            PackageUsedUp: no visit is free to take.
        """
        visits = (held == VisitStatus.FREE) - (becomes == VisitStatus.FREE)
        if self.balance - visits < 0:
            raise PackageUsedUp(name=self.name)
        reserved = (becomes == VisitStatus.RESERVED) - (held == VisitStatus.RESERVED)
        after, entry = self._posted(_KINDS[becomes], cause, visits=-visits, reserved=reserved)
        if entry.visits > 0 and after.expired(cause.at):
            after = replace(after, expires_at=cause.at + GRACE)
        return after, entry

    def refund(self, visits: int | None, cause: PackageCause) -> PackagePosted:
        """Take free visits back, all unless it says how many. What the entry takes off the price is returned.

        Raises:
            InvalidValue: there are no visits.
            NotEnoughVisits: fewer are free.
        """
        return self._posted(PackageEntryKind.REFUNDED, cause, visits=-self._free(visits))

    def expire(self, cause: PackageCause) -> PackagePosted | None:
        """Take the free visits of a package that has expired; None if there are none."""
        if not self.balance or not self.expired(cause.at):
            return None
        return self._posted(PackageEntryKind.EXPIRED, cause, visits=-self.balance)

    def transfer(
        self,
        visits: int | None,
        *,
        to: UserId,
        id: PackageId,  # noqa: A002
        cause: PackageCause,
        received: PackageCause,
    ) -> tuple[PackagePosted, PackagePosted]:
        """Give free visits to another customer, all unless it says how many: this package and the new one.

        Raises:
            PackageNotTransferable: the offer does not allow it, or the visits have expired.
            InvalidValue: there are no visits.
            NotEnoughVisits: fewer are free.
        """
        if not self.transferable or self.expired(cause.at):
            raise PackageNotTransferable
        given = self._free(visits)
        after, entry = self._posted(PackageEntryKind.TRANSFERRED, cause, visits=-given)
        empty = replace(
            self,
            id=id,
            customer_id=to,
            visits=given,
            price=Money(amount=-entry.amount, currency=self.price.currency),
            balance=0,
            reserved=0,
            reminded_at=None,
            version=0,
            created_at=received.at,
        )
        return (after, entry), empty.receive(received)

    def receive(self, cause: PackageCause) -> PackagePosted:
        """Add the visits that another customer gave to a new package."""
        return self._posted(PackageEntryKind.RECEIVED, cause, visits=self.visits)

    def reminded(self, now: datetime) -> Self:
        """Record that its customer is reminded."""
        return replace(self, reminded_at=now, version=self.version + 1)

    def _free(self, visits: int | None) -> int:
        asked = self.balance if visits is None else visits
        if asked < 1 and visits is not None:
            raise InvalidValue(field="visits", problem="at least 1")
        if not 1 <= asked <= self.balance:
            raise NotEnoughVisits(left=self.balance)
        return asked

    def _posted(self, kind: PackageEntryKind, cause: PackageCause, *, visits: int, reserved: int = 0) -> PackagePosted:
        after = replace(
            self, balance=self.balance + visits, reserved=self.reserved + reserved, version=self.version + 1
        )
        entry = PackageEntry(
            id=cause.id,
            package_id=self.id,
            kind=kind,
            cause=cause.name,
            visits=visits,
            balance=after.balance,
            amount=self.worth(after.unused) - self.worth(self.unused),
            version=after.version,
            booking_id=cause.booking_id,
            reason=cause.reason,
            at=cause.at,
        )
        return after, entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLiability:
    """What is owed on packages in one currency, in minor units: what was sold and not used yet."""

    currency: str
    packages: int
    sold: int
    used: int
    """The price of the visits that took place or were missed: the revenue."""
    refunded: int
    expired: int
    """The price of visits that nobody used in time."""

    @property
    def outstanding(self) -> int:
        """The price of the visits that are left, or are taken by bookings to come."""
        return self.sold - self.used - self.refunded - self.expired
