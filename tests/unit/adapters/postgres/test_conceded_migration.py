"""What earlier decisions gave back is conceded after the upgrade; SQL and Python agree on what is due."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

import psycopg
import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import select
from tests.databases import TestServer
from tests.unit.adapters.postgres.test_refunds_migration import Backend, in_database, rows

from adapters.postgres.bookings.tables import BALANCE_DUE, bookings
from adapters.postgres.kit import migrations
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import RefundReason
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, NOW, PRICE, Builder
from booking_domain.testing.kit.storage import a_cast

BEFORE: Final = "0078-1"
NONE: Final = Money.zero("MNT")
PART: Final = DEPOSIT.percent(25)
# How a booking ended, and the reason of its refunds before and after the upgrade.
STORED: Final = [
    (Status.COMPLETED, RefundReason.DISPUTE, RefundReason.DISPUTE),
    (Status.NO_SHOW, RefundReason.NO_SHOW, RefundReason.NO_SHOW),
    (Status.CANCELLED, RefundReason.CANCELLATION, RefundReason.CANCELLATION),
    (Status.EXPIRED, RefundReason.CANCELLATION, RefundReason.LATE_PAYMENT),
    (Status.CONFIRMED, RefundReason.CANCELLATION, RefundReason.OVERPAYMENT),
    (Status.CONFIRMED, RefundReason.OVERPAYMENT, RefundReason.OVERPAYMENT),
    (Status.CANCELLED, RefundReason.LATE_PAYMENT, RefundReason.LATE_PAYMENT),
]


def test_what_decisions_gave_back_before_the_upgrade_is_not_due_after_it(postgres: TestServer) -> None:
    make, stored = Builder(), list[tuple[Booking, RefundReason]]()

    async def add(database: Backend) -> None:
        cast = await a_cast(database, make)
        for status, reason, after in STORED:
            placed = make.booking(cast.profile, cast.customer)
            booking = replace(
                placed, status=status, due_at=None, paid=DEPOSIT, refunded=PART, refund_pending=PART + PART
            )
            async with database.begin() as tx:
                await tx.bookings.add(booking, [make.event(booking, Status.PENDING)])
                refund = replace(make.refund(booking, PART), reason=reason, created_at=booking.updated_at)
                await tx.refunds.add(refund.mark_refunded(PaymentParty.GATEWAY, NOW + HOUR))
                await tx.refunds.add(replace(make.refund(booking, PART + PART), reason=reason))
            stored.append((booking, after))

    async def check(database: Backend) -> None:
        for booking, reason in stored:
            conceded = PART + PART + PART if reason.concedes else NONE
            assert await database.reads.bookings.get(booking.id) == replace(booking, conceded=conceded)
            assert {each.reason for each in await database.reads.refunds.of_booking(booking.id)} == {reason}

    with postgres.empty_database() as url:
        migrations.upgrade(url)
        in_database(url, add)
        migrations.downgrade(url, BEFORE)
        migrations.upgrade(url)
        in_database(url, check)
        migrations.downgrade(url, BEFORE)
        [(reasons,)] = rows(url, "SELECT array_agg(DISTINCT reason) FROM refunds")
        assert RefundReason.LATE_PAYMENT.value in reasons
        migrations.upgrade(url)
        in_database(url, check)


def test_the_database_computes_what_is_due_as_the_booking_does(postgres: TestServer) -> None:
    make, chance = Builder(), Random(14)  # noqa: S311 - amounts that can be repeated
    due = Statement(select(bookings.c.id, BALANCE_DUE))

    def some(most: int) -> Money:
        return Money(amount=chance.choice([0, most, chance.randint(0, most)]), currency="MNT")

    async def compare(database: Backend) -> None:
        cast, expected = await a_cast(database, make), dict[object, int]()
        async with database.begin() as tx:
            for _ in range(200):
                placed = make.booking(cast.profile, cast.customer, NOW + timedelta(days=1), status=Status.COMPLETED)
                paid = some(2 * PRICE.amount)
                refunded = some(paid.amount)
                pending = some((paid - refunded).amount)
                booking = replace(
                    placed,
                    paid=paid,
                    refunded=refunded,
                    refund_pending=pending,
                    conceded=some((refunded + pending).amount),
                    desk_paid=some(PRICE.amount),
                    authorised=some(DEPOSIT.amount),
                )
                await tx.bookings.add(booking, [make.event(booking, Status.CONFIRMED)])
                expected[booking.id] = booking.balance_due.amount
        async with database.work() as work:
            assert {row[0]: row[1] for row in await work.all(due)} == expected
        assert 0 < sum(amount > 0 for amount in expected.values()) < len(expected)

    with postgres.database() as url:
        in_database(url, compare)


def test_the_database_refuses_to_concede_more_than_is_refunded(postgres: TestServer) -> None:
    make = Builder()

    async def add(database: Backend) -> None:
        cast = await a_cast(database, make)
        booking = make.booking(cast.profile, cast.customer)
        async with database.begin() as tx:
            await tx.bookings.add(booking, [make.event(booking)])

    with postgres.database() as url:
        in_database(url, add)
        with psycopg.connect(url, autocommit=True) as connection:
            for amount in (1, -1):
                with pytest.raises(CheckViolation):
                    connection.execute(f"UPDATE bookings SET conceded_amount = {amount}".encode())  # noqa: S608
