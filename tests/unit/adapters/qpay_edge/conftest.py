from collections.abc import Iterator

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.qpay_edge.worker_process import OTHER_KEY, WorkerProcess, require_node
from tests.unit.simulators.callback_receiver import CallbackReceiver
from tests.unit.simulators.qpay.merchant import Merchant
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess


@pytest.fixture(scope="session")
def api_server() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def worker_process(qpay_simulator: SimulatorProcess, api_server: CallbackReceiver) -> Iterator[WorkerProcess]:
    require_node()
    with WorkerProcess(qpay_simulator.url, API_URL=api_server.url(""), EDGE_ACCEPTED_KEY=OTHER_KEY) as running:
        yield running


@pytest.fixture
def worker(worker_process: WorkerProcess, merchant: Merchant) -> WorkerProcess:
    """The Worker, in front of a simulator without faults."""
    return worker_process


@pytest.fixture
def api(api_server: CallbackReceiver) -> CallbackReceiver:
    """What the Worker takes for the API, without earlier notifications."""
    api_server.received.clear()
    api_server.responses.clear()
    return api_server


@pytest.fixture
def merchant(qpay_simulator: SimulatorProcess) -> Iterator[Merchant]:
    with httpx.Client(base_url=qpay_simulator.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        client.put("/simulator/switches", json={}).raise_for_status()
        yield Merchant(client)
