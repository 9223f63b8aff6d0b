"""Row 13: a payment gateway that is down, stalls, or answers with garbage, a redirect or ten megabytes.

No database connection is held while a gateway is asked, and whatever it answers, nothing counts as paid.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.http_answers import http
from tests.ports import free_port
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.tcp_server import serve_tcp
from tests.unit.adapters.qpay.scripted_qpay import token_response

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Payment, Purpose
from booking_domain.testing.builders import NOW, PRICE, Builder
from booking_domain.testing.kit.storage import a_cast, race, store_bookings
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

POOL: Final = 5
CALLS: Final = scale.of(100, less=2 * POOL)
TEN_MEGABYTES: Final = 10 * 1024 * 1024
ANSWERS: Final[Mapping[str, bytes]] = {
    "garbage": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a page with status 200": http("<html>Sign in to the Wi-Fi</html>"),
    "a redirect": http(status="302 Found", headers="location: http://127.0.0.1:9/\r\n"),
    "ten megabytes": http(b" " * TEN_MEGABYTES),
}
SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "qpay": {"QPAY_BASE_URL": "{url}/v2"},
    "qpay-edge": {"BOOKING_GATEWAY": "qpay-edge", "QPAY_EDGE_URL": "{url}", "QPAY_EDGE_KEY": "k" * 32},
    "stripe": {
        "BOOKING_GATEWAY": "stripe",
        "STRIPE_BASE_URL": "{url}",
        "STRIPE_SECRET_KEY": "sk_test_1",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
    },
}


@asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[tuple[str, asyncio.Semaphore]]:
    """A server that answers each call but a log-in with `answer`, or never; and a semaphore that counts the calls."""
    calls = asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST /v2/auth/token "):
            writer.write(token_response())
            return
        calls.release()
        if answer is None:
            await reader.read()
            await asyncio.Event().wait()
        writer.write(answer or b"")
        await writer.drain()

    async with serve_tcp(serve) as url:
        yield url, calls


@asynccontextmanager
async def platform(database_url: str, name: str, gateway_url: str) -> AsyncIterator[HttpContainer]:
    """The parts of an API with a small pool, and the gateway at this address."""
    settings = {setting: value.format(url=gateway_url) for setting, value in SETTINGS[name].items()}
    environ = {"DATABASE_URL": database_url, "BOOKING_DB_POOL_SIZE": str(POOL), **settings}
    container = HttpContainer(settings=Settings.from_environment(environ))
    container.clock.override(ManualClock(NOW))
    async with AsyncExitStack() as opened:
        for part in (container.database(), container.gateways()):
            await part.open()
            opened.push_async_callback(part.close)
        yield container


async def starting(container: HttpContainer, make: Builder, number: int) -> tuple[list[Any], Payment]:
    """Starts of payments for as many bookings, and a payment whose invoice is out."""
    backend: Any = container.database()
    cast = await a_cast(backend, make)
    bookings = [
        replace(
            make.booking(cast.profile, cast.customer, NOW + timedelta(days=3 + 2 * nth)),
            due_at=NOW + timedelta(days=1),
            deposit=PRICE,
        )
        for nth in range(number + 1)
    ]
    await store_bookings(backend, make, *bookings)
    invoice = replace(make.invoice(), reference=f"pi_{bookings[-1].id}")
    started = replace(make.payment(bookings[-1]), gateway=container.gateways().default.name, invoice=invoice)
    async with backend.begin() as tx:
        await tx.payments.add(started)
    starts = [
        start_payment(
            StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT),
            actor=cast.customer.actor,
            executor=container.executor(),
            gateways=container.gateways(),
        )
        for booking in bookings[:-1]
    ]
    return starts, started


async def assert_nothing_counts(container: HttpContainer) -> None:
    async with container.database().connection() as connection:
        cursor = await connection.execute(
            "SELECT (SELECT count(*) FROM payments WHERE status <> 'pending' OR settled_amount > 0),"
            " (SELECT count(*) FROM bookings WHERE status <> 'pending' OR paid_amount > 0)"
        )
        assert await cursor.fetchall() == [(0, 0)]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_gateway_that_stalls_holds_no_database_connection(name: str, postgres: TestServer, report: Report) -> None:
    async def story(url: str) -> None:
        async with answering(None) as (address, calls), platform(url, name, address) as container:
            starts, _ = await starting(container, Builder(), CALLS)
            running = [asyncio.create_task(each) for each in starts]
            async with asyncio.timeout(PATIENCE_SECONDS):
                for _ in range(POOL + 1):  # more than there are connections
                    await calls.acquire()
                async with AsyncExitStack() as held:
                    for _ in range(POOL):
                        await held.enter_async_context(container.database().connection())
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await assert_nothing_counts(container)
            report(13, f"{name}: {CALLS} calls of a gateway that stalls hold 0 of {POOL} database connections")

    with postgres.database() as url:
        asyncio.run(story(url))


@pytest.mark.parametrize("name", SETTINGS)
def test_an_invalid_gateway_answer_never_counts_as_money(name: str, postgres: TestServer, report: Report) -> None:
    async def story(url: str) -> None:
        make = Builder()
        for answer in (None, *ANSWERS.values()):
            async with AsyncExitStack() as opened:
                address = f"http://127.0.0.1:{free_port()}"  # where nobody listens
                if answer is not None:
                    address, _ = await opened.enter_async_context(answering(answer))
                container = await opened.enter_async_context(platform(url, name, address))
                starts, started = await starting(container, make, CALLS)
                done, refusals = await race(starts)
                assert not done
                assert {type(each) for each in refusals} == {GatewayUnavailable}
                with pytest.raises(GatewayUnavailable):
                    await settle_payment(started, executor=container.executor(), gateways=container.gateways())
                await assert_nothing_counts(container)
        report(13, f"{name}: down, {', '.join(ANSWERS)}: {CALLS} payments each unavailable, counted 0")

    with postgres.database() as url:
        asyncio.run(story(url))
