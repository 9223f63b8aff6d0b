"""Packages as their customers, sellers and admins see them."""

from collections.abc import Sequence
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.packages.model import (
    Package,
    PackageEntry,
    PackageEntryId,
    PackageId,
    PackageLiability,
    PackageNotFound,
)
from booking_domain.packages.ports import PackageFilter, PackageReads
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.issuers import issues, narrowed
from booking_domain.use_cases.platform.ports import Reads


async def _list(actor: Actor, criteria: PackageFilter, reads: Reads) -> Sequence[Package]:
    """Packages that the actor has sold: a provider's own, those of a manager's salons; all for an admin."""
    return await reads.packages.page(await narrowed(actor, Permission.SELL_PACKAGES, criteria, reads))


async def _liability(actor: Actor, reads: Reads) -> Sequence[PackageLiability]:
    """What is owed on such packages, by currency."""
    return await reads.packages.liability(await narrowed(actor, Permission.SELL_PACKAGES, PackageFilter(), reads))


async def _mine(actor: Actor, after: PackageId | None, limit: int, packages: PackageReads) -> Sequence[Package]:
    """The actor's own packages, newest first."""
    authorise(actor, Permission.SEE_PACKAGES)
    return await packages.page(PackageFilter(customer_id=actor.id, after=after, limit=limit))


async def _get(actor: Actor, package_id: PackageId, reads: Reads) -> Package:
    authorise(actor, Permission.SEE_PACKAGES)
    package = required(await reads.packages.get(package_id), PackageNotFound)
    is_own = actor.role is Role.ADMIN or package.customer_id == actor.id
    if not is_own and not await issues(actor, package, reads):
        raise PackageNotFound
    return package


async def _entries(
    actor: Actor, package_id: PackageId, after: PackageEntryId | None, limit: int, reads: Reads
) -> Sequence[PackageEntry]:
    """What changed a package, newest first."""
    await _get(actor, package_id, reads)
    return await reads.packages.entries(package_id, after, limit)


list_packages: Final = Query(_list, (NotPermitted, ProfileMissing))
list_package_liability: Final = Query(_liability, (NotPermitted, ProfileMissing))
list_my_packages: Final = Query(_mine, (NotPermitted,))
get_package: Final = Query(_get, (NotPermitted, PackageNotFound))
list_package_entries: Final = Query(_entries, (NotPermitted, PackageNotFound))
