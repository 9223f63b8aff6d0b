"""`/customers`: the customers of a provider, or of the members of a salon."""

from typing import Final

from litestar import Response, Router, delete, get, put
from litestar.params import FromPath, JSONBody

from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import CustomerId
from booking_domain.use_cases.customers import commands as customers
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.customers.schemas import (
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
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.identities import Run
from entrypoints.http.kit.injection import Injected


@get("/", opt=documented(customers.list_customers, raises=(InvalidValue,)))
async def list_customers(
    params: Injected[CustomersQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    identity: Injected[Identity],
    clock: Injected[Clock],
) -> CustomersJson:
    """List the caller's customers by name, with their visits. Managers get the customers of all members.

    The list has the walk-ins, and the users with a booking that was confirmed and not cancelled whose account is not
    deleted.
    """
    chosen = params.chosen(identity.phone_numbers)
    found = await customers.list_customers(actor, chosen, reads.customers, now=clock.now())
    return CustomersJson.of(found, params.limit, customer_json, lambda customer: customer.id)


@get("/{customer_id:str}", opt=documented(customers.get_customer))
async def get_customer(
    customer_id: FromPath[CustomerId], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[CustomerJson]:
    """Return one of the caller's customers. If there is a note, `ETag` is its version, for `If-Match`."""
    found = await customers.get_customer(actor, customer_id, reads.customers, now=clock.now())
    return Response(customer_json(found), headers=None if found.note is None else etag(found.note.version))


@put(
    "/{customer_id:str}/note",
    opt=documented(customers.note_on_customer, body=WRITE_NOTE),
    operation_id="writeCustomerNote",
)
async def write_note(
    customer_id: FromPath[CustomerId], data: JSONBody[NoteBody], run: Injected[Run], if_match: IfMatch = None
) -> Response[CustomerNoteJson]:
    """Replace your note on a customer, which nobody else sees. It is erased with your account or the customer's."""
    note = await run(customers.note_on_customer, data.command(customer_id, expected_version(if_match)))
    return Response(note_json(note), headers=etag(note.version))


@delete("/{customer_id:str}", opt=documented(customers.delete_walk_in))
async def delete_walk_in(customer_id: FromPath[CustomerId], run: Injected[Run]) -> None:
    """Delete the name, number and notes of a walk-in; also for admins. The bookings stay, without the name.

    A customer with an account deletes it themselves. The request is refused while the walk-in has an upcoming booking.
    """
    await run(customers.delete_walk_in, customer_id)


routes: Final = Router(
    "/customers",
    route_handlers=[list_customers, get_customer, write_note, delete_walk_in],
    opt=about("customers", "The customers of a provider or salon, with private notes.") | exporting(NOTES),
)
