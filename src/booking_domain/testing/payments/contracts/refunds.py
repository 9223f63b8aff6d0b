"""The contract of `Refunds` and `RefundReads`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.payments.refunds import Refund, RefundReason, RefundStatus
from booking_domain.payments.transfers import BankReferenceUsed
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BankAccountId, BookingId, RefundId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_booking, a_cast, alone, one_wins, rolled_back
from booking_domain.use_cases.platform.ports import Repositories


async def _add(backend: Backend, *refunds: Refund) -> None:
    async with backend.begin() as tx:
        for refund in refunds:
            await tx.refunds.add(refund)


class RefundsContract(StorageContract):
    """Refunds in a database transaction, and reads of them."""

    async def test_a_refund_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        for status in RefundStatus:
            refund = replace(
                make.refund(booking),
                gateway="qpay",
                status=status,
                reason=RefundReason.OVERPAYMENT,
                amount=Money(amount=2**63 - 1, currency="KWD"),
                payee=make.bank_account(booking.customer_id).details,
                payee_id=BankAccountId(make.entropy.new_id()),
                approved_at=NOW,
                return_reason="Данс олдсонгүй",
                bank_reference=f"FT {status}",
                processed_at=NOW + timedelta(microseconds=1),
                version=77,
            )
            await _add(backend, refund)
            assert await backend.reads.refunds.get(refund.id) == refund
            assert await alone(backend).refunds.get(refund.id) == refund

    async def test_an_unknown_refund_is_not_found(self, backend: Backend, make: Builder) -> None:
        await _add(backend, make.refund(await a_booking(backend, make)))
        unknown_booking = BookingId(make.entropy.new_id())
        assert await backend.reads.refunds.get(RefundId(make.entropy.new_id())) is None
        assert list(await backend.reads.refunds.of_booking(unknown_booking)) == []
        assert list(await alone(backend).refunds.of_booking(unknown_booking)) == []

    async def test_a_refund_is_not_a_payment_and_a_payment_is_not_a_refund(
        self, backend: Backend, make: Builder
    ) -> None:
        booking = await a_booking(backend, make)
        refund, payment = make.refund(booking), make.payment(booking)
        async with backend.begin() as tx:
            await tx.refunds.add(refund)
            await tx.payments.add(payment)
        assert list(await backend.reads.refunds.of_booking(booking.id)) == [refund]
        assert list(await backend.reads.payments.of_booking(booking.id)) == [payment]
        assert await backend.reads.refunds.get(RefundId(payment.id)) is None

    async def test_several_refunds_can_be_pending(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        refunds = [make.refund(booking), make.refund(booking)]
        await _add(backend, *refunds)
        assert list(await backend.reads.refunds.of_booking(booking.id)) == refunds

    async def test_a_refund_of_a_rolled_back_transaction_is_not_stored(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        refund = make.refund(booking)

        async def add(tx: Repositories) -> None:
            await tx.refunds.add(refund)
            assert list(await tx.refunds.of_booking(booking.id)) == [refund]

        await rolled_back(backend, add)
        assert await backend.reads.refunds.get(refund.id) is None

    async def test_a_made_refund_is_saved(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        was, other = make.refund(booking), make.refund(booking)
        await _add(backend, was, other)
        made = was.mark_refunded(NOW + HOUR)
        await alone(backend).refunds.save(made, was=was)
        assert await backend.reads.refunds.get(was.id) == made
        assert await backend.reads.refunds.get(other.id) == other

    async def test_a_bank_reference_belongs_to_one_refund(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        account = make.bank_account(booking.customer_id)
        approved = [make.refund(booking).approve(account.details, NOW, account_id=account.id) for _ in range(2)]
        await _add(backend, *approved)

        async def settle(refund: Refund) -> None:
            await alone(backend).refunds.save(refund.settle("FT1", NOW), was=refund)

        await settle(approved[0])
        with pytest.raises(BankReferenceUsed):
            await settle(approved[1])
        assert await backend.reads.refunds.get(approved[1].id) == approved[1]

    async def test_a_stale_change_is_rejected(self, backend: Backend, make: Builder) -> None:
        was = make.refund(await a_booking(backend, make))
        await _add(backend, was)
        first = was.mark_refunded(NOW)
        await alone(backend).refunds.save(first, was=was)
        with pytest.raises(ConcurrentChange):
            await alone(backend).refunds.save(was.mark_refunded(NOW + HOUR), was=was)
        assert await backend.reads.refunds.get(was.id) == first

    async def test_a_change_of_an_unknown_refund_is_rejected(self, backend: Backend, make: Builder) -> None:
        was = make.refund(await a_booking(backend, make))
        with pytest.raises(ConcurrentChange):
            await alone(backend).refunds.save(was.mark_refunded(NOW), was=was)

    async def test_of_concurrent_changes_one_succeeds(self, backend: Backend, make: Builder) -> None:
        was = make.refund(await a_booking(backend, make))
        await _add(backend, was)
        await one_wins(
            [alone(backend).refunds.save(was.mark_refunded(NOW), was=was) for _ in range(10)], ConcurrentChange
        )

    async def test_the_refunds_of_bookings_are_listed_oldest_first(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        one, other = await a_booking(backend, make, cast), await a_booking(backend, make, cast)
        without = await a_booking(backend, make, cast)
        newest = replace(make.refund(one), created_at=NOW + HOUR)
        oldest, middle = replace(make.refund(one), created_at=NOW - HOUR), make.refund(one)
        theirs = make.refund(other)
        await _add(backend, newest, oldest, middle, theirs)
        assert list(await backend.reads.refunds.of_booking(one.id)) == [oldest, middle, newest]
        assert list(await alone(backend).refunds.of_booking(one.id)) == [oldest, middle, newest]
        found = await backend.reads.refunds.of_each_booking([other.id, without.id, one.id])
        assert {booking_id: list(refunds) for booking_id, refunds in found.items()} == {
            other.id: [theirs],
            without.id: [],
            one.id: [oldest, middle, newest],
        }
        assert not await backend.reads.refunds.of_each_booking([])
