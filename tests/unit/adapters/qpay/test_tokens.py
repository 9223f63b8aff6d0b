import asyncio
import time

import httpx
import pytest
from tests.http_answers import document, http
from tests.unit.adapters.qpay.gateway_fixtures import CountingProxy, gateway_at, invoices_of, order
from tests.unit.adapters.qpay.scripted_qpay import scripted_qpay
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from adapters.qpay.gateway import QPayGateway
from adapters.qpay.tokens import AccessToken, InProcessTokenStore
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.shared.errors import StorageUnavailable

TOMORROW = 86_400


def revoked_token(name: str = "dead") -> AccessToken:
    return AccessToken(access=name, expires_at=int(time.time()) + TOMORROW)


async def unpaid_invoice(gateway: QPayGateway) -> str:
    return (await gateway.create_invoice(order())).reference


async def test_ten_concurrent_calls_log_in_once(simulator: SimulatorProcess, client: httpx.Client) -> None:
    proxy = CountingProxy(simulator.port)
    async with proxy.open() as url, gateway_at(url) as gateway:
        await asyncio.gather(*(unpaid_invoice(gateway) for _ in range(10)))
    assert proxy.logins == 1


async def test_the_tokens_expiry_is_stored(simulator: SimulatorProcess, client: httpx.Client) -> None:
    store, before = InProcessTokenStore(), int(time.time())
    async with gateway_at(simulator.url, token_store=store) as gateway:
        await unpaid_invoice(gateway)
    token = await store.get()
    assert token is not None
    assert before + TOMORROW <= token.expires_at <= time.time() + TOMORROW


async def test_an_expired_token_is_not_sent(simulator: SimulatorProcess, client: httpx.Client) -> None:
    proxy, store = CountingProxy(simulator.port), InProcessTokenStore()
    await store.put(AccessToken(access="expired", expires_at=int(time.time())))
    async with proxy.open() as url, gateway_at(url, token_store=store) as gateway:
        await unpaid_invoice(gateway)
    assert (proxy.count("Bearer expired"), proxy.logins) == (0, 1)


async def test_a_revoked_token_costs_one_login_and_the_call_is_retried(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    requested = order()

    proxy = CountingProxy(simulator.port)
    async with proxy.open() as url, gateway_at(url) as gateway:
        await unpaid_invoice(gateway)
        merchant.set_switches(revokeToken=True)
        await gateway.create_invoice(requested)
    assert proxy.logins == 2
    assert len(invoices_of(merchant.client, requested)) == 1


async def test_gateways_sharing_a_store_do_not_revoke_each_others_tokens(
    simulator: SimulatorProcess, merchant: Merchant
) -> None:
    proxy, store = CountingProxy(simulator.port), InProcessTokenStore()
    logins = []
    async with (
        proxy.open() as url,
        gateway_at(url, token_store=store) as first,
        gateway_at(url, token_store=store) as second,
    ):
        for _ in range(3):
            await asyncio.gather(*(unpaid_invoice(gateway) for gateway in (first, second) * 5))
            logins.append(proxy.logins)
            merchant.log_in()  # a login that bypasses the shared store
    assert logins == [1, 2, 3]


class AlwaysRevokedTokenStore(InProcessTokenStore):
    """Returns a different revoked token on every read, until a token is stored."""

    def __init__(self) -> None:
        super().__init__()
        self._reads = 0

    async def get(self) -> AccessToken | None:
        self._reads += 1
        return await super().get() or revoked_token(f"dead-{self._reads}")


async def test_a_revoked_stored_token_costs_one_login(simulator: SimulatorProcess, client: httpx.Client) -> None:
    proxy, store = CountingProxy(simulator.port), InProcessTokenStore()
    await store.put(revoked_token("dead-0"))
    async with proxy.open() as url, gateway_at(url, token_store=store) as gateway:
        await unpaid_invoice(gateway)
    assert (proxy.count("Bearer dead-0"), proxy.logins, proxy.count("POST /v2/invoice ")) == (1, 1, 2)


async def test_the_call_fails_if_the_store_keeps_returning_revoked_tokens(
    simulator: SimulatorProcess, client: httpx.Client
) -> None:
    proxy = CountingProxy(simulator.port)
    async with proxy.open() as url, gateway_at(url, token_store=AlwaysRevokedTokenStore()) as gateway:
        with pytest.raises(GatewayUnavailable):
            await unpaid_invoice(gateway)
    assert (proxy.logins, proxy.count("POST /v2/invoice ")) == (0, 3)


async def test_the_call_fails_if_qpay_rejects_every_token() -> None:
    refusal = document({"error": "NO_CREDENTIALS"}, status="401 Unauthorized")
    async with scripted_qpay(lambda _: refusal) as (url, calls), gateway_at(url) as gateway:
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(order())
        assert ([call.line.split(" ")[1] for call in calls]) == ["/v2/auth/token", "/v2/invoice"] * 2


@pytest.mark.parametrize(
    "response",
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
async def test_a_login_without_a_usable_token_is_unavailable(response: bytes) -> None:
    async with (
        scripted_qpay(lambda _: document({}), log_in=lambda: response) as (url, calls),
        gateway_at(url) as gateway,
    ):
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(order())
        assert len(calls) == 1


@pytest.mark.parametrize("expires_in", [TOMORROW, str(TOMORROW), "1900000000"])
async def test_expires_in_may_be_a_duration_or_a_string(expires_in: object) -> None:
    log_in = document({"access_token": "token", "expires_in": expires_in})
    response = document({"count": 0, "rows": []})
    async with scripted_qpay(lambda _: response, log_in=lambda: log_in) as (url, calls), gateway_at(url) as gateway:
        for _ in range(3):
            await gateway.report("an-invoice", "MNT")
        assert sum(call.line.startswith("POST /v2/auth/token ") for call in calls) == 1


class UnavailableTokenStore(InProcessTokenStore):
    async def get(self) -> AccessToken | None:
        raise StorageUnavailable


async def test_an_unavailable_token_store_makes_the_gateway_unavailable() -> None:
    async with gateway_at("http://127.0.0.1:9", token_store=UnavailableTokenStore()) as gateway:
        with pytest.raises(GatewayUnavailable):
            await gateway.report("an-invoice", "MNT")
