"""Amounts in Stripe's units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.stripe.orders import order, refund
from tests.unit.simulators.stripe.simulator_process import StripeSimulator

from adapters.kit.http_responses import UnusableResponse
from adapters.stripe.currencies import CHARGEABLE, from_stripe, to_stripe
from adapters.stripe.gateway import StripeGateway
from booking_domain.payments.errors import NotChargeable
from booking_domain.shared.money import MINOR_UNIT_DIGITS, Money


@given(st.data())
def test_every_chargeable_amount_survives_the_conversion(data: st.DataObject) -> None:
    currency = data.draw(st.sampled_from(sorted(CHARGEABLE.currencies)))
    rule = CHARGEABLE.currencies[currency]
    steps = data.draw(st.integers(-(-rule.least // rule.step), rule.most // rule.step))
    money = Money(amount=steps * rule.step, currency=currency)
    assert CHARGEABLE.accepts(money)
    units = to_stripe(money)
    assert from_stripe(units, currency.lower()) == money
    assert 0 < units <= 999_999_999_999
    if MINOR_UNIT_DIGITS[currency] == 3:
        assert units % 10 == 0
    if currency in {"ISK", "UGX"}:
        assert units % 100 == 0


@pytest.mark.parametrize(
    ("currency", "amount", "accepted"),
    [
        ("USD", 49, False),
        ("USD", 50, True),
        ("USD", 99_999_999, True),
        ("USD", 100_000_000, False),
        ("JPY", 49, False),
        ("JPY", 50, True),
        ("KWD", 1_230, True),
        ("KWD", 1_234, False),
        ("MGA", 50_000, True),
        ("MGA", 50_050, False),
        ("ISK", 500, True),
        ("IRR", 1_000_000, False),
    ],
)
def test_amounts_follow_the_rules_of_their_currency(currency: str, amount: int, accepted: bool) -> None:  # noqa: FBT001
    assert CHARGEABLE.accepts(Money(amount=amount, currency=currency)) is accepted


@pytest.mark.parametrize(("units", "currency"), [(505, "isk"), (-1, "usd"), (500, "irr"), (500, "xxx")])
def test_a_number_that_is_not_an_amount_is_rejected(units: int, currency: str) -> None:
    with pytest.raises(UnusableResponse):
        from_stripe(units, currency)


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (Money(amount=12_345, currency="USD"), 12_345),
        (Money(amount=12_345, currency="JPY"), 12_345),
        (Money(amount=12_340, currency="KWD"), 12_340),
        (Money(amount=12_345, currency="ISK"), 1_234_500),
        (Money(amount=12_300, currency="MGA"), 123),
    ],
)
async def test_a_payment_is_charged_reported_and_refunded_to_the_unit(
    gateway: StripeGateway, simulator: StripeSimulator, amount: Money, units: int
) -> None:
    invoice = await gateway.create_invoice(order(amount))
    async with simulator.client() as client:
        assert (await client.get(f"/v1/payment_intents/{invoice.reference}")).json()["amount"] == units
    assert (await simulator.confirm(invoice.reference)).is_success
    assert (await gateway.report(invoice.reference, amount.currency)).received == amount
    step = CHARGEABLE.currencies[amount.currency].step
    part = Money(amount=amount.amount // 2 // step * step, currency=amount.currency)
    await gateway.refund(refund(invoice.reference, part))
    assert (await gateway.report(invoice.reference, amount.currency)).received == amount - part


@pytest.mark.parametrize("amount", [Money(amount=1, currency="USD"), Money.of(1, "IRR"), Money.of(5, "SOS")])
async def test_an_amount_that_stripe_refuses_is_not_chargeable(gateway: StripeGateway, amount: Money) -> None:
    with pytest.raises(NotChargeable):
        await gateway.create_invoice(order(amount))
