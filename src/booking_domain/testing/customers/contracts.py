"""The contract of `CustomerNotes` and `CustomerReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.customers.model import Customer, CustomerNote
from booking_domain.customers.ports import CustomerFilter, CustomerNotes, CustomerReads, CustomerScope
from booking_domain.identity.model import User
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import CustomerId, UserId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, a_cast, a_salon, alone, store_bookings
from booking_domain.use_cases.platform.views import CONTACT_SHOWN

LAST_WEEK: Final = NOW - timedelta(days=7)


async def _customers(backend: Backend, make: Builder, *names: str) -> list[User]:
    found = [replace(make.user(), name=name) for name in names]
    async with backend.begin() as tx:
        for user in found:
            await tx.users.add(user)
    return found


async def _page(backend: Backend, cast: Cast, **chosen: object) -> list[Customer]:
    criteria = replace(CustomerFilter(whose=CustomerScope(owner_id=cast.owner.id)), **chosen)  # type: ignore[arg-type]
    return list(await backend.reads.customers.page(cast.owner.id, criteria, NOW))


def _agreed(make: Builder, cast: Cast, customer: User, hours: int = 0) -> Booking:
    return make.booking(cast.profile, customer, TOMORROW + hours * HOUR, status=Status.CONFIRMED)


def _note(author_id: UserId, customer_id: UUID, text: str = "Allergic to latex.") -> CustomerNote:
    return CustomerNote(author_id=author_id, customer_id=CustomerId(customer_id), text=text, updated_at=NOW)


async def _write(backend: Backend, *notes: CustomerNote) -> None:
    async with backend.begin() as tx:
        for note in notes:
            await tx.users.lock(note.author_id)
            await tx.customer_notes.save(note)


class CustomersContract(StorageContract):
    """Customers of providers and salons, and notes on them."""

    async def test_a_customer_is_shown_with_visits_and_the_readers_note(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        made = [
            make.booking(cast.profile, cast.customer, start, status=status)
            for start, status in (
                (LAST_WEEK, Status.COMPLETED),
                (LAST_WEEK + 2 * HOUR, Status.NO_SHOW),
                (LAST_WEEK - 9 * HOUR, Status.CONFIRMED),
                (TOMORROW + HOUR, Status.CONFIRMED),
                (TOMORROW + 3 * HOUR, Status.CONFIRMED),
                (TOMORROW + 5 * HOUR, Status.PENDING),
            )
        ]
        await store_bookings(backend, make, *made, make.booking(other.profile, cast.customer))
        note = _note(cast.owner.id, cast.customer.id)
        await _write(backend, note, _note(other.owner.id, cast.customer.id, "Always late."))
        expected = Customer(
            id=CustomerId(cast.customer.id),
            name=cast.customer.name,
            email=cast.customer.email,
            phone=cast.customer.phone,
            bookings=5,
            no_shows=1,
            last_visit=LAST_WEEK,
            next_visit=TOMORROW + HOUR,
            note=note,
        )
        assert await _page(backend, cast) == [expected]
        own, customer_id = CustomerScope(owner_id=cast.owner.id), CustomerId(cast.customer.id)
        assert await backend.reads.customers.get(cast.owner.id, own, customer_id, NOW) == expected
        assert await backend.reads.customers.get(cast.owner.id, own, CustomerId(cast.owner.id), NOW) is None
        assert await backend.reads.customers.get(cast.owner.id, CustomerScope(), customer_id, NOW) is None

    async def test_only_agreed_bookings_of_others_make_a_customer(self, backend: Backend, make: Builder) -> None:
        for status in Status:
            cast = await a_cast(backend, make)
            walk_in = make.booking(cast.profile, cast.owner, TOMORROW + HOUR)
            await store_bookings(backend, make, make.booking(cast.profile, cast.customer, status=status), walk_in)
            served = [cast.customer.id] if status in CONTACT_SHOWN else []
            assert [each.id for each in await _page(backend, cast)] == served
            async with backend.begin() as tx:
                own = CustomerScope(owner_id=cast.owner.id)
                assert await tx.customer_notes.serves(own, CustomerId(cast.customer.id)) == bool(served)
                assert not await tx.customer_notes.serves(own, CustomerId(cast.owner.id))
                assert not await tx.customer_notes.serves(CustomerScope(), CustomerId(cast.customer.id))

    async def test_customers_are_searched_and_read_page_by_page_by_name(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        users = await _customers(backend, make, "Туяа", "Saraa Bold", "Бат", "Saraa Bold", "Anu_Bold")
        await store_bookings(backend, make, *(_agreed(make, cast, user, n) for n, user in enumerate(users)))
        by_name = [CustomerId(user.id) for user in sorted(users, key=lambda user: (user.name, user.id))]
        read: list[CustomerId] = []
        while page := await _page(backend, cast, after=read[-1] if read else None, limit=2):
            read += [each.id for each in page]
        assert read == by_name
        for text, expected in (
            ("bold", {users[1].id, users[3].id, users[4].id}),
            ("SARAA", {users[1].id, users[3].id}),
            ("ТУЯА", {users[0].id}),
            ("ТУЙ", set()),
            ("бА", {users[2].id}),
            ("Bó\u200cld", {users[1].id, users[3].id, users[4].id}),
            ("%", set()),
            ("_", {users[4].id}),
            (str(users[0].email)[:-3].upper(), {users[0].id}),
            ("unknown", set()),
        ):
            assert {each.id for each in await _page(backend, cast, text=text)} == expected, text
        by_phone = await _page(backend, cast, text=users[2].phone, phone=users[2].phone)
        assert [each.id for each in by_phone] == [users[2].id]

    async def test_walk_ins_are_customers_whatever_became_of_their_bookings(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        first, missed, cancelled = (
            make.booking(cast.profile, cast.owner, LAST_WEEK + n * HOUR, status=status)
            for n, status in ((0, Status.COMPLETED), (2, Status.NO_SHOW), (4, Status.CANCELLED))
        )
        to_come = make.booking(cast.profile, cast.owner, TOMORROW, status=Status.CONFIRMED)
        nameless = make.booking(cast.profile, cast.owner, TOMORROW + 9 * HOUR, status=Status.CONFIRMED)
        theirs = make.booking(other.profile, other.owner)
        account = _agreed(make, cast, cast.customer, 5)
        await store_bookings(backend, make, first, missed, cancelled, to_come, nameless, theirs, account)
        bold, anu = WalkIn(name="Bold", phone="+97699112233"), WalkIn(name="Zaya")
        async with backend.begin() as tx:
            await tx.walk_ins.add(first.id, bold)
            for visit in (missed, to_come):
                await tx.walk_ins.add(visit.id, bold, CustomerId(first.id))
            await tx.walk_ins.add(cancelled.id, anu)
            await tx.walk_ins.add(theirs.id, bold)
        note = _note(cast.owner.id, first.id)
        await _write(backend, note, _note(other.owner.id, theirs.id))
        seen = Customer(
            id=CustomerId(first.id),
            name="Bold",
            email=None,
            phone=bold.phone,
            bookings=3,
            no_shows=1,
            last_visit=LAST_WEEK,
            next_visit=TOMORROW,
            note=note,
            walk_in=True,
        )
        assert await _page(backend, cast, text="bol") == [seen]
        assert await _page(backend, cast, text=bold.phone, phone=bold.phone) == [seen]
        own = CustomerScope(owner_id=cast.owner.id)
        assert await backend.reads.customers.get(cast.owner.id, own, seen.id, NOW) == seen
        found = await _page(backend, cast)
        assert [each.name for each in found] == sorted([bold.name, anu.name, cast.customer.name])
        assert [each.bookings for each in found if each.name == anu.name] == [0]
        read: list[Customer] = []
        while page := await _page(backend, cast, after=read[-1].id if read else None, limit=1):
            read += page
        assert read == found
        async with backend.begin() as tx:
            for customer_id, served in (
                (first.id, True),
                (cancelled.id, True),
                (to_come.id, False),
                (theirs.id, False),
            ):
                assert await tx.customer_notes.serves(own, CustomerId(customer_id)) == served
            await tx.customer_notes.delete_on(CustomerId(first.id))
            assert await tx.customer_notes.get(cast.owner.id, CustomerId(first.id)) is None
            assert await tx.customer_notes.get(other.owner.id, CustomerId(theirs.id)) is not None

    async def test_a_manager_has_the_customers_of_all_members(self, backend: Backend, make: Builder) -> None:
        casts = [await a_cast(backend, make) for _ in range(3)]
        both, one = await _customers(backend, make, "Both", "One")
        salon = await a_salon(backend, make, *casts[:2])
        await store_bookings(
            backend,
            make,
            *(_agreed(make, cast, both) for cast in casts),
            _agreed(make, casts[1], one, 5),
            _agreed(make, casts[2], casts[2].customer, 5),
        )
        whose = CustomerScope(manager_id=salon.manager_id)
        found = await backend.reads.customers.page(salon.manager_id, CustomerFilter(whose=whose), NOW)
        assert [(each.name, each.bookings) for each in found] == [(both.name, 2), (one.name, 1)]
        async with backend.begin() as tx:
            assert await tx.customer_notes.serves(whose, CustomerId(one.id))
            assert not await tx.customer_notes.serves(whose, CustomerId(casts[2].customer.id))

    async def test_an_author_has_one_note_on_each_customer(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        first, second = _note(cast.owner.id, cast.customer.id), _note(cast.owner.id, other.customer.id, "")
        changed = replace(first, text="Кофе", updated_at=TOMORROW, version=2)
        await _write(backend, first, second, changed, _note(other.owner.id, cast.customer.id))
        async with backend.begin() as tx:
            assert await tx.customer_notes.get(cast.owner.id, CustomerId(cast.customer.id)) == changed
            assert await tx.customer_notes.get(cast.customer.id, CustomerId(cast.owner.id)) is None
        notes = sorted((changed, second), key=lambda note: note.customer_id)
        reads = backend.reads.customers
        assert list(await reads.notes_by(cast.owner.id, None, 9)) == notes
        assert list(await reads.notes_by(cast.owner.id, notes[0].id, 9)) == notes[1:]
        assert list(await reads.notes_by(cast.owner.id, None, 1)) == notes[:1]

    async def test_erasing_either_account_erases_the_note(self, backend: Backend, make: Builder) -> None:
        for erased in ("owner", "customer"):
            cast, other = await a_cast(backend, make), await a_cast(backend, make)
            kept = _note(other.owner.id, other.customer.id)
            await _write(backend, _note(cast.owner.id, cast.customer.id), kept)
            await alone(backend).personal_data.clear(getattr(cast, erased).id)
            assert list(await backend.reads.customers.notes_by(cast.owner.id, None, 9)) == []
            assert list(await backend.reads.customers.notes_by(other.owner.id, None, 9)) == [kept]

    async def test_erasing_a_provider_erases_the_notes_of_others_on_walk_ins(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, manager = await a_cast(backend, make), make.user(Role.MANAGER)
        booking = make.booking(cast.profile, cast.owner)
        await store_bookings(backend, make, booking)
        async with backend.begin() as tx:
            await tx.users.add(manager)
            await tx.walk_ins.add(booking.id, WalkIn(name="Bold"))
        await _write(backend, _note(manager.id, booking.id))
        await alone(backend).personal_data.clear(cast.owner.id)
        assert list(await backend.reads.customers.notes_by(manager.id, None, 9)) == []


CONTRACTS: Final = {CustomerNotes: CustomersContract, CustomerReads: CustomersContract}
