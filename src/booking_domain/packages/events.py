"""Domain events of packages."""

from typing import Final

from booking_domain.packages.model import PackageEntryId, PackageId
from booking_domain.shared.events import Event


class PackageChanged(Event, subject="package_id"):
    """Base of the events of a package."""

    package_id: PackageId


class PackageSold(PackageChanged, topic="package.sold"):
    """A customer has bought a package."""


class PackageTransferred(PackageChanged, topic="package.transferred"):
    """A customer has got visits of another; the package is the new one."""


class PackageRefunded(PackageChanged, topic="package.refunded"):
    """The seller has returned the money of unused visits."""

    entry_id: PackageEntryId


class PackageExpiring(PackageChanged, topic="package.expiring"):
    """Visits that are left expire soon."""


EVENTS: Final[tuple[type[Event], ...]] = (PackageSold, PackageTransferred, PackageRefunded, PackageExpiring)
"""Each event of this context."""
