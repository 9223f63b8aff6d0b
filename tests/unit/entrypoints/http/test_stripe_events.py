"""Stripe's events, with Stripe as the second gateway."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from stripe import WebhookSignature
from tests.unit.entrypoints.api import Api, OpenGateway, assert_problem

from adapters.stripe.currencies import CHARGEABLE
from booking_domain.payments.events import PaymentHinted
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.money import Money
from booking_domain.use_cases.payments.settle_payment import GATEWAY_POLL_INTERVAL

SECRET: Final = "whsec_0123456789abcdef0123456789abcdef"
EARLIER: Final = "whsec_fedcba9876543210fedcba9876543210"

pytestmark = pytest.mark.settings(BOOKING_GATEWAYS="stripe", STRIPE_WEBHOOK_SECRET=f"{SECRET},{EARLIER}")


class Cards(OpenGateway):
    """With invoices like Stripe's: a client secret, and neither QR code nor page."""

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        made = await super().create_invoice(order)
        reference = f"pi_{len(self.bills)}"
        self.bills[reference] = self.bills.pop(made.reference)
        return Invoice(
            reference=reference, qr_text="", qr_image="", checkout_url="", client_secret=f"{reference}_secret_1"
        )


@pytest.fixture
async def cards(api: Api) -> AsyncIterator[Cards]:
    cards = Cards("stripe", CHARGEABLE.currencies)
    with api.container.gateways.override(Gateways(api.gateway, cards)):
        yield cards


async def a_payment(api: Api) -> tuple[str, dict[str, Any]]:
    """The customer's token, and the open payment of a deposit in dollars."""
    _, provider_id = await api.open_provider(currency="USD", priceAmount=80_00, depositAmount=20_00)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    return customer, (await api.post("/payments", customer, json=wish(booking["id"]))).json()


def wish(booking_id: str, **more: str) -> dict[str, str]:
    return {"bookingId": booking_id, "purpose": "deposit", **more}


def event(intent: str, kind: str = "payment_intent.succeeded", **subject: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "data": {"object": {"id": intent, "object": "payment_intent", **subject}},
        "type": kind,
    }


async def sent(
    api: Api, content: dict[str, Any] | bytes, *, secret: str = SECRET, late: timedelta = timedelta(), **headers: str
) -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    at = int((api.clock.now() - late).timestamp())
    signature = WebhookSignature.generate_signature_header(body.decode("utf-8", "replace"), secret, at)
    return await api.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": signature, **headers})


async def status_of(api: Api, customer: str, payment: dict[str, Any]) -> str:
    return str((await api.get(f"/bookings/{payment['bookingId']}", customer)).json()["status"])


def pay(cards: Cards, payment: dict[str, Any]) -> None:
    money = Money(amount=payment["amount"], currency=payment["currency"])
    assert cards.pay(payment["stripePaymentIntentId"], money)


async def test_a_payment_by_stripe_has_a_client_secret_for_the_customer_only(api: Api, cards: Cards) -> None:
    customer, payment = await a_payment(api)
    assert payment["gateway"] == "stripe"
    assert payment["clientSecret"] == f"{payment['stripePaymentIntentId']}_secret_1"
    assert (payment.get("checkoutUrl"), payment["deepLinks"]) == (None, [])
    assert not {"qpayInvoiceId", "qrText", "qrImage"} & set(payment)
    for path in (f"/payments/{payment['id']}", f"/payments/status/{payment['stripePaymentIntentId']}"):
        assert (await api.get(path, customer)).json() == payment
        seen_by_admin = (await api.get(path, await api.admin())).json()
        assert "clientSecret" not in seen_by_admin
        assert "_secret_" not in json.dumps(seen_by_admin)
    pay(cards, payment)
    api.clock.advance(GATEWAY_POLL_INTERVAL)
    paid = (await api.get(f"/payments/{payment['id']}", customer)).json()
    assert paid["status"] == "paid"
    assert "clientSecret" not in paid


async def test_an_export_contains_no_client_secret(api: Api, cards: Cards) -> None:
    customer, _ = await a_payment(api)
    assert "_secret_" not in (await api.get("/users/me/export", customer)).text


async def test_an_event_confirms_the_booking_however_often_and_late_it_comes(api: Api, cards: Cards) -> None:
    customer, payment = await a_payment(api)
    intent = payment["stripePaymentIntentId"]
    pay(cards, payment)
    of_charge = {"id": "ch_1", "object": "charge", "payment_intent": intent}
    for content in (
        event(intent, "payment_intent.succeeded"),
        {**event(intent, "charge.succeeded"), "data": {"object": of_charge}},
        event(intent, "payment_intent.created"),
        event(intent, "payment_intent.succeeded"),
    ):
        answer = await sent(api, content)
        assert (answer.status_code, answer.content) == (204, b"")
    booking = (await api.get(f"/bookings/{payment['bookingId']}", customer)).json()
    assert (booking["status"], booking["paidAmount"]) == ("confirmed", 20_00)


async def test_an_event_counts_only_if_stripe_confirms_it(api: Api, cards: Cards) -> None:
    customer, payment = await a_payment(api)
    content = event(payment["stripePaymentIntentId"], amount_received=payment["amount"], status="succeeded")
    assert (await sent(api, content)).status_code == 204
    assert cards.reports == 1
    assert await status_of(api, customer, payment) == "pending"


async def test_a_forged_event_is_turned_away(api: Api, cards: Cards) -> None:
    customer, payment = await a_payment(api)
    pay(cards, payment)
    right = event(payment["stripePaymentIntentId"])
    body = json.dumps(right).encode()
    at = int(api.clock.now().timestamp())
    for answer in (
        await sent(api, right, secret="whsec_of_somebody_else_0123456789ab"),
        await api.post("/webhooks/stripe", content=body),
        await api.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": ""}),
        await api.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": f"t={at},v1="}),
        await api.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": f"t={at},v0={'0' * 64}"}),
        await api.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": f"t=1e9,v1={'0' * 64}"}),
        await api.post("/webhooks/stripe", content=body, headers={b"Stripe-Signature": "t=1,v1=é".encode()}),
        await sent(api, b"\xff\xfe"),
    ):
        assert_problem(answer, 403, "payment.invalid_signature")
    assert cards.reports == 0
    assert await status_of(api, customer, payment) == "pending"


async def test_a_changed_body_or_time_breaks_the_signature(api: Api, cards: Cards) -> None:
    _, payment = await a_payment(api)
    body = json.dumps(event(payment["stripePaymentIntentId"]))
    at = int(api.clock.now().timestamp())
    signature = WebhookSignature.generate_signature_header(body, SECRET, at)
    for content, header in (
        (body + " ", signature),
        (body, signature.replace(f"t={at}", f"t={at + 1}")),
        (body, f"t={at + 1},{signature}"),
    ):
        answer = await api.post("/webhooks/stripe", content=content, headers={"Stripe-Signature": header})
        assert_problem(answer, 403, "payment.invalid_signature")


@pytest.mark.parametrize(
    ("late", "status"),
    [
        (timedelta(minutes=5), 204),
        (timedelta(minutes=-5), 204),
        (timedelta(seconds=301), 403),
        (timedelta(seconds=-301), 403),
        (timedelta(days=1), 403),
        (timedelta(days=-1), 403),
    ],
)
async def test_the_time_of_a_signature_is_within_five_minutes_before_or_after(
    api: Api, cards: Cards, late: timedelta, status: int
) -> None:
    _, payment = await a_payment(api)
    assert (await sent(api, event(payment["stripePaymentIntentId"]), late=late)).status_code == status


async def test_an_earlier_secret_verifies_while_it_is_configured(api: Api, cards: Cards) -> None:
    _, payment = await a_payment(api)
    assert (await sent(api, event(payment["stripePaymentIntentId"]), secret=EARLIER)).status_code == 204


@pytest.mark.parametrize(
    "content",
    [
        event("pi_of_another_shop"),
        event("../refunds"),
        {**event("pi_1"), "data": {"object": {"id": "dp_1", "object": "dispute", "payment_intent": None}}},
        {**event("pi_1"), "data": {"object": {"id": 5}}},
        {**event("pi_1"), "object": "v2.core.event"},
        b"[]",
        b"{",
    ],
)
async def test_an_event_about_an_unknown_object_is_accepted_without_effect(
    api: Api, cards: Cards, content: dict[str, Any] | bytes
) -> None:
    assert (await sent(api, content)).status_code == 204
    assert cards.reports == 0


async def test_an_event_about_a_payment_by_another_gateway_changes_nothing(api: Api, cards: Cards) -> None:
    _, provider_id = await api.open_provider(depositAmount=2_000_000)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    payment = (await api.post("/payments", customer, json=wish(booking["id"]))).json()
    assert payment["gateway"] == "qpay"
    assert (await sent(api, event(payment["qpayInvoiceId"]))).status_code == 204
    assert api.gateway.reports == 0


async def test_if_stripe_is_down_an_event_answers_503_and_is_kept(api: Api, cards: Cards) -> None:
    customer, payment = await a_payment(api)
    pay(cards, payment)
    cards.available = False
    answer = await sent(api, event(payment["stripePaymentIntentId"]))
    assert_problem(answer, 503, "payment.gateway_unavailable")
    hints = [event for event in await api.database.outbox_events() if isinstance(event, PaymentHinted)]
    assert [str(hint.payment_id) for hint in hints] == [payment["id"]]
    assert await status_of(api, customer, payment) == "pending"


async def test_a_body_of_any_size_is_bounded(api: Api) -> None:
    answer = await sent(api, b" " * 300_000)
    assert_problem(answer, 413, "validation.body_too_large")


async def test_a_customer_may_pay_in_tugriks_by_stripe(api: Api, cards: Cards) -> None:
    _, provider_id = await api.open_provider(depositAmount=2_000_000)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    unknown = await api.post("/payments", customer, json=wish(booking["id"], gateway="shells"))
    assert_problem(unknown, 422, "validation.invalid_value", "/gateway")
    by_code = (await api.post("/payments", customer, json=wish(booking["id"]))).json()
    by_card = (await api.post("/payments", customer, json=wish(booking["id"], gateway="stripe"))).json()
    assert (by_code["gateway"], by_card["gateway"]) == ("qpay", "stripe")
    assert (await api.get(f"/payments/{by_code['id']}", customer)).json()["status"] == "cancelled"
    pay(cards, by_card)
    await sent(api, event(by_card["stripePaymentIntentId"]))
    assert await status_of(api, customer, by_card) == "confirmed"
