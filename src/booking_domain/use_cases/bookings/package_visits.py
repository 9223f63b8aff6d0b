"""What a booking takes of a package: a visit, reserved when it is placed, used once it took place, else given back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.pricing import Discount, DiscountKind, Funding
from booking_domain.bookings.transitions import Status
from booking_domain.packages.model import (
    Package,
    PackageCause,
    PackageEntryId,
    PackageId,
    PackageNotApplicable,
    PackageUsedUp,
    UnknownPackage,
    VisitStatus,
    status_of_visit,
)
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.use_cases.platform.ports import Repositories

PACKAGE_ERRORS: Final = (UnknownPackage, PackageNotApplicable, PackageUsedUp)
"""What `package_discount` raises."""
_STATUSES: Final = {
    Status.CANCELLED: VisitStatus.FREE,
    Status.EXPIRED: VisitStatus.FREE,
    Status.COMPLETED: VisitStatus.USED,
    Status.NO_SHOW: VisitStatus.USED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedVisit:
    """The booking that is to take a visit of a package."""

    package_id: PackageId
    customer_id: UserId
    schedule: ProviderSchedule
    terms: Terms
    start: datetime


async def package_discount(
    wanted: WantedVisit, tx: Repositories, context: UseCaseContext, *, booking: bool
) -> Discount:
    """What a visit takes off; for a `booking`, the package is locked.

    Raises:
        UnknownPackage: the customer has no such package.
        PackageNotApplicable, PackageUsedUp: the booking cannot take a visit of it.
    """
    packages = tx.packages
    package = await (packages.lock(wanted.package_id) if booking else packages.get(wanted.package_id))
    if package is None or package.customer_id != wanted.customer_id:
        raise UnknownPackage
    price, provider_id = wanted.terms.price, wanted.schedule.provider_id
    if not await _is_for(provider_id, package, tx):
        raise PackageNotApplicable(name=package.name)
    package.require_usable(wanted.start, context.now)
    services = [(service.id, service.price) for service in wanted.schedule.services]
    covered = package.covered(price.currency, services, price)
    return Discount(
        kind=DiscountKind.PACKAGE,
        source_id=package.id,
        label=package.name,
        amount=covered,
        most=covered,
        funded_by=Funding.PROVIDER,
    )


async def _is_for(provider_id: ProviderId, package: Package, tx: Repositories) -> bool:
    if package.salon_id is not None:
        return package.salon_id == await tx.salons.salon_of(provider_id)
    return package.provider_id == provider_id


def visit_status(booking: Booking) -> VisitStatus:
    """The status that the visit of a booking has to have. A dispute changes nothing until it ends."""
    return _STATUSES.get(booking.undisputed_status, VisitStatus.RESERVED)


async def visit_is_there(booking: Booking, tx: Repositories) -> bool:
    """Whether a booking that may be revived can take its visit again; true without a package."""
    package = await _locked(booking, tx)
    return package is None or bool(package.balance)


async def keep_visit(booking: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Let the package of a booking follow the booking's status.

    Only a dispute can let a booking take place that has given its visit back; if none is left then, none is taken.
    """
    package = await _locked(booking, tx)
    if package is None:
        return
    held, becomes = status_of_visit(await tx.packages.last_of(package.id, booking.id)), visit_status(booking)
    if held is becomes or (held is VisitStatus.FREE and not package.balance):
        return
    cause = PackageCause(
        id=PackageEntryId(context.entropy.new_id()),
        name=f"{becomes}:{booking.id}:{booking.version}",
        at=context.now,
        booking_id=booking.id,
    )
    after, entry = package.move(held, becomes, cause)
    await tx.packages.save(after, was=package)
    await tx.packages.add_entry(entry)


async def _locked(booking: Booking, tx: Repositories) -> Package | None:
    for each in booking.discounts:
        if each.kind is DiscountKind.PACKAGE:
            return await tx.packages.lock(PackageId(each.source_id))
    return None
