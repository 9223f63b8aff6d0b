"""The Stripe adapter keeps the contract of payment gateways, against the simulator."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from tests.unit.simulators.stripe.simulator_process import CARD_KEY, SECRET_KEY, StripeSimulator

from adapters.stripe.currencies import to_stripe
from adapters.stripe.gateway import StripeGateway
from booking_domain.shared.money import Money
from booking_domain.testing.payments.contracts.payment_gateway import (
    GatewayUnderTest,
    OpenGateway,
    PaymentGatewayContract,
)

A_LONG_WHILE = 10**6


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSimulator]:
    with StripeSimulator(tmp_path_factory.mktemp("stripe") / "state.sqlite") as running:
        yield running


class StripeUnderTest:
    currency = "USD"

    def __init__(self, gateway: StripeGateway, simulator: StripeSimulator) -> None:
        self.gateway = gateway
        self._simulator = simulator

    async def pay(self, invoice_reference: str, amount: Money) -> bool:
        """A payment intent is paid in full, and once."""
        async with self._simulator.client() as client:
            intent = (await client.get(f"/v1/payment_intents/{invoice_reference}")).json()
        if intent["amount"] != to_stripe(amount):
            return False
        return (await self._simulator.confirm(invoice_reference)).is_success

    async def pay_for_good(self, invoice_reference: str, amount: Money) -> bool:
        return False

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        await self._simulator.switch(busy=A_LONG_WHILE)
        yield
        await self._simulator.switch()


class TestPaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def open_gateway(self, simulator: StripeSimulator) -> OpenGateway:
        @asynccontextmanager
        async def opened() -> AsyncIterator[GatewayUnderTest]:
            await simulator.reset()  # the contract repeats order numbers, and Stripe remembers them
            async with StripeGateway(secret_key=SECRET_KEY, card_key=CARD_KEY, base_url=simulator.url) as gateway:
                yield StripeUnderTest(gateway, simulator)

        return opened
