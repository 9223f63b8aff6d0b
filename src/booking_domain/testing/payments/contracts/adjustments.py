"""The contract of `Adjustments` and `AdjustmentReads`."""

from dataclasses import replace

from booking_domain.shared.ids import AdjustmentId, BookingId
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import StorageContract


class AdjustmentsContract(StorageContract):
    """Adjustments of ledgers."""

    async def test_the_adjustments_of_bookings_are_listed_oldest_first_with_all_fields(self) -> None:
        one, other = await self.a_booking(), await self.a_booking()
        newest = replace(self.make.adjustment(one, 2**63 - 1), created_at=NOW + HOUR)
        oldest, theirs = self.make.adjustment(one, 1 - 2**63), self.make.adjustment(other)
        async with self.begin() as tx:
            for each in (newest, oldest, theirs):
                await tx.adjustments.add(each)
        unknown_id = BookingId(self.make.entropy.new_id())
        reads = self.reads.adjustments
        assert await reads.get(newest.id) == newest
        assert await reads.get(AdjustmentId(unknown_id)) is None
        assert list(await reads.of_booking(one.id)) == [oldest, newest]
        found = await reads.of_each_booking([other.id, unknown_id, one.id])
        assert {key: list(each) for key, each in found.items()} == {
            other.id: [theirs],
            unknown_id: [],
            one.id: [oldest, newest],
        }
