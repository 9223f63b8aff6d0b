"""Malicious files that exhaust time or memory do not affect the reader."""

import asyncio
import logging
import os
from contextlib import suppress
from pathlib import Path

import pytest
from tests.unit.adapters.calendars.feed_server import failure_reason
from tests.unit.adapters.calendars.ics import HOME_ZONE, YEAR, calendar, event, formatted
from tests.unit.effort import sampled

from adapters.calendars.lines import LIMIT_EXCEEDED, NOT_ICALENDAR
from adapters.calendars.sandbox import Sandbox
from booking_domain.shared.time import TimeRange

KILLED = -9
ONE_HOUR = "DTSTART:20260301T090000Z\nDURATION:PT1H\n"
ONE = calendar(event(ONE_HOUR))


async def parsed(
    *files: bytes, cpu_seconds: int = 10, seconds: float = 60, memory_bytes: int = 1024**3, max_processes: int = 2
) -> list[list[TimeRange]]:
    sandbox = Sandbox(cpu_seconds=cpu_seconds, seconds=seconds, memory_bytes=memory_bytes, max_processes=max_processes)
    try:
        each = [sandbox.busy_times(file, window=YEAR, time_zone=HOME_ZONE) for file in files]
        return await asyncio.gather(*each)
    finally:
        await sandbox.close()


def replace_interpreter(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Run a shell script instead of the Python interpreter."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr("sys.executable", os.fspath(program))


async def test_the_sandbox_parses_a_file() -> None:
    assert [formatted(found) for found in await parsed(ONE)] == [["03-01 09:00/10:00"]]


async def test_all_day_events_use_the_requested_time_zone() -> None:
    day = calendar(event("DTSTART;VALUE=DATE:20260301"))
    assert [formatted(found) for found in await parsed(day)] == [["02-28 16:00/03-01 16:00"]]


async def test_the_sandbox_reports_why_a_file_is_unreadable() -> None:
    assert await failure_reason(parsed(b"<html>")) == NOT_ICALENDAR


@pytest.mark.parametrize(
    "rule",
    sampled(
        [
            "FREQ=SECONDLY",
            "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
        ],
        every=3,
    ),
)
async def test_recurrence_rules_that_never_terminate_are_killed(rule: str, caplog: pytest.LogCaptureFixture) -> None:
    bomb = calendar(event(f"{ONE_HOUR}RRULE:{rule}").replace("2026030", "1970030"))
    with caplog.at_level(logging.WARNING):
        assert await failure_reason(parsed(bomb, cpu_seconds=1)) == LIMIT_EXCEEDED
    assert [record.message for record in caplog.records] == [f"calendar feed parser exited with status {KILLED}"]


async def test_a_hanging_parser_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replace_interpreter(monkeypatch, tmp_path, "exec tail -f /dev/null")
    assert await failure_reason(parsed(ONE, seconds=0.3)) == LIMIT_EXCEEDED


async def test_a_hundred_thousand_events_are_rejected() -> None:
    bomb = calendar(*[event("DTSTART:20260301T090000Z", str(nth)) for nth in range(100_000)])
    assert await failure_reason(parsed(bomb)) == LIMIT_EXCEEDED


async def test_memory_is_limited_and_a_crashed_parser_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    lines = b"BEGIN:VCALENDAR\r\n" + b"abc\n" * 3_000_000 + b"END:VCALENDAR\r\n"
    assert await parsed(lines) == [[]]
    with caplog.at_level(logging.WARNING):
        assert await failure_reason(parsed(lines, memory_bytes=150_000_000)) == LIMIT_EXCEEDED
    assert [record.message for record in caplog.records] == ["calendar feed parser exited with status 1"]
    assert len(await parsed(ONE, memory_bytes=150_000_000)) == 1


async def test_a_slow_file_does_not_block_others() -> None:
    bomb = calendar(event(f"{ONE_HOUR}RRULE:FREQ=SECONDLY"))
    sandbox = Sandbox(cpu_seconds=600, seconds=600)  # so that the slow one is still running, however slow the machine
    slow = asyncio.create_task(sandbox.busy_times(bomb, window=YEAR, time_zone=HOME_ZONE))
    try:
        quick = await sandbox.busy_times(ONE, window=YEAR, time_zone=HOME_ZONE)
        assert (len(quick), slow.done()) == (1, False)
    finally:
        slow.cancel()
        with suppress(asyncio.CancelledError):
            await slow
        await sandbox.close()


async def test_files_beyond_the_process_limit_wait() -> None:
    assert [len(found) for found in await parsed(*[ONE] * 5, max_processes=1)] == [1] * 5


async def test_the_sandbox_inherits_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    replace_interpreter(monkeypatch, tmp_path, f"env > {seen}\necho '{{\"busy\": []}}'")
    monkeypatch.setenv("DATABASE_URL", "postgresql://a-secret")
    assert await parsed(ONE) == [[]]
    environment = seen.read_text()
    assert "PYTHONPATH=" in environment
    assert "a-secret" not in environment
