from collections.abc import Iterator

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.qpay.callback_receiver import CallbackReceiver
from tests.unit.adapters.qpay.merchant import Merchant
from tests.unit.adapters.qpay.simulator_process import SimulatorProcess


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(tmp_path_factory.mktemp("qpay") / "state.sqlite") as running:
        yield running


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


@pytest.fixture
def receiver() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as receiver:
        yield receiver
