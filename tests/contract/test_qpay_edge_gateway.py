"""The adapter of the Worker keeps the contract of payment gateways: adapter, Worker in workerd, QPay's simulator."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from tests.contract.test_qpay_gateway import QPayUnderTest
from tests.unit.adapters.qpay_edge.edge_fixtures import edge_gateway_at
from tests.unit.adapters.qpay_edge.worker_process import WorkerProcess, require_node
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

from booking_domain.testing.payments.contracts.payment_gateway import (
    GatewayUnderTest,
    OpenGateway,
    PaymentGatewayContract,
)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    require_node()
    with SimulatorProcess(tmp_path_factory.mktemp("qpay") / "state.sqlite") as running:
        yield running


@pytest.fixture(scope="module")
def worker(simulator: SimulatorProcess) -> Iterator[WorkerProcess]:
    with WorkerProcess(simulator.url) as running:
        yield running


class TestPaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def open_gateway(self, simulator: SimulatorProcess, worker: WorkerProcess) -> OpenGateway:
        @asynccontextmanager
        async def opened() -> AsyncIterator[GatewayUnderTest]:
            async with edge_gateway_at(worker.url) as gateway:
                yield QPayUnderTest(gateway, simulator)

        return opened
