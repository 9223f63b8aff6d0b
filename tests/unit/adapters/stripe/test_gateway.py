"""The adapter against the simulator: refunds, idempotency, faults."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.http_answers import document, http
from tests.ports import free_port
from tests.tcp_server import serve_tcp
from tests.unit.adapters.stripe.orders import TWENTY, order, refund
from tests.unit.simulators.stripe.simulator_process import CARD_KEY, SECRET_KEY, StripeSimulator

from adapters.stripe.gateway import StripeGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import CaptureOrder, ChargeOrder, ChargeOutcome, RefundOutcome
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money

TEN_MEGABYTES = 10 * 1024 * 1024
KEYS: dict[str, Any] = {"secret_key": SECRET_KEY, "card_key": CARD_KEY}
INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount_received": 2_000,
    "client_secret": "pi_1_secret_CANARY",
    "currency": "usd",
    "latest_charge": {
        "id": "ch_1",
        "amount": 2_000,
        "amount_captured": 2_000,
        "amount_refunded": 0,
        "captured": True,
        "created": 1,
        "currency": "usd",
        "refunded": False,
        "status": "succeeded",
    },
    "status": "succeeded",
}
INVALID_RESPONSES = {
    "an empty response": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a truncated response": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a redirect": http(status="302 Found", headers="location: /v1/elsewhere\r\n"),
    "ten megabytes": http(b" " * TEN_MEGABYTES),
    "ten megabytes in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"10000\r\n%b\r\n" % (b" " * 65_536) * 160,
    "an HTML error page": http("<html><title>502</title></html>", status="502 Bad Gateway"),
    "an HTML page with status 200": http("<html>Sign in to the Wi-Fi</html>"),
    "an empty body": http(),
    "an array": http("[]"),
    "deeply nested JSON": http('{"x":' * 100_000),
    "invalid UTF-8": http(b'{"id": "\xff"}'),
    "stacked encodings": http("x", headers="content-encoding: gzip, gzip, gzip\r\n"),
    "a wrong key": document({"error": {"type": "invalid_request_error", "message": SECRET_KEY}}, status="401 No"),
    "too many requests": document({"error": {"type": "invalid_request_error"}}, status="429 Too Many Requests"),
    "busy": document({"error": {"type": "api_error"}}, status="500 Internal Server Error"),
    "an error that is a text": document({"error": "CANARY"}, status="400 Bad Request"),
    "no intent": document({"object": "list", "data": []}),
    "another currency": document({**INTENT, "currency": "eur"}),
    "an amount that is a text": document({**INTENT, "amount_received": "2000"}),
    "a negative amount": document({**INTENT, "amount_received": -1}),
    "a fraction": document({**INTENT, "amount_received": 2000.5}),
    "money without a charge": document({**INTENT, "latest_charge": None}),
    "a charge that was not expanded": document({**INTENT, "latest_charge": "ch_1"}),
}


async def _paid(gateway: StripeGateway, simulator: StripeSimulator, method: str = "pm_card_visa") -> Invoice:
    invoice = await gateway.create_invoice(order())
    assert (await simulator.confirm(invoice.reference, method)).is_success
    return invoice


async def test_a_card_is_known_again_by_a_digest_that_another_key_does_not_make(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    visa, same, other = [await _paid(gateway, simulator, f"pm_card_{each}") for each in ("visa", "visa", "mastercard")]
    reports = [await gateway.report(each.reference, "USD") for each in (visa, same, other)]
    digests = [each.card_digest for each in reports]
    assert digests[0] == digests[1]
    assert (len({*digests}), b"" in digests, digests[0].hex() in repr(reports[0])) == (2, False, False)
    unpaid = await gateway.create_invoice(order())
    assert (await gateway.report(unpaid.reference, "USD")).card_digest == b""
    async with StripeGateway(secret_key=SECRET_KEY, card_key=b"another", base_url=simulator.url) as elsewhere:
        assert (await elsewhere.report(visa.reference, "USD")).card_digest not in digests


async def test_an_order_that_is_repeated_makes_one_payment_intent(gateway: StripeGateway) -> None:
    wanted = order()
    assert await gateway.create_invoice(wanted) == await gateway.create_invoice(wanted)
    with pytest.raises(GatewayUnavailable):
        await gateway.create_invoice(replace(wanted, amount=Money.of(30, "USD")))


async def test_the_client_secret_pays_and_shows_nothing_else(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    invoice = await gateway.create_invoice(order())
    assert invoice.client_secret not in repr(invoice)
    path = f"/v1/payment_intents/{invoice.reference}"
    async with simulator.client() as client:
        client.headers.pop("authorization")
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, params={"client_secret": "guessed"})).status_code == 404
        form = {"payment_method": "pm_card_visa", "client_secret": invoice.client_secret, "key": "pk_test_simulator"}
        assert (await client.post(f"{path}/confirm", data={**form, "key": "pk_wrong"})).status_code == 401
        assert (await client.post(f"{path}/confirm", data=form)).json()["status"] == "succeeded"
        assert (await client.post(f"{path}/confirm", data=form)).status_code == 400
    report = await gateway.report(invoice.reference, "USD")
    assert report.received == TWENTY
    assert "_secret_" not in report.raw
    assert "payer@example.com" not in report.raw


async def test_a_declined_card_pays_nothing_and_another_card_can(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    invoice = await gateway.create_invoice(order())
    declined = await simulator.confirm(invoice.reference, "pm_card_chargeDeclined")
    assert (declined.status_code, declined.json()["error"]["code"]) == (402, "card_declined")
    assert not (await gateway.report(invoice.reference, "USD")).received
    assert (await simulator.confirm(invoice.reference)).is_success
    assert (await gateway.report(invoice.reference, "USD")).received == TWENTY


async def _kept(gateway: StripeGateway, simulator: StripeSimulator, card: str = "pm_card_visa") -> KeptMethod:
    invoice = await gateway.create_invoice(replace(order(), keep_method=True))
    assert (await simulator.confirm(invoice.reference, card)).is_success
    kept = (await gateway.report(invoice.reference, "USD")).kept
    assert kept is not None
    return kept


async def _charged(gateway: StripeGateway, method: KeptMethod, attempts: int = 1) -> tuple[ChargeOutcome, bool]:
    """The outcome of the last try, and whether the money came."""
    later = replace(order(), keep_method=True, payer=method.payer)
    invoice, outcome = await gateway.create_invoice(later), ChargeOutcome.TAKEN
    for attempt in range(attempts):
        charge = ChargeOrder(
            payment_id=later.payment_id, invoice_reference=invoice.reference, method=method, attempt=attempt
        )
        outcome = await gateway.charge(charge)
    return outcome, bool((await gateway.report(invoice.reference, "USD")).received)


async def test_a_kept_card_behaves_as_its_bank_says_while_the_payer_is_away(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    kept = await _kept(gateway, simulator)
    assert kept.label == "Visa 4242"
    for behaviour, outcome in (
        ("card_declined", ChargeOutcome.DECLINED),
        ("authentication_required", ChargeOutcome.AUTHENTICATION),
        ("accepted", ChargeOutcome.TAKEN),
    ):
        async with simulator.client() as client:
            (await client.post(f"/simulator/payment_methods/{kept.reference}/{behaviour}")).raise_for_status()
        assert await _charged(gateway, kept) == (outcome, behaviour == "accepted")
    assert await _charged(gateway, kept, attempts=2) == (ChargeOutcome.TAKEN, True)
    await gateway.forget_method(kept)
    assert await _charged(gateway, kept) == (ChargeOutcome.DECLINED, False)


async def test_a_payer_who_has_to_authenticate_pays_the_same_intent(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    kept = await _kept(gateway, simulator, "pm_card_authenticationRequired")
    later = replace(order(), keep_method=True, payer=kept.payer)
    invoice = await gateway.create_invoice(later)
    charge = ChargeOrder(payment_id=later.payment_id, invoice_reference=invoice.reference, method=kept, attempt=1)
    assert await gateway.charge(charge) is ChargeOutcome.AUTHENTICATION
    assert (await simulator.confirm(invoice.reference)).is_success
    report = await gateway.report(invoice.reference, "USD")
    assert (report.received, report.kept and report.kept.label) == (TWENTY, "Visa 4242")
    assert "fingerprint" not in report.raw


async def test_another_card_is_entered_in_a_form(gateway: StripeGateway, simulator: StripeSimulator) -> None:
    kept = await _kept(gateway, simulator)
    form = await gateway.open_method_form(kept.payer)
    async with simulator.client() as client:
        path = f"/v1/setup_intents/{form.reference}/confirm"
        refused = await client.post(path, data={"payment_method": "pm_card_chargeDeclined"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (402, "card_declined")
        assert await gateway.entered_method(form.reference) is None
        assert (await client.post(path, data={"payment_method": "pm_card_mastercard"})).is_success
    entered = await gateway.entered_method(form.reference)
    assert entered is not None
    assert (entered.payer, entered.label) == (kept.payer, "Mastercard 4444")
    assert await _charged(gateway, entered) == (ChargeOutcome.TAKEN, True)
    stranger = await _kept(gateway, simulator)
    foreign = replace(entered, payer=stranger.payer)
    assert await _charged(gateway, foreign) == (ChargeOutcome.DECLINED, False)
    with pytest.raises(GatewayUnavailable):
        await gateway.open_method_form("cus_unknown")


async def test_a_refund_is_found_after_stripe_has_forgotten_its_key(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    invoice = await _paid(gateway, simulator)
    part = refund(invoice.reference, TWENTY.percent(25))
    assert await gateway.refund(part) is RefundOutcome.MADE
    simulator.forget_keys()
    assert await gateway.refund(part) is RefundOutcome.MADE
    assert (await gateway.report(invoice.reference, "USD")).received == TWENTY - part.amount


async def test_a_refund_by_hand_is_not_made_again(gateway: StripeGateway, simulator: StripeSimulator) -> None:
    invoice = await _paid(gateway, simulator)
    first = refund(invoice.reference, TWENTY.percent(25))
    assert await gateway.refund(first) is RefundOutcome.MADE
    second = refund(invoice.reference, TWENTY.percent(50), returned_before=first.amount)
    async with simulator.client() as client:
        by_hand = {"payment_intent": invoice.reference, "amount": "1000"}
        assert (await client.post("/v1/refunds", data=by_hand)).is_success
    assert await gateway.refund(second) is RefundOutcome.MADE
    assert (await gateway.report(invoice.reference, "USD")).received == TWENTY.percent(25)


async def test_parts_are_refunded_until_nothing_is_left(gateway: StripeGateway, simulator: StripeSimulator) -> None:
    invoice = await _paid(gateway, simulator)
    returned = Money.zero("USD")
    for _ in range(4):
        part = refund(invoice.reference, TWENTY.percent(25), returned_before=returned)
        assert await gateway.refund(part) is RefundOutcome.MADE
        returned += part.amount
    more = refund(invoice.reference, Money(amount=1, currency="USD"), returned_before=returned)
    assert await gateway.refund(more) is RefundOutcome.IMPOSSIBLE
    assert not (await gateway.report(invoice.reference, "USD")).received


async def test_a_refund_that_takes_time_is_pending_until_the_bank_has_decided(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    for outcome, expected in (("succeeded", RefundOutcome.MADE), ("failed", RefundOutcome.IMPOSSIBLE)):
        invoice = await _paid(gateway, simulator, "pm_card_pendingRefund")
        wanted = refund(invoice.reference)
        assert {await gateway.refund(wanted) for _ in range(2)} == {RefundOutcome.PENDING}
        async with simulator.client() as client:
            listed = (await client.get("/v1/refunds", params={"payment_intent": invoice.reference})).json()["data"]
            assert len(listed) == 1
            await client.post(f"/simulator/refunds/{listed[0]['id']}/{outcome}")
        assert await gateway.refund(wanted) is expected
        kept = TWENTY if outcome == "failed" else Money.zero("USD")
        assert (await gateway.report(invoice.reference, "USD")).received == kept


async def test_an_unpaid_intent_cannot_be_refunded(gateway: StripeGateway) -> None:
    invoice = await gateway.create_invoice(order())
    assert await gateway.refund(refund(invoice.reference)) is RefundOutcome.IMPOSSIBLE
    assert await gateway.refund(refund("pi_unknown")) is RefundOutcome.IMPOSSIBLE
    assert await gateway.refund(refund("not-an-intent")) is RefundOutcome.IMPOSSIBLE


async def test_an_authorised_amount_is_no_payment_until_it_is_captured(
    gateway: StripeGateway, simulator: StripeSimulator
) -> None:
    form = {"amount": "2000", "currency": "usd", "capture_method": "manual"}
    async with simulator.client() as client:
        intent = (await client.post("/v1/payment_intents", data=form)).json()["id"]
        await simulator.confirm(intent)
        assert not (await gateway.report(intent, "USD")).received
        await client.post(f"/v1/payment_intents/{intent}/capture", data={"amount_to_capture": "1500"})
    assert (await gateway.report(intent, "USD")).received == Money.of(15, "USD")


async def test_lists_are_read_to_the_last_page_without_foreign_payments(
    gateway: StripeGateway, simulator: StripeSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.stripe.gateway._PAGE", 5)
    start = datetime.now(UTC) - timedelta(minutes=1)
    invoices = await asyncio.gather(*(gateway.create_invoice(order()) for _ in range(12)))
    for invoice in invoices:
        await simulator.confirm(invoice.reference)
    async with simulator.client() as client:
        foreign = (await client.post("/v1/payment_intents", data={"amount": "500", "currency": "usd"})).json()["id"]
    await simulator.confirm(foreign)
    listed = await gateway.payments_between(start, start + timedelta(days=1))
    assert {invoice.reference for invoice in invoices} <= {each.invoice_reference for each in listed}
    assert foreign not in {each.invoice_reference for each in listed}
    assert len({each.reference for each in listed}) == len(listed)


async def test_the_simulator_keeps_its_state_when_it_is_killed(tmp_path: Path) -> None:
    port = free_port()
    wanted = order()
    with StripeSimulator(tmp_path / "state.sqlite", port=port) as simulator:
        async with StripeGateway(**KEYS, base_url=simulator.url) as gateway:
            invoice = await _paid_of(gateway, simulator, wanted)
            back = refund(invoice.reference)
            assert await gateway.refund(back) is RefundOutcome.MADE
        simulator.kill()
    with StripeSimulator(tmp_path / "state.sqlite", port=port) as simulator:
        async with StripeGateway(**KEYS, base_url=simulator.url) as gateway:
            assert await gateway.create_invoice(wanted) == invoice
            assert await gateway.refund(back) is RefundOutcome.MADE
            assert not (await gateway.report(invoice.reference, "USD")).received


async def _paid_of(gateway: StripeGateway, simulator: StripeSimulator, wanted: Any) -> Invoice:
    invoice = await gateway.create_invoice(wanted)
    assert (await simulator.confirm(invoice.reference)).is_success
    return invoice


@pytest.mark.parametrize("name", INVALID_RESPONSES)
async def test_a_response_that_is_not_stripes_makes_the_gateway_unavailable(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(INVALID_RESPONSES[name])
        await writer.drain()

    with caplog.at_level(logging.DEBUG):
        async with (
            serve_tcp(answer) as url,
            StripeGateway(**KEYS, base_url=url) as gateway,
        ):
            with pytest.raises(GatewayUnavailable):
                await gateway.report("pi_1", "USD")
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("adapters"))
    assert SECRET_KEY not in ours
    assert "CANARY" not in ours


CALLS: dict[str, Callable[[StripeGateway], Any]] = {
    "create": lambda gateway: gateway.create_invoice(order()),
    "report": lambda gateway: gateway.report("pi_1", "USD"),
    "cancel": lambda gateway: gateway.cancel_invoice("pi_1"),
    "refund": lambda gateway: gateway.refund(refund("pi_1")),
    "list": lambda gateway: gateway.payments_between(datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC)),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_is_down_or_silent_costs_bounded_time(call: str) -> None:
    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()
        await asyncio.sleep(3_600)

    async with StripeGateway(
        secret_key=SECRET_KEY, card_key=CARD_KEY, base_url=f"http://127.0.0.1:{free_port()}"
    ) as gateway:
        with pytest.raises(GatewayUnavailable):
            await CALLS[call](gateway)
    async with (
        serve_tcp(never) as url,
        StripeGateway(**KEYS, base_url=url, timeout_seconds=0.05) as gateway,
        asyncio.timeout(PATIENCE_SECONDS),
    ):
        with pytest.raises(GatewayUnavailable):
            await CALLS[call](gateway)


async def test_an_answer_that_comes_too_late_pays_back_once(gateway: StripeGateway, simulator: StripeSimulator) -> None:
    invoice = await _paid(gateway, simulator)
    wanted = refund(invoice.reference)
    async with StripeGateway(
        secret_key=SECRET_KEY, card_key=CARD_KEY, base_url=simulator.url, timeout_seconds=0.5
    ) as hasty:
        await simulator.switch(stallSeconds=30)
        with pytest.raises(GatewayUnavailable):
            await hasty._create_refund(wanted)
    await simulator.switch()
    assert await gateway.refund(wanted) is RefundOutcome.MADE
    async with simulator.client() as client:
        listed = (await client.get("/v1/refunds", params={"payment_intent": invoice.reference})).json()["data"]
    assert [each["amount"] for each in listed] == [2_000]


async def test_an_expired_authorisation_cannot_be_captured(gateway: StripeGateway, simulator: StripeSimulator) -> None:
    asked = replace(order(), authorise=True)
    invoice = await gateway.create_invoice(asked)
    await simulator.confirm(invoice.reference)
    report = await gateway.report(invoice.reference, "USD")
    assert (report.authorised, report.received.amount) == (asked.amount, 0)
    assert report.authorised_at is not None
    async with simulator.client() as client:
        expired = await client.post(f"/simulator/payment_intents/{invoice.reference}/expire")
    assert expired.json()["status"] == "canceled"
    await gateway.capture(
        CaptureOrder(payment_id=asked.payment_id, invoice_reference=invoice.reference, amount=asked.amount)
    )
    report = await gateway.report(invoice.reference, "USD")
    assert (report.authorised, report.received.amount) == (None, 0)
