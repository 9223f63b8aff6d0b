import signal
import socket
import threading
from pathlib import Path

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.simulators.callback_receiver import CallbackReceiver
from tests.unit.simulators.qpay.merchant import Merchant, until
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess, log_of, start


def client_of(simulator: SimulatorProcess) -> httpx.Client:
    return httpx.Client(base_url=simulator.url, timeout=PATIENCE_SECONDS, trust_env=False)


def is_serving(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_killed_simulator_loses_nothing(tmp_path: Path, receiver: CallbackReceiver) -> None:
    state = tmp_path / "state.sqlite"
    with SimulatorProcess(state) as first, client_of(first) as client:
        merchant = Merchant(client)
        merchant.log_in()
        paid, open_one = merchant.invoice_id(callback_url=receiver.url()), merchant.invoice_id()
        merchant.set_switches(emptyQrImage=True)
        [payment_id] = merchant.pay("paid_late_callback", paid, delaySeconds="1")
        first.stop(signal.SIGKILL)
    with SimulatorProcess(state, port=first.port) as second, client_of(second) as client:
        merchant = Merchant(client)
        merchant.token = {"access_token": "unknown"}
        assert merchant.call("GET", f"/invoice/{paid}").status_code == 401
        merchant.log_in()
        assert (merchant.status(paid), merchant.status(open_one)) == ("CLOSED", "OPEN")
        assert [row["payment_id"] for row in merchant.check(paid)["rows"]] == [payment_id]
        assert merchant.invoice()["qr_image"] == ""
        assert [callback.payment_id for callback in receiver.wait_for(1)] == [payment_id]


def test_a_token_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with SimulatorProcess(state) as first, client_of(first) as client:
        merchant = Merchant(client)
        merchant.log_in()
        assert first.stop(signal.SIGTERM) == 0
    with SimulatorProcess(state) as second, client_of(second) as client:
        merchant.client = client
        assert merchant.call("GET", "/invoice/none").status_code == 422


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_despite_an_open_connection(tmp_path: Path, number: signal.Signals) -> None:
    with SimulatorProcess(tmp_path / "state.sqlite") as simulator, client_of(simulator) as client:
        client.get("/simulator/health").raise_for_status()
        assert simulator.stop(number) == 0
        assert not is_serving(simulator.port)


def test_a_stalled_response_does_not_delay_shutdown(tmp_path: Path) -> None:
    with SimulatorProcess(tmp_path / "state.sqlite") as simulator, client_of(simulator) as client:
        merchant = Merchant(client)
        merchant.log_in()
        merchant.set_switches(stallSeconds=3600)
        statuses: list[int] = []
        request = merchant.request()

        def create() -> None:
            with client_of(simulator) as slow:
                headers = {"authorization": f"Bearer {merchant.token['access_token']}"}
                statuses.append(slow.post("/v2/invoice", json=request, headers=headers).status_code)

        waiting = threading.Thread(target=create)
        waiting.start()
        until(lambda: client.get("/simulator/invoices").json()["count"] == 1)
        assert simulator.stop(signal.SIGTERM) == 0
        waiting.join()
        assert statuses == [200]


def test_the_simulator_is_a_single_process(tmp_path: Path) -> None:
    with SimulatorProcess(tmp_path / "state.sqlite") as simulator:
        pid = simulator.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        if children.exists():
            assert children.read_text().split() == []
        simulator.stop(signal.SIGKILL)
        assert not is_serving(simulator.port)


def test_a_port_in_use_is_refused(tmp_path: Path, simulator: SimulatorProcess) -> None:
    state = tmp_path / "other.sqlite"
    assert start(simulator.port, state).wait(PATIENCE_SECONDS) == 1
    assert "cannot serve" in log_of(state).read_text()


def test_a_state_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "letter.txt"
    state.write_text("Dear QPay, this is not a database at all.\n" * 50)
    assert start(1, state).wait(PATIENCE_SECONDS) == 1
    assert "Traceback" not in log_of(state).read_text()
    assert state.read_text().startswith("Dear QPay")
