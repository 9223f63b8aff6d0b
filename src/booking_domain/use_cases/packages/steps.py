"""What changes a package inside a transaction that does more, and whose it is."""

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.packages.model import (
    Package,
    PackageCause,
    PackageEntryId,
    PackageId,
    PackageOffer,
    PackagePosted,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, ProviderId, SalonId
from booking_domain.shared.permissions import Permission, Relation, managed, may, owned
from booking_domain.use_cases.platform.ports import Repositories


def new_id(context: UseCaseContext) -> PackageId:
    """The id of a new package."""
    return PackageId(context.entropy.new_id())


def event_id(context: UseCaseContext) -> EventId:
    """The id of a new event."""
    return EventId(context.entropy.new_id())


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
    provider_id: ProviderId | None, salon_id: SalonId | None, tx: Repositories, context: UseCaseContext
) -> ProviderId | None:
    """The provider who offers a package; None: the salon does, which is locked.

    A provider offers their own, a manager those of their salon or of a member of it, an admin those of anyone.

    Raises:
        InvalidValue: provider and salon are named, or neither by a manager or admin.
        ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon: the actor sells no packages of it.
    """
    actor = context.actor
    if provider_id is not None and salon_id is not None:
        raise InvalidValue(field="salon_id", problem="a package is of a provider or of a salon")
    if actor.role is Role.PROVIDER and salon_id is None and provider_id is None:
        return required(await tx.profiles.of_owner(actor.id), ProfileMissing).id
    if salon_id is None and provider_id is None:
        raise InvalidValue(field="salon_id", problem="name the salon or the provider")
    if not may(actor, Permission.SELL_PACKAGES, await _relation(provider_id, salon_id, tx, context)):
        raise NotYourSalon if salon_id is not None else ProviderNotFound
    return provider_id


async def relation_to(thing: Package | PackageOffer, tx: Repositories, context: UseCaseContext) -> Relation | None:
    """The actor's relation to a package or an offer, as its seller; None also if who has offered it is gone."""
    try:
        return await _relation(thing.provider_id, thing.salon_id, tx, context)
    except (SalonNotFound, ProviderNotFound):
        return None


async def _relation(
    provider_id: ProviderId | None, salon_id: SalonId | None, tx: Repositories, context: UseCaseContext
) -> Relation | None:
    actor = context.actor
    if salon_id is not None:
        return owned(actor, required(await tx.salons.lock(salon_id), SalonNotFound).manager_id)
    if provider_id is None:
        return None
    profile = required(await tx.profiles.get(provider_id), ProviderNotFound)
    return owned(actor, profile.owner_id) or managed(actor, await tx.salons.manager_of(provider_id))
