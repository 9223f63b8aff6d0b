"""Calls of the Worker are accepted once, within five minutes, and unaltered. The clock stands still."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from tests.unit.adapters.qpay_edge.edge_fixtures import MemoryNonces, signed
from tests.unit.adapters.qpay_edge.worker_process import KEY, OTHER_KEY

from adapters.kit.signatures import TOLERANCE
from adapters.qpay_edge.signatures import KEPT, TO_API, TO_WORKER, CallSigner, CallVerifier
from booking_domain.payments.errors import InvalidGatewaySignature
from booking_domain.testing.clock import ManualClock

NOW: Final = datetime(2026, 11, 23, 2, tzinfo=UTC)
PATH: Final = "/api/v1/webhooks/qpay-edge"
BODY: Final = b'{"qpayInvoiceId":"1"}'


class Server:
    def __init__(self, *keys: str) -> None:
        self.nonces = MemoryNonces()
        self._verifier = CallVerifier(keys, self.nonces, ManualClock(NOW))

    async def accepts(
        self, headers: dict[str, str], *, method: str = "POST", path: str = PATH, body: bytes = BODY
    ) -> bool:
        try:
            await self._verifier.verify(method, path, headers, body)
        except InvalidGatewaySignature:
            return False
        return True


def call(at: datetime = NOW, **changes: str) -> dict[str, str]:
    return signed(TO_API, "POST", PATH, BODY, at=at, **changes)


async def test_of_twenty_concurrent_replays_exactly_one_is_accepted() -> None:
    server, headers = Server(KEY), call()
    assert sum(await asyncio.gather(*(server.accepts(headers) for _ in range(20)))) == 1


@pytest.mark.parametrize("side", [-1, 1])
async def test_five_minutes_are_accepted_and_a_second_more_is_not(side: int) -> None:
    server, second = Server(KEY), timedelta(seconds=1)
    assert await server.accepts(call(NOW + side * TOLERANCE))
    assert not await server.accepts(call(NOW + side * (TOLERANCE + second)))
    assert not await server.accepts(call(NOW + side * timedelta(days=1)))


async def test_a_nonce_outlives_its_timestamp_on_clocks_that_differ_by_five_minutes() -> None:
    server, headers = Server(KEY), call(NOW - TOLERANCE)
    assert await server.accepts(headers)
    assert server.nonces.claimed[headers["edge-nonce"]] == NOW - TOLERANCE + KEPT
    assert NOW - TOLERANCE + KEPT >= NOW + TOLERANCE


async def test_altering_any_signed_part_is_detected() -> None:
    server, headers = Server(KEY), call()
    later = str(int(headers["edge-timestamp"]) + 1)
    assert not await server.accepts(headers, body=BODY + b" ")
    assert not await server.accepts(headers, path=f"{PATH}?x=1")
    assert not await server.accepts(headers, method="PUT")
    assert not await server.accepts({**headers, "edge-timestamp": later})
    assert not await server.accepts({**headers, "edge-nonce": "x" * 32})
    assert not await server.accepts({**headers, "edge-signature": headers["edge-signature"].upper()})
    assert server.nonces.claimed == {}
    assert await server.accepts(headers)


async def test_only_configured_keys_are_accepted() -> None:
    assert await Server(KEY, OTHER_KEY).accepts(call(key=OTHER_KEY))
    assert not await Server(KEY).accepts(call(key=OTHER_KEY))
    assert not await Server().accepts(call())
    assert not await Server("").accepts(call(key=""))


async def test_a_call_to_the_worker_cannot_be_sent_back() -> None:
    headers = CallSigner(KEY, ManualClock(NOW)).headers("POST", PATH, BODY)
    assert headers == signed(TO_WORKER, "POST", PATH, BODY, at=NOW, nonce=headers["edge-nonce"])
    assert not await Server(KEY).accepts(headers)


@pytest.mark.parametrize("name", ["edge-timestamp", "edge-nonce", "edge-signature"])
@pytest.mark.parametrize("value", [None, "", "x", "é", "1" * 100, "-1", "0", "1e9", "\ud800", "v1=" + "0" * 64])
async def test_a_malformed_header_is_refused(name: str, value: str | None) -> None:
    headers = {key: text for key, text in call().items() if key != name}
    if value is not None:
        headers[name] = value
    assert not await Server(KEY).accepts(headers)


async def test_a_nonce_is_at_least_sixteen_bytes() -> None:
    assert not await Server(KEY).accepts(call(nonce="x" * 21))
    assert not await Server(KEY).accepts(call(nonce="x" * 65))
    assert await Server(KEY).accepts(call(nonce="x" * 22))
