"""`/customers`: the customers of a provider, or of the members of a salon."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.customers.model import MAX_NOTE, Customer, CustomerNote
from booking_domain.customers.ports import CustomerFilter, CustomerScope
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import CustomerId
from booking_domain.use_cases.customers import commands as customers
from booking_domain.use_cases.customers.commands import NoteOnCustomer
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.admin.users import phone_in
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.exporting import ExportSection, exporting, items
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import filled, members, projection
from entrypoints.http.kit.running import Run

WRITE_NOTE: Final[dict[str, Any]] = {"text": "Allergic to latex."}


CustomerText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=254,
        description="A part of the name, the family name or the e-mail address, in any case, or of the phone number: "
        "the last four digits or more, or six in a row.",
    ),
]


class CustomersQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of customers."""

    q: CustomerText | None = None


_chosen: Final = members(CustomersQuery, CustomerFilter, given=("whose", "phone"), text="q", **PAGE_AND_ONE)


class NoteBody(Body, frozen=True, kw_only=True):
    """A note on a customer; empty to remove it."""

    text: Annotated[str, Meta(max_length=MAX_NOTE)]


class CustomerJson(Json, frozen=True, kw_only=True):
    """A customer with a booking that was confirmed, or a walk-in."""

    id: UUID
    """The id of the customer's account, or of a walk-in's first booking. `GET /bookings?customerId=` accepts both."""
    name: str
    walk_in: bool | None = None
    """True if the customer has no account. Such a customer can be deleted."""
    email: str | None = None
    phone: str | None = None
    bookings: int
    """How many bookings were confirmed and not cancelled."""
    no_shows: int
    """How many times the customer did not come."""
    last_visit: Timestamp | None = None
    """The latest start of a booking that was not missed."""
    next_visit: Timestamp | None = None
    """The start of the next confirmed booking."""
    note: str
    """The caller's own note; nobody else sees it."""


class CustomersJson(Page[CustomerJson], frozen=True, kw_only=True):
    """A page of customers, by name."""


class CustomerNoteJson(Json, frozen=True, kw_only=True):
    """A private note on a customer."""

    customer_id: UUID
    text: str
    updated_at: Timestamp
    version: int


customer_json: Final = projection(
    Customer,
    CustomerJson,
    walk_in=filled("walk_in"),
    note=lambda customer: "" if customer.note is None else customer.note.text,
)
"""Show a customer to a provider or a manager."""


note_json: Final = projection(CustomerNote, CustomerNoteJson)
"""Show a note to its author."""


NOTES: Final[ExportSection] = items(
    "customer_notes",
    CustomerNoteJson,
    lambda source, after: source.reads.customers.notes_by(source.user.id, after, source.page),
    note_json,
    about="The private notes that the user wrote about customers.",
)


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
    phone = None if params.q is None else phone_in(params.q, identity.phone_numbers)
    chosen = CustomerFilter(whose=CustomerScope(), phone=phone, **_chosen(params))
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
    return await run(
        customers.note_on_customer,
        NoteOnCustomer(customer_id=customer_id, text=data.text, expected_version=expected_version(if_match)),
        answer=note_json,
    )


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
