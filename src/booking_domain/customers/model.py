"""Customers as those see them who serve them, and private notes on them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import CustomerId, UserId

MAX_NOTE: Final = 2_000


class NotYourCustomer(NotFound, code="customer.not_found"):
    """You have no such customer."""


class CustomerHasAccount(Conflict, code="customer.has_account"):
    """The customer has an account, and deletes it themselves."""


class CustomerHasBookings(Conflict, code="customer.has_bookings"):
    """The customer has a booking to come; cancel it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNote:
    """What a provider or a manager notes on a customer. Only its author sees it."""

    author_id: UserId
    customer_id: CustomerId
    text: str
    updated_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if len(self.text) > MAX_NOTE:
            raise InvalidValue(field="text", problem=f"at most {MAX_NOTE} characters")

    @property
    def id(self) -> CustomerId:
        """The customer: an author has one note on each."""
        return self.customer_id

    def changed(self, text: str, now: datetime) -> Self:
        """The note with another text; the same object if it is equal."""
        return self if text == self.text else replace(self, text=text, updated_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer with whom bookings were agreed, or a walk-in, and what became of the bookings."""

    id: CustomerId
    name: str
    email: str | None
    phone: str | None
    bookings: int
    """How many bookings were confirmed and not cancelled."""
    no_shows: int
    last_visit: datetime | None
    """The latest start of a booking that was not missed."""
    next_visit: datetime | None
    """The earliest start of a confirmed booking to come."""
    note: CustomerNote | None
    """The reader's own."""
    walk_in: bool = False
