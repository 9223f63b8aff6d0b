"""The contract of `Payments` and `PaymentReads`."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, one_wins


class PaymentsContract(StorageContract):
    """Payments in a database transaction, and reads of them."""

    async def _add(self, *payments: Payment) -> None:
        async with self.begin() as tx:
            for payment in payments:
                await tx.payments.add(payment)

    async def test_a_payment_is_stored_with_all_fields(self, cast: Cast) -> None:
        booking = await self.a_booking(cast)
        full = replace(
            self.make.payment(booking),
            gateway="qpay",
            status=PaymentStatus.PAID,
            amount=Money(amount=2**53 + 1, currency="KWD"),
            settled=Money(amount=2**63 - 1, currency="KWD"),
            returned=Money(amount=2**62, currency="KWD"),
            authorise=True,
            authorised=Money(amount=2**61, currency="KWD"),
            authorised_at=NOW + timedelta(microseconds=5),
            capture_amount=2**60,
            capture_attempts=12,
            attempt=12,
            preparing_since=NOW + timedelta(microseconds=1),
            invoice=self.make.invoice(),
            raw_payload='{"b": 1.00,  "a":"Ж ✓",\n "a": [ ]}',
            expires_at=NOW + timedelta(microseconds=2),
            checked_at=NOW + timedelta(microseconds=3),
            processed_at=NOW + timedelta(microseconds=4),
            version=77,
        )
        bare = replace(
            self.make.payment(booking),
            status=PaymentStatus.FAILED,
            preparing_since=None,
            expires_at=None,
            invoice=replace(self.make.invoice(), deep_links=(), qr_text="", qr_image="", client_secret="a secret"),
        )
        several = [
            replace(self.make.payment(await self.a_booking(cast), purpose), status=status)
            for purpose, status in product(Purpose, PaymentStatus)
        ]
        for payment in (full, bare, *several):
            await self._add(payment)
            assert await self.reads.payments.get(payment.id) == payment
            assert await self.alone.payments.get(payment.id) == payment

    async def test_an_unknown_payment_is_not_found(self) -> None:
        await self._add(self.make.payment(await self.a_booking()))
        unknown, unknown_booking = PaymentId(self.make.entropy.new_id()), BookingId(self.make.entropy.new_id())
        assert await self.reads.payments.get(unknown) is None
        assert await self.reads.payments.by_invoice("nothing") is None
        assert list(await self.reads.payments.of_booking(unknown_booking)) == []
        async with self.begin() as tx:
            assert await tx.payments.get(unknown) is None
            assert await tx.payments.pending(unknown_booking, Purpose.DEPOSIT) is None
            assert list(await tx.payments.of_booking(unknown_booking)) == []

    async def test_a_booking_has_one_pending_payment_per_purpose(self, booking: Booking) -> None:
        deposit, balance = self.make.payment(booking), self.make.payment(booking, Purpose.BALANCE)
        await self._add(deposit, balance)
        with pytest.raises(ConcurrentChange):
            await self._add(self.make.payment(booking))
        async with self.begin() as tx:
            assert await tx.payments.pending(booking.id, Purpose.DEPOSIT) == deposit
            assert await tx.payments.pending(booking.id, Purpose.BALANCE) == balance

    async def test_a_payment_that_is_no_longer_pending_allows_another(self, booking: Booking) -> None:
        first = self.make.payment(booking)
        await self._add(first)
        async with self.begin() as tx:
            await tx.payments.save(first.cancel(), was=first)
            assert await tx.payments.pending(booking.id, Purpose.DEPOSIT) is None
        second = self.make.payment(booking)
        await self._add(second)
        assert await self.alone.payments.pending(booking.id, Purpose.DEPOSIT) == second

    async def test_of_concurrent_payments_for_one_purpose_one_is_stored(self, booking: Booking) -> None:
        await one_wins([self._add(self.make.payment(booking)) for _ in range(10)], ConcurrentChange)
        assert len(await self.reads.payments.of_booking(booking.id)) == 1

    async def test_saving_replaces_every_field(self, booking: Booking) -> None:
        was, other = self.make.payment(booking), self.make.payment(booking, Purpose.BALANCE)
        await self._add(was, other)
        invoiced = was.invoiced(self.make.invoice())
        paid, _ = invoiced.checked(NOW + HOUR).settle(invoiced.amount, raw_payload="{ }", now=NOW + 2 * HOUR)
        authorised = invoiced.authorised_for(invoiced.amount, NOW, raw="{ }").decide(invoiced.amount, NOW)
        async with self.begin() as tx:
            await tx.payments.save(invoiced, was=was)
            await tx.payments.save(paid, was=invoiced)
            await tx.payments.save(authorised, was=replace(paid, version=paid.version))
        assert await self.reads.payments.get(was.id) == authorised
        assert await self.reads.payments.get(other.id) == other

    async def test_a_stale_change_is_rejected(self) -> None:
        was = self.make.payment(await self.a_booking())
        await self._add(was)
        first = was.checked(NOW)
        await self.alone.payments.save(first, was=was)
        with pytest.raises(ConcurrentChange):
            await self.alone.payments.save(was.cancel(), was=was)
        assert await self.reads.payments.get(was.id) == first

    async def test_a_change_of_an_unknown_payment_is_rejected(self) -> None:
        was = self.make.payment(await self.a_booking())
        with pytest.raises(ConcurrentChange):
            await self.alone.payments.save(was.checked(NOW), was=was)

    async def test_of_concurrent_changes_one_succeeds(self) -> None:
        was = self.make.payment(await self.a_booking())
        await self._add(was)
        await one_wins([self.alone.payments.save(was.checked(NOW), was=was) for _ in range(10)], ConcurrentChange)

    async def test_the_payments_of_a_booking_are_listed_oldest_first(self, cast: Cast) -> None:
        booking, other = await self.a_booking(cast), await self.a_booking(cast)
        oldest = replace(self.make.payment(booking), created_at=NOW - HOUR, status=PaymentStatus.CANCELLED)
        middle = replace(self.make.payment(booking, Purpose.BALANCE), created_at=NOW)
        newest = replace(self.make.payment(booking), created_at=NOW + HOUR)
        await self._add(newest, oldest, middle, self.make.payment(other))
        assert list(await self.reads.payments.of_booking(booking.id)) == [oldest, middle, newest]
        assert list(await self.alone.payments.of_booking(booking.id)) == [oldest, middle, newest]

    async def test_a_payment_is_found_by_the_invoice_of_the_gateway(self, booking: Booking) -> None:
        one = self.make.payment(booking).invoiced(self.make.invoice())
        other = self.make.payment(booking, Purpose.BALANCE).invoiced(self.make.invoice())
        await self._add(one, other)
        assert one.invoice is not None
        assert await self.reads.payments.by_invoice(one.invoice.reference) == one
        assert await self.reads.payments.by_invoice(one.invoice.reference + "0") is None

    async def test_payments_are_found_by_invoices_and_by_the_time_of_their_last_money(self, cast: Cast) -> None:
        bookings = [await self.a_booking(cast) for _ in range(3)]
        invoices = [self.make.invoice() for _ in bookings]
        one, two, other = (
            replace(
                self.make.payment(booking),
                gateway=gateway,
                invoice=invoice,
                processed_at=NOW + hours * HOUR,
            )
            for booking, gateway, hours, invoice in zip(
                bookings, ("qpay", "qpay", "other"), (0, 1, 0), reversed(invoices), strict=True
            )
        )
        await self._add(*jumbled(one, two, other))
        reads = self.reads.payments
        references = [each.invoice.reference for each in (two, one, other) if each.invoice is not None]
        assert await reads.of_invoices("qpay", [*references, "?"]) == [one, two]
        assert await reads.of_invoices("other", references) == [other]
        assert await reads.of_invoices("qpay", []) == []
        assert await reads.settled_between("qpay", NOW, NOW + HOUR) == [one]
        assert await reads.settled_between("qpay", NOW, NOW + 2 * HOUR) == [one, two]
        assert await reads.settled_between("other", NOW + HOUR, NOW + 2 * HOUR) == []
        await self.alone.payments.save(replace(two, authorised_at=NOW, version=two.version + 1), was=two)
        assert [each.id for each in await reads.settled_between("qpay", NOW, NOW + HOUR)] == [one.id, two.id]
        assert await reads.settled_between("qpay", NOW + HOUR, NOW + 2 * HOUR) == []

    async def test_bookings_with_payments_to_capture_are_listed_once_the_longest_due_first(self, cast: Cast) -> None:
        one, two, late = [await self.a_booking(cast) for _ in range(3)]
        for booking, hours in ((one, 2), (two, 1), (two, 0), (late, 3)):
            payment = replace(
                self.make.payment(booking), status=PaymentStatus.AUTHORISED, capture_at=NOW + hours * HOUR
            )
            await self._add(payment)
        reads = self.reads.payments
        assert await reads.to_capture(NOW + 2 * HOUR, 9) == [two.id, one.id]
        assert await reads.to_capture(NOW + 2 * HOUR, 1) == [two.id]
        assert await reads.to_capture(NOW - HOUR, 9) == []
