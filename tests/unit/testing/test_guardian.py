"""What tests have started ends with them, however they end."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from tests.fork_server import UNPREPARED
from tests.gates import PATIENCE_SECONDS
from tests.guarded import MARK, SHELL
from tests.programs import CHECKOUT
from tests.unit.effort import at_night

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

TESTS: Final = """
import os, subprocess, sys
from pathlib import Path
from tests.databases import BINARIES, FAST
from tests.guarded import MARK
from tests.ports import free_port
from tests.programs import Fork, Interpreter, environment
from adapters.postgres.kit import embedded

def test_that_waits(tmp_path):
    postgres = embedded.start(tmp_path / "postgres", settings=FAST, binaries=BINARIES)
    log = tmp_path / "log"
    fork = Fork(["http.server", str(free_port())], environment({}), log)
    program = Interpreter(["http.server", str(free_port())], environment({}), log)
    server = subprocess.Popen(["tail", "-f", "/dev/null"], start_new_session=True)
    postmaster = int((postgres._server.data / "postmaster.pid").read_text().split()[0])
    with open(os.environ["STARTED"], "w") as started:
        print(os.getpid(), fork.pid, program.pid, server.pid, postmaster, file=started)
    server.wait()
"""


def _ended_within_patience(processes: list[int]) -> bool:
    """Wait for the end of processes that are not children of this one."""
    left = select.poll()
    waiting = {os.pidfd_open(process) for process in processes}
    for each in waiting:
        left.register(each, select.POLLIN)
    while waiting:
        ended = left.poll(PATIENCE_SECONDS * 1_000)
        if not ended:
            return False
        for each, _ in ended:
            left.unregister(each)
            waiting.remove(each)
            os.close(each)
    return True


@pytest.mark.parametrize(
    ("number", "workers", "by_shell"), [(signal.SIGKILL, 0, False), at_night((signal.SIGTERM, 1, True))]
)
def test_all_servers_end_when_the_run_is_ended(
    number: signal.Signals, workers: int, *, by_shell: bool, tmp_path: Path
) -> None:
    (tmp_path / "test_waiting.py").write_text(TESTS)
    started = tmp_path / "started"
    os.mkfifo(started)
    command = (
        f"{sys.executable} -m pytest -q -n {workers} -p tests.conftest -c {os.devnull} --rootdir {tmp_path} {tmp_path}"
    )
    environ = {name: value for name, value in os.environ.items() if name != MARK and not name.startswith("PYTEST_")}
    run = subprocess.Popen(  # noqa: S602 - a command of our own
        f"{SHELL}=$$ {command}; exit $?" if by_shell else f"exec {command}",
        shell=True,
        cwd=CHECKOUT,
        env={**environ, "PYTHONPATH": f"{CHECKOUT / 'src'}:{CHECKOUT}", "STARTED": str(started), UNPREPARED: "on"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    fifo = os.open(started, os.O_RDWR)
    assert select.select([fifo], [], [], PATIENCE_SECONDS)[0], "the test has not started its servers"
    processes = [int(word) for word in os.read(fifo, 4_096).split()]
    os.close(fifo)
    assert len(processes) == 5
    os.kill(run.pid, number)
    assert run.wait(PATIENCE_SECONDS) == -number
    assert _ended_within_patience([each for each in processes if Path(f"/proc/{each}").exists()])
