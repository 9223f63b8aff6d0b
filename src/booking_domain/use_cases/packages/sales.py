"""Sell packages at the desk, and return the money of unused visits there."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.placing_errors import CustomerNotFound
from booking_domain.packages.events import PackageRefunded
from booking_domain.packages.model import (
    MAX_PACKAGE_REASON,
    NotEnoughVisits,
    Package,
    PackageBoughtOnline,
    PackageId,
    PackageNotFound,
    PackageOffer,
    PackageOfferEnded,
    PackageOfferId,
    PackageOfferNotFound,
    PackageSaleMethod,
)
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission, may
from booking_domain.use_cases.bookings.consents import may_place_for
from booking_domain.use_cases.packages.steps import add, cause, event_id, new_id, post, sold
from booking_domain.use_cases.platform.issuers import known_relation_to
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SellPackage:
    """Record that a customer has paid for a package at the desk.

    - Whoever runs the offer sells it. The money was paid to the provider or the salon.
    - The customer is an active account, other than an admin's, for whom the provider, or a member of the salon, may
      place bookings (`may_place_for`).
    """

    offer_id: PackageOfferId
    customer_id: UserId
    method: PackageSaleMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPackage:
    """Record that the seller has returned the money of free visits: their part of the price."""

    package_id: PackageId
    visits: int | None = None
    """None: all that are free."""
    reason: str


async def _sell(command: SellPackage, tx: Repositories, context: UseCaseContext) -> Package:
    offer = required(await tx.package_offers.lock(command.offer_id), PackageOfferNotFound)
    if not may(context.actor, Permission.SELL_PACKAGES, await known_relation_to(offer, tx, context)):
        raise PackageOfferNotFound
    offer.require_on_sale()
    if command.method is PackageSaleMethod.ONLINE:
        raise InvalidValue(field="method", problem="paid at the desk")
    await _require_customer(command.customer_id, offer, tx)
    posted = Package.sell(
        offer,
        id=new_id(context),
        customer_id=command.customer_id,
        method=command.method,
        by=context.actor,
        cause=cause("sale", context),
    )
    package = await add(posted, tx)
    await tx.outbox.put([sold(package, context)])
    return package


async def _require_customer(customer_id: UserId, offer: PackageOffer, tx: Repositories) -> None:
    """Raise `CustomerNotFound`, whatever the reason: who has an account is private."""
    role = await tx.users.active_role(customer_id)
    if role is None or role is Role.ADMIN:
        raise CustomerNotFound
    if offer.provider_id is not None:
        providers = [offer.provider_id]
    else:
        members = () if offer.salon_id is None else await tx.salons.members(offer.salon_id)
        providers = [member.provider_id for member in members]
    for provider_id in providers:
        if await may_place_for(customer_id, provider_id, tx):
            return
    raise CustomerNotFound


async def _refund(command: RefundPackage, tx: Repositories, context: UseCaseContext) -> Package:
    package = required(await tx.packages.lock(command.package_id), PackageNotFound)
    if not may(context.actor, Permission.SELL_PACKAGES, await known_relation_to(package, tx, context)):
        raise PackageNotFound
    reason = command.reason.strip()
    if not 1 <= len(reason) <= MAX_PACKAGE_REASON:
        raise InvalidValue(field="reason", problem=f"1 to {MAX_PACKAGE_REASON} characters")
    if package.method is PackageSaleMethod.ONLINE:
        raise PackageBoughtOnline
    posted = package.refund(command.visits, cause(f"refund:{package.version}", context, reason=reason))
    refunded = PackageRefunded(
        id=event_id(context), occurred_at=context.now, package_id=package.id, entry_id=posted[1].id
    )
    await tx.outbox.put([refunded])
    return await post(posted, package, tx)


def _subject(_: object, package: Package) -> Subject:
    return Subject("package", package.id)


sell_package: Final = UseCase(
    Permission.SELL_PACKAGES,
    _sell,
    _subject,
    audited_as="package.sold",
    raises=(PackageOfferNotFound, PackageOfferEnded, CustomerNotFound, InvalidValue),
)
refund_package: Final = UseCase(
    Permission.SELL_PACKAGES,
    _refund,
    _subject,
    audited_as="package.refunded",
    raises=(PackageNotFound, PackageBoughtOnline, NotEnoughVisits, InvalidValue),
)
