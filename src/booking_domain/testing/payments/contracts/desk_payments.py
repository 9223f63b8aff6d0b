"""The contract of `DeskPayments` and `DeskPaymentReads`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.payments.desk import DeskMethod
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, DeskPaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import Cast, StorageContract


class DeskPaymentsContract(StorageContract):
    """Desk payments in a database transaction, and reads of them."""

    async def test_a_desk_payment_is_stored_with_all_fields(self, cast: Cast) -> None:
        booking = await self.a_booking(cast)
        much = Money(amount=2**63 - 1, currency="KWD")
        recorded = replace(
            self.make.desk_payment(booking),
            method=DeskMethod.CARD,
            amount=much,
            extra=much,
            extra_reason="Хоёр цаг илүү",
            tip=much,
        )
        voided = recorded.void("Өөр хүн", by=Actor(cast.owner.id, Role.MANAGER), now=NOW + timedelta(microseconds=1))
        async with self.begin() as tx:
            await tx.desk_payments.add(recorded)
            assert await tx.desk_payments.get(recorded.id) == recorded
            assert list(await tx.desk_payments.of_booking(booking.id)) == [recorded]
        await self.alone.desk_payments.save(voided, was=recorded)
        assert await self.reads.desk_payments.get(recorded.id) == voided
        assert await self.reads.desk_payments.get(DeskPaymentId(self.make.entropy.new_id())) is None

    async def test_a_stale_change_is_rejected(self) -> None:
        was = self.make.desk_payment(await self.a_booking())
        voided = was.void("Twice", by=was.recorded_by, now=NOW)
        await self.alone.desk_payments.add(was)
        await self.alone.desk_payments.save(voided, was=was)
        with pytest.raises(ConcurrentChange):
            await self.alone.desk_payments.save(voided, was=was)

    async def test_the_desk_payments_of_bookings_are_listed_oldest_first(self, cast: Cast) -> None:
        one, other = await self.a_booking(cast), await self.a_booking(cast)
        newest = replace(self.make.desk_payment(one), created_at=NOW + HOUR)
        oldest, theirs = self.make.desk_payment(one), self.make.desk_payment(other)
        async with self.begin() as tx:
            for each in (newest, oldest, theirs):
                await tx.desk_payments.add(each)
        unknown_id = BookingId(self.make.entropy.new_id())
        assert list(await self.alone.desk_payments.of_booking(one.id)) == [oldest, newest]
        assert list(await self.reads.desk_payments.of_booking(one.id)) == [oldest, newest]
        found = await self.reads.desk_payments.of_each_booking([other.id, unknown_id, one.id])
        assert {key: list(each) for key, each in found.items()} == {
            other.id: [theirs],
            unknown_id: [],
            one.id: [oldest, newest],
        }
