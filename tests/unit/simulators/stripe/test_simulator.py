"""What the simulator does as Stripe: idempotency, errors, signed events with retries."""

import json
from pathlib import Path

import httpx
import pytest
import stripe
from tests.unit.simulators.callback_receiver import CallbackReceiver
from tests.unit.simulators.stripe.simulator_process import SECRET_KEY, WEBHOOK_SECRET, StripeSimulator

from adapters.stripe.transport import StripeTransport


async def test_a_key_is_bound_to_its_parameters(simulator: StripeSimulator) -> None:
    async with simulator.client() as client:

        async def create(key: str, **form: str) -> httpx.Response:
            return await client.post("/v1/payment_intents", data=form, headers={"idempotency-key": key})

        first = await create("key-1", amount="500", currency="usd")
        again = await create("key-1", currency="usd", amount="500")
        assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
        other = await create("key-1", amount="501", currency="usd")
        assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
        wrong = await create("key-2", amount="500", currency="usd", unknown="x")
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "parameter_unknown")
        assert (await create("key-2", amount="500", currency="usd")).is_success


async def test_more_than_was_charged_is_not_refunded(simulator: StripeSimulator) -> None:
    async with simulator.client() as client:
        intent = (await client.post("/v1/payment_intents", data={"amount": "500", "currency": "usd"})).json()["id"]
        await simulator.confirm(intent)
        for amount, status in ((501, 400), (300, 200), (201, 400), (200, 200), (1, 400)):
            form = {"payment_intent": intent, "amount": str(amount)}
            assert (await client.post("/v1/refunds", data=form)).status_code == status, amount
        charge = (await client.get("/v1/charges", params={"payment_intent": intent})).json()["data"][0]
        assert (charge["amount_refunded"], charge["refunded"]) == (500, True)


async def test_the_official_client_understands_its_errors(simulator: StripeSimulator) -> None:
    transport = StripeTransport(20)
    client = stripe.StripeClient(
        SECRET_KEY, base_addresses={"api": simulator.url}, http_client=transport, max_network_retries=0
    )
    try:
        intent = await client.v1.payment_intents.create_async(params={"amount": 700, "currency": "eur"})
        confirmed = await client.v1.payment_intents.confirm_async(intent.id, params={"payment_method": "pm_card_visa"})
        assert confirmed.status == "succeeded"
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            await client.v1.payment_intents.cancel_async(intent.id)
        assert refusal.value.code == "payment_intent_unexpected_state"
        with pytest.raises(stripe.InvalidRequestError) as missing:
            await client.v1.payment_intents.retrieve_async("pi_404")
        assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
        declined = await client.v1.payment_intents.create_async(params={"amount": 700, "currency": "eur"})
        with pytest.raises(stripe.CardError):
            await client.v1.payment_intents.confirm_async(
                declined.id, params={"payment_method": "pm_card_chargeDeclined"}
            )
    finally:
        await transport.close_async()


async def test_events_are_signed_and_sent_again_until_they_are_taken(
    tmp_path: Path, receiver: CallbackReceiver
) -> None:
    receiver.responses = [(503, "later"), (503, "later")]
    with StripeSimulator(tmp_path / "state.sqlite", webhook_url=receiver.url("/events")) as simulator:
        async with simulator.client() as client:
            intent = (await client.post("/v1/payment_intents", data={"amount": "500", "currency": "usd"})).json()["id"]
        await simulator.confirm(intent)
        received = receiver.wait_for(5)
    kinds = [json.loads(each.body)["type"] for each in received]
    assert sorted(set(kinds)) == ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]
    assert len(kinds) == 5
    for each in received:
        event = stripe.Webhook.construct_event(each.body, each.headers["stripe-signature"], WEBHOOK_SECRET)
        assert event.data.object["object"] in {"payment_intent", "charge"}


async def test_the_page_pays_like_the_customer(simulator: StripeSimulator) -> None:
    async with simulator.client() as client:
        form = {"amount": "500", "currency": "usd", "description": "<script>"}
        intent = (await client.post("/v1/payment_intents", data=form)).json()["id"]
        page = await client.get(f"/checkout/{intent}")
        assert "&lt;script&gt;" in page.text
        assert "<script>" not in page.text
        answer = await client.post(f"/checkout/{intent}", data={"outcome": "paid"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/checkout/{intent}")
        assert 'data-status="succeeded"' in (await client.get(f"/checkout/{intent}")).text


async def test_the_page_enters_a_card_to_keep(simulator: StripeSimulator) -> None:
    async with simulator.client() as client:
        customer = (await client.post("/v1/customers", data={"metadata[of]": "a test"})).json()["id"]
        setup = (await client.post("/v1/setup_intents", data={"customer": customer})).json()["id"]
        assert "A card to keep" in (await client.get(f"/checkout/{setup}")).text
        assert (await client.post(f"/checkout/{setup}", data={"outcome": "paid"})).status_code == 303
        path, expand = f"/v1/setup_intents/{setup}", {"expand[0]": "payment_method"}
        method = (await client.get(path, params=expand)).json()["payment_method"]
        assert (method["customer"], method["card"]["last4"]) == (customer, "4242")
        unknown = await client.post("/v1/setup_intents", data={"customer": "cus_404"})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, "resource_missing")
