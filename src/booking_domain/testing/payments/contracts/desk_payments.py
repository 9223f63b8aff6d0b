"""The contract of `DeskPayments` and `DeskPaymentReads`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.payments.desk import DeskMethod
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, DeskPaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_booking, a_cast, alone


class DeskPaymentsContract(StorageContract):
    """Desk payments in a database transaction, and reads of them."""

    async def test_a_desk_payment_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await a_booking(backend, make, cast)
        recorded = replace(
            make.desk_payment(booking), method=DeskMethod.CARD, amount=Money(amount=2**63 - 1, currency="KWD")
        )
        voided = recorded.void("Өөр хүн", by=Actor(cast.owner.id, Role.MANAGER), now=NOW + timedelta(microseconds=1))
        async with backend.begin() as tx:
            await tx.desk_payments.add(recorded)
            assert await tx.desk_payments.get(recorded.id) == recorded
            assert list(await tx.desk_payments.of_booking(booking.id)) == [recorded]
        await alone(backend).desk_payments.save(voided, was=recorded)
        assert await backend.reads.desk_payments.get(recorded.id) == voided
        assert await backend.reads.desk_payments.get(DeskPaymentId(make.entropy.new_id())) is None

    async def test_a_stale_change_is_rejected(self, backend: Backend, make: Builder) -> None:
        was = make.desk_payment(await a_booking(backend, make))
        voided = was.void("Twice", by=was.recorded_by, now=NOW)
        await alone(backend).desk_payments.add(was)
        await alone(backend).desk_payments.save(voided, was=was)
        with pytest.raises(ConcurrentChange):
            await alone(backend).desk_payments.save(voided, was=was)

    async def test_the_desk_payments_of_bookings_are_listed_oldest_first(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        one, other = await a_booking(backend, make, cast), await a_booking(backend, make, cast)
        newest = replace(make.desk_payment(one), created_at=NOW + HOUR)
        oldest, theirs = make.desk_payment(one), make.desk_payment(other)
        async with backend.begin() as tx:
            for each in (newest, oldest, theirs):
                await tx.desk_payments.add(each)
        unknown_id = BookingId(make.entropy.new_id())
        assert list(await backend.reads.desk_payments.of_booking(one.id)) == [oldest, newest]
        found = await backend.reads.desk_payments.of_each_booking([other.id, unknown_id, one.id])
        assert {key: list(each) for key, each in found.items()} == {
            other.id: [theirs],
            unknown_id: [],
            one.id: [oldest, newest],
        }
