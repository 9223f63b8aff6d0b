"""A customer gives visits of a package to another."""

from dataclasses import dataclass
from typing import Final

from booking_domain.identity.model import normal_email
from booking_domain.identity.security import SecurityPorts
from booking_domain.packages.events import PackageTransferred
from booking_domain.packages.model import (
    TRANSFERS,
    NoPackageRecipient,
    NotEnoughVisits,
    Package,
    PackageId,
    PackageNotFound,
    PackageNotTransferable,
)
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, about, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.use_cases.packages.steps import add, cause, event_id, new_id, post
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPackage:
    """Give free visits to another customer, if the offer allowed it. Both packages expire at the same time."""

    package_id: PackageId
    email: str | None = None
    """The e-mail address of the other's account; this or the phone number, which is verified."""
    phone: str | None = None
    visits: int | None = None
    """None: all that are free."""
    seen: int | None = None
    """How many free visits the customer saw: nothing is given if fewer are left, so that the same form gives once."""


async def _transfer(command: TransferPackage, tx: Repositories, context: UseCaseContext) -> Package:
    """The package that is left. Each try counts, whether or not there is such an account."""
    package = await tx.packages.lock(command.package_id)
    if package is None or package.customer_id != context.actor.id:
        raise PackageNotFound
    state = await tx.rate_limits.consume(f"package transfers of {context.actor.id}", TRANSFERS, context.now)
    if not state.allowed:
        raise RateLimited(retry_after_seconds=state.resets_in_seconds)
    if command.seen is not None and package.balance < command.seen:
        raise NotEnoughVisits(left=package.balance)
    new = new_id(context)
    left, given = package.transfer(
        command.visits,
        to=await _recipient(command, tx, context),
        id=new,
        cause=cause(f"transfer:{new}", context),
        received=cause("received", context),
    )
    await add(given, tx)
    await tx.outbox.put([PackageTransferred(id=event_id(context), occurred_at=context.now, package_id=new)])
    return await post(left, package, tx)


async def _recipient(command: TransferPackage, tx: Repositories, context: UseCaseContext) -> UserId:
    if command.phone is not None and command.email is None:
        login = context.get(SecurityPorts).phone_numbers.parse(command.phone)
    elif command.email is not None and command.phone is None:
        login = normal_email(command.email)
    else:
        raise InvalidValue(field="email", problem="either an e-mail address or a number", besides=("phone",))
    with about("phone" if command.email is None else "email"):
        user = required(await tx.users.by_login(login), NoPackageRecipient)
        role = await tx.users.active_role(user.id)
        if role is None or role is Role.ADMIN or user.id == context.actor.id or login not in user.verified_contacts:
            raise NoPackageRecipient
    return user.id


transfer_package: Final = UseCase(
    Permission.TRANSFER_PACKAGES,
    _transfer,
    lambda _, package: Subject("package", package.id),
    raises=(PackageNotFound, RateLimited, NoPackageRecipient, PackageNotTransferable, NotEnoughVisits, InvalidValue),
)
