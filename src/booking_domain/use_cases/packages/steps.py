"""What changes a package inside a transaction that does more, and whose it is."""

from collections.abc import Sequence

from booking_domain.packages.events import PackageSold
from booking_domain.packages.model import (
    Package,
    PackageCause,
    PackageEntryId,
    PackageId,
    PackagePosted,
)
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, ProviderId, SalonId, ServiceId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.issuers import issuing_provider
from booking_domain.use_cases.platform.ports import Repositories


def new_id(context: UseCaseContext) -> PackageId:
    """The id of a new package."""
    return PackageId(context.entropy.new_id())


def event_id(context: UseCaseContext) -> EventId:
    """The id of a new event."""
    return EventId(context.entropy.new_id())


def sold(package: Package, context: UseCaseContext) -> PackageSold:
    """The event of a package that has its visits now."""
    return PackageSold(id=event_id(context), occurred_at=context.now, package_id=package.id)


def cause(
    name: str, context: UseCaseContext, *, booking_id: BookingId | None = None, reason: str | None = None
) -> PackageCause:
    """The cause of an entry that is made now."""
    return PackageCause(
        id=PackageEntryId(context.entropy.new_id()), name=name, at=context.now, booking_id=booking_id, reason=reason
    )


async def post(posted: PackagePosted, was: Package, tx: Repositories) -> Package:
    """Store a changed package with its entry."""
    package, entry = posted
    await tx.packages.save(package, was=was)
    await tx.packages.add_entry(entry)
    return package


async def add(posted: PackagePosted, tx: Repositories) -> Package:
    """Store a new package with its first entry."""
    package, entry = posted
    await tx.packages.add(package)
    await tx.packages.add_entry(entry)
    return package


async def seller(
    provider_id: ProviderId | None,
    salon_id: SalonId | None,
    permission: Permission,
    tx: Repositories,
    context: UseCaseContext,
) -> ProviderId | None:
    """The provider who offers a package or a plan; None: the salon does, which is locked.

    A provider offers their own, a manager those of their salon or of a member of it, an admin those of anyone.

    Raises:
        InvalidValue: provider and salon are named, or neither by a manager or admin.
        ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon: the actor sells nothing of it.
    """
    if context.actor.role is not Role.PROVIDER and salon_id is None and provider_id is None:
        raise InvalidValue(field="salon_id", problem="name the salon or the provider")
    return await issuing_provider(provider_id, salon_id, permission, tx, context)


async def offered_services(
    service_ids: Sequence[ServiceId],
    most: int,
    provider_id: ProviderId | None,
    salon_id: SalonId | None,
    tx: Repositories,
) -> tuple[ServiceId, ...]:
    """The services that a visit includes, each once.

    Raises:
        InvalidValue: there are more than `most`, or one is not of the provider or the salon.
    """
    if len(service_ids) > most:
        raise InvalidValue(field="service_ids", problem=f"at most {most} services")
    for service_id in service_ids:
        service = await tx.services.get(service_id)
        if service is None or (
            service.salon_id != salon_id
            if salon_id is not None
            else service.provider_id != provider_id and provider_id not in await tx.services.offering(service_id)
        ):
            raise InvalidValue(field="service_ids", problem="services of whoever offers it")
    return tuple(dict.fromkeys(service_ids))
