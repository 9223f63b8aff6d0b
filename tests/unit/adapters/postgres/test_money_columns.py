"""The database computes and checks a booking's money as the model does."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Final

import psycopg
import pytest
from psycopg.errors import CheckViolation, GeneratedAlways
from sqlalchemy import select
from tests.databases import CIPHER, TestServer

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.database import Database
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, PaymentAttempt
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, Builder
from booking_domain.testing.kit.storage import a_cast

NONE: Final = Money.zero("MNT")
HALF: Final = DEPOSIT.percent(50)
STATUSES: Final = Statement(select(bookings.c.id, bookings.c.payment_status))


class Backend(Database):
    """The database as the contracts' helpers take it."""

    async def outbox_events(self) -> tuple[()]:
        return ()


@pytest.fixture
def url(postgres: TestServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Backend]:
    database = Backend(url, cipher=CIPHER, pool_size=2)
    await database.open()
    yield database
    await database.close()


async def add(database: Backend, make: Builder, *stored: Booking) -> None:
    async with database.begin() as tx:
        for booking in stored:
            await tx.bookings.add(booking, [make.event(booking)])


async def test_the_database_computes_the_payment_status_as_the_booking_does(database: Backend) -> None:
    make = Builder()
    cast = await a_cast(database, make)
    placed = make.booking(cast.profile, cast.customer)
    histories = [
        (BookingPaymentStatus.UNPAID, placed),
        (BookingPaymentStatus.PENDING, replace(placed, payment_attempt=PaymentAttempt.STARTED, paid=HALF)),
        (
            BookingPaymentStatus.FAILED,
            replace(placed, payment_attempt=PaymentAttempt.FAILED, refund_pending=HALF, paid=HALF),
        ),
        (BookingPaymentStatus.PAID, replace(placed, paid=DEPOSIT, refund_pending=DEPOSIT)),
        (BookingPaymentStatus.PARTIALLY_REFUNDED, replace(placed, paid=DEPOSIT, refunded=HALF, refund_pending=HALF)),
        (BookingPaymentStatus.REFUNDED, replace(placed, paid=HALF, refunded=HALF)),
        (BookingPaymentStatus.UNPAID, replace(placed, desk_paid=HALF)),
        (BookingPaymentStatus.PAID, replace(placed, paid=HALF, desk_paid=HALF)),
        (BookingPaymentStatus.PAID, replace(placed, desk_paid=DEPOSIT)),
    ]
    fresh = [make.booking(cast.profile, cast.customer) for _ in histories]
    stored = [
        replace(history, id=new.id, reference=new.reference) for (_, history), new in zip(histories, fresh, strict=True)
    ]
    assert [booking.payment_status for booking in stored] == [status for status, _ in histories]
    await add(database, make, *stored)
    async with database.work() as work:
        computed: dict[object, str] = dict(await work.all(STATUSES))
    assert computed == {booking.id: booking.payment_status.value for booking in stored}


async def test_the_database_refuses_refunds_beyond_the_payments_and_concessions_beyond_the_refunds(
    database: Backend, url: str
) -> None:
    make = Builder()
    cast = await a_cast(database, make)
    paid = replace(make.booking(cast.profile, cast.customer), paid=DEPOSIT, refunded=HALF, refund_pending=HALF)
    await add(database, make, paid)
    with psycopg.connect(url, autocommit=True) as connection:
        for column, most in (
            ("refunded_amount", "paid_amount"),
            ("refund_pending_amount", "paid_amount"),
            ("conceded_amount", "refunded_amount + refund_pending_amount"),
        ):
            for amount in (f"{most} + 1", "-1"):
                with pytest.raises(CheckViolation):
                    connection.execute(f"UPDATE bookings SET {column} = {amount}".encode())  # noqa: S608
        with pytest.raises(GeneratedAlways):
            connection.execute("UPDATE bookings SET payment_status = 'paid'")


async def test_a_refund_is_rejected_among_the_payments(database: Backend, url: str) -> None:
    make = Builder()
    cast = await a_cast(database, make)
    booking = make.booking(cast.profile, cast.customer)
    await add(database, make, booking)
    async with database.begin() as tx:
        await tx.payments.add(make.payment(booking))
    with psycopg.connect(url, autocommit=True) as connection:
        for column, value in (("purpose", "refund"), ("status", "refund_pending"), ("status", "refunded")):
            with pytest.raises(CheckViolation):
                connection.execute(f"UPDATE payments SET {column} = %s".encode(), (value,))  # noqa: S608
