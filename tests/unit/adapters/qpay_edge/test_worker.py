"""The Worker in workerd, in front of QPay's simulator: signatures, notifications, and secrets that stay in it."""

import asyncio
import json
import os
import shutil
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.qpay.gateway_fixtures import order
from tests.unit.adapters.qpay_edge.edge_fixtures import MemoryNonces, edge_gateway_at, signed
from tests.unit.adapters.qpay_edge.worker_process import KEY, OTHER_KEY, PROJECT, WorkerProcess, require_node
from tests.unit.simulators.callback_receiver import CallbackReceiver
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from adapters.qpay_edge.signatures import TO_API, TO_WORKER, CallVerifier
from adapters.security.clock import SystemClock
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.shared.money import Money

CHECK: Final = "/worker/qpay/check"
NOTIFICATIONS: Final = "/api/v1/webhooks/qpay-edge"
BODY: Final = json.dumps({"qpayInvoiceId": str(uuid.UUID(int=1)), "page": 1}).encode()
UNSIGNED: Final = ("invoice", "check", "cancel", "refund", "lookup", "payments")


def now() -> datetime:
    return datetime.now(UTC)


async def post(url: str, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        return await client.post(path, content=body, headers={"content-type": "application/json", **headers})


async def asked(worker: WorkerProcess, path: str, document: object) -> httpx.Response:
    """A signed call of the API."""
    body = json.dumps(document).encode()
    return await post(worker.url, path, body, signed(TO_WORKER, "POST", path, body, at=now()))


def an_order(api: CallbackReceiver, **changes: object) -> dict[str, Any]:
    return {
        "bookingId": str(uuid.uuid4()),
        "amount": 2_000_000,
        "returnUrl": "https://booking.example.com/",
        "notifyUrl": api.url(NOTIFICATIONS),
        **changes,
    }


async def invoiced(worker: WorkerProcess, api: CallbackReceiver) -> dict[str, Any]:
    answer = await asked(worker, "/worker/qpay/invoice", an_order(api))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()) == (401, {"error": "INVALID_SIGNATURE"})


async def test_a_booking_is_all_that_an_invoice_needs(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    wish = an_order(api, expiresAt="2030-01-01T00:00:00Z")
    answer = (await asked(worker, "/worker/qpay/invoice", wish)).json()
    assert {"qpayInvoiceId", "qrUrl", "checkoutUrl", "expiresAt"} <= set(answer)
    assert answer["qrUrl"].startswith("data:image/png;base64,")
    assert answer["expiresAt"] == wish["expiresAt"]
    merchant.log_in()
    invoice = merchant.call("GET", f"/invoice/{answer['qpayInvoiceId']}").json()
    assert (invoice["invoice_status"], invoice["total_amount"]) == ("OPEN", "20000.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"bookingId": None},
        {"amount": 0},
        {"amount": "2000000"},
        {"amount": 0.5},
        {"returnUrl": "javascript:alert(1)"},
        {"notifyUrl": "https://elsewhere.example.com/api/v1/webhooks/qpay-edge"},
        {"notifyUrl": "not a url"},
        {"orderNumber": "../1"},
        {"description": "x" * 256},
        {"expiresAt": "tomorrow"},
    ],
)
async def test_an_invalid_field_is_named(
    worker: WorkerProcess, api: CallbackReceiver, changes: dict[str, object]
) -> None:
    answer = await asked(worker, "/worker/qpay/invoice", an_order(api, **changes))
    assert answer.status_code == 422
    assert answer.json() == {"error": "INVALID_FIELDS", "fields": list(changes)}


@pytest.mark.parametrize("operation", UNSIGNED)
async def test_every_operation_needs_a_signature(worker: WorkerProcess, operation: str) -> None:
    assert_refused(await post(worker.url, f"/worker/qpay/{operation}", b"{}", {}))


async def test_of_twenty_concurrent_replays_exactly_one_is_accepted(worker: WorkerProcess) -> None:
    headers = signed(TO_WORKER, "POST", CHECK, BODY, at=now())
    answers = await asyncio.gather(*(post(worker.url, CHECK, BODY, headers) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert_refused(await post(worker.url, CHECK, BODY, headers))


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-240, True), (0, True), (240, True), (-301, False), (420, False), (10**9, False)]
)
async def test_a_signature_is_accepted_within_five_minutes(
    worker: WorkerProcess, seconds: int, *, accepted: bool
) -> None:
    headers = signed(TO_WORKER, "POST", CHECK, BODY, at=now() + timedelta(seconds=seconds))
    answer = await post(worker.url, CHECK, BODY, headers)
    assert (answer.status_code == 200) is accepted, answer.text


async def test_altering_any_signed_part_is_detected(worker: WorkerProcess) -> None:
    headers = signed(TO_WORKER, "POST", CHECK, BODY, at=now())
    later = str(int(headers["edge-timestamp"]) + 1)
    assert_refused(await post(worker.url, CHECK, BODY.replace(b"1", b"2"), headers))
    assert_refused(await post(worker.url, f"{CHECK}?page=2", BODY, headers))
    assert_refused(await post(worker.url, "/worker/qpay/cancel", BODY, headers))
    assert_refused(await post(worker.url, CHECK, BODY, {**headers, "edge-timestamp": later}))
    assert_refused(await post(worker.url, CHECK, BODY, {**headers, "edge-nonce": "x" * 32}))
    assert (await post(worker.url, CHECK, BODY, headers)).status_code == 200


async def test_a_call_of_the_worker_cannot_be_sent_back_to_it(worker: WorkerProcess) -> None:
    assert_refused(await post(worker.url, CHECK, BODY, signed(TO_API, "POST", CHECK, BODY, at=now())))


async def test_two_keys_are_accepted_and_no_other(worker: WorkerProcess) -> None:
    for key, status in ((KEY, 200), (OTHER_KEY, 200), (f"{KEY}.", 401), ("", 401)):
        answer = await post(worker.url, CHECK, BODY, signed(TO_WORKER, "POST", CHECK, BODY, at=now(), key=key))
        assert answer.status_code == status, key


async def test_other_paths_methods_and_large_bodies_are_refused(worker: WorkerProcess) -> None:
    assert (await asked(worker, "/worker/qpay/token", {})).status_code == 404
    assert (await asked(worker, "/worker/qpay/constructor", {})).status_code == 404
    async with httpx.AsyncClient(base_url=worker.url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
        answer = await client.get(CHECK)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert (await client.delete("/worker/qpay/webhook")).status_code == 405
    assert (await post(worker.url, CHECK, b" " * 65_537, {})).status_code == 413
    assert (await asked(worker, CHECK, ["not an object"])).status_code == 400


async def test_a_repeated_order_gets_the_same_invoice(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    wish = an_order(api, orderNumber=uuid.uuid4().hex)
    answers = [await asked(worker, "/worker/qpay/invoice", wish) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["qpayInvoiceId"] for answer in answers}) == 1
    other = await asked(worker, "/worker/qpay/invoice", {**wish, "amount": 1})
    assert (other.status_code, other.json()) == (409, {"error": "ORDER_NUMBER_USED"})
    found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": wish["orderNumber"]}).json()
    assert found["count"] == 1


async def test_orders_at_once_create_one_invoice(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    wish = an_order(api, orderNumber=uuid.uuid4().hex)
    answers = await asyncio.gather(*(asked(worker, "/worker/qpay/invoice", wish) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": wish["orderNumber"]}).json()
    assert found["count"] == 1


async def test_an_invoice_of_unknown_fate_is_not_created_again(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    wish = an_order(api, orderNumber=uuid.uuid4().hex)
    merchant.set_switches(busy=1)
    assert (await asked(worker, "/worker/qpay/invoice", wish)).status_code == 502
    assert (await asked(worker, "/worker/qpay/invoice", wish)).status_code == 409
    found = merchant.client.get("/simulator/invoices", params={"sender_invoice_no": wish["orderNumber"]}).json()
    assert found["count"] == 0


async def test_an_invoice_that_qpay_refuses_is_no_outage(
    qpay_simulator: SimulatorProcess, api: CallbackReceiver
) -> None:
    with WorkerProcess(qpay_simulator.url, API_URL=api.url(""), QPAY_INVOICE_CODE="ANOTHER_MERCHANTS") as misconfigured:
        answer = await asked(misconfigured, "/worker/qpay/invoice", an_order(api))
    assert (answer.status_code, answer.json()) == (422, {"error": "REFUSED_BY_QPAY"})


async def test_a_payment_is_verified_and_notified(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    invoice = await invoiced(worker, api)
    merchant.pay("paid", invoice["qpayInvoiceId"])
    [notification] = api.wait_for(1)
    content = json.loads(notification.body)
    assert (content["qpayInvoiceId"], content["status"]) == (invoice["qpayInvoiceId"], "paid")
    verifier = CallVerifier([KEY], MemoryNonces(), SystemClock())
    await verifier.verify("POST", notification.path, notification.headers, notification.body)
    [delivery] = merchant.settled_callbacks(invoice["qpayInvoiceId"])
    assert (delivery["status"], delivery["body"]) == (200, "SUCCESS")


async def test_the_callback_may_be_a_post(worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant) -> None:
    merchant.set_switches(callbackMethod="POST")
    merchant.pay("paid", (await invoiced(worker, api))["qpayInvoiceId"])
    assert len(api.wait_for(1)) == 1


async def test_qpay_calls_again_until_the_api_has_taken_the_notification(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    api.responses.append((503, "later"))
    invoice = await invoiced(worker, api)
    merchant.pay("paid", invoice["qpayInvoiceId"])
    first, second = api.wait_for(2)
    assert first.headers["edge-nonce"] != second.headers["edge-nonce"]
    assert [each["status"] for each in merchant.settled_callbacks(invoice["qpayInvoiceId"])] == [503, 200]


async def test_the_api_learns_that_qpay_was_unreachable(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    invoice = await invoiced(worker, api)
    merchant.pay("paid_without_callback", invoice["qpayInvoiceId"])
    merchant.set_switches(busy=1)
    [address] = callback_urls(merchant, invoice)
    answer = await called_back(address)
    assert (answer.status_code, json.loads(api.wait_for(1)[0].body)["status"]) == (503, "unknown")


async def called_back(address: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
        return await client.get(address)


def callback_urls(merchant: Merchant, invoice: dict[str, Any]) -> list[str]:
    found = merchant.client.get("/simulator/invoices").json()["invoices"]
    return [each["callbackUrl"] for each in found if each["invoiceId"] == invoice["qpayInvoiceId"]]


async def test_a_forged_webhook_reaches_nobody(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    invoice = await invoiced(worker, api)
    [address] = callback_urls(merchant, invoice)
    token = httpx.URL(address).params["token"]
    assert len(token) == 43
    for forged in ("", "x", token[:-1], f"{token}x", invoice["qpayInvoiceId"]):
        answer = await called_back(f"{worker.url}/worker/qpay/webhook?token={forged}&qpay_payment_id=123456789012345")
        assert (answer.status_code, answer.json()) == (404, {"error": "UNKNOWN_TOKEN"})
    unpaid = await called_back(f"{address}&qpay_payment_id=123456789012345")
    assert (unpaid.status_code, unpaid.json()) == (503, {"error": "NOT_YET"})
    assert api.received == []


async def test_a_revoked_token_is_replaced_and_the_call_repeated(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    async with edge_gateway_at(worker.url, notify_url=api.url(NOTIFICATIONS)) as gateway:
        invoice = await gateway.create_invoice(order())
        merchant.set_switches(revokeToken=True)
        reports = await asyncio.gather(*(gateway.report(invoice.reference, "MNT") for _ in range(10)))
    assert [report.received for report in reports] == [Money.zero("MNT")] * 10


async def test_a_gateway_with_another_key_is_unavailable(worker: WorkerProcess, api: CallbackReceiver) -> None:
    async with edge_gateway_at(worker.url, key="x" * 32, notify_url=api.url(NOTIFICATIONS)) as gateway:
        with pytest.raises(GatewayUnavailable):
            await gateway.create_invoice(order())


async def test_a_lookup_tells_the_order_number_and_keeps_the_callback_address(
    worker: WorkerProcess, api: CallbackReceiver, merchant: Merchant
) -> None:
    wish = an_order(api, orderNumber=uuid.uuid4().hex)
    invoice = (await asked(worker, "/worker/qpay/invoice", wish)).json()
    answer = await asked(worker, "/worker/qpay/lookup", {"qpayInvoiceId": invoice["qpayInvoiceId"]})
    relayed = answer.json()
    assert relayed["status"] == 200
    assert json.loads(relayed["body"]) == {"sender_invoice_no": wish["orderNumber"], "invoice_status": "OPEN"}
    [address] = callback_urls(merchant, invoice)
    assert httpx.URL(address).params["token"] not in answer.text
    async with edge_gateway_at(worker.url) as gateway:
        assert await gateway.order_number(invoice["qpayInvoiceId"]) == wish["orderNumber"]
        assert await gateway.order_number(str(uuid.uuid4())) is None
    invalid = await asked(worker, "/worker/qpay/lookup", {"qpayInvoiceId": "../invoice"})
    assert (invalid.status_code, invalid.json()["fields"]) == (422, ["qpayInvoiceId"])


async def test_no_answer_contains_a_credential(worker: WorkerProcess, api: CallbackReceiver) -> None:
    answers = [
        await asked(worker, "/worker/qpay/invoice", an_order(api)),
        await asked(worker, CHECK, json.loads(BODY)),
        await asked(worker, "/worker/qpay/refund", {"qpayPaymentId": "1", "note": ""}),
    ]
    for answer in answers:
        assert "SIMULATOR_INVOICE" not in answer.text
        assert "Bearer" not in answer.text
        assert KEY not in answer.text


def test_wrangler_builds_what_is_deployed() -> None:
    require_node()
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(  # noqa: S603
        [node, "node_modules/wrangler/bin/wrangler.js", "deploy", "--dry-run"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(PROJECT / "node_modules" / ".home"), "CI": "1"},
    )
    assert done.returncode == 0, done.stderr
    for binding in (
        "NONCES",
        "MERCHANT_TOKEN",
        "INVOICES",
        "QPAY_BASE_URL",
        "QPAY_INVOICE_CODE",
        "PUBLIC_URL",
        "API_URL",
    ):
        assert f"env.{binding} " in done.stdout
    assert "PASSWORD" not in done.stdout
