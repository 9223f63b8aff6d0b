"""`/customers`: who books with a provider, or with the members of a salon."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, delete, get, put
from litestar.params import FromPath, JSONBody

from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import CustomerId
from booking_domain.workflows import customers
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.customers.schemas import (
    CUSTOMER,
    CUSTOMERS,
    NOTE,
    NOTES,
    WRITE_NOTE,
    CustomerJson,
    CustomerNoteJson,
    CustomersJson,
    CustomersQuery,
    NoteBody,
    customer_json,
    note_json,
)
from entrypoints.http.kit.cursors import cut
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.injection import Injected


@get("/", opt=documented(customers.list_customers, raises=(InvalidValue,), answer=CUSTOMERS))
async def list_customers(
    asked: Injected[CustomersQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    identity: Injected[Identity],
    clock: Injected[Clock],
) -> CustomersJson:
    """List the caller's customers by name, with their visits: for providers, and for managers those of all members.

    A customer has a booking that was confirmed and not cancelled, and an account that is not deleted; or is a walk-in.
    """
    chosen = asked.chosen(identity.phone_numbers)
    found = await customers.list_customers(actor, chosen, reads.customers, now=clock.now())
    page, next_cursor = cut(found, asked.limit, lambda customer: customer.id)
    return CustomersJson(items=tuple(map(customer_json, page)), next_cursor=next_cursor)


@get("/{customer_id:str}", opt=documented(customers.get_customer, answer=CUSTOMER))
async def get_customer(
    customer_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[CustomerJson]:
    """Return one of the caller's customers. `ETag` is the version of the note, for `If-Match`, if there is one."""
    found = await customers.get_customer(actor, CustomerId(customer_id), reads.customers, now=clock.now())
    return Response(customer_json(found), headers=None if found.note is None else etag(found.note.version))


@put(
    "/{customer_id:str}/note",
    opt=documented(customers.note_on_customer, body=WRITE_NOTE, answer=NOTE),
    operation_id="writeCustomerNote",
)
async def write_note(
    customer_id: FromPath[UUID],
    data: JSONBody[NoteBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    if_match: IfMatch = None,
) -> Response[CustomerNoteJson]:
    """Replace your note on a customer, which nobody else sees. It is erased with either account."""
    note = await executor.run(
        customers.note_on_customer, data.command(customer_id, expected_version(if_match)), actor=actor
    )
    return Response(note_json(note), headers=etag(note.version))


@delete("/{customer_id:str}", opt=documented(customers.delete_walk_in))
async def delete_walk_in(
    customer_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Delete name, number and notes of a walk-in; also for admins. The bookings stay, without the name.

    A customer with an account deletes it themselves. While a booking is to come, nothing is deleted.
    """
    await executor.run(customers.delete_walk_in, CustomerId(customer_id), actor=actor)


routes: Final = Router(
    "/customers",
    route_handlers=[list_customers, get_customer, write_note, delete_walk_in],
    opt=about("customers", "The customers of a provider or salon, with private notes.") | exporting(NOTES),
)
