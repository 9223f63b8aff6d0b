"""Customers and notes on them in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.customers.model import Customer, CustomerNote
from booking_domain.customers.ports import CustomerFilter, CustomerNotes, CustomerReads, CustomerScope
from booking_domain.identity.model import User, UserStatus
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import BookingId, CustomerId, UserId
from booking_domain.shared.phones import is_found_by_part
from booking_domain.testing.bookings.memory.tables import BOOKINGS, WALK_INS
from booking_domain.testing.catalogue.memory.tables import SALON_MEMBERS, SALONS
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, Rows, State, Table
from booking_domain.use_cases.platform.views import CONTACT_SHOWN


def _erase_of_either(state: State, rows: Rows[tuple[UserId, CustomerId], CustomerNote], user_id: UserId) -> None:
    theirs = {user_id, *(each.id for each in state[BOOKINGS].values() if each.customer_id == user_id)}
    rows.delete_keys(lambda key: not theirs.isdisjoint(key))


CUSTOMER_NOTES: Final = Table[tuple[UserId, CustomerId], CustomerNote](
    "customer_notes",
    key=lambda row: (row.author_id, row.customer_id),
    refers=lambda row: ((USERS, row.author_id),),
    erase=_erase_of_either,
)
TABLES: Final = (CUSTOMER_NOTES,)


def _served(state: State, whose: CustomerScope) -> dict[CustomerId, list[Booking]]:
    """Their customers, with the bookings that count."""
    managed = {
        provider_id
        for provider_id, salon_id in state[SALON_MEMBERS].items()
        if state[SALONS][salon_id].manager_id == whose.manager_id
    }
    served: dict[CustomerId, list[Booking]] = {}
    for booking in state[BOOKINGS].values():
        if booking.provider_user_id != whose.owner_id and booking.provider_id not in managed:
            continue
        walk_in, _ = state[WALK_INS].get(booking.id, (None, None))
        agreed = [booking] if booking.status in CONTACT_SHOWN else []
        if walk_in is not None:
            served.setdefault(walk_in, []).extend(agreed)
        elif agreed and booking.customer_id != booking.provider_user_id:
            served.setdefault(CustomerId(booking.customer_id), []).extend(agreed)
    return served


class MemoryCustomerNotes(InMemory, CustomerNotes):
    """The notes of one database transaction."""

    async def serves(self, whose: CustomerScope, customer_id: CustomerId) -> bool:
        return customer_id in _served(self._state, whose)

    async def get(self, author_id: UserId, customer_id: CustomerId) -> CustomerNote | None:
        return self._state[CUSTOMER_NOTES].get((author_id, customer_id))

    async def save(self, note: CustomerNote) -> None:
        self._state[CUSTOMER_NOTES].put(note)

    async def delete_on(self, customer_id: CustomerId) -> None:
        self._state[CUSTOMER_NOTES].delete_keys(lambda key: key[1] == customer_id)


class MemoryCustomerReads(InMemory, CustomerReads):
    """Committed customers."""

    async def page(self, author_id: UserId, criteria: CustomerFilter, now: datetime) -> Sequence[Customer]:
        found = self._all(author_id, criteria.whose, now)
        found = found[[each.id for each in found].index(criteria.after) + 1 :] if criteria.after is not None else found
        return [each for each in found if _matches(self._names(each), each, criteria)][: criteria.limit]

    async def get(
        self, author_id: UserId, whose: CustomerScope, customer_id: CustomerId, now: datetime
    ) -> Customer | None:
        return next((each for each in self._all(author_id, whose, now) if each.id == customer_id), None)

    async def notes_by(self, author_id: UserId, after: CustomerId | None, limit: int) -> Sequence[CustomerNote]:
        last = None if after is None else (author_id, after)
        return self._state[CUSTOMER_NOTES].page(lambda each: each.author_id == author_id, last, limit)

    def _names(self, customer: Customer) -> str:
        return customer.name if customer.walk_in else self._state[USERS][UserId(customer.id)].names

    def _all(self, author_id: UserId, whose: CustomerScope, now: datetime) -> list[Customer]:
        state = self._state
        found = [
            _customer(_person(state, id_), made, state[CUSTOMER_NOTES].get((author_id, id_)), now)
            for id_, made in _served(state, whose).items()
        ]
        found = [
            each for each in found if each.walk_in or state[USERS][UserId(each.id)].status is not UserStatus.DELETED
        ]
        return sorted(found, key=lambda each: (each.name, each.id))


def _person(state: State, id_: CustomerId) -> User | tuple[CustomerId, WalkIn]:
    return state[WALK_INS].get(BookingId(id_)) or state[USERS][UserId(id_)]


def _customer(
    person: User | tuple[CustomerId, WalkIn], made: Sequence[Booking], note: CustomerNote | None, now: datetime
) -> Customer:
    id_, named = (CustomerId(person.id), person) if isinstance(person, User) else person
    came = [each.span.start for each in made if each.status is not Status.NO_SHOW and each.span.start <= now]
    comes = [each.span.start for each in made if each.status is Status.CONFIRMED and each.span.start > now]
    return Customer(
        id=id_,
        name=named.name,
        email=named.email if isinstance(named, User) else None,
        phone=named.phone,
        bookings=len(made),
        no_shows=sum(each.status is Status.NO_SHOW for each in made),
        last_visit=max(came, default=None),
        next_visit=min(comes, default=None),
        note=note,
        walk_in=isinstance(named, WalkIn),
    )


def _matches(names: str, customer: Customer, criteria: CustomerFilter) -> bool:
    if criteria.text is None:
        return True
    text = folded(criteria.text)
    by_text = text in folded(names) or text in folded(customer.email or "")
    by_number = criteria.phone is not None and customer.phone == criteria.phone
    return by_text or by_number or is_found_by_part(customer.phone, criteria.text)


class CustomerRepositories(Group):
    """The repositories of this context."""

    customer_notes: Final = Part(MemoryCustomerNotes)


class CustomerReadGroup(Group):
    """The reads of this context."""

    customers: Final = Part(MemoryCustomerReads)
