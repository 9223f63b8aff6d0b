"""The contract of `Payments` and `PaymentReads`."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_booking, a_cast, alone, one_wins


async def _add(backend: Backend, *payments: Payment) -> None:
    async with backend.begin() as tx:
        for payment in payments:
            await tx.payments.add(payment)


class PaymentsContract(StorageContract):
    """Payments in a database transaction, and reads of them."""

    async def test_a_payment_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await a_booking(backend, make, cast)
        full = replace(
            make.payment(booking),
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
            invoice=make.invoice(),
            raw_payload='{"b": 1.00,  "a":"Ж ✓",\n "a": [ ]}',
            expires_at=NOW + timedelta(microseconds=2),
            checked_at=NOW + timedelta(microseconds=3),
            processed_at=NOW + timedelta(microseconds=4),
            version=77,
        )
        bare = replace(
            make.payment(booking),
            status=PaymentStatus.FAILED,
            preparing_since=None,
            expires_at=None,
            invoice=replace(make.invoice(), deep_links=(), qr_text="", qr_image="", client_secret="a secret"),
        )
        several = [
            replace(make.payment(await a_booking(backend, make, cast), purpose), status=status)
            for purpose, status in product(Purpose, PaymentStatus)
        ]
        for payment in (full, bare, *several):
            await _add(backend, payment)
            assert await backend.reads.payments.get(payment.id) == payment
            assert await alone(backend).payments.get(payment.id) == payment

    async def test_an_unknown_payment_is_not_found(self, backend: Backend, make: Builder) -> None:
        await _add(backend, make.payment(await a_booking(backend, make)))
        unknown, unknown_booking = PaymentId(make.entropy.new_id()), BookingId(make.entropy.new_id())
        assert await backend.reads.payments.get(unknown) is None
        assert await backend.reads.payments.by_invoice("nothing") is None
        assert list(await backend.reads.payments.of_booking(unknown_booking)) == []
        async with backend.begin() as tx:
            assert await tx.payments.get(unknown) is None
            assert await tx.payments.pending(unknown_booking, Purpose.DEPOSIT) is None
            assert list(await tx.payments.of_booking(unknown_booking)) == []

    async def test_a_booking_has_one_pending_payment_per_purpose(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        deposit, balance = make.payment(booking), make.payment(booking, Purpose.BALANCE)
        await _add(backend, deposit, balance)
        with pytest.raises(ConcurrentChange):
            await _add(backend, make.payment(booking))
        async with backend.begin() as tx:
            assert await tx.payments.pending(booking.id, Purpose.DEPOSIT) == deposit
            assert await tx.payments.pending(booking.id, Purpose.BALANCE) == balance

    async def test_a_payment_that_is_no_longer_pending_allows_another(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        first = make.payment(booking)
        await _add(backend, first)
        async with backend.begin() as tx:
            await tx.payments.save(first.cancel(), was=first)
            assert await tx.payments.pending(booking.id, Purpose.DEPOSIT) is None
        second = make.payment(booking)
        await _add(backend, second)
        assert await alone(backend).payments.pending(booking.id, Purpose.DEPOSIT) == second

    async def test_of_concurrent_payments_for_one_purpose_one_is_stored(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        await one_wins([_add(backend, make.payment(booking)) for _ in range(10)], ConcurrentChange)
        assert len(await backend.reads.payments.of_booking(booking.id)) == 1

    async def test_saving_replaces_every_field(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        was, other = make.payment(booking), make.payment(booking, Purpose.BALANCE)
        await _add(backend, was, other)
        invoiced = was.invoiced(make.invoice())
        paid, _ = invoiced.checked(NOW + HOUR).settle(invoiced.amount, raw_payload="{ }", now=NOW + 2 * HOUR)
        authorised = invoiced.authorised_for(invoiced.amount, NOW, raw="{ }").decide(invoiced.amount, NOW)
        async with backend.begin() as tx:
            await tx.payments.save(invoiced, was=was)
            await tx.payments.save(paid, was=invoiced)
            await tx.payments.save(authorised, was=replace(paid, version=paid.version))
        assert await backend.reads.payments.get(was.id) == authorised
        assert await backend.reads.payments.get(other.id) == other

    async def test_a_stale_change_is_rejected(self, backend: Backend, make: Builder) -> None:
        was = make.payment(await a_booking(backend, make))
        await _add(backend, was)
        first = was.checked(NOW)
        await alone(backend).payments.save(first, was=was)
        with pytest.raises(ConcurrentChange):
            await alone(backend).payments.save(was.cancel(), was=was)
        assert await backend.reads.payments.get(was.id) == first

    async def test_a_change_of_an_unknown_payment_is_rejected(self, backend: Backend, make: Builder) -> None:
        was = make.payment(await a_booking(backend, make))
        with pytest.raises(ConcurrentChange):
            await alone(backend).payments.save(was.checked(NOW), was=was)

    async def test_of_concurrent_changes_one_succeeds(self, backend: Backend, make: Builder) -> None:
        was = make.payment(await a_booking(backend, make))
        await _add(backend, was)
        await one_wins([alone(backend).payments.save(was.checked(NOW), was=was) for _ in range(10)], ConcurrentChange)

    async def test_the_payments_of_a_booking_are_listed_oldest_first(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking, other = await a_booking(backend, make, cast), await a_booking(backend, make, cast)
        oldest = replace(make.payment(booking), created_at=NOW - HOUR, status=PaymentStatus.CANCELLED)
        middle = replace(make.payment(booking, Purpose.BALANCE), created_at=NOW)
        newest = replace(make.payment(booking), created_at=NOW + HOUR)
        await _add(backend, oldest, middle, newest, make.payment(other))
        assert list(await backend.reads.payments.of_booking(booking.id)) == [oldest, middle, newest]
        assert list(await alone(backend).payments.of_booking(booking.id)) == [oldest, middle, newest]

    async def test_a_payment_is_found_by_the_invoice_of_the_gateway(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        one = make.payment(booking).invoiced(make.invoice())
        other = make.payment(booking, Purpose.BALANCE).invoiced(make.invoice())
        await _add(backend, one, other)
        assert one.invoice is not None
        assert await backend.reads.payments.by_invoice(one.invoice.reference) == one
        assert await backend.reads.payments.by_invoice(one.invoice.reference + "0") is None

    async def test_payments_are_found_by_invoices_and_by_the_time_of_their_last_money(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        bookings = [await a_booking(backend, make, cast) for _ in range(3)]
        one, two, other = (
            replace(make.payment(booking), gateway=gateway, invoice=make.invoice(), processed_at=NOW + hours * HOUR)
            for booking, gateway, hours in zip(bookings, ("qpay", "qpay", "other"), (0, 1, 0), strict=True)
        )
        await _add(backend, one, two, other)
        reads = backend.reads.payments
        references = [each.invoice.reference for each in (two, one, other) if each.invoice is not None]
        assert await reads.of_invoices("qpay", [*references, "?"]) == [one, two]
        assert await reads.of_invoices("other", references) == [other]
        assert await reads.of_invoices("qpay", []) == []
        assert await reads.settled_between("qpay", NOW, NOW + HOUR) == [one]
        assert await reads.settled_between("qpay", NOW, NOW + 2 * HOUR) == [one, two]
        assert await reads.settled_between("other", NOW + HOUR, NOW + 2 * HOUR) == []
        await alone(backend).payments.save(replace(two, authorised_at=NOW, version=two.version + 1), was=two)
        assert [each.id for each in await reads.settled_between("qpay", NOW, NOW + HOUR)] == [one.id, two.id]
        assert await reads.settled_between("qpay", NOW + HOUR, NOW + 2 * HOUR) == []

    async def test_bookings_with_payments_to_capture_are_listed_once_the_longest_due_first(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        one, two, late = [await a_booking(backend, make, cast) for _ in range(3)]
        for booking, hours in ((one, 2), (two, 1), (two, 0), (late, 3)):
            payment = replace(make.payment(booking), status=PaymentStatus.AUTHORISED, capture_at=NOW + hours * HOUR)
            await _add(backend, payment)
        reads = backend.reads.payments
        assert await reads.to_capture(NOW + 2 * HOUR, 9) == [two.id, one.id]
        assert await reads.to_capture(NOW + 2 * HOUR, 1) == [two.id]
        assert await reads.to_capture(NOW - HOUR, 9) == []
