"""Gift cards on pages: what is on one, buying and returning one, paying a booking with one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, serving
from tests.unit.entrypoints.web.forms import Visitor
from tests.unit.features.gift_cards import sell

from booking_domain.shared.money import Money

MONDAY_AT_NOON = MONDAY_AT_TEN.replace("T10", "T12")
TERMS = {"depositAmount": 20_000_00, "priceAmount": 80_000_00, "displayName": "Sarnai"}


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


async def to_pay(api: Api) -> tuple[Visitor, str, str]:
    """A customer, the page of a booking of which the deposit is due, and the provider's token."""
    owner, provider_id = await api.open_provider(**TERMS)
    token = await api.joined("customer", verified=True)
    booking = await api.booked(token, provider_id)
    return Visitor(api, token), f"/en/bookings/{booking['id']}", owner


async def test_a_booking_is_paid_by_a_card_after_the_page_has_said_what_stays_on_it(api: Api) -> None:
    customer, path, owner = await to_pay(api)
    _, code = await sell(api, owner, amount=100_000_00)
    assert f'href="{path}/gift-card"' in (await customer.get(path)).text
    asked = await customer.get(f"{path}/gift-card")
    assert "MNT 80,000 is to be paid." in asked.text
    shown = await customer.submit(asked, "/gift-card", code=code.lower())
    assert all(each in shown.text for each in ("The card pays MNT 80,000.", "MNT 20,000 stays on it."))
    done = await customer.submit(shown, "/gift-card")
    paid = await customer.get(done.headers["Location"])
    assert all(each in paid.text for each in ("It is booked", "Thank you, the gift card has paid."))
    assert "/gift-card" not in paid.text
    assert (await customer.get(f"{path}/gift-card")).headers["Location"] == path, "nothing is due"
    assert (await customer.submit(shown, "/gift-card")).headers["Location"] == path, "sent twice, it pays once"


async def test_a_card_with_less_pays_what_it_has_and_a_wrong_code_stays_beside_its_error(api: Api) -> None:
    customer, path, owner = await to_pay(api)
    _, code = await sell(api, owner, amount=50_000_00)
    wrong = await customer.submit(await customer.get(f"{path}/gift-card"), "/gift-card", code="7F3K-QW2M-9XHT-4BND")
    assert (wrong.status_code, "Error: Pay with a gift card" in wrong.text) == (422, True)
    assert all(each in wrong.text for each in ('id="field-code-error"', 'value="7F3K-QW2M-9XHT-4BND"'))
    shown = await customer.submit(wrong, "/gift-card", code=code)
    assert "Then nothing is left on it." in shown.text
    assert "MNT 30,000 remains to be paid in another way." in shown.text
    await customer.submit(shown, "/gift-card")
    empty = await customer.submit(await customer.get(f"{path}/gift-card"), "/gift-card", code=code)
    assert empty.status_code == 409
    stranger = Visitor(api, await api.joined("customer", verified=True))
    assert (await stranger.get(f"{path}/gift-card")).status_code == 404


async def test_a_card_of_another_provider_is_refused_before_anything_is_paid(api: Api) -> None:
    customer, path, _ = await to_pay(api)
    other, _ = await api.open_provider(displayName="Bold")
    _, code = await sell(api, other)
    refused = await customer.submit(await customer.get(f"{path}/gift-card"), "/gift-card", code=code)
    assert refused.status_code == 409
    assert "This gift card pays at another provider." in refused.text


async def test_the_last_step_shows_what_a_card_pays_and_books_and_pays_with_it(api: Api) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    _, code = await sell(api, owner, amount=100_000_00)
    customer = Visitor(api, await api.joined("customer", verified=True))
    step = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    wrong = await customer.submit(step, "/summary", gift_card="nonsense", add="card")
    assert (wrong.status_code, 'id="field-gift_card-error"' in wrong.text) == (422, True)
    unseen = await customer.submit(wrong, "/summary", gift_card=code)
    assert "Look at what the gift card pays before you book." in unseen.text
    shown = await customer.submit(wrong, "/summary", gift_card=code, add="card")
    assert "Look at what the gift card pays before you book." not in shown.text
    for each in ("−MNT 80,000", "Still to pay", "MNT 0", "Stays on the card", "MNT 20,000"):
        assert each in shown.text
    assert "Deposit" not in shown.text
    done = await customer.submit(shown, "/summary", gift_card=code)
    booked = await customer.get(done.headers["Location"])
    assert "It is booked" in booked.text
    assert "Pay the rest" not in booked.text


async def test_a_card_that_does_not_cover_the_deposit_leaves_the_rest_of_it_to_pay(api: Api) -> None:
    owner, provider_id = await api.open_provider(**TERMS)
    _, code = await sell(api, owner, amount=15_000_00)
    customer = Visitor(api, await api.joined("customer", verified=True))
    step = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_NOON)}")
    shown = await customer.submit(step, "/summary", gift_card=code, add="card")
    assert all(each in shown.text for each in ("−MNT 15,000", "MNT 65,000", "MNT 5,000", "MNT 60,000"))
    done = await customer.submit(shown, "/summary", gift_card=code)
    assert "Pay the deposit: MNT 5,000" in (await customer.get(done.headers["Location"])).text


async def test_a_request_takes_no_card_before_it_is_accepted(api: Api) -> None:
    _, provider_id = await api.open_provider(**TERMS, bookingMode="request")
    customer = Visitor(api, await api.joined("customer", verified=True))
    step = await customer.get(f"/en/book/{provider_id}/summary?slot={quote(MONDAY_AT_TEN)}")
    assert "gift card" not in step.text


async def test_who_has_the_code_sees_what_is_on_the_card(api: Api) -> None:
    owner, _ = await api.open_provider(displayName="Sarnai")
    _, code = await sell(api, owner, amount=30_000_00)
    visitor = Visitor(api, await api.joined("customer"))
    shown = await visitor.submit(await visitor.get("/en/gift-cards"), "/look-up", code=code)
    assert all(each in shown.text for each in ("MNT 30,000 is on the card.", "It pays at: Sarnai."))
    wrong = await visitor.submit(shown, "/look-up", code="nonsense")
    assert (wrong.status_code, 'id="field-code-error"' in wrong.text) == (422, True)
    assert (await Visitor(api).get("/en/gift-cards")).headers["Location"] == "/en/sign-in?next=%2Fgift-cards"


async def test_a_card_is_bought_paid_shown_and_returned(api: Api) -> None:
    _, provider_id = await api.open_provider(displayName="Sarnai")
    buyer = Visitor(api, await api.joined("customer", verified=True))
    form = await buyer.get(f"/en/gift-cards/new?provider={provider_id}")
    assert "It pays at: Sarnai." in form.text
    wrong = await buyer.submit(form, "/new", amount="a lot", name="Saraa", contact="nobody")
    assert (wrong.status_code, 'id="field-amount-error"' in wrong.text) == (422, True)
    wrong = await buyer.submit(form, "/new", amount="۵۰٬۰۰۰", name="Saraa", contact="nobody", language="mn")
    assert (wrong.status_code, 'id="field-contact-error"' in wrong.text) == (422, True)
    assert 'value="Saraa"' in wrong.text
    typed = {"amount": "50 000", "name": "Saraa", "contact": "saraa@example.com", "language": "mn"}
    wrong = await buyer.submit(form, "/new", **typed, day="soon")
    assert (wrong.status_code, 'id="field-day-error"' in wrong.text) == (422, True)
    ordered = await buyer.submit(form, "/new", **typed, day="۱۴۰۵/۱۰/۰۳")
    page = await buyer.get(ordered.headers["Location"])
    assert all(each in page.text for each in ("One step left: the payment", "Pay MNT 50,000", 'data-module="payment"'))
    state = f"{ordered.headers['Location']}/state"
    assert (await buyer.get(state)).json()["paying"] is True
    order = (await api.get("/orders", buyer.cookies["__Host-access"])).json()["items"][0]
    assert api.gateway.pay(order["qpayInvoiceId"], Money(amount=50_000_00, currency="MNT"))
    api.clock.advance(timedelta(seconds=2))
    assert (await buyer.get(state)).json() == {
        "title": "The gift card is paid",
        "text": "Whoever has the code can pay with the card.",
        "paying": False,
    }
    bought = await buyer.get(ordered.headers["Location"])
    assert all(each in bought.text for each in ("Saraa", "Thu 24 Dec 2026, 09:00", "format=pdf"))
    assert "MNT 50,000 for Saraa" in (await buyer.get("/en/gift-cards")).text
    question = await buyer.get(f"{ordered.headers['Location']}/return")
    returned = await buyer.submit(question, "/return")
    after = await buyer.get(returned.headers["Location"])
    assert "The gift card is returned" in after.text
    assert "Returned" in unescape((await buyer.get("/en/gift-cards")).text)
    again = await buyer.submit(question, "/return")
    assert again.status_code == 409
    stranger = Visitor(api, await api.joined("customer"))
    assert (await stranger.get(ordered.headers["Location"])).status_code == 404


@pytest.mark.parametrize(
    "path", ["/en/gift-cards/new", "/en/gift-cards/new?salon=0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77"]
)
async def test_no_card_is_offered_of_whom_there_is_none(api: Api, path: str) -> None:
    visitor = Visitor(api, await api.joined("customer"))
    assert (await visitor.get(path)).status_code in {404, 409}


async def test_a_card_of_a_salon_and_of_the_platform_can_be_bought() -> None:
    async with serving(BOOKING_GIFT_CARDS_OF_PLATFORM="on") as api:
        manager = await api.joined("manager")
        salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
        buyer = Visitor(api, await api.joined("customer", verified=True))
        assert "/en/gift-cards/new" in (await buyer.get("/en/gift-cards")).text
        for path in ("/en/gift-cards/new", f"/en/gift-cards/new?salon={salon['id']}"):
            ordered = await buyer.submit(await buyer.get(path), "/new", amount="20000", language="en")
            assert "/en/orders/" in ordered.headers["Location"], ordered.text
