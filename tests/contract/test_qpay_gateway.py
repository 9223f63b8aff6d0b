"""The QPay adapter keeps the contract of payment gateways, against the simulator."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.qpay.gateway_fixtures import gateway_at
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from booking_domain.payments.ports import PaymentGateway
from booking_domain.shared.money import Money
from booking_domain.testing.payments.contracts.payment_gateway import (
    GatewayUnderTest,
    OpenGateway,
    PaymentGatewayContract,
)
from simulators.qpay.state.invoices import Invoices, InvoiceStatus
from simulators.qpay.state.payments import Method, Payment, Payments, PaymentStatus, new_payment_id
from simulators.qpay.state.store import Store

A_LONG_WHILE = 10**6


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(tmp_path_factory.mktemp("qpay") / "state.sqlite") as running:
        yield running


class QPayUnderTest:
    currency = "MNT"

    def __init__(self, gateway: PaymentGateway, simulator: SimulatorProcess) -> None:
        self.gateway = gateway
        self._simulator = simulator

    async def pay(self, invoice_reference: str, amount: Money) -> bool:
        return await self._pay(invoice_reference, amount, Method.CARD)

    async def pay_for_good(self, invoice_reference: str, amount: Money) -> bool:
        return await self._pay(invoice_reference, amount, Method.P2P)

    async def _pay(self, invoice_reference: str, amount: Money, method: Method) -> bool:
        """Add the payment to the simulator directly, because its checkout page takes only whole or half amounts."""
        with closing(Store(self._simulator.state)) as books:
            invoice = Invoices(books).get(invoice_reference)
            if invoice is None or invoice.status is InvoiceStatus.CANCELED:
                return False
            payment = Payment(
                payment_id=new_payment_id(method),
                invoice_id=invoice_reference,
                status=PaymentStatus.PAID,
                amount=amount.amount,
                method=method,
                created_at=time.time(),
            )
            Payments(books).add(payment)
            Invoices(books).set_status(invoice_reference, InvoiceStatus.CLOSED)
            return True

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=self._simulator.url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
            (await client.put("/simulator/switches", json={"busy": A_LONG_WHILE})).raise_for_status()
            yield
            (await client.put("/simulator/switches", json={})).raise_for_status()


class TestPaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def open_gateway(self, simulator: SimulatorProcess) -> OpenGateway:
        @asynccontextmanager
        async def opened() -> AsyncIterator[GatewayUnderTest]:
            async with gateway_at(simulator.url) as gateway:
                yield QPayUnderTest(gateway, simulator)

        return opened
