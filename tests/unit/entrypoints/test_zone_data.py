"""All processes of the product read time zones from the pinned package, whatever files the system has."""

import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from tests.programs import CHECKOUT, environment
from tests.unit.effort import sampled

from adapters.calendars.sandbox import Sandbox as CalendarSandbox
from adapters.kit.sandbox import Sandbox
from booking_domain.shared.time import TimeRange, local_time
from entrypoints.http.kit.computers import ProcessComputer

ZONE: Final = "Africa/Casablanca"
NOON: Final = datetime(2027, 3, 14, 12, tzinfo=UTC)
PINNED: Final = datetime(2027, 3, 14, 12)  # noqa: DTZ001 - the local time: Morocco stays at UTC from 2026f on
PROBE: Final = f"""
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

def main():
    sys.stdout.write(datetime.fromtimestamp({NOON.timestamp()}, ZoneInfo("{ZONE}")).replace(tzinfo=None).isoformat())

if __name__ == "__main__":
    main()
"""
AT_EXIT: Final = f"""
import atexit, os, sysconfig

def report():
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo
    at = datetime.fromtimestamp({NOON.timestamp()}, ZoneInfo("{ZONE}"))
    Path(os.environ["REPORT"]).write_text(at.replace(tzinfo=None).isoformat())

sysconfig.get_config_vars()["TZPATH"] = os.path.join(os.path.dirname(__file__), "zoneinfo")
if "REPORT" in os.environ:
    atexit.register(report)
"""
"""A `sitecustomize`: the system's zone files are those beside it. A program reports at its exit what it reads."""

PROGRAMS: Final = {
    "entrypoints.cli.__main__": ["-m", "entrypoints.cli", "vapid-key"],
    "entrypoints.http.asgi": ["-c", "from entrypoints.http import asgi; asgi.create()"],
    "entrypoints.worker.__main__": ["-m", "entrypoints.worker"],
    "simulators.qpay.__main__": ["-m", "simulators.qpay", "--help"],
    "simulators.stripe.__main__": ["-m", "simulators.stripe", "--help"],
}
"""Programs that an operator starts, or that are forks: each runs until it needs a setting that is unusable here."""
CHILDREN: Final = {
    "entrypoints.http.kit.computers": "test_computing_processes_use_the_pinned_data",
    "adapters.calendars.sandbox_child": "test_the_feed_sandbox_uses_the_pinned_data",
    "adapters.images.child": "test_each_sandbox_uses_the_pinned_data",
}
WITHOUT_ZONES: Final = {
    "entrypoints.cli.catalogues": "writes the catalogues of a checkout",
    "entrypoints.cli.generated_docs": "writes the documentation of a checkout",
    "booking_domain.testing.conformance.__main__": "the library uses its caller's zone data",
}
STARTERS: Final = {
    "adapters.kit.sandbox": "starts interpreters: CHILDREN",
    "entrypoints.http.kit.computers": "starts interpreters: CHILDREN",
    "entrypoints.cli.parts": "forks that run PROGRAMS",
    "entrypoints.http.server": "forks that run PROGRAMS (asgi)",
    "adapters.postgres.kit.backups": "runs programs of PostgreSQL, which read no zone names",
    "entrypoints.cli.backup": "runs pg_receivewal, which reads no zone names",
    "entrypoints.observe.port": "has threads that are daemons, and no process",
    "adapters.postgres.search.bounds": "names TABLESAMPLE SYSTEM, which starts nothing",
    "adapters.postgres.kit.embedded": "runs PostgreSQL with TZ=UTC; no SQL statement names another zone",
}

_IS_A_PROGRAM: Final = re.compile(r'__name__ == "__main__"')
_STARTS: Final = frozenset(
    {"subprocess", "multiprocessing", "create_subprocess_exec", "create_subprocess_shell", "ProcessPoolExecutor"}
    | {"to_process", "Granian", "fork", "forkpty", "posix_spawn", "posix_spawnp", "popen", "system", "pty", "daemon"}
    | {f"{kind}{ending}" for kind in ("exec", "spawn") for ending in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")}
)

_MAY_START: Final = re.compile(rf"\b(?:{'|'.join(sorted(_STARTS))})\b")


def _modules() -> Mapping[str, Path]:
    sources = CHECKOUT / "src"
    return {
        path.relative_to(sources).with_suffix("").as_posix().replace("/", "."): path for path in sources.rglob("*.py")
    }


def _starts_processes(path: Path) -> bool:
    """Whether the code, not only a comment or a text, has a name of `_STARTS`; splitting all files takes long."""
    if not _MAY_START.search(path.read_text(encoding="utf-8")):
        return False
    with path.open("rb") as source:
        tokens = tokenize.tokenize(source.readline)
        return any(token.type == tokenize.NAME and token.string in _STARTS for token in tokens)


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """A folder of modules in whose processes the system's rules put Casablanca nine hours ahead."""
    folder = tmp_path / "zoneinfo" / "Africa"
    folder.mkdir(parents=True)
    (folder / "Casablanca").write_bytes((files("tzdata.zoneinfo") / "Asia" / "Tokyo").read_bytes())
    (tmp_path / "sitecustomize.py").write_text(AT_EXIT)
    (tmp_path / "zone_probe.py").write_text(PROBE)
    return tmp_path


def _run(folder: Path, *arguments: str, **settings: str) -> tuple["subprocess.CompletedProcess[str]", str]:
    report = folder / "report"
    path = os.pathsep.join([str(folder), str(CHECKOUT / "src")])
    environ = environment({"REPORT": str(report), "BOOKING_LOG_LEVEL": "unusable", **settings}) | {"PYTHONPATH": path}
    environ.pop("PYTHONTZPATH", None)
    done = subprocess.run(  # noqa: S603 - programs of our own
        [sys.executable, *arguments], env=environ | settings, capture_output=True, text=True, check=False
    )
    return done, report.read_text()


def test_every_program_and_everything_that_starts_a_process_is_listed() -> None:
    modules = _modules()
    programs = {
        name
        for name, path in modules.items()
        if name.endswith("__main__") or _IS_A_PROGRAM.search(path.read_text(encoding="utf-8"))
    }
    assert programs | {"entrypoints.http.asgi"} == {*PROGRAMS, *CHILDREN, *WITHOUT_ZONES}
    assert {name for name, path in modules.items() if _starts_processes(path)} == set(STARTERS)
    assert set(CHILDREN.values()) <= set(globals())


def test_the_stale_files_are_read_by_a_program_that_does_not_ask_for_the_pinned_data(stale: Path) -> None:
    _, reported = _run(stale, "-c", "import zoneinfo")
    assert datetime.fromisoformat(reported) != PINNED


@pytest.mark.parametrize("program", sampled(PROGRAMS, every=3))
def test_each_program_uses_the_pinned_data(program: str, stale: Path) -> None:
    done, reported = _run(stale, *PROGRAMS[program])
    assert datetime.fromisoformat(reported) == PINNED, done.stderr


def test_the_zone_in_the_arguments_of_a_command_is_read_from_the_pinned_data(stale: Path) -> None:
    done, reported = _run(stale, "-m", "entrypoints.cli", "zone-changes", "--zone", ZONE)
    assert datetime.fromisoformat(reported) == PINNED, done.stderr


def test_folders_that_the_operator_names_come_before_the_pinned_data(stale: Path) -> None:
    done, reported = _run(stale, "-m", "entrypoints.cli", "vapid-key", PYTHONTZPATH=str(stale / "zoneinfo"))
    assert datetime.fromisoformat(reported) != PINNED, done.stderr


@pytest.fixture
def stale_children(stale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreters that this process starts would find the stale files."""
    monkeypatch.syspath_prepend(str(stale))
    monkeypatch.delenv("PYTHONTZPATH", raising=False)


@pytest.mark.usefixtures("stale_children")
async def test_computing_processes_use_the_pinned_data() -> None:
    computing = ProcessComputer()
    try:
        assert await computing.run(partial(local_time, NOON, ZONE)) == PINNED
    finally:
        await computing.close()


@pytest.mark.usefixtures("stale_children")
async def test_the_feed_sandbox_uses_the_pinned_data() -> None:
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270314\r\nEND:VEVENT\r\n"
    file = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{event}END:VCALENDAR\r\n".encode()
    window = TimeRange(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
    sandbox = CalendarSandbox()
    try:
        busy = await sandbox.busy_times(file, window=window, time_zone=ZONE)
    finally:
        await sandbox.close()
    assert [(each.start.isoformat(), each.end.isoformat()) for each in busy] == [
        ("2027-03-14T00:00:00+00:00", "2027-03-15T00:00:00+00:00")
    ]


@pytest.mark.usefixtures("stale_children")
async def test_each_sandbox_uses_the_pinned_data() -> None:
    sandbox = Sandbox("zone_probe", memory_bytes=1024**3)
    try:
        answer = await sandbox.run(b"", {})
    finally:
        await sandbox.close()
    assert datetime.fromisoformat(answer.decode()) == PINNED
