"""Receipts of orders: of gift cards, packages and periods of plans, as pages and PDF files."""

from typing import Any
from uuid import UUID

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.plans import TWO, take

from booking_domain.payments.orders import OrderId
from booking_domain.use_cases.orders.refund import make_order_refund


async def receipt(api: Api, token: str, order_id: str, **accept: str) -> Any:
    return await api.get(f"/orders/{order_id}/receipt", token, headers=accept)


async def paid(api: Api, customer: str, order_id: str) -> None:
    api.pay((await api.post(f"/orders/{order_id}/pay", customer, json={})).json())
    assert (await api.get(f"/orders/{order_id}", customer)).json()["status"] == "paid"


async def test_an_order_has_a_receipt_once_it_is_paid_and_its_buyer_and_admins_read_it(api: Api) -> None:
    _, provider_id = await api.open_provider(displayName="Naran")
    customer = await api.joined("customer", verified=True)
    wish = {"providerId": provider_id, "amount": 10_000_000, "currency": "MNT", "recipient": {"name": "Saraa"}}
    order = (await api.post("/gift-cards/orders", customer, json=wish)).json()
    assert_problem(await receipt(api, customer, order["id"]), 409, "order.not_paid")
    await paid(api, customer, order["id"])
    for reader in (customer, await api.an_admin()):
        page = await receipt(api, reader, order["id"])
        assert page.headers["Content-Type"].startswith("text/html")
        for part in ("Receipt", "O-000001", "Gift card", "Pays at", "Naran", "Customer"):
            assert part in page.text, part
    assert_problem(await receipt(api, await api.joined("customer"), order["id"]), 404, "order.not_found")
    file = await receipt(api, customer, order["id"], Accept="application/pdf")
    assert (file.headers["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert file.headers["Content-Disposition"] == 'inline; filename="O-000001.pdf"'


async def test_a_receipt_names_the_package_in_the_customers_language_and_what_was_sent_back(api: Api) -> None:
    owner, _ = await api.open_provider(displayName="Naran")
    customer = await api.joined("customer")
    await api.patch("/users/me", customer, json={"locale": "mn"})
    five = {"name": "Five cuts", "visits": 5, "priceAmount": 32_000_000, "currency": "MNT"}
    offer = (await api.post("/package-offers", owner, json=five)).json()
    order = (await api.post("/packages/orders", customer, json={"offerId": offer["id"]})).json()
    await paid(api, customer, order["id"])
    page = (await receipt(api, customer, order["id"])).text
    assert 'lang="mn"' in page
    assert "Багц: Five cuts" in page
    assert "Буцаасан" not in page
    assert (await api.post(f"/orders/{order['id']}/refund", customer)).is_success
    container = api.container
    await make_order_refund(
        OrderId(UUID(order["id"])),
        reads=container.reads(),
        executor=container.executor(),
        gateways=container.gateways(),
    )
    assert "Буцаасан" in (await receipt(api, customer, order["id"])).text


async def test_a_receipt_of_a_plan_names_the_period(api: Api) -> None:
    owner, _ = await api.open_provider()
    customer = await api.joined("customer")
    offer = (await api.post("/plan-offers", owner, json=TWO)).json()
    plan = await take(api, customer, offer["id"])
    await paid(api, customer, plan["orderId"])
    assert "Plan: Two cuts, period 1" in (await receipt(api, customer, plan["orderId"])).text
