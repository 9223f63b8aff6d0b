"""Installs the npm packages of a lock file, once for all test processes."""

import fcntl
import functools
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import pytest
from tests.gates import PATIENCE_SECONDS

NODE_MAJOR: Final = 20


def require_packages(project: Path) -> None:
    """Install the packages in the project's folder; skip the test, with the reason, where that is impossible."""
    reason = _install(project)
    if reason is not None:
        pytest.skip(f"no packages of {project.name}: {reason}")


@functools.cache
def _install(project: Path) -> str | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node and npm are not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    if int(version.removeprefix("v").partition(".")[0]) < NODE_MAJOR:
        return f"Node {version} is older than {NODE_MAJOR}"
    wanted = hashlib.sha256((project / "package-lock.json").read_bytes()).hexdigest()
    stamp = project / "node_modules" / ".installed"
    with (Path(tempfile.gettempdir()) / f"{project.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return None
        done = subprocess.run(  # noqa: S603
            [npm, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=0", "--loglevel=error"],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            return f"npm ci failed: {done.stderr.strip()[-300:]}"
        stamp.write_text(wanted)
    return None
