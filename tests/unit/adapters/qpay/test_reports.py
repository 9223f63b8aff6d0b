import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.http_answers import document, http
from tests.unit.adapters.qpay.gateway_fixtures import gateway_at, order, with_gateway
from tests.unit.adapters.qpay.scripted_qpay import Request, scripted_qpay
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from adapters.qpay.gateway import QPayGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.ports import GatewayReport
from booking_domain.shared.money import Money


async def report_after(
    simulator: SimulatorProcess, act: Callable[[str], object], amount: Money | None = None
) -> GatewayReport:
    async def use(gateway: QPayGateway) -> GatewayReport:
        invoice = await gateway.create_invoice(order(amount))
        act(invoice.reference)
        return await gateway.report(invoice.reference, "MNT")

    return await with_gateway(simulator.url, use)


async def report_from(response: Callable[[Request], bytes]) -> tuple[GatewayReport, list[Request]]:
    async with scripted_qpay(response) as (url, calls), gateway_at(url) as gateway:
        return await gateway.report("an-invoice", "MNT"), calls[1:]


def row(payment_id: object = "1", **changes: object) -> dict[str, object]:
    return {
        "payment_id": payment_id,
        "payment_status": "PAID",
        "payment_amount": "100.00",
        "payment_currency": "MNT",
        **changes,
    }


async def test_an_unpaid_invoice_has_received_nothing(simulator: SimulatorProcess, client: httpx.Client) -> None:
    report = await report_after(simulator, lambda _: None)
    assert report.received == Money.zero("MNT")
    assert json.loads(report.raw) == {"count": 0, "rows": []}


@pytest.mark.parametrize(
    ("outcome", "received"),
    [
        ("paid", 20_000),
        ("underpaid", 10_000),
        ("failed", 0),
        ("paid_twice", 40_000),
        ("paid_without_callback", 20_000),
        ("callback_twice", 20_000),
    ],
)
async def test_the_report_matches_the_customers_payments(
    simulator: SimulatorProcess, client: httpx.Client, outcome: str, received: int
) -> None:
    report = await report_after(simulator, lambda invoice: Merchant(client).pay(outcome, invoice))
    assert report.received == Money.of(received, "MNT")


async def test_fractions_are_summed_exactly(simulator: SimulatorProcess, client: httpx.Client) -> None:
    def pay_twice_the_half(invoice: str) -> None:
        for _ in range(2):
            Merchant(client).pay("underpaid", invoice)

    amount = Money(amount=30, currency="MNT")
    assert (await report_after(simulator, pay_twice_the_half, amount)).received == amount


async def test_a_refunded_payment_is_not_received(simulator: SimulatorProcess, merchant: Merchant) -> None:
    def pay_and_take_back(invoice: str) -> None:
        [payment] = merchant.pay("paid", invoice, method="CARD")
        merchant.log_in()
        assert merchant.call("DELETE", f"/payment/refund/{payment}", {"note": "closed"}).status_code == 200

    report = await report_after(simulator, pay_and_take_back)
    assert report.received == Money.zero("MNT")
    assert json.loads(report.raw)["rows"][0]["payment_status"] == "REFUNDED"


async def test_the_raw_response_is_kept(simulator: SimulatorProcess, client: httpx.Client) -> None:
    payments: list[str] = []
    report = await report_after(simulator, lambda invoice: payments.extend(Merchant(client).pay("paid", invoice)))
    assert [row["payment_id"] for row in json.loads(report.raw)["rows"]] == payments


async def test_a_payment_on_the_second_page_counts(simulator: SimulatorProcess, client: httpx.Client) -> None:
    def fail_often_and_pay(invoice: str) -> None:
        for outcome in ["failed"] * 100 + ["paid"]:
            Merchant(client).pay(outcome, invoice)

    report = await report_after(simulator, fail_often_and_pay)
    assert report.received == Money.of(20_000, "MNT")
    assert [len(page["rows"]) for page in json.loads(report.raw)] == [100, 1]


async def test_a_payment_listed_on_two_pages_counts_once() -> None:
    def response(request: Request) -> bytes:
        number = json.loads(request.body)["offset"]["page_number"]
        rows = [row(str(n)) for n in range(100)] if number == 1 else [row("99"), row("100")]
        return document({"count": 102, "rows": rows})

    report, calls = await report_from(response)
    assert report.received == Money.of(101 * 100, "MNT")
    assert len(calls) == 2


async def test_a_payment_in_another_currency_is_logged_and_not_counted(caplog: pytest.LogCaptureFixture) -> None:
    rows = [row("1", payment_currency="USD"), row("2", payment_currency=None)]
    report, _ = await report_from(lambda _: document({"count": 2, "rows": rows}))
    assert report.received == Money.of(100, "MNT")
    assert [record.levelname for record in caplog.records if record.name.startswith("adapters")] == ["ERROR"]


@pytest.mark.parametrize("amount", [100, 100.0, "100", "100.00", "100.000"])
@pytest.mark.parametrize("payment_id", ["123456789012345", 123456789012345])
async def test_an_amount_may_be_a_number_or_a_string(amount: object, payment_id: object) -> None:
    response = {"count": "1", "surprise": [{}], "rows": [row(payment_id, payment_amount=amount, more={"x": 1})]}
    assert (await report_from(lambda _: document(response)))[0].received == Money.of(100, "MNT")


@pytest.mark.parametrize("status", ["NEW", "FAILED", "PARTIAL", "REFUNDED", "paid?", ""])
async def test_only_paid_payments_count(status: str) -> None:
    response = {"count": 1, "paid_amount": 100, "rows": [row(payment_status=status, payment_amount=None)]}
    assert not (await report_from(lambda _: document(response)))[0].received


@pytest.mark.parametrize("amount", [None, "", "-1.00", "0.001", "NaN", "Infinity", "1e999999", 1e300, True, [], "сто"])
async def test_a_paid_payment_with_an_invalid_amount_makes_the_report_unavailable(amount: object) -> None:
    with pytest.raises(GatewayUnavailable):
        await report_from(lambda _: document({"count": 1, "rows": [row(payment_amount=amount)]}))


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"count": 0},
        {"count": 0, "rows": None},
        {"count": 3, "rows": []},
        {"count": 2, "rows": [{}]},
        {"count": -1, "rows": []},
        {"error": "SYSTEM_BUSY"},
        [],
        None,
    ],
)
async def test_an_inconsistent_check_is_unavailable(response: Any) -> None:
    with pytest.raises(GatewayUnavailable):
        await report_from(lambda _: document(response))


async def test_a_check_that_is_not_utf_8_is_unavailable() -> None:
    with pytest.raises(GatewayUnavailable):
        await report_from(lambda _: http(b'{"count": 0, "rows": [], "note": "\xff"}'))


async def test_too_many_pages_are_unavailable() -> None:
    with pytest.raises(GatewayUnavailable):
        await report_from(lambda _: document({"count": 10**6, "rows": [row()] * 100}))


@pytest.mark.parametrize("reference", ["none", "../auth", "", "ключ", "x" * 300])
async def test_an_unknown_invoice_is_unavailable(
    simulator: SimulatorProcess, client: httpx.Client, reference: str
) -> None:
    with pytest.raises(GatewayUnavailable):
        await with_gateway(simulator.url, lambda gateway: gateway.report(reference, "MNT"))


async def test_a_report_in_another_currency_is_unavailable(simulator: SimulatorProcess, client: httpx.Client) -> None:
    with pytest.raises(GatewayUnavailable):
        await with_gateway(simulator.url, lambda gateway: gateway.report("none", "USD"))
