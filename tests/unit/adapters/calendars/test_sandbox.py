"""Files that were made to take for ever, or all memory: whoever reads them goes on."""

import asyncio
import logging
import os
from pathlib import Path

import pytest
from tests.unit.adapters.calendars.feed_server import why_not
from tests.unit.adapters.calendars.written import HOME_ZONE, YEAR, calendar, event, said

from adapters.calendars.lines import NOT_ICALENDAR, TOO_MUCH
from adapters.calendars.sandbox import Sandbox
from booking_domain.shared.time import TimeRange

KILLED = -9
MEETING = "DTSTART:20260301T090000Z\nDURATION:PT1H\n"
ONE = calendar(event(MEETING))


async def parsed(
    *files: bytes, cpu_seconds: int = 10, seconds: float = 60, memory_bytes: int = 1024**3, at_once: int = 2
) -> list[list[TimeRange]]:
    sandbox = Sandbox(cpu_seconds=cpu_seconds, seconds=seconds, memory_bytes=memory_bytes, at_once=at_once)
    try:
        each = [sandbox.busy_times(file, window=YEAR, time_zone=HOME_ZONE) for file in files]
        return await asyncio.gather(*each)
    finally:
        await sandbox.close()


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let a shell script stand in for the interpreter."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr("sys.executable", os.fspath(program))


def test_a_file_is_read_in_the_sandbox() -> None:
    assert [said(found) for found in asyncio.run(parsed(ONE))] == [["03-01 09:00/10:00"]]


def test_whole_days_are_on_the_clock_that_was_asked_for() -> None:
    day = calendar(event("DTSTART;VALUE=DATE:20260301"))
    assert [said(found) for found in asyncio.run(parsed(day))] == [["02-28 16:00/03-01 16:00"]]


def test_what_is_wrong_with_a_file_is_told() -> None:
    assert asyncio.run(why_not(parsed(b"<html>"))) == NOT_ICALENDAR


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
    ],
)
def test_rules_that_never_end_are_ended(rule: str, caplog: pytest.LogCaptureFixture) -> None:
    bomb = calendar(event(f"{MEETING}RRULE:{rule}").replace("2026030", "1970030"))
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(why_not(parsed(bomb, cpu_seconds=1))) == TOO_MUCH
    assert [record.message for record in caplog.records] == [f"the parser of a calendar feed ended with {KILLED}"]


def test_a_parser_that_does_nothing_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path, "exec tail -f /dev/null")
    assert asyncio.run(why_not(parsed(ONE, seconds=0.3))) == TOO_MUCH


def test_a_hundred_thousand_events_are_ended() -> None:
    bomb = calendar(*[event("DTSTART:20260301T090000Z", str(nth)) for nth in range(100_000)])
    assert asyncio.run(why_not(parsed(bomb))) == TOO_MUCH


def test_memory_is_bounded_and_a_parser_that_dies_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    lines = b"BEGIN:VCALENDAR\r\n" + b"abc\n" * 3_000_000 + b"END:VCALENDAR\r\n"
    assert asyncio.run(parsed(lines)) == [[]]
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(why_not(parsed(lines, memory_bytes=150_000_000))) == TOO_MUCH
    assert [record.message for record in caplog.records] == ["the parser of a calendar feed ended with 1"]
    assert len(asyncio.run(parsed(ONE, memory_bytes=150_000_000))) == 1


def test_others_are_read_while_one_takes_for_ever() -> None:
    bomb = calendar(event(f"{MEETING}RRULE:FREQ=SECONDLY"))

    async def play() -> tuple[str, list[TimeRange]]:
        sandbox = Sandbox(cpu_seconds=2)
        try:
            slow = asyncio.create_task(why_not(sandbox.busy_times(bomb, window=YEAR, time_zone=HOME_ZONE)))
            quick = await sandbox.busy_times(ONE, window=YEAR, time_zone=HOME_ZONE)
            assert not slow.done()
            return await slow, quick
        finally:
            await sandbox.close()

    reason, quick = asyncio.run(play())
    assert reason == TOO_MUCH
    assert len(quick) == 1


def test_more_files_than_are_read_at_once_wait() -> None:
    assert [len(found) for found in asyncio.run(parsed(*[ONE] * 5, at_once=1))] == [1] * 5


def test_the_sandbox_knows_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    stand_in(monkeypatch, tmp_path, f"env > {seen}\necho '{{\"busy\": []}}'")
    monkeypatch.setenv("DATABASE_URL", "postgresql://a-secret")
    assert asyncio.run(parsed(ONE)) == [[]]
    environment = seen.read_text()
    assert "PYTHONPATH=" in environment
    assert "a-secret" not in environment
