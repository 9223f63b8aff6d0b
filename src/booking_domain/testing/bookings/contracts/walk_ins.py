"""The contract of `WalkIns` and `WalkInReads`."""

from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import HOUR, TOMORROW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_cast, store_bookings


class WalkInsContract(StorageContract):
    """Customers without an account."""

    async def test_walk_ins_are_read_with_their_bookings(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        first, second, unnamed = (make.booking(cast.profile, cast.owner, TOMORROW + n * HOUR) for n in range(3))
        await store_bookings(backend, make, first, second, unnamed)
        known = {
            first.id: WalkIn(name="Болд", phone="+97699112233"),
            second.id: WalkIn(name="Saraa"),
        }
        async with backend.begin() as tx:
            for booking_id, walk_in in known.items():
                await tx.walk_ins.add(booking_id, walk_in)
            assert await tx.walk_ins.of_booking(first.id) == known[first.id]
            assert await tx.walk_ins.of_booking(unnamed.id) is None
        nobody = BookingId(make.entropy.new_id())
        assert await backend.reads.walk_ins.of_each([first.id, second.id, unnamed.id, nobody]) == known
        assert await backend.reads.walk_ins.of_each([]) == {}
        for booking in (first, second, unnamed):
            found = await backend.reads.appointments.get(booking.id)
            assert found is not None
            assert found.walk_in == known.get(booking.id)
            assert found.customer_name == (cast.owner.name if booking is unnamed else known[booking.id].name)

    async def test_an_erased_provider_has_no_walk_ins(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        booking, kept = make.booking(cast.profile, cast.owner), make.booking(other.profile, other.owner)
        await store_bookings(backend, make, booking, kept)
        async with backend.begin() as tx:
            for each in (booking, kept):
                await tx.walk_ins.add(each.id, WalkIn(name="Болд", phone="+97699112233"))
            await tx.personal_data.clear(cast.owner.id)
        assert set(await backend.reads.walk_ins.of_each([booking.id, kept.id])) == {kept.id}
