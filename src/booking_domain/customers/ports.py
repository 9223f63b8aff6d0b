"""Ports of customers and notes on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.customers.model import Customer, CustomerNote
from booking_domain.shared.ids import CustomerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerScope:
    """Which customers: those of the provider that a user is, or of the members of a manager's salons."""

    owner_id: UserId | None = None
    manager_id: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFilter:
    """Which customers to list, by name. `after` is the last id of the previous page; None matches any value."""

    whose: CustomerScope
    text: str | None = None
    """A part of the name, the given and family name in either order, or the e-mail address, folded.

    Or a part of the phone number: see `shared.phones`.
    """
    phone: str | None = None
    """With `text`: or this phone number."""
    after: CustomerId | None = None
    limit: int = 50


class CustomerNotes(Protocol):
    """Notes on customers inside a database transaction; needs the lock of the author's account."""

    async def serves(self, whose: CustomerScope, customer_id: CustomerId) -> bool:
        """Whether the customer is one of theirs. A walk-in then stays until this database transaction ends."""
        ...

    async def get(self, author_id: UserId, customer_id: CustomerId) -> CustomerNote | None:
        """The author's note on the customer."""
        ...

    async def save(self, note: CustomerNote) -> None:
        """Store the note in place of the author's former one on this customer."""
        ...

    async def delete_on(self, customer_id: CustomerId) -> None:
        """Delete the notes of all authors on this customer."""
        ...


class CustomerReads(Protocol):
    """Reads of customers, outside any database transaction.

    Those with an account have an agreed booking, and the account is not deleted. Walk-ins have any booking.
    """

    async def page(self, author_id: UserId, criteria: CustomerFilter, now: datetime) -> Sequence[Customer]:
        """The customers that match, by name and id, with the author's notes, at most `limit`."""
        ...

    async def get(
        self, author_id: UserId, whose: CustomerScope, customer_id: CustomerId, now: datetime
    ) -> Customer | None:
        """One of their customers, with the author's note."""
        ...

    async def notes_by(self, author_id: UserId, after: CustomerId | None, limit: int) -> Sequence[CustomerNote]:
        """The author's notes, by customer id: those after `after`, at most `limit`."""
        ...


class CustomerRepositories(Protocol):
    """The repositories of this context."""

    @property
    def customer_notes(self) -> CustomerNotes: ...


class CustomerReadGroup(Protocol):
    """The reads of this context."""

    @property
    def customers(self) -> CustomerReads: ...
