"""Remind customers of visits that expire soon, and take those that have."""

from typing import Final

from booking_domain.packages.events import PackageExpiring
from booking_domain.packages.model import PackageId, PackageNotFound
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.packages.steps import cause, event_id, post
from booking_domain.use_cases.platform.ports import Repositories


async def _remind(package_id: PackageId, tx: Repositories, context: UseCaseContext) -> None:
    """Once, if visits are left."""
    package = required(await tx.packages.lock(package_id), PackageNotFound)
    if package.reminded_at is None and package.balance:
        await tx.packages.save(package.reminded(context.now), was=package)
        await tx.outbox.put([PackageExpiring(id=event_id(context), occurred_at=context.now, package_id=package.id)])


async def _expire(package_id: PackageId, tx: Repositories, context: UseCaseContext) -> None:
    package = required(await tx.packages.lock(package_id), PackageNotFound)
    posted = package.expire(cause(f"expiry:{package.version}", context))
    if posted is not None:
        await post(posted, package, tx)


remind_of_package: Final = UseCase(Permission.RUN_PLATFORM, _remind, raises=(PackageNotFound,))
expire_package: Final = UseCase(Permission.RUN_PLATFORM, _expire, raises=(PackageNotFound,))
