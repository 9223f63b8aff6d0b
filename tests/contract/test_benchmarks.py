"""`make bench`: the recording that it replays matches the application's booking, and logs of failures are named.

Another revision serves itself with its own modules, and a failure says what it logged.
"""

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from benchmarks import dataset
from benchmarks.against import Side
from benchmarks.bookings import record_booking
from benchmarks.environment import production
from benchmarks.servers import ProcessFailed, log_of

from entrypoints.container import Container
from entrypoints.settings.main import Settings

PER_BOOKING = {"booking_id", "event_id", "reference", "key"}


async def test_recording_a_booking_captures_its_statements_and_varying_values(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "PROVIDERS", 1)
    container = Container(settings=Settings.from_environment(production(postgres_url)))
    steps = (await record_booking(container, dataset.Dataset(container), customers=1)).steps
    executed_sql = b" ".join(step.statement.sql for step in steps)
    for table in ("bookings", "claims", "booking_events", "outbox", "idempotency_keys"):
        assert f"INSERT INTO {table} ".encode() in executed_sql
    varying = {role if isinstance(role, str) else role[0] for step in steps for _, role in step.varying}
    assert varying == {"now", "start", "local_start", "provider_id", "customer_id", *PER_BOOKING}
    spans = {role[1] for step in steps for _, role in step.varying if not isinstance(role, str) and role[0] == "start"}
    assert {timedelta(), timedelta(minutes=60)} <= spans


def test_a_failure_names_the_log_of_the_servers_and_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with log_of("entrypoints.http.asgi"):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessFailed) as failure, log_of("entrypoints.http.asgi"):
        raise ProcessFailed("a response was not the expected one")
    assert failure.value.__notes__ == [f"The servers' log is {next(tmp_path.iterdir())}."]


def _other_revision(tree: Path, side: str) -> None:
    (tree / "benchmarks").mkdir()
    (tree / "benchmarks/against_side.py").write_text(side, encoding="utf-8")


def test_another_revision_is_served_by_its_own_file_on_its_own_modules(tmp_path: Path) -> None:
    _other_revision(tmp_path, "from studio import SAID\nfor line in __import__('sys').stdin: print(SAID, flush=True)")
    (tmp_path / "studio.py").write_text("SAID = '{\"W1\": 31.5}'", encoding="utf-8")
    with ExitStack() as stack:
        assert Side("older", tmp_path, stack).ask("slots") == {"W1": 31.5}


def test_a_revision_that_ends_says_what_it_has_logged(tmp_path: Path) -> None:
    _other_revision(tmp_path, "import renamed_since")
    with (
        ExitStack() as stack,
        pytest.raises(ProcessFailed, match=r"older has ended:\n(.*\n)*ModuleNotFoundError: .*renamed_since"),
    ):
        Side("older", tmp_path, stack).ask("slots")
