"""The JSON of customers and notes on them, with examples."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.customers.model import MAX_NOTE, Customer, CustomerNote
from booking_domain.customers.ports import CustomerFilter, CustomerScope
from booking_domain.identity.ports import PhoneNumbers
from booking_domain.shared.ids import CustomerId
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.customers.commands import NoteOnCustomer
from entrypoints.http.admin.user_schemas import phone_in
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.exporting import ExportSection, items
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.projection import filled, projection

WRITE_NOTE: Final[dict[str, Any]] = {"text": "Allergic to latex."}


CustomerText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=254,
        description="Part of the name or the beginning of the e-mail address, in any case, or the phone number.",
    ),
]


class CustomersQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of customers."""

    q: CustomerText | None = None

    def chosen(self, phone_numbers: PhoneNumbers) -> CustomerFilter:
        """The filter, for one customer more than the page has."""
        return CustomerFilter(
            whose=CustomerScope(),
            text=self.q,
            phone=None if self.q is None else phone_in(self.q, phone_numbers),
            after=self.after(CustomerId),
            limit=self.limit + 1,
        )


class NoteBody(Body, frozen=True, kw_only=True):
    """A note on a customer; empty to remove it."""

    text: Annotated[str, Meta(max_length=MAX_NOTE)]

    def command(self, customer_id: CustomerId, expected_version: ExpectedVersion) -> NoteOnCustomer:
        """Return the command."""
        return NoteOnCustomer(customer_id=customer_id, text=self.text, expected_version=expected_version)


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
