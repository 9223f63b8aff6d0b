import asyncio
import time

import httpx
import pytest
from tests.unit.adapters.qpay.gateway_scenes import Line, gateway_at, invoices_of, order
from tests.unit.adapters.qpay.merchant import Merchant
from tests.unit.adapters.qpay.scripted_qpay import document, http, scripted_qpay
from tests.unit.adapters.qpay.simulator_process import SimulatorProcess

from adapters.qpay.gateway import QPayGateway
from adapters.qpay.tokens import AccessToken, InProcessTokenStore
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.shared.errors import StorageUnavailable

TOMORROW = 86_400


def dead_token(name: str = "dead") -> AccessToken:
    return AccessToken(access=name, expires_at=int(time.time()) + TOMORROW)


async def unpaid_invoice(gateway: QPayGateway) -> str:
    return (await gateway.create_invoice(order())).reference


def test_ten_at_once_log_in_once(simulator: SimulatorProcess, client: httpx.Client) -> None:
    async def play() -> int:
        line = Line(simulator.port)
        async with line.open() as url, gateway_at(url) as gateway:
            await asyncio.gather(*(unpaid_invoice(gateway) for _ in range(10)))
        return line.log_ins

    assert asyncio.run(play()) == 1


def test_a_token_is_kept_for_as_long_as_qpay_says(simulator: SimulatorProcess, client: httpx.Client) -> None:
    async def play() -> AccessToken | None:
        store = InProcessTokenStore()
        async with gateway_at(simulator.url, token_store=store) as gateway:
            await unpaid_invoice(gateway)
        return await store.get()

    token = asyncio.run(play())
    assert token is not None
    assert token.expires_at == pytest.approx(time.time() + TOMORROW, abs=60)


def test_an_expired_token_is_not_even_tried(simulator: SimulatorProcess, client: httpx.Client) -> None:
    async def play() -> tuple[int, int]:
        line, store = Line(simulator.port), InProcessTokenStore()
        await store.put(AccessToken(access="expired", expires_at=int(time.time())))
        async with line.open() as url, gateway_at(url, token_store=store) as gateway:
            await unpaid_invoice(gateway)
        return line.count("Bearer expired"), line.log_ins

    assert asyncio.run(play()) == (0, 1)


def test_a_killed_token_costs_one_log_in_and_the_call_is_made_again(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    asked = order()

    async def play() -> int:
        line = Line(simulator.port)
        async with line.open() as url, gateway_at(url) as gateway:
            await unpaid_invoice(gateway)
            merchant.set_switches(revokeToken=True)
            await gateway.create_invoice(asked)
        return line.log_ins

    assert asyncio.run(play()) == 2
    assert len(invoices_of(merchant.client, asked)) == 1


def test_gateways_that_share_a_store_do_not_kill_each_others_tokens(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    async def play() -> list[int]:
        line, store = Line(simulator.port), InProcessTokenStore()
        log_ins = []
        async with (
            line.open() as url,
            gateway_at(url, token_store=store) as ours,
            gateway_at(url, token_store=store) as theirs,
        ):
            for _ in range(3):
                await asyncio.gather(*(unpaid_invoice(gateway) for gateway in (ours, theirs) * 5))
                log_ins.append(line.log_ins)
                merchant.log_in()  # somebody outside, who does not share it
        return log_ins

    assert asyncio.run(play()) == [1, 2, 3]


class Changing(InProcessTokenStore):
    """Whose token has been replaced by another dead one whenever it is read, until a live one is put."""

    def __init__(self) -> None:
        super().__init__()
        self._reads = 0

    async def get(self) -> AccessToken | None:
        self._reads += 1
        return await super().get() or dead_token(f"dead-{self._reads}")


def test_a_token_that_was_replaced_by_a_dead_one_costs_one_log_in_too(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    async def play() -> tuple[int, int, int]:
        line, store = Line(simulator.port), InProcessTokenStore()
        await store.put(dead_token("dead-0"))
        async with line.open() as url, gateway_at(url, token_store=store) as gateway:
            await unpaid_invoice(gateway)
        return line.count("Bearer dead-0"), line.log_ins, line.count("POST /v2/invoice ")

    assert asyncio.run(play()) == (1, 1, 2)


def test_tokens_that_keep_being_replaced_by_dead_ones_are_given_up(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    async def play() -> tuple[int, int]:
        line = Line(simulator.port)
        async with line.open() as url, gateway_at(url, token_store=Changing()) as gateway:
            with pytest.raises(GatewayUnavailable):
                await unpaid_invoice(gateway)
        return line.log_ins, line.count("POST /v2/invoice ")

    assert asyncio.run(play()) == (0, 3)


def test_a_qpay_that_refuses_every_token_is_given_up() -> None:
    async def play() -> list[str]:
        refusal = document({"error": "NO_CREDENTIALS"}, status="401 Unauthorized")
        async with scripted_qpay(lambda _: refusal) as (url, calls), gateway_at(url) as gateway:
            with pytest.raises(GatewayUnavailable):
                await gateway.create_invoice(order())
            return [call.line.split(" ")[1] for call in calls]

    assert asyncio.run(play()) == ["/v2/auth/token", "/v2/invoice"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        document({"error": "AUTHENTICATION_FAILED"}, status="401 Unauthorized"),
        document({"error": "SYSTEM_BUSY"}, status="500 Internal Server Error"),
        document({"access_token": "a\r\nb", "expires_in": 1_900_000_000}),
        document({"access_token": "", "expires_in": 1_900_000_000}),
        document({"access_token": "token"}),
        document({"access_token": "token", "expires_in": -1}),
        document({"access_token": "token", "expires_in": 10**30}),
        http("<html>"),
        http(),
    ],
)
def test_a_log_in_without_a_usable_token_is_unavailable(answer: bytes) -> None:
    async def play() -> int:
        async with (
            scripted_qpay(lambda _: document({}), log_in=lambda: answer) as (url, calls),
            gateway_at(url) as gateway,
        ):
            with pytest.raises(GatewayUnavailable):
                await gateway.create_invoice(order())
            return len(calls)

    assert asyncio.run(play()) == 1


@pytest.mark.parametrize("expires_in", [TOMORROW, str(TOMORROW), "1900000000"])
def test_a_duration_or_a_string_does_not_make_it_log_in_at_every_call(expires_in: object) -> None:
    async def play() -> int:
        log_in = document({"access_token": "token", "expires_in": expires_in})
        answer = document({"count": 0, "rows": []})
        async with scripted_qpay(lambda _: answer, log_in=lambda: log_in) as (url, calls), gateway_at(url) as gateway:
            for _ in range(3):
                await gateway.report("an-invoice", "MNT")
            return sum(call.line.startswith("POST /v2/auth/token ") for call in calls)

    assert asyncio.run(play()) == 1


class Away(InProcessTokenStore):
    """A store whose database is away."""

    async def get(self) -> AccessToken | None:
        raise StorageUnavailable


def test_a_store_that_is_away_makes_the_gateway_unavailable() -> None:
    async def play() -> None:
        async with gateway_at("http://127.0.0.1:9", token_store=Away()) as gateway:
            with pytest.raises(GatewayUnavailable):
                await gateway.report("an-invoice", "MNT")

    asyncio.run(play())
