"""A command that is the first process of a container stops when it is told to, also before it serves."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.programs import environment

CONTAINED: Final = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]


def _possible() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run([*CONTAINED, "true"], check=False).returncode  # noqa: S603


@pytest.mark.skipif(not _possible(), reason="this machine lets nobody make a namespace of processes")
def test_sigterm_ends_the_first_process_while_it_waits_for_the_database(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE_SECONDS)
        port = silent.getsockname()[1]
        settings = {"DATABASE_URL": f"postgresql://nobody@127.0.0.1:{port}/none", "BOOKING_DATA_DIR": str(tmp_path)}
        command = [*CONTAINED, sys.executable, "-m", "entrypoints.cli", "api"]
        with subprocess.Popen(command, env=environment(settings)) as outer:  # noqa: S603
            try:
                with silent.accept()[0]:
                    [first] = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
                    subprocess.run(["kill", "-TERM", first], check=True)  # noqa: S603, S607
                    assert outer.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
            finally:
                outer.kill()
