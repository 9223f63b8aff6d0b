"""The access log, and logs for a person."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.http.test_security_events import DORJ, logged, only

from entrypoints.http.kit.access_log import _record
from entrypoints.logs import ACCESS_FIELDS, ACCESS_LOG, configure_logs, formatter, write_gathered

RENAMED = "a-client.of-mine"


async def test_each_request_has_an_entry_with_its_route_status_and_account_and_nothing_else(api: Api) -> None:
    made = (await api.post("/auth/register", json=DORJ)).json()
    account = made["user"]["id"]
    with logged() as entries:
        await api.get("/bookings?limit=5", made["accessToken"], headers={"X-Request-Id": RENAMED})
        await api.get(f"/providers/{account}?token=secret")
        await api.get("/nowhere/0199f3a7")
        await api.get("/health/live")
    found = only(entries, "request")
    assert [(entry["method"], entry["route"], entry["status"], entry["account"]) for entry in found] == [
        ("GET", "/api/v1/bookings", 200, account),
        ("GET", "/api/v1/providers/{provider_id}", 400, None),
        ("GET", None, 404, None),
    ]
    assert found[0]["request_id"] == RENAMED
    assert all(entry["duration_ms"] >= 0 for entry in found)
    assert {*found[0]} == {*ACCESS_FIELDS, "event", "level", "logger", "timestamp"}


async def test_probes_are_logged_at_level_debug(api: Api) -> None:
    with logged("debug") as entries:
        await api.get("/health/live")
    assert [entry["level"] for entry in only(entries, "request")] == ["debug"]


class Writes(io.StringIO):
    """A stream that keeps what each write was given, and tells when there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.happened = asyncio.Event()

    def write(self, text: str) -> int:
        self.written.append(text)
        self.happened.set()
        return len(text)

    @property
    def routes(self) -> list[list[str]]:
        """The routes of each write, or events of entries without one."""
        return [
            [each.get("route", each["event"]) for each in map(json.loads, text.splitlines())] for text in self.written
        ]


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Writes]:
    stream = Writes()
    with logged():  # which restores what is configured
        monkeypatch.setattr(sys, "stderr", stream)
        configure_logs("info")
        yield stream


def answered(route: str) -> None:
    entry = {**dict.fromkeys(ACCESS_FIELDS), "route": route}
    logging.getLogger(ACCESS_LOG).handle(_record(logging.INFO, entry))


async def test_entries_of_a_moment_are_written_together_without_being_asked(writes: Writes) -> None:
    answered("/one")
    answered("/two")
    assert writes.written == []
    await writes.happened.wait()
    answered("/three")
    writes.happened.clear()
    await writes.happened.wait()
    assert writes.routes == [["/one", "/two"], ["/three"]]


async def test_another_entry_is_written_at_once_after_those_that_wait(writes: Writes) -> None:
    answered("/one")
    logging.getLogger("another").warning("careful")
    assert writes.routes == [["/one", "careful"]]


async def test_what_waits_when_the_process_ends_is_written(writes: Writes) -> None:
    answered("/one")
    write_gathered()
    assert writes.routes == [["/one"]]


def test_nothing_waits_where_no_event_loop_runs(writes: Writes) -> None:
    answered("/one")
    assert writes.routes == [["/one"]]


def test_logs_for_a_person_have_no_json_and_only_the_first_line_of_a_message() -> None:
    error = ValueError("duplicate key\nDETAIL: Key (phone)=(+97688112233) exists.")
    record = logging.LogRecord("a library", logging.ERROR, __file__, 1, "it failed", None, (ValueError, error, None))
    said = formatter(readable=True).format(record)
    assert "it failed" in said
    assert said.rstrip().endswith("ValueError: duplicate key")
    assert "{" not in said


def test_a_value_begins_no_line_of_a_readable_log() -> None:
    record = logging.LogRecord("a library", logging.INFO, __file__, 1, "request", None, None)
    record.route = "/a\n2026-11-22 [info] forged"
    assert len(formatter(readable=True).format(record).splitlines()) == 1
