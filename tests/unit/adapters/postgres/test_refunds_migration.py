"""The migration that moves refunds into a table of their own keeps every payment and refund, up and down."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import psycopg
import pytest
from psycopg.errors import CheckViolation
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.kit import migrations
from booking_domain.bookings.model import Booking
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.refunds import Refund, RefundReason
from booking_domain.payments.transitions import PaymentParty
from booking_domain.testing.builders import DEPOSIT, HOUR, NOW, Builder
from booking_domain.testing.kit.storage import a_cast
from booking_domain.use_cases.platform.ports import Repositories

BEFORE: Final = "0017"
AFTER: Final = "0018"
HALF: Final = DEPOSIT.percent(50)


class Backend(Database):
    """The database as the contracts' helpers take it."""

    async def outbox_events(self) -> tuple[()]:
        return ()


def in_database(url: str, story: Callable[[Backend], Awaitable[None]]) -> None:
    async def run() -> None:
        database = Backend(url, cipher=CIPHER, pool_size=2)
        await database.open()
        try:
            await story(database)
        finally:
            await database.close()

    asyncio.run(run())


def payments_and_refunds(booking: Booking, make: Builder) -> tuple[list[Payment], list[Refund]]:
    full = replace(
        make.payment(booking).invoiced(make.invoice()),
        attempt=3,
        expires_at=NOW + HOUR,
        checked_at=NOW + timedelta(microseconds=1),
    )
    paid, _ = full.settle(full.amount, raw_payload="{ }", now=NOW + HOUR)
    # The downgrade forgets the reasons; what went back without a cancellation was an overpayment.
    due = replace(make.refund(booking, HALF), reason=RefundReason.OVERPAYMENT)
    made = replace(make.refund(booking, HALF), reason=RefundReason.OVERPAYMENT).mark_refunded(
        PaymentParty.GATEWAY, NOW + 2 * HOUR
    )
    return [paid, make.payment(booking, Purpose.BALANCE)], [due, made]


async def add_all(tx: Repositories, payments: list[Payment], refunds: list[Refund]) -> None:
    for payment in payments:
        await tx.payments.add(payment)
    for refund in refunds:
        await tx.refunds.add(refund)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_refunds_move_to_their_own_table_and_back(postgres: TestServer) -> None:
    make = Builder()
    stored: list[tuple[Booking, list[Payment], list[Refund]]] = []

    async def add(database: Backend) -> None:
        cast = await a_cast(database, make)
        for _ in range(2):
            booking = make.booking(cast.profile, cast.customer)
            booking = replace(booking, paid=DEPOSIT, refunded=HALF, refund_pending=HALF)
            payments, refunds = payments_and_refunds(booking, make)
            async with database.begin() as tx:
                await tx.bookings.add(booking, [make.event(booking)])
                await add_all(tx, payments, refunds)
            stored.append((booking, payments, refunds))

    async def read(database: Backend) -> None:
        for booking, payments, refunds in stored:
            assert await database.reads.bookings.get(booking.id) == booking
            assert await database.reads.payments.of_booking(booking.id) == payments
            assert await database.reads.refunds.of_booking(booking.id) == refunds

    with postgres.empty_database() as url:
        migrations.upgrade(url)
        in_database(url, add)
        migrations.downgrade(url, BEFORE)
        expected = [
            *(
                (each.id, each.purpose.value, each.status.value, each.settled.amount)
                for _, payments, _ in stored
                for each in payments
            ),
            *(
                (each.id, "refund", each.status.value, 0 if each.processed_at is None else each.amount.amount)
                for _, _, refunds in stored
                for each in refunds
            ),
        ]
        assert set(rows(url, "SELECT id, purpose, status, settled_amount FROM transactions")) == set(expected)
        assert rows(url, "SELECT to_regclass('payments'), to_regclass('refunds')") == [(None, None)]
        migrations.upgrade(url)
        assert rows(url, "SELECT to_regclass('transactions')") == [(None,)]
        in_database(url, read)


def test_a_downgrade_restores_the_former_constraints(postgres: TestServer) -> None:
    query = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'transactions'::regclass"
        " UNION SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'transactions' ORDER BY 1"
    )
    with postgres.empty_database() as url:
        migrations.upgrade(url, BEFORE)
        before = rows(url, query)
        migrations.upgrade(url, AFTER)
        migrations.downgrade(url, BEFORE)
        assert rows(url, query) == before != []


def test_a_refund_is_rejected_among_the_payments(postgres: TestServer) -> None:
    make = Builder()

    async def add(database: Backend) -> None:
        cast = await a_cast(database, make)
        booking = make.booking(cast.profile, cast.customer)
        async with database.begin() as tx:
            await tx.bookings.add(booking, [make.event(booking)])
            await tx.payments.add(make.payment(booking))

    with postgres.database() as url:
        in_database(url, add)
        with psycopg.connect(url, autocommit=True) as connection:
            for column, value in (("purpose", "refund"), ("status", "refund_pending"), ("status", "refunded")):
                with pytest.raises(CheckViolation):
                    connection.execute(f"UPDATE payments SET {column} = %s".encode(), (value,))  # noqa: S608
