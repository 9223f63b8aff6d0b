"""The access log, and logs for a person."""

import logging

from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.http.test_security_events import DORJ, logged, only

from entrypoints.logs import ACCESS_FIELDS, formatter

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
