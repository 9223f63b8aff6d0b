"""Signed notifications of the Worker in front of QPay."""

import asyncio
import json
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from tests.unit.adapters.qpay_edge.edge_fixtures import MemoryNonces, signed
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_payments import a_payment, status_of

from adapters.qpay_edge.signatures import TO_API, TO_WORKER
from booking_domain.payments.events import PaymentHinted

KEY: Final = "k" * 32
NEXT_KEY: Final = "n" * 32
PATH: Final = "/webhooks/qpay-edge"
with_edge: Final = pytest.mark.settings(
    BOOKING_PUBLIC_URL="https://booking.example.com/base", QPAY_EDGE_KEY=KEY, QPAY_EDGE_ACCEPTED_KEYS=NEXT_KEY
)


async def notified(
    api: Api,
    payment: dict[str, Any],
    *,
    direction: str = TO_API,
    key: str = KEY,
    late: timedelta = timedelta(),
    nonce: str | None = None,
    alter: bytes = b"",
) -> httpx.Response:
    """Call as the Worker does."""
    body = json.dumps({"qpayInvoiceId": payment["qpayInvoiceId"], "status": "paid"}).encode()
    at = api.clock.now() - late
    headers = signed(direction, "POST", f"/base/api/v1{PATH}", body, at=at, key=key, nonce=nonce)
    return await api.post(PATH, content=body + alter, headers={"content-type": "application/json", **headers})


@pytest.fixture(autouse=True)
def _nonces(api: Api) -> None:
    api.container.edge_nonces.override(MemoryNonces())


@with_edge
async def test_a_notification_confirms_the_booking_however_often_it_comes(api: Api) -> None:
    customer, payment = await a_payment(api)
    api.pay(payment)
    for key in (KEY, NEXT_KEY, KEY):
        answer = await notified(api, payment, key=key)
        assert (answer.status_code, answer.text) == (200, "SUCCESS")
    booking = (await api.get(f"/bookings/{payment['bookingId']}", customer)).json()
    assert (booking["status"], booking["paidAmount"]) == ("confirmed", 2_000_000)


@with_edge
async def test_a_notification_counts_only_if_the_gateway_confirms_it(api: Api) -> None:
    customer, payment = await a_payment(api)
    assert (await notified(api, payment)).text == "SUCCESS"
    assert await status_of(api, customer, payment) == "pending"


@with_edge
async def test_a_forged_old_or_altered_notification_is_turned_away(api: Api) -> None:
    _, payment = await a_payment(api)
    for forged in (
        await api.post(PATH, json={"qpayInvoiceId": payment["qpayInvoiceId"]}),
        await notified(api, payment, key="x" * 32),
        await notified(api, payment, direction=TO_WORKER),
        await notified(api, payment, alter=b" "),
        await notified(api, payment, late=timedelta(seconds=301)),
        await notified(api, payment, late=timedelta(seconds=-301)),
    ):
        assert_problem(forged, 403, "payment.invalid_signature")
    assert api.gateway.reports == 0


@with_edge
async def test_of_twenty_concurrent_replays_exactly_one_is_accepted(api: Api) -> None:
    _, payment = await a_payment(api)
    nonce = "n" * 32
    answers = await asyncio.gather(*(notified(api, payment, nonce=nonce) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 19
    assert api.gateway.reports == 1


@with_edge
async def test_an_unknown_invoice_or_a_body_without_one_is_not_found(api: Api) -> None:
    assert_problem(await notified(api, {"qpayInvoiceId": str(uuid4())}), 404, "payment.not_found")
    assert_problem(await notified(api, {"qpayInvoiceId": None}), 404, "payment.not_found")


@with_edge
async def test_if_the_gateway_is_down_a_notification_answers_503_and_is_kept(api: Api) -> None:
    _, payment = await a_payment(api)
    api.gateway.available = False
    assert_problem(await notified(api, payment), 503, "payment.gateway_unavailable")
    hints = [event for event in await api.database.outbox_events() if isinstance(event, PaymentHinted)]
    assert [str(hint.payment_id) for hint in hints] == [payment["id"]]


@pytest.mark.settings(BOOKING_PUBLIC_URL="https://booking.example.com/base")
@pytest.mark.parametrize("key", ["", KEY])
async def test_without_a_key_every_notification_is_rejected(api: Api, key: str) -> None:
    _, payment = await a_payment(api)
    assert_problem(await notified(api, payment, key=key), 403, "payment.invalid_signature")
