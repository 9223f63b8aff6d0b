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
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract
from booking_domain.use_cases.platform.views import CONTACT_SHOWN

LAST_WEEK: Final = NOW - timedelta(days=7)


def _note(author_id: UserId, customer_id: UUID, text: str = "Allergic to latex.") -> CustomerNote:
    return CustomerNote(author_id=author_id, customer_id=CustomerId(customer_id), text=text, updated_at=NOW)


class CustomersContract(StorageContract):
    """Customers of providers and salons, and notes on them."""

    async def _customers(self, *names: str) -> list[User]:
        found = [replace(self.make.user(), name=name) for name in names]
        async with self.begin() as tx:
            for user in found:
                await tx.users.add(user)
        return found

    async def _page(self, cast: Cast, **chosen: object) -> list[Customer]:
        criteria = replace(CustomerFilter(whose=CustomerScope(owner_id=cast.owner.id)), **chosen)  # type: ignore[arg-type]
        return list(await self.reads.customers.page(cast.owner.id, criteria, NOW))

    def _agreed(self, cast: Cast, customer: User, hours: int = 0) -> Booking:
        return self.make.booking(cast.profile, customer, TOMORROW + hours * HOUR, status=Status.CONFIRMED)

    async def _write(self, *notes: CustomerNote) -> None:
        async with self.begin() as tx:
            for note in notes:
                await tx.users.lock(note.author_id)
                await tx.customer_notes.save(note)

    async def test_a_customer_is_shown_with_visits_and_the_readers_note(self, cast: Cast, other: Cast) -> None:
        made = [
            self.make.booking(cast.profile, cast.customer, start, status=status)
            for start, status in (
                (LAST_WEEK, Status.COMPLETED),
                (LAST_WEEK + 2 * HOUR, Status.NO_SHOW),
                (LAST_WEEK - 9 * HOUR, Status.CONFIRMED),
                (TOMORROW + HOUR, Status.CONFIRMED),
                (TOMORROW + 3 * HOUR, Status.CONFIRMED),
                (TOMORROW + 5 * HOUR, Status.PENDING),
            )
        ]
        await self.store_bookings(*made, self.make.booking(other.profile, cast.customer))
        note = _note(cast.owner.id, cast.customer.id)
        await self._write(note, _note(other.owner.id, cast.customer.id, "Always late."))
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
        assert await self._page(cast) == [expected]
        own, customer_id = CustomerScope(owner_id=cast.owner.id), CustomerId(cast.customer.id)
        assert await self.reads.customers.get(cast.owner.id, own, customer_id, NOW) == expected
        assert await self.reads.customers.get(cast.owner.id, own, CustomerId(cast.owner.id), NOW) is None
        assert await self.reads.customers.get(cast.owner.id, CustomerScope(), customer_id, NOW) is None

    async def test_only_agreed_bookings_of_others_make_a_customer(self) -> None:
        for status in Status:
            cast = await self.a_cast()
            walk_in = self.make.booking(cast.profile, cast.owner, TOMORROW + HOUR)
            await self.store_bookings(self.make.booking(cast.profile, cast.customer, status=status), walk_in)
            served = [cast.customer.id] if status in CONTACT_SHOWN else []
            assert [each.id for each in await self._page(cast)] == served
            async with self.begin() as tx:
                own = CustomerScope(owner_id=cast.owner.id)
                assert await tx.customer_notes.serves(own, CustomerId(cast.customer.id)) == bool(served)
                assert not await tx.customer_notes.serves(own, CustomerId(cast.owner.id))
                assert not await tx.customer_notes.serves(CustomerScope(), CustomerId(cast.customer.id))

    async def test_customers_are_searched_and_read_page_by_page_by_name(self, cast: Cast) -> None:
        users = await self._customers("Туяа", "Saraa Bold", "Бат", "Saraa Bold", "Anu_Bold")
        async with self.begin() as tx:
            named = await tx.users.lock(users[2].id)
            assert named is not None
            await tx.users.save(named.changed(given_name="Bataa", family_name="کریمی"))
        await self.store_bookings(*(self._agreed(cast, user, n) for n, user in enumerate(users)))
        by_name = [CustomerId(user.id) for user in sorted(users, key=lambda user: (user.name, user.id))]
        read: list[CustomerId] = []
        while page := await self._page(cast, after=read[-1] if read else None, limit=2):
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
            (str(users[0].email)[1:].upper(), {users[0].id}),
            ("كريمي", {users[2].id}),
            ("BATAA کریمی", {users[2].id}),
            ("کریمی bataa", {users[2].id}),
            ("unknown", set()),
        ):
            assert {each.id for each in await self._page(cast, text=text)} == expected, text
        by_phone = await self._page(cast, text=users[2].phone, phone=users[2].phone)
        assert [each.id for each in by_phone] == [users[2].id]
        assert [each.id for each in await self._page(cast, text=str(users[2].phone)[-7:])] == [users[2].id]

    async def test_walk_ins_are_customers_whatever_became_of_their_bookings(self, cast: Cast, other: Cast) -> None:
        first, missed, cancelled = (
            self.make.booking(cast.profile, cast.owner, LAST_WEEK + n * HOUR, status=status)
            for n, status in ((0, Status.COMPLETED), (2, Status.NO_SHOW), (4, Status.CANCELLED))
        )
        to_come = self.make.booking(cast.profile, cast.owner, TOMORROW, status=Status.CONFIRMED)
        nameless = self.make.booking(cast.profile, cast.owner, TOMORROW + 9 * HOUR, status=Status.CONFIRMED)
        theirs = self.make.booking(other.profile, other.owner)
        account = self._agreed(cast, cast.customer, 5)
        await self.store_bookings(first, missed, cancelled, to_come, nameless, theirs, account)
        bold, anu = WalkIn(name="Bold", phone="+97699112233"), WalkIn(name="Zaya")
        async with self.begin() as tx:
            await tx.walk_ins.add(first.id, bold)
            for visit in (missed, to_come):
                await tx.walk_ins.add(visit.id, bold, CustomerId(first.id))
            await tx.walk_ins.add(cancelled.id, anu)
            await tx.walk_ins.add(theirs.id, bold)
        note = _note(cast.owner.id, first.id)
        await self._write(note, _note(other.owner.id, theirs.id), _note(other.owner.id, first.id))
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
        assert await self._page(cast, text="bol") == [seen]
        assert await self._page(cast, text=bold.phone, phone=bold.phone) == [seen]
        assert await self._page(cast, text="۲۲۳۳") == await self._page(cast, text="9911 22") == [seen]
        own = CustomerScope(owner_id=cast.owner.id)
        assert await self.reads.customers.get(cast.owner.id, own, seen.id, NOW) == seen
        found = await self._page(cast)
        assert [each.name for each in found] == sorted([bold.name, anu.name, cast.customer.name])
        assert [each.bookings for each in found if each.name == anu.name] == [0]
        read: list[Customer] = []
        while page := await self._page(cast, after=read[-1].id if read else None, limit=1):
            read += page
        assert read == found
        async with self.begin() as tx:
            for customer_id, served in (
                (first.id, True),
                (cancelled.id, True),
                (to_come.id, False),
                (theirs.id, False),
            ):
                assert await tx.customer_notes.serves(own, CustomerId(customer_id)) == served
            await tx.customer_notes.delete_on(CustomerId(first.id))
            for author in (cast.owner.id, other.owner.id):
                assert await tx.customer_notes.get(author, CustomerId(first.id)) is None
            assert await tx.customer_notes.get(other.owner.id, CustomerId(theirs.id)) is not None

    async def test_a_manager_has_the_customers_of_all_members(self) -> None:
        casts = [await self.a_cast() for _ in range(3)]
        both, one = await self._customers("Both", "One")
        salon = await self.a_salon(*casts[:2])
        await self.store_bookings(
            *(self._agreed(cast, both) for cast in casts),
            self._agreed(casts[1], one, 5),
            self._agreed(casts[2], casts[2].customer, 5),
        )
        whose = CustomerScope(manager_id=salon.manager_id)
        found = await self.reads.customers.page(salon.manager_id, CustomerFilter(whose=whose), NOW)
        assert [(each.name, each.bookings) for each in found] == [(both.name, 2), (one.name, 1)]
        async with self.begin() as tx:
            assert await tx.customer_notes.serves(whose, CustomerId(one.id))
            assert not await tx.customer_notes.serves(whose, CustomerId(casts[2].customer.id))

    async def test_an_author_has_one_note_on_each_customer(self, cast: Cast, other: Cast) -> None:
        first, second = _note(cast.owner.id, cast.customer.id), _note(cast.owner.id, other.customer.id, "")
        changed = replace(first, text="Кофе", updated_at=TOMORROW, version=2)
        await self._write(second, first, changed, _note(other.owner.id, cast.customer.id))
        async with self.begin() as tx:
            assert await tx.customer_notes.get(cast.owner.id, CustomerId(cast.customer.id)) == changed
            assert await tx.customer_notes.get(cast.customer.id, CustomerId(cast.owner.id)) is None
        notes = sorted((changed, second), key=lambda note: note.customer_id)
        reads = self.reads.customers
        assert list(await reads.notes_by(cast.owner.id, None, 9)) == notes
        assert list(await reads.notes_by(cast.owner.id, notes[0].id, 9)) == notes[1:]
        assert list(await reads.notes_by(cast.owner.id, None, 1)) == notes[:1]

    async def test_erasing_either_account_erases_the_note(self) -> None:
        for erased in ("owner", "customer"):
            cast, other = await self.a_cast(), await self.a_cast()
            kept = _note(other.owner.id, other.customer.id)
            await self._write(_note(cast.owner.id, cast.customer.id), kept)
            await self.alone.personal_data.clear(getattr(cast, erased).id)
            assert list(await self.reads.customers.notes_by(cast.owner.id, None, 9)) == []
            assert list(await self.reads.customers.notes_by(other.owner.id, None, 9)) == [kept]

    async def test_erasing_a_provider_erases_the_notes_of_others_on_walk_ins(self) -> None:
        cast, manager = await self.a_cast(), self.make.user(Role.MANAGER)
        booking = self.make.booking(cast.profile, cast.owner)
        await self.store_bookings(booking)
        async with self.begin() as tx:
            await tx.users.add(manager)
            await tx.walk_ins.add(booking.id, WalkIn(name="Bold"))
        await self._write(_note(manager.id, booking.id))
        await self.alone.personal_data.clear(cast.owner.id)
        assert list(await self.reads.customers.notes_by(manager.id, None, 9)) == []


CONTRACTS: Final[dict[type, type]] = {CustomerNotes: CustomersContract, CustomerReads: CustomersContract}
