"""Fixtures of the tests of QPay's simulator and of its adapter."""

from collections.abc import Iterator

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess


@pytest.fixture
def simulator(qpay_simulator: SimulatorProcess) -> SimulatorProcess:
    return qpay_simulator


@pytest.fixture
def client(simulator: SimulatorProcess) -> Iterator[httpx.Client]:
    """A client of the simulator with all switches reset."""
    with httpx.Client(base_url=simulator.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        client.put("/simulator/switches", json={}).raise_for_status()
        yield client


@pytest.fixture
def merchant(client: httpx.Client) -> Merchant:
    merchant = Merchant(client)
    merchant.log_in()
    return merchant
