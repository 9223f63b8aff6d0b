"""The contract of `Refunds` and `RefundReads`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.payments.refunds import Refund, RefundReason, RefundStatus
from booking_domain.payments.transfers import BankReferenceUsed
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BankAccountId, BookingId, RefundId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import (
    Cast,
    StorageContract,
    one_wins,
)
from booking_domain.use_cases.platform.ports import Repositories


class RefundsContract(StorageContract):
    """Refunds in a database transaction, and reads of them."""

    async def _add(self, *refunds: Refund) -> None:
        async with self.begin() as tx:
            for refund in refunds:
                await tx.refunds.add(refund)

    async def test_a_refund_is_stored_with_all_fields(self, booking: Booking) -> None:
        for status in RefundStatus:
            refund = replace(
                self.make.refund(booking),
                gateway="qpay",
                status=status,
                reason=RefundReason.OVERPAYMENT,
                amount=Money(amount=2**63 - 1, currency="KWD"),
                payee=self.make.bank_account(booking.customer_id).details,
                payee_id=BankAccountId(self.make.entropy.new_id()),
                approved_at=NOW,
                return_reason="Данс олдсонгүй",
                bank_reference=f"FT {status}",
                processed_at=NOW + timedelta(microseconds=1),
                version=77,
            )
            await self._add(refund)
            assert await self.reads.refunds.get(refund.id) == refund
            assert await self.alone.refunds.get(refund.id) == refund

    async def test_an_unknown_refund_is_not_found(self) -> None:
        await self._add(self.make.refund(await self.a_booking()))
        unknown_booking = BookingId(self.make.entropy.new_id())
        assert await self.reads.refunds.get(RefundId(self.make.entropy.new_id())) is None
        assert list(await self.reads.refunds.of_booking(unknown_booking)) == []
        assert list(await self.alone.refunds.of_booking(unknown_booking)) == []

    async def test_a_refund_is_not_a_payment_and_a_payment_is_not_a_refund(self, booking: Booking) -> None:
        refund, payment = self.make.refund(booking), self.make.payment(booking)
        async with self.begin() as tx:
            await tx.refunds.add(refund)
            await tx.payments.add(payment)
        assert list(await self.reads.refunds.of_booking(booking.id)) == [refund]
        assert list(await self.reads.payments.of_booking(booking.id)) == [payment]
        assert await self.reads.refunds.get(RefundId(payment.id)) is None

    async def test_several_refunds_can_be_pending(self, booking: Booking) -> None:
        refunds = [self.make.refund(booking), self.make.refund(booking)]
        await self._add(*refunds)
        assert list(await self.reads.refunds.of_booking(booking.id)) == refunds

    async def test_a_refund_of_a_rolled_back_transaction_is_not_stored(self, booking: Booking) -> None:
        refund = self.make.refund(booking)

        async def add(tx: Repositories) -> None:
            await tx.refunds.add(refund)
            assert list(await tx.refunds.of_booking(booking.id)) == [refund]

        await self.rolled_back(add)
        assert await self.reads.refunds.get(refund.id) is None

    async def test_a_made_refund_is_saved(self, booking: Booking) -> None:
        was, other = self.make.refund(booking), self.make.refund(booking)
        await self._add(was, other)
        made = was.mark_refunded(NOW + HOUR)
        await self.alone.refunds.save(made, was=was)
        assert await self.reads.refunds.get(was.id) == made
        assert await self.reads.refunds.get(other.id) == other

    async def test_refunds_are_retried_when_they_are_due(self, booking: Booking) -> None:
        never, first, second, later = (
            replace(self.make.refund(booking), gateway="qpay", retry_at=at)
            for at in (None, NOW - HOUR, NOW, NOW + HOUR)
        )
        await self._add(never, second, later, first)
        assert list(await self.reads.refunds.to_retry(NOW, 9)) == [first.id, second.id]
        assert list(await self.reads.refunds.to_retry(NOW, 1)) == [first.id]

    async def test_a_bank_reference_belongs_to_one_refund(self, booking: Booking) -> None:
        account = self.make.bank_account(booking.customer_id)
        approved = [self.make.refund(booking).approve(account.details, NOW, account_id=account.id) for _ in range(2)]
        await self._add(*approved)

        async def settle(refund: Refund) -> None:
            await self.alone.refunds.save(refund.settle("FT1", NOW), was=refund)

        await settle(approved[0])
        with pytest.raises(BankReferenceUsed):
            await settle(approved[1])
        assert await self.reads.refunds.get(approved[1].id) == approved[1]

    async def test_a_stale_change_is_rejected(self) -> None:
        was = self.make.refund(await self.a_booking())
        await self._add(was)
        first = was.mark_refunded(NOW)
        await self.alone.refunds.save(first, was=was)
        with pytest.raises(ConcurrentChange):
            await self.alone.refunds.save(was.mark_refunded(NOW + HOUR), was=was)
        assert await self.reads.refunds.get(was.id) == first

    async def test_a_change_of_an_unknown_refund_is_rejected(self) -> None:
        was = self.make.refund(await self.a_booking())
        with pytest.raises(ConcurrentChange):
            await self.alone.refunds.save(was.mark_refunded(NOW), was=was)

    async def test_of_concurrent_changes_one_succeeds(self) -> None:
        was = self.make.refund(await self.a_booking())
        await self._add(was)
        await one_wins([self.alone.refunds.save(was.mark_refunded(NOW), was=was) for _ in range(10)], ConcurrentChange)

    async def test_the_refunds_of_bookings_are_listed_oldest_first(self, cast: Cast) -> None:
        one, other = await self.a_booking(cast), await self.a_booking(cast)
        without = await self.a_booking(cast)
        newest = replace(self.make.refund(one), created_at=NOW + HOUR)
        oldest, middle = replace(self.make.refund(one), created_at=NOW - HOUR), self.make.refund(one)
        theirs = self.make.refund(other)
        await self._add(newest, oldest, middle, theirs)
        assert list(await self.reads.refunds.of_booking(one.id)) == [oldest, middle, newest]
        assert list(await self.alone.refunds.of_booking(one.id)) == [oldest, middle, newest]
        found = await self.reads.refunds.of_each_booking([other.id, without.id, one.id])
        assert {booking_id: list(refunds) for booking_id, refunds in found.items()} == {
            other.id: [theirs],
            without.id: [],
            one.id: [oldest, middle, newest],
        }
        assert not await self.reads.refunds.of_each_booking([])
