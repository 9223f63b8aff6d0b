"""Rows 7 and 8: callbacks that are lost, repeated, reordered and forged, and what the reconciliation repairs.

The callbacks are requests to the API on PostgreSQL; QPay is the simulator, over HTTP in a process of its own.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import psycopg
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.unit.adapters.qpay.simulator_process import SimulatorProcess

from adapters.qpay.simulator.state.invoices import Invoices, InvoiceStatus
from adapters.qpay.simulator.state.payments import Method, Payments, PaymentStatus, new_payment_id
from adapters.qpay.simulator.state.payments import Payment as QPayPayment
from adapters.qpay.simulator.state.store import Store
from booking_domain.payments.model import Payment, Purpose
from booking_domain.reconciliation.model import FindingKind, FindingStatus, day_of
from booking_domain.reconciliation.ports import FindingFilter
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import PaymentId
from booking_domain.testing.builders import NOW, PRICE, Builder
from booking_domain.testing.kit.storage import a_cast, store_bookings
from booking_domain.testing.memory import ManualClock
from booking_domain.workflows.reconcile import reconcile
from booking_domain.workflows.reconciliation_runs import RequestRun, request_run
from booking_domain.workflows.start_payment import StartPayment, start_payment
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.settings import Settings

TRANSACTIONS: Final = scale.of(1_000, less=20)
CALLBACKS: Final = scale.of(10_000, less=100)
AT_ONCE: Final = 8
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Merchant:
    """The API with QPay, and QPay's books."""

    container: HttpContainer
    client: httpx.AsyncClient
    clock: ManualClock
    books: Path
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
        with closing(Store(self.books)) as store, store.transaction():
            for payment in payments:
                assert payment.invoice is not None
                paid = QPayPayment(
                    payment_id=new_payment_id(Method.P2P),
                    invoice_id=payment.invoice.reference,
                    status=PaymentStatus.PAID,
                    amount=payment.amount.amount,
                    method=Method.P2P,
                    created_at=self.clock.now().timestamp(),
                )
                Payments(store).add(paid)
                Invoices(store).set_status(paid.invoice_id, InvoiceStatus.CLOSED)

    def received(self) -> int:
        """The total of QPay's books."""
        with closing(Store(self.books)) as store:
            row = store.one("SELECT coalesce(sum(amount), 0) AS total FROM payments WHERE status = 'PAID'")
        assert row is not None
        return int(row["total"])

    def number(self, statement: bytes) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(statement).fetchone()
        assert row is not None
        return int(row[0])

    def agree(self) -> bool:
        """Whether the ledger equals QPay's books to the unit."""
        counted = self.number(b"SELECT sum(settled_amount) FROM payments")
        booked = self.number(b"SELECT sum(paid_amount) FROM bookings")
        return counted == booked == self.received()

    async def call_back(self, *callbacks: tuple[PaymentId, PaymentId]) -> Counter[int]:
        """Call back about each payment with the token of another or its own; the statuses of the answers."""
        left, statuses = list(reversed(callbacks)), Counter[int]()

        async def call() -> None:
            while left:
                about, token_of = left.pop()
                token = self.container.callback_tokens().issue(token_of)
                query = {"token": token, "qpay_payment_id": "1"}
                answer = await self.client.get(f"/webhooks/qpay/{about}", params=query)
                statuses[answer.status_code] += 1

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
async def merchant(url: str, qpay: SimulatorProcess) -> AsyncIterator[Merchant]:
    environ = {
        "DATABASE_URL": url,
        "QPAY_BASE_URL": f"{qpay.url}/v2",
        "BOOKING_RATE_LIMITS": "off",
        "BOOKING_DB_POOL_SIZE": "20",
        "BOOKING_DB_POOL_TIMEOUT_SECONDS": "60",
    }
    clock = ManualClock(NOW)
    container = HttpContainer(settings=Settings.from_environment(environ))
    container.clock.override(clock)
    app: Any = create_app(container)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://api.test/api/v1") as client:
        yield Merchant(container, client, clock, qpay.state, url, Builder())


def test_a_day_with_lost_callbacks_and_double_payments_is_repaired(
    postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    lost, twice = TRANSACTIONS // 10, max(1, TRANSACTIONS // 100)

    async def story(url: str, qpay: SimulatorProcess) -> None:
        async with merchant(url, qpay) as shop:
            payments = await shop.invoiced(TRANSACTIONS)
            shop.pay(*payments)
            heard = [each.id for each in payments[lost:]]
            assert await shop.call_back(*zip(heard, heard, strict=True)) == {200: TRANSACTIONS - lost}
            shop.pay(*payments[-twice:])  # and no callback
            assert not shop.agree()
            shop.clock.advance(2 * DAY)
            seconds, found = await shop.reconciled()
            repaired = {
                (FindingKind.LOST_CALLBACK, FindingStatus.REPAIRED): lost,
                (FindingKind.PAID_TWICE, FindingStatus.REPAIRED): twice,
            }
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
                f"{TRANSACTIONS} payments, {lost} without callback, {twice} paid twice:"
                f" all repaired in {seconds:.1f} s; ledger = gateway to the unit, a second run changes nothing",
            )

    with postgres.database() as url, SimulatorProcess(tmp_path / "qpay.sqlite") as qpay:
        asyncio.run(story(url, qpay))


def test_callbacks_that_are_repeated_reordered_forged_and_stale_count_once(
    postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    chance = random.Random(7)  # noqa: S311 - a shuffle that can be repeated
    number = CALLBACKS * 3 // 10

    async def story(url: str, qpay: SimulatorProcess) -> None:
        async with merchant(url, qpay) as shop:
            payments = await shop.invoiced(number)
            unpaid, paid = payments[: number // 5], payments[number // 5 :]
            shop.pay(*paid)
            once = [(each.id, each.id) for each in paid]
            repeated = [chance.choice(once) for _ in range(CALLBACKS * 4 // 10)]
            stale = [(each.id, each.id) for each in chance.choices(unpaid, k=CALLBACKS // 10)]
            forged = [(chance.choice(payments).id, PaymentId(uuid4())) for _ in range(CALLBACKS * 2 // 10)]
            calls = [*once, *repeated, *stale, *forged]
            chance.shuffle(calls)
            began = time.monotonic()
            statuses = await shop.call_back(*calls)
            seconds = time.monotonic() - began
            assert statuses == {200: len(calls) - len(forged), 403: len(forged)}
            assert shop.agree()
            assert shop.number(b"SELECT count(*) FROM payments WHERE status = 'paid'") == len(paid)
            assert shop.number(b"SELECT count(*) FROM payments WHERE settled_amount > amount") == 0
            assert shop.number(b"SELECT count(*) FROM bookings WHERE status = 'confirmed'") == len(paid)
            report(
                7,
                f"{len(calls)} callbacks of {len(paid)} payments, shuffled: {len(repeated)} repeated,"
                f" {len(stale)} stale, {len(forged)} forged; each payment counted once, forged accepted 0,"
                " ledger = gateway to the unit,"
                f" {len(calls) / seconds:.0f} a second",
            )

    with postgres.database() as url, SimulatorProcess(tmp_path / "qpay.sqlite") as qpay:
        asyncio.run(story(url, qpay))
