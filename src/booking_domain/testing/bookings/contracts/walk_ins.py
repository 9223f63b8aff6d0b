"""The contract of `WalkIns` and `WalkInReads`."""

from dataclasses import replace

from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.shared.ids import BookingId, CustomerId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, present
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder


class WalkInsContract(StorageContract):
    """Customers without an account."""

    async def test_walk_ins_are_read_with_their_bookings(self, cast: Cast) -> None:
        first, second, unnamed = (self.make.booking(cast.profile, cast.owner, TOMORROW + n * HOUR) for n in range(3))
        await self.store_bookings(first, second, unnamed)
        known = {
            first.id: WalkIn(name="Болд", phone="+97699112233"),
            second.id: WalkIn(name="Saraa"),
        }
        async with self.begin() as tx:
            for booking_id, walk_in in known.items():
                await tx.walk_ins.add(booking_id, walk_in)
            assert await tx.walk_ins.of_booking(first.id) == known[first.id]
            assert await tx.walk_ins.of_booking(unnamed.id) is None
        unknown_id = BookingId(self.make.entropy.new_id())
        assert await self.reads.walk_ins.of_each([first.id, second.id, unnamed.id, unknown_id]) == known
        assert await self.reads.walk_ins.of_each([]) == {}
        for booking in (first, second, unnamed):
            found = present(await self.reads.appointments.get(booking.id))
            assert found.walk_in == known.get(booking.id)
            assert found.customer_name == ("" if booking is unnamed else known[booking.id].name)

    async def test_a_walk_in_is_known_by_number_and_name(self, cast: Cast, other: Cast) -> None:
        first, second, third = (self.make.booking(cast.profile, cast.owner, TOMORROW + n * HOUR) for n in range(3))
        await self.store_bookings(first, second, third)
        bold = WalkIn(name="Болд", phone="+97699112233")
        async with self.begin() as tx:
            assert await tx.walk_ins.find(cast.owner.id, bold) is None
            await tx.walk_ins.add(first.id, bold)
            assert await tx.walk_ins.find(cast.owner.id, bold) == first.id
            await tx.walk_ins.add(second.id, bold, CustomerId(first.id))
            assert await tx.walk_ins.find(cast.owner.id, bold) == first.id
            await tx.walk_ins.add(third.id, WalkIn(name="Saraa"))
            for stranger in (WalkIn(name="Saraa"), replace(bold, name="Болдоо"), replace(bold, phone="+97699112234")):
                assert await tx.walk_ins.find(cast.owner.id, stranger) is None
            assert await tx.walk_ins.find(other.owner.id, bold) is None
            assert await tx.walk_ins.owner_of(CustomerId(first.id)) == cast.owner.id
            assert await tx.walk_ins.owner_of(CustomerId(second.id)) is None
        found = present(await self.reads.appointments.get(second.id))
        assert (found.customer_id, found.customer_name) == (CustomerId(first.id), bold.name)
        for customer_id, visits in ((first.id, [first, second]), (second.id, []), (third.id, [third])):
            chosen = BookingListFilter(
                party_id=cast.owner.id, customer_id=CustomerId(customer_id), order=BookingListOrder.EARLIEST_START
            )
            assert [each.booking for each in await self.reads.appointments.page(chosen)] == visits

    async def test_a_walk_in_is_deleted_with_all_visits(self, cast: Cast) -> None:
        old, new, other = (
            self.make.booking(cast.profile, cast.owner, NOW - n * HOUR, status=Status.COMPLETED) for n in (9, 5, 7)
        )
        to_come = self.make.booking(cast.profile, cast.owner, TOMORROW, status=Status.CONFIRMED)
        await self.store_bookings(old, new, other, to_come)
        async with self.begin() as tx:
            await tx.walk_ins.add(old.id, WalkIn(name="Болд"))
            await tx.walk_ins.add(new.id, WalkIn(name="Болд"), CustomerId(old.id))
            await tx.walk_ins.add(other.id, WalkIn(name="Saraa"))
            await tx.walk_ins.add(to_come.id, WalkIn(name="Anu"))
            for booking, comes in ((old, False), (to_come, True)):
                assert await tx.walk_ins.has_upcoming_booking(CustomerId(booking.id), NOW) == comes
            assert not await tx.walk_ins.has_upcoming_booking(CustomerId(to_come.id), to_come.span.end)
        lapsed = self.reads.walk_ins.inactive_since
        for before, ended in ((new.span.end, {other.id}), (NOW, {old.id, other.id}), (old.span.end, set())):
            assert set(await lapsed(before, 9)) == ended, before
        assert len(await lapsed(NOW, 1)) == 1
        async with self.begin() as tx:
            assert set(await tx.walk_ins.remove(CustomerId(old.id))) == {old.id, new.id}
            assert list(await tx.walk_ins.remove(CustomerId(old.id))) == []
        known = await self.reads.walk_ins.of_each([old.id, new.id, other.id, to_come.id])
        assert set(known) == {other.id, to_come.id}

    async def test_an_erased_provider_has_no_walk_ins(self, cast: Cast, other: Cast) -> None:
        booking, kept = self.make.booking(cast.profile, cast.owner), self.make.booking(other.profile, other.owner)
        await self.store_bookings(booking, kept)
        async with self.begin() as tx:
            for each in (booking, kept):
                await tx.walk_ins.add(each.id, WalkIn(name="Болд", phone="+97699112233"))
            await tx.personal_data.clear(cast.owner.id)
        assert set(await self.reads.walk_ins.of_each([booking.id, kept.id])) == {kept.id}
