"""The migration that computes the payment status keeps the status and the pending refunds of every booking."""

from dataclasses import replace
from typing import Any, Final

import psycopg
import pytest
from psycopg.errors import CheckViolation
from tests.databases import TestServer
from tests.unit.adapters.postgres.test_refunds_migration import Backend, in_database, rows

from adapters.postgres.kit import migrations
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, PaymentAttempt
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, NOW, Builder
from booking_domain.testing.kit.storage import a_cast

BEFORE: Final = "0027"
NONE: Final = Money.zero("MNT")
HALF: Final = DEPOSIT.percent(50)
HISTORIES: Final = [
    (BookingPaymentStatus.UNPAID, PaymentAttempt.NONE, NONE, NONE, NONE),
    (BookingPaymentStatus.PENDING, PaymentAttempt.STARTED, HALF, NONE, NONE),
    (BookingPaymentStatus.FAILED, PaymentAttempt.FAILED, HALF, NONE, HALF),
    (BookingPaymentStatus.PAID, PaymentAttempt.NONE, DEPOSIT, NONE, DEPOSIT),
    (BookingPaymentStatus.PARTIALLY_REFUNDED, PaymentAttempt.NONE, DEPOSIT, HALF, HALF),
    (BookingPaymentStatus.REFUNDED, PaymentAttempt.NONE, HALF, HALF, NONE),
]
"""A payment status, and the attempt, paid, refunded and pending refunds that lead to it."""


def bookings_in_all_payment_statuses(url: str) -> list[Booking]:
    """Store a booking of each history with its refunds."""
    make, stored = Builder(), list[Booking]()

    async def add(database: Backend) -> None:
        cast = await a_cast(database, make)
        for _, attempt, paid, refunded, pending in HISTORIES:
            booking = replace(
                make.booking(cast.profile, cast.customer),
                payment_attempt=attempt,
                paid=paid,
                refunded=refunded,
                refund_pending=pending,
            )
            async with database.begin() as tx:
                await tx.bookings.add(booking, [make.event(booking)])
                for part in filter(None, (pending.percent(50), pending.percent(50))):
                    await tx.refunds.add(make.refund(booking, part))
                if refunded:
                    await tx.refunds.add(make.refund(booking, refunded).mark_refunded(PaymentParty.GATEWAY, NOW))
            stored.append(booking)

    in_database(url, add)
    return stored


def statuses(url: str) -> dict[Any, str]:
    return dict(rows(url, "SELECT id, payment_status FROM bookings"))


def test_every_booking_keeps_its_payment_status_and_pending_refunds(postgres: TestServer) -> None:
    with postgres.empty_database() as url:
        migrations.upgrade(url)
        stored = bookings_in_all_payment_statuses(url)
        expected = {booking.id: status.value for booking, (status, *_) in zip(stored, HISTORIES, strict=True)}
        assert {booking.id: booking.payment_status.value for booking in stored} == expected
        assert statuses(url) == expected
        migrations.downgrade(url, BEFORE)
        assert statuses(url) == expected
        migrations.upgrade(url)
        assert statuses(url) == expected

        async def read(database: Backend) -> None:
            for booking in stored:
                assert await database.reads.bookings.get(booking.id) == booking

        in_database(url, read)


def test_the_database_refuses_refunds_beyond_the_payments_and_a_payment_status_of_its_own(postgres: TestServer) -> None:
    with postgres.database() as url:
        bookings_in_all_payment_statuses(url)
        with psycopg.connect(url, autocommit=True) as connection:
            for column in ("refunded_amount", "refund_pending_amount"):
                with pytest.raises(CheckViolation):
                    connection.execute(f"UPDATE bookings SET {column} = {column} + paid_amount + 1".encode())  # noqa: S608
                with pytest.raises(CheckViolation):
                    connection.execute(f"UPDATE bookings SET {column} = -1".encode())  # noqa: S608
            with pytest.raises(psycopg.errors.GeneratedAlways):
                connection.execute("UPDATE bookings SET payment_status = 'paid'")


def test_a_booking_that_was_paid_at_the_desk_is_paid(postgres: TestServer) -> None:
    make = Builder()

    async def add(database: Backend) -> None:
        cast = await a_cast(database, make)
        for paid, desk in ((NONE, HALF), (HALF, HALF), (NONE, DEPOSIT)):
            booking = replace(make.booking(cast.profile, cast.customer), paid=paid, desk_paid=desk)
            async with database.begin() as tx:
                await tx.bookings.add(booking, [make.event(booking)])
            stored[booking.id] = booking.payment_status.value

    with postgres.database() as url:
        stored: dict[Any, str] = {}
        in_database(url, add)
        assert statuses(url) == stored
        assert list(stored.values()) == ["unpaid", "paid", "paid"]
