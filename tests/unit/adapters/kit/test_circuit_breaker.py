"""A gateway that does not answer is not waited for again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.http_answers import document
from tests.tcp_server import serve_tcp
from tests.unit.adapters.qpay.gateway_fixtures import gateway_at, order
from tests.unit.adapters.qpay.scripted_qpay import Request, scripted_qpay

from adapters.kit.circuit_breaker import FAILURES, REST_SECONDS, CircuitBreaker, GuardedGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.ports import PaymentGateway
from booking_domain.shared.money import Money

NOTHING = document({"count": 0, "rows": []})
BUSY = document({"error": "SYSTEM_BUSY", "message": "System is busy!"}, status="500 Internal Server Error")
NOT_FOUND = document({"error": "INVOICE_NOTFOUND", "message": "?"}, status="422 Unprocessable Entity")


class Hands:
    """The hands of a clock."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[GuardedGateway, list[Request], Hands]]:
    """A guarded gateway whose QPay gives these answers, the last one for good; its calls but the first (a login)."""
    left, hands = list(answers), Hands()

    def answer(_: Request) -> bytes:
        return left.pop(0) if len(left) > 1 else left[0]

    async with scripted_qpay(answer) as (url, calls), gateway_at(url) as gateway:
        yield GuardedGateway(gateway, CircuitBreaker(now=hands)), calls, hands


async def ask(gateway: PaymentGateway) -> bool:
    """Whether a report is made."""
    try:
        await gateway.report("an-invoice", "MNT")
    except GatewayUnavailable:
        return False
    return True


async def test_after_failures_in_a_row_no_call_is_made() -> None:
    async with answering(BUSY) as (gateway, calls, _):
        assert [await ask(gateway) for _ in range(FAILURES + 3)] == [False] * (FAILURES + 3)
        assert len(calls) == 1 + FAILURES
        assert gateway.breaker.is_open
        assert (gateway.breaker.failed, gateway.breaker.refused) == (FAILURES, 3)


async def test_every_call_is_told_with_its_outcome() -> None:
    told: list[tuple[str, str]] = []
    async with scripted_qpay(lambda _: BUSY) as (url, _), gateway_at(url) as qpay:
        gateway = GuardedGateway(qpay, called=lambda name, outcome, _: told.append((name, outcome)))
        for _ in range(FAILURES + 1):
            await ask(gateway)
    assert told == [*[("qpay", "failed")] * FAILURES, ("qpay", "not_called")]


async def test_a_success_in_between_begins_the_count_again() -> None:
    answers = [*[BUSY] * (FAILURES - 1), NOTHING, NOTHING] * 3  # without money, the invoice's status is asked for too
    async with answering(*answers) as (gateway, calls, _):
        done = [await ask(gateway) for _ in range(3 * FAILURES)]
        assert done.count(True) == 3
        assert len(calls) == 1 + len(answers)


async def test_after_a_rest_one_probe_closes_the_circuit() -> None:
    async with answering(*[BUSY] * FAILURES, NOTHING) as (gateway, calls, hands):
        for _ in range(FAILURES):
            await ask(gateway)
        assert not await ask(gateway)
        hands.now += REST_SECONDS
        assert await asyncio.gather(*(ask(gateway) for _ in range(4))) == [True, False, False, False]
        assert len(calls) == 1 + FAILURES + 2
        assert await ask(gateway)


async def test_a_probe_that_fails_begins_another_rest() -> None:
    async with answering(BUSY) as (gateway, calls, hands):
        for _ in range(FAILURES):
            await ask(gateway)
        for rest in range(1, 4):
            hands.now += REST_SECONDS
            assert [await ask(gateway) for _ in range(3)] == [False] * 3
            assert len(calls) == 1 + FAILURES + rest


async def test_a_refused_request_is_no_failure() -> None:
    async with answering(*[NOT_FOUND] * (2 * FAILURES), NOTHING) as (gateway, _, _):
        assert [await ask(gateway) for _ in range(2 * FAILURES)] == [False] * (2 * FAILURES)
        assert not gateway.breaker.is_open
        assert await ask(gateway)


async def test_a_currency_that_the_gateway_does_not_take_is_no_failure() -> None:
    async with answering(NOTHING) as (gateway, _, _):
        for _ in range(2 * FAILURES):
            with pytest.raises(GatewayUnavailable):
                await gateway.report("an-invoice", "EUR")
        assert await ask(gateway)


async def test_requests_do_not_wait_for_a_gateway_that_stalls() -> None:
    """Only the first calls wait for their time limit; all others fail without a connection."""
    silence, connections = asyncio.Event(), 0

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await silence.wait()

    async with serve_tcp(stall) as url:
        async with gateway_at(url, timeout_seconds=0.05) as stalled:
            gateway = GuardedGateway(stalled, CircuitBreaker(now=Hands()))
            for _ in range(FAILURES):
                with pytest.raises(GatewayUnavailable):
                    await gateway.create_invoice(order())
            waited = connections
            for _ in range(100):
                with pytest.raises(GatewayUnavailable):
                    await gateway.create_invoice(order())
            assert connections == waited
        silence.set()


async def test_a_cancelled_probe_lets_another_one_through() -> None:
    async with answering(*[BUSY] * FAILURES, NOTHING) as (gateway, _, hands):
        for _ in range(FAILURES):
            await ask(gateway)
        hands.now += REST_SECONDS
        probe = asyncio.create_task(ask(gateway))
        await asyncio.sleep(0)
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        assert await ask(gateway)


def test_every_method_of_the_port_is_guarded() -> None:
    port = {name for name in vars(PaymentGateway) if not name.startswith("_")}
    assert port <= vars(GuardedGateway).keys()


async def test_an_order_in_another_currency_raises_as_without_the_guard() -> None:
    async with answering(NOTHING) as (gateway, _, _):
        for _ in range(2 * FAILURES):
            with pytest.raises(Exception, match="QPay takes MNT"):
                await gateway.create_invoice(order(amount=Money.of(1, "EUR")))
        assert not gateway.breaker.is_open
