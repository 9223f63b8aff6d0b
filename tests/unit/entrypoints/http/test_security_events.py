"""Security events are logged with the account or address, and never with secrets."""

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import structlog
from tests.unit.entrypoints.api import PASSWORD, Api

from adapters.security.refresh_tokens import OpaqueRefreshTokens
from booking_domain.identity.passwords import MOST_WRONG
from entrypoints.http.kit.security_events import EVENTS
from entrypoints.logs import configure_logs, write_gathered

DORJ = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
SOMEBODY = "00000000-0000-4000-8000-000000000000"


@contextmanager
def logged(level: str = "info") -> Iterator[list[dict[str, Any]]]:
    """The log entries of a block, configured as in production."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    before_level, error_stream = root.level, sys.stderr
    chatty = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "procrastinate")}
    found: list[dict[str, Any]] = []
    sys.stderr = said = io.StringIO()
    try:
        configure_logs(level)
        structlog.configure(cache_logger_on_first_use=False)  # a cached logger would write here in later tests
        yield found
    finally:
        write_gathered()
        sys.stderr = error_stream
        root.handlers[:] = before
        root.setLevel(before_level)
        for name, its_level in chatty.items():
            logging.getLogger(name).setLevel(its_level)
        structlog.reset_defaults()
        found += [json.loads(line) for line in said.getvalue().splitlines()]


def only(entries: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["event"] == event]


@pytest.mark.settings(BOOKING_RATE_LIMIT_QUOTAS="read=2/60")
async def test_each_rate_limit_event_names_its_quota(api: Api) -> None:
    made = (await api.post("/auth/register", json=DORJ)).json()
    with logged() as entries:
        for _ in range(4):
            await api.get("/bookings", made["accessToken"])
        answers = [await api.get("/providers", headers={"X-Request-Id": f"r{number}"}) for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [
        {name: entry[name] for name in ("limit", "who", "route", "level")}
        for entry in only(entries, "requests.limited")
    ] == [
        *(
            2
            * [
                {
                    "limit": "read",
                    "who": f"account {made['user']['id']}",
                    "route": "/api/v1/bookings",
                    "level": "warning",
                }
            ]
        ),
        *(2 * [{"limit": "read", "who": "address 127.0.0.1", "route": "/api/v1/providers", "level": "warning"}]),
    ]
    assert [entry["request_id"] for entry in only(entries, "requests.limited")][2:] == ["r2", "r3"]
    assert made["accessToken"] not in json.dumps(entries)


async def test_a_failed_login_event_names_the_account_and_the_address(api: Api) -> None:
    made = (await api.post("/auth/register", json=DORJ)).json()
    with logged() as entries:
        tried = [{"email": DORJ["email"], "password": "a wrong one"}] * (MOST_WRONG + 1)
        tried.append({"email": "nobody@example.com", "password": PASSWORD})
        answers = [await api.post("/auth/login", json=each) for each in tried]
    failed = only(entries, "login.failed")
    assert [entry["request_id"] for entry in failed] == [answer.headers["X-Request-Id"] for answer in answers]
    assert [entry["account"] for entry in failed] == [made["user"]["id"]] * (MOST_WRONG + 1) + [None]
    assert {(entry["login_method"], entry["address"], entry["level"]) for entry in failed} == {
        ("password", "127.0.0.1", "info")
    }
    assert [entry["level"] for entry in only(entries, "login.locked")] == ["warning"]
    for secret in ("a wrong one", PASSWORD, "dorj@", "nobody@"):
        assert secret not in json.dumps(entries)


@pytest.mark.settings(BOOKING_RATE_LIMIT_QUOTAS="login=2/60")
async def test_too_many_failures_of_one_login_are_logged(api: Api) -> None:
    with logged() as entries:
        for _ in range(3):
            await api.post("/auth/login", json={"email": "nobody@example.com", "password": PASSWORD})
    assert [entry["who"] for entry in only(entries, "login.limited")] == ["address 127.0.0.1"]


async def test_reuse_of_a_refresh_token_is_logged_as_a_warning(api: Api) -> None:
    made = (await api.post("/auth/register", json=DORJ)).json()
    with logged() as entries:
        first = made["refreshToken"]
        following = (await api.post("/auth/refresh", json={"refreshToken": first})).json()["refreshToken"]
        await api.post("/auth/refresh", json={"refreshToken": following})
        refused = await api.post("/auth/refresh", json={"refreshToken": first})
    assert refused.status_code == 401
    (replayed,) = only(entries, "session.replayed")
    assert replayed["request_id"] == refused.headers["X-Request-Id"]
    assert (replayed["level"], replayed["address"]) == ("warning", "127.0.0.1")
    assert replayed["session"] == str(OpaqueRefreshTokens().read(first).session_id)
    assert first not in json.dumps(entries)


@pytest.mark.parametrize(
    ("method", "path", "body", "event"),
    [
        ("GET", "/auth/me", None, "token.refused"),
        ("GET", f"/webhooks/qpay/{SOMEBODY}?token=forged", None, "callback.forged"),
        ("POST", "/webhooks/sms/twilio", None, "callback.forged"),
        ("POST", "/webhooks/stripe", None, "callback.forged"),
        ("POST", "/webhooks/telegram", None, "callback.forged"),
        ("POST", "/webhooks/qpay-edge", {"qpayInvoiceId": "forged"}, "callback.forged"),
        ("POST", "/auth/verify-otp", {"email": "a@example.com", "purpose": "login", "code": "123456"}, "code.wrong"),
    ],
)
async def test_forgeries_and_wrong_guesses_are_logged(
    api: Api, method: str, path: str, body: dict[str, Any] | None, event: str
) -> None:
    with logged() as entries:
        answer = await api.call(method, path, None, **({} if body is None else {"json": body}))
    assert answer.status_code in {401, 403}
    (entry,) = only(entries, event)
    assert entry["method"] == method
    assert "forged" not in entry["route"]
    assert "123456" not in json.dumps(entries)


async def test_a_denied_access_names_the_account(api: Api) -> None:
    made = (await api.post("/auth/register", json=DORJ)).json()
    with logged() as entries:
        assert (await api.get("/admin/providers", made["accessToken"])).status_code == 403
    (entry,) = only(entries, "access.denied")
    assert (entry["who"], entry["code"]) == (f"account {made['user']['id']}", "auth.not_permitted")


async def test_ordinary_refusals_are_not_logged(api: Api) -> None:
    with logged() as entries:
        await api.get("/nowhere")
        await api.get(f"/providers/{SOMEBODY}")
        await api.post("/auth/register", json={})
    assert {entry["event"] for entry in entries} == {"request"}


async def test_an_internal_error_is_logged_without_values_of_rows_or_variables(api: Api) -> None:
    async def fails(phone: str = "+97688112233") -> None:
        raise psycopg.errors.UniqueViolation(f"duplicate key\nDETAIL:  Key (phone)=({phone}) already exists.")

    api.database.heartbeats = fails  # type: ignore[method-assign,assignment]
    with logged("debug") as entries:
        assert (await api.get("/health/ready")).status_code == 500
    (entry,) = only(entries, "request failed")
    assert entry["exception"][0]["exc_value"] == "duplicate key"
    assert "97688112233" not in json.dumps(entries)


def test_each_event_has_one_name_and_one_level() -> None:
    assert {level for _, level in EVENTS.values()} == {"info", "warning"}
    assert all(name.count(".") == 1 for name, _ in EVENTS.values())


def test_the_time_of_a_log_entry_is_utc_in_every_server_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Ulaanbaatar")
        time.tzset()
        with logged() as entries:
            structlog.get_logger().warning("ours")
            logging.getLogger("a library").warning("theirs")
    time.tzset()
    assert [entry["event"] for entry in entries] == ["ours", "theirs"]
    for entry in entries:
        assert entry["timestamp"].endswith("Z")
        assert abs(datetime.fromisoformat(entry["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
