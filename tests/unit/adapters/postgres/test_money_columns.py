"""The database checks a booking's money as the model does."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Final

import psycopg
import pytest
from psycopg.errors import CheckViolation
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from booking_domain.bookings.model import Booking
from booking_domain.testing.builders import DEPOSIT, Builder
from booking_domain.testing.kit.storage import a_cast

HALF: Final = DEPOSIT.percent(50)


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


async def test_the_database_refuses_amounts_below_zero_and_beyond_those_that_bound_them(
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
            ("deposit_amount", "price_amount"),
            ("extra_amount", "desk_paid_amount"),
            ("offered_minutes = 60, offered_price_amount = 5, offered_deposit_amount", "5"),
            ("desk_paid_amount", None),
            ("tip_amount", None),
            ("authorised_amount", None),
            ("released_amount", None),
        ):
            for amount in ("-1", f"{most} + 1") if most else ("-1",):
                with pytest.raises(CheckViolation):
                    connection.execute(f"UPDATE bookings SET {column} = {amount}".encode())  # noqa: S608
        connection.execute(
            "UPDATE bookings SET offered_minutes = 60, offered_price_amount = 5, offered_deposit_amount = 5,"
            " deposit_amount = price_amount, desk_paid_amount = 1, extra_amount = 1"
        )


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
