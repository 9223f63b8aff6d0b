"""Rows 7 and 8: lost, repeated, reordered and forged callbacks, and their repair by the reconciliation.

The callbacks are requests to the API on PostgreSQL; the gateway is its simulator, over HTTP in a process of its own.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import httpx
import psycopg
import pytest
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.gateways_under_test import GATEWAYS, GatewayUnderTest, gateway_under_test
from tests.unit.effort import sampled
from tests.unit.entrypoints.api import application

from booking_domain.payments.model import Payment, Purpose
from booking_domain.reconciliation.model import FindingKind, FindingStatus, day_of
from booking_domain.reconciliation.ports import FindingFilter
from booking_domain.shared.actor import Role
from booking_domain.testing.builders import NOW, PRICE, Builder
from booking_domain.testing.kit.storage import a_cast, store_bookings
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.reconciliation.reconcile import reconcile
from booking_domain.use_cases.reconciliation.runs import RequestRun, request_run
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

TRANSACTIONS: Final = scale.of(1_000, less=20)
CALLBACKS: Final = scale.of(10_000, less=50)
AT_ONCE: Final = 8
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Merchant:
    """The API with a gateway, and the gateway's books."""

    container: HttpContainer
    client: httpx.AsyncClient
    clock: ManualClock
    gateway: GatewayUnderTest
    url: str
    make: Builder

    async def invoiced(self, number: int) -> list[Payment]:
        """Bookings with an open invoice for their deposits."""
        backend: Any = self.container.database()
        cast = await a_cast(backend, self.make)
        bookings = [
            replace(
                self.make.booking(cast.profile, cast.customer, NOW + (3 + 2 * nth) * DAY),
                due_at=NOW + DAY,
                deposit=PRICE,
            )
            for nth in range(number)
        ]
        await store_bookings(backend, self.make, *bookings)
        left = list(bookings)
        made: list[Payment] = []

        async def bill() -> None:
            while left:
                command = StartPayment(booking_id=left.pop().id, purpose=Purpose.DEPOSIT)
                made.append(
                    await start_payment(
                        command,
                        actor=cast.customer.actor,
                        executor=self.container.executor(),
                        gateways=self.container.gateways(),
                    )
                )

        await asyncio.gather(*(bill() for _ in range(AT_ONCE)))
        return made

    def pay(self, *payments: Payment) -> None:
        """Pay invoices in full, each as often as it occurs. No callback is sent."""
        for payment in payments:
            self.gateway.pay(payment, self.clock.now())

    def number(self, statement: bytes) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(statement).fetchone()
        assert row is not None
        return int(row[0])

    def agree(self) -> bool:
        """Whether the ledger equals the gateway's books to the unit."""
        counted = self.number(b"SELECT sum(settled_amount) FROM payments")
        booked = self.number(b"SELECT sum(paid_amount) FROM bookings")
        return counted == booked == self.gateway.received()

    async def call_back(self, *callbacks: tuple[Payment, bool]) -> Counter[int]:
        """Call back about each payment, forged or not; the statuses of the answers."""
        left, statuses = list(reversed(callbacks)), Counter[int]()

        async def call() -> None:
            while left:
                payment, forged = left.pop()
                statuses[await self.gateway.call_back(payment, self.client, self.container, forged=forged)] += 1

        await asyncio.gather(*(call() for _ in range(AT_ONCE)))
        return statuses

    async def reconciled(self) -> tuple[float, Counter[tuple[FindingKind, FindingStatus]]]:
        """Reconcile the day of the payments; the seconds that it takes, and all findings."""
        admin = self.make.user(Role.ADMIN).actor
        executor, gateways, reads = self.container.executor(), self.container.gateways(), self.container.reads()
        day = day_of(NOW, gateways.default.day_zone)
        run = await executor.run(request_run, RequestRun.of(gateways, None, day), actor=admin)
        began = time.monotonic()
        await reconcile(run.id, reads=reads, executor=executor, gateways=gateways)
        seconds = time.monotonic() - began
        found = await reads.reconciliation.page(FindingFilter(limit=10 * TRANSACTIONS))
        return seconds, Counter((each.kind, each.status) for each in found)


@asynccontextmanager
async def merchant(url: str, gateway: GatewayUnderTest) -> AsyncIterator[Merchant]:
    environ = {
        "DATABASE_URL": url,
        "BOOKING_RATE_LIMITS": "off",
        "BOOKING_DB_POOL_SIZE": "20",
        "BOOKING_DB_POOL_TIMEOUT_SECONDS": "60",
        **gateway.settings,
    }
    clock = ManualClock(NOW)
    with application(Settings.from_environment(environ)) as app:
        container: HttpContainer = app.state.container
        container.clock.override(clock)
        gateway.prepare(container)
        transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://api.test/api/v1") as client:
            yield Merchant(container, client, clock, gateway, url, Builder())


@pytest.mark.parametrize("name", sampled(GATEWAYS, every=2))  # by day not through the Worker, which starts slowly
def test_a_day_with_lost_callbacks_and_double_payments_is_repaired(
    name: str, postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    lost = TRANSACTIONS // 10

    async def story(url: str, gateway: GatewayUnderTest) -> None:
        twice = max(1, TRANSACTIONS // 100) if gateway.pays_twice else 0
        async with merchant(url, gateway) as shop:
            payments = await shop.invoiced(TRANSACTIONS)
            shop.pay(*payments)
            signals = [(each, False) for each in payments[lost:]]
            assert await shop.call_back(*signals) == {gateway.accepted: TRANSACTIONS - lost}
            shop.pay(*payments[TRANSACTIONS - twice :])  # and no callback
            assert not shop.agree()
            shop.clock.advance(2 * DAY)
            seconds, found = await shop.reconciled()
            repaired = Counter({(FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED): lost})
            repaired.update({(FindingKind.PAID_TWICE, FindingStatus.REPAIRED): twice} if twice else {})
            assert found == repaired
            assert shop.agree()
            assert shop.number(b"SELECT count(*) FROM payments WHERE status <> 'paid'") == 0
            assert shop.number(b"SELECT count(*) FROM bookings WHERE status <> 'confirmed'") == 0
            excess = shop.number(
                b"SELECT coalesce(sum(paid_amount - price_amount), 0) FROM bookings WHERE paid_amount > price_amount"
            )
            assert excess == twice * PRICE.amount
            owed = shop.number(b"SELECT coalesce(sum(amount), 0) FROM refunds WHERE reason = 'overpayment'")
            assert owed == excess
            _, again = await shop.reconciled()
            assert again == repaired
            assert shop.agree()
            report(
                8,
                f"{name}: {TRANSACTIONS} payments, {lost} without callback, {twice} paid twice:"
                f" all repaired in {seconds:.1f} s; ledger = gateway to the unit, a second run changes nothing",
            )

    with postgres.database() as url, gateway_under_test(name, tmp_path) as gateway:
        asyncio.run(story(url, gateway))


@pytest.mark.parametrize("name", scale.of(GATEWAYS, less=GATEWAYS[:1]))
def test_callbacks_that_are_repeated_reordered_forged_and_stale_count_once(
    name: str, postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    chance = random.Random(7)  # noqa: S311 - a shuffle that can be repeated
    number = CALLBACKS * 3 // 10

    async def story(url: str, gateway: GatewayUnderTest) -> None:
        async with merchant(url, gateway) as shop:
            payments = await shop.invoiced(number)
            unpaid, paid = payments[: number // 5], payments[number // 5 :]
            shop.pay(*paid)
            once = [(each, False) for each in paid]
            repeated = [chance.choice(once) for _ in range(CALLBACKS * 4 // 10)]
            stale = [(each, False) for each in chance.choices(unpaid, k=CALLBACKS // 10)]
            forged = [(each, True) for each in chance.choices(payments, k=CALLBACKS * 2 // 10)]
            calls = [*once, *repeated, *stale, *forged]
            chance.shuffle(calls)
            began = time.monotonic()
            statuses = await shop.call_back(*calls)
            seconds = time.monotonic() - began
            assert statuses == {gateway.accepted: len(calls) - len(forged), 403: len(forged)}
            assert shop.agree()
            assert shop.number(b"SELECT count(*) FROM payments WHERE status = 'paid'") == len(paid)
            assert shop.number(b"SELECT count(*) FROM payments WHERE settled_amount > amount") == 0
            assert shop.number(b"SELECT count(*) FROM bookings WHERE status = 'confirmed'") == len(paid)
            report(
                7,
                f"{name}: {len(calls)} callbacks of {len(paid)} payments, shuffled: {len(repeated)} repeated,"
                f" {len(stale)} stale, {len(forged)} forged; each payment counted once, forged accepted 0,"
                " ledger = gateway to the unit,"
                f" {len(calls) / seconds:.0f} a second",
            )

    with postgres.database() as url, gateway_under_test(name, tmp_path) as gateway:
        asyncio.run(story(url, gateway))
