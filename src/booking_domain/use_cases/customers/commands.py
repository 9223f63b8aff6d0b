"""A provider's own customers, a manager's those of the members of their salons, and private notes on them.

A customer with an account deletes it themselves. What is known of a walk-in is deleted by who serves them, by an admin,
or once they have not come for long.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.customers.model import (
    Customer,
    CustomerHasAccount,
    CustomerHasBookings,
    CustomerNote,
    NotYourCustomer,
)
from booking_domain.customers.ports import CustomerFilter, CustomerReads, CustomerScope
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import CustomerId
from booking_domain.shared.permissions import Permission, Relation, authorise, may
from booking_domain.shared.queries import Query
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.platform.ports import Reads, Repositories

WALK_IN_DELETED: Final = Permission.DELETE_WALK_INS.value
"""The action in the audit log, which back-ups record: a restored walk-in is deleted again."""
_READ_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOnCustomer:
    """Replace the actor's note on a customer. An empty text removes it."""

    customer_id: CustomerId
    text: str
    expected_version: ExpectedVersion = None


async def _note(command: NoteOnCustomer, tx: Repositories, context: UseCaseContext) -> CustomerNote:
    author_id = context.actor.id
    await tx.users.lock(author_id)
    if not await tx.customer_notes.serves(_whose(context.actor, Permission.KEEP_CUSTOMERS), command.customer_id):
        raise NotYourCustomer
    before = await tx.customer_notes.get(author_id, command.customer_id)
    require_expected_version(0 if before is None else before.version, command.expected_version)
    if before is None:
        after = CustomerNote(
            author_id=author_id, customer_id=command.customer_id, text=command.text, updated_at=context.now
        )
    else:
        after = before.changed(command.text, context.now)
    if after is not before:
        await tx.customer_notes.save(after)
    return after


async def _list_customers(
    actor: Actor, criteria: CustomerFilter, customers: CustomerReads, *, now: datetime
) -> Sequence[Customer]:
    authorise(actor, Permission.KEEP_CUSTOMERS)
    return await customers.page(actor.id, replace(criteria, whose=_whose(actor, Permission.KEEP_CUSTOMERS)), now)


async def _get_customer(actor: Actor, customer_id: CustomerId, customers: CustomerReads, *, now: datetime) -> Customer:
    authorise(actor, Permission.KEEP_CUSTOMERS)
    return required(
        await customers.get(actor.id, _whose(actor, Permission.KEEP_CUSTOMERS), customer_id, now), NotYourCustomer
    )


def _whose(actor: Actor, action: Permission) -> CustomerScope:
    return CustomerScope(
        owner_id=actor.id if may(actor, action, Relation.OWN) else None,
        manager_id=actor.id if may(actor, action, Relation.MANAGED) else None,
    )


async def _delete(customer_id: CustomerId, tx: Repositories, context: UseCaseContext) -> None:
    """Delete name, number and notes of a walk-in. The bookings stay, of a customer without a name.

    The provider's lock keeps a new booking from naming the walk-in meanwhile.
    """
    owner_id = await tx.walk_ins.owner_of(customer_id)
    if owner_id is not None:
        await tx.calendars.lock_provider_of(owner_id)
    any_provider = may(context.actor, Permission.DELETE_WALK_INS)
    served = await tx.customer_notes.serves(_whose(context.actor, Permission.DELETE_WALK_INS), customer_id)
    if owner_id is None and served:
        raise CustomerHasAccount
    if owner_id is None or not (served or any_provider):
        raise NotYourCustomer
    if await tx.walk_ins.has_upcoming_booking(customer_id, context.now):
        raise CustomerHasBookings
    await _delete_known(customer_id, tx)
    context.note(WALK_IN_DELETED)


async def _delete_known(customer_id: CustomerId, tx: Repositories) -> None:
    booking_ids = await tx.walk_ins.remove(customer_id)
    await tx.receipts.remove_customer(booking_ids)
    await tx.customer_notes.delete_on(customer_id)


async def _delete_again(customer_id: CustomerId, tx: Repositories, context: UseCaseContext) -> None:
    """Delete what a restored database knows of a walk-in from before the deletion."""
    owner_id = await tx.walk_ins.owner_of(customer_id)
    if owner_id is not None:
        await tx.calendars.lock_provider_of(owner_id)
        await _delete_known(customer_id, tx)
        context.note(WALK_IN_DELETED)


async def _remove_inactive(lapsed: tuple[CustomerId, datetime], tx: Repositories, _: UseCaseContext) -> None:
    customer_id, before = lapsed
    owner_id = await tx.walk_ins.owner_of(customer_id)
    if owner_id is not None:
        await tx.calendars.lock_provider_of(owner_id)
    if not await tx.walk_ins.has_upcoming_booking(customer_id, before):  # since it was read
        await _delete_known(customer_id, tx)


async def remove_inactive_walk_ins(before: datetime, *, reads: Reads, executor: Executor[Repositories]) -> None:
    """Delete what is known of walk-ins whose last booking ended before this time."""
    while lapsed := await reads.walk_ins.inactive_since(before, _READ_AT_ONCE):
        for customer_id in lapsed:
            await executor.run(_remove_one_inactive, (customer_id, before), actor=SYSTEM)


note_on_customer: Final = UseCase(
    Permission.KEEP_CUSTOMERS, _note, raises=(NotYourCustomer, InvalidValue, StaleVersion)
)
delete_walk_in: Final = UseCase(
    Permission.DELETE_WALK_INS,
    _delete,
    concerns=lambda customer_id, _: Subject("walk_in", customer_id),
    raises=(NotYourCustomer, CustomerHasAccount, CustomerHasBookings),
)
delete_walk_in_again: Final = UseCase(
    Permission.RUN_PLATFORM, _delete_again, concerns=lambda customer_id, _: Subject("walk_in", customer_id)
)
_remove_one_inactive: Final = UseCase(Permission.RUN_PLATFORM, _remove_inactive)
list_customers: Final = Query(_list_customers, (NotPermitted,))
get_customer: Final = Query(_get_customer, (NotPermitted, NotYourCustomer))
