"""A provider's own customers, a manager's those of the members of their salons, and private notes on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.customers.model import Customer, CustomerNote, NotYourCustomer
from booking_domain.customers.ports import CustomerFilter, CustomerReads, Whose
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission, Relation, authorise, may
from booking_domain.shared.queries import Query
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.workflows.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOnCustomer:
    """Replace the actor's note on a customer. An empty text removes it."""

    customer_id: UserId
    text: str
    expected_version: ExpectedVersion = None


async def _note(command: NoteOnCustomer, tx: Repositories, context: Context) -> CustomerNote:
    author_id = context.actor.id
    await tx.users.lock(author_id)
    if not await tx.customer_notes.serves(_whose(context.actor), command.customer_id):
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
    actor: Actor, chosen: CustomerFilter, customers: CustomerReads, *, now: datetime
) -> Sequence[Customer]:
    authorise(actor, Permission.KEEP_CUSTOMERS)
    return await customers.page(actor.id, replace(chosen, whose=_whose(actor)), now)


async def _get_customer(actor: Actor, customer_id: UserId, customers: CustomerReads, *, now: datetime) -> Customer:
    authorise(actor, Permission.KEEP_CUSTOMERS)
    found = await customers.get(actor.id, _whose(actor), customer_id, now)
    if found is None:
        raise NotYourCustomer
    return found


def _whose(actor: Actor) -> Whose:
    return Whose(
        owner_id=actor.id if may(actor, Permission.KEEP_CUSTOMERS, Relation.OWN) else None,
        manager_id=actor.id if may(actor, Permission.KEEP_CUSTOMERS, Relation.MANAGED) else None,
    )


note_on_customer: Final = UseCase(
    Permission.KEEP_CUSTOMERS, _note, raises=(NotYourCustomer, InvalidValue, StaleVersion)
)
list_customers: Final = Query(_list_customers, (NotPermitted,))
get_customer: Final = Query(_get_customer, (NotPermitted, NotYourCustomer))
