"""What the routes of packages take and answer."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.packages.model import (
    MAX_PACKAGE_NAME,
    MAX_PACKAGE_REASON,
    MAX_PACKAGE_SERVICES,
    MAX_VALID_DAYS,
    MAX_VISITS,
    Package,
    PackageEntry,
    PackageEntryKind,
    PackageId,
    PackageLiability,
    PackageOffer,
    PackageOfferId,
    PackageSaleMethod,
)
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId, UserId
from booking_domain.use_cases.packages.offers import OfferPackage
from booking_domain.use_cases.packages.sales import RefundPackage, SellPackage
from booking_domain.use_cases.packages.transfers import TransferPackage
from entrypoints.http.accounts.schemas import Email
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import Body, Json, Phone, Timestamp
from entrypoints.http.kit.projection import members, projection

_MOST: Final = 2**53 - 1
Visits = Annotated[int, Meta(ge=1, le=MAX_VISITS)]


class OfferPackageBody(Body, frozen=True, kw_only=True):
    """A package to sell. Its conditions never change: to change it, end it and offer another."""

    provider_id: ProviderId | None = None
    """At whom it is used. Absent: the caller, if they are a provider."""
    salon_id: SalonId | None = None
    """At whose members it is used."""
    name: Annotated[str, Meta(min_length=1, max_length=MAX_PACKAGE_NAME)]
    """What customers read."""
    service_ids: Annotated[tuple[ServiceId, ...], Meta(max_length=MAX_PACKAGE_SERVICES)] = ()
    """What a visit includes, of the services of the provider or the salon. Empty: all that is booked."""
    visits: Visits
    """How many a package has."""
    price_amount: Annotated[int, Meta(ge=1, le=_MOST)]
    """For all visits together, in minor units."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    valid_days: Annotated[int, Meta(ge=1, le=MAX_VALID_DAYS)] | None = None
    """How many days after the sale the visits expire. Absent: never."""
    transferable: bool = False
    """Whether customers can give visits to others."""


class SellPackageBody(Body, frozen=True, kw_only=True):
    """A package that a customer has paid for at the desk."""

    offer_id: PackageOfferId
    """What is sold."""
    customer_id: UserId
    """Who has booked there before, or has consented to bookings by the provider."""
    method: PackageSaleMethod


class OrderPackageBody(Body, frozen=True, kw_only=True):
    """A package to buy online."""

    offer_id: PackageOfferId
    """What is bought."""


class RefundPackageBody(Body, frozen=True, kw_only=True):
    """Visits whose money was returned."""

    visits: Visits | None = None
    """How many. Absent: all that are free."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_PACKAGE_REASON)]
    """The customer sees it."""


class TransferPackageBody(Body, frozen=True, kw_only=True):
    """Visits for another customer, who has an account with the e-mail address or the number."""

    email: Email | None = None
    phone: Phone | None = None
    """This or an e-mail address."""
    visits: Visits | None = None
    """How many. Absent: all that are free."""


class PackageOfferJson(Json, frozen=True, kw_only=True):
    """What a provider or a salon sells as a package."""

    id: UUID
    provider_id: UUID | None = None
    """At whom it is used."""
    salon_id: UUID | None = None
    """At whose members it is used."""
    name: str
    service_ids: tuple[UUID, ...]
    """What a visit includes. Empty: all that is booked."""
    visits: int
    """How many a package has."""
    price_amount: int
    """For all visits together."""
    currency: str
    valid_days: int | None = None
    """How many days after the sale the visits expire. Absent: never."""
    transferable: bool
    """Whether customers can give visits to others."""
    ended_at: Timestamp | None = None
    """Since when it is no longer sold."""
    created_at: Timestamp


class PackageOffersJson(Page[PackageOfferJson], frozen=True, kw_only=True):
    """A page of offers, newest first."""


class PackageJson(Json, frozen=True, kw_only=True):
    """Prepaid visits of a customer."""

    id: UUID
    offer_id: UUID | None = None
    """The offer by which it was sold."""
    plan_id: UUID | None = None
    """The plan of which it is a period."""
    customer_id: UUID
    provider_id: UUID | None = None
    """At whom it is used."""
    salon_id: UUID | None = None
    """At whose members it is used."""
    name: str
    service_ids: tuple[UUID, ...]
    """What a visit includes. Empty: all that is booked."""
    visits: int
    """How many were bought or received."""
    price_amount: int
    """What was paid for all of them."""
    currency: str
    balance: int
    """Visits that are free."""
    reserved: int
    """What bookings have taken that have not taken place. It is not part of the balance."""
    transferable: bool
    """Whether visits can be given to others."""
    method: PackageSaleMethod
    """How it was paid for."""
    expires_at: Timestamp | None = None
    """Appointments that start earlier can use a visit. Absent: all can."""
    created_at: Timestamp


class PackagesJson(Page[PackageJson], frozen=True, kw_only=True):
    """A page of packages, newest first."""


class PackageEntryJson(Json, frozen=True, kw_only=True):
    """A change of a package."""

    id: UUID
    package_id: UUID
    """The package that changed."""
    kind: PackageEntryKind
    visits: int
    """What it added to the free visits; negative was taken."""
    balance: int
    """The free visits after it."""
    amount: int
    """What it added to the price of the unused visits, in minor units; negative was used, returned or lost."""
    booking_id: UUID | None = None
    reason: str | None = None
    """Why the money was returned."""
    at: Timestamp


class PackageEntriesJson(Page[PackageEntryJson], frozen=True, kw_only=True):
    """A page of changes, newest first."""


class PackageLiabilityJson(Json, frozen=True, kw_only=True):
    """What is owed on packages in one currency, in minor units."""

    currency: str
    packages: int
    """How many there are."""
    sold_amount: int
    """What they were sold for."""
    used_amount: int
    """The price of the visits that took place or were missed: the revenue."""
    refunded_amount: int
    """What was returned to customers."""
    expired_amount: int
    """The price of the visits that nobody used in time."""
    outstanding_amount: int
    """What is left: sold, less used, refunded and expired."""


class PackageLiabilitiesJson(Json, frozen=True, kw_only=True):
    """What is owed on packages."""

    items: tuple[PackageLiabilityJson, ...]
    """One for each currency."""


class PackagesQuery(PageQuery, frozen=True, kw_only=True):
    """Which packages to list."""

    customer_id: UserId | None = None
    """Only those of this customer."""


OFFER: Final[dict[str, Any]] = {
    "name": "Five visits",
    "visits": 5,
    "priceAmount": 32_000_000,
    "currency": "MNT",
    "validDays": 365,
    "transferable": True,
}
REFUND: Final[dict[str, Any]] = {"visits": 1, "reason": "The customer moves away."}
TRANSFER: Final[dict[str, Any]] = {"email": "saraa@example.com", "visits": 1}
ORDER: Final[dict[str, Any]] = {"offerId": "0197a9c0-0000-7000-8000-000000000031"}
SELL: Final[dict[str, Any]] = {
    "offerId": "0197a9c0-0000-7000-8000-000000000031",
    "customerId": "0197a9c0-0000-7000-8000-000000000002",
    "method": "cash",
}

offer: Final = projection(OfferPackageBody, OfferPackage)
sale: Final = projection(SellPackageBody, SellPackage)
_refund: Final = members(RefundPackageBody, RefundPackage, given=("package_id",))
_transfer: Final = members(TransferPackageBody, TransferPackage, given=("package_id", "seen"))
offer_json: Final = projection(PackageOffer, PackageOfferJson, price_amount="price.amount", currency="price.currency")
package_json: Final = projection(Package, PackageJson, price_amount="price.amount", currency="price.currency")
entry_json: Final = projection(PackageEntry, PackageEntryJson)
liability_json: Final = projection(
    PackageLiability,
    PackageLiabilityJson,
    sold_amount="sold",
    used_amount="used",
    refunded_amount="refunded",
    expired_amount="expired",
    outstanding_amount="outstanding",
)


def refund(package_id: PackageId, body: RefundPackageBody) -> RefundPackage:
    """Return the command for a package."""
    return RefundPackage(package_id=package_id, **_refund(body))


def transfer(package_id: PackageId, body: TransferPackageBody) -> TransferPackage:
    """Return the command for a package."""
    return TransferPackage(package_id=package_id, **_transfer(body))
