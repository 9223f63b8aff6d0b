"""What leaves the process when an error is reported: its kind and place, and nothing of people."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.observe.receiver import receiving

pytest.importorskip("sentry_sdk", reason="pip install -r requirements/observe.txt")
PERSONAL = ("dorj@example.com", "+97699112233", "secret-token", "Dorj", "SWALLOW")


def look_up(email: str, phone: str) -> None:
    raise KeyError(email, phone)


def break_down(email: str) -> None:
    phone = "+97699112233"
    try:
        look_up(email, phone)
    except KeyError as cause:
        cause.add_note("Dorj")
        raise RuntimeError(f"{email} {phone}") from cause


@pytest.fixture
def logs() -> Iterator[None]:
    """As `configure_logs`, but no logger keeps it."""
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs")
async def test_an_error_is_reported_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        break_down("dorj@example.com")

    with receiving() as (port, received):
        async with serving(BOOKING_SENTRY_DSN=f"http://key@127.0.0.1:{port}/7") as api:
            monkeypatch.setattr(api.container.executor(), "run", broken)
            answer = await _registered(api)
            logging.getLogger("another.library").error("dorj@example.com is %s", "Dorj")
            structlog.get_logger().error("job.parked", job="notify", login="dorj@example.com")
            structlog.get_logger().warning("no report", login="dorj@example.com")
    assert answer.status_code == 500
    assert [path for path, _ in received] == ["/api/7/envelope/"] * 3
    failed, foreign, parked = (json.loads(body.splitlines()[2]) for _, body in received)
    assert [each["type"] for each in failed["exception"]["values"]] == ["KeyError", "RuntimeError"]
    assert failed["tags"] == {"process": "api", "request_id": "the-request"}
    assert "break_down" in [each["function"] for each in failed["exception"]["values"][0]["stacktrace"]["frames"]]
    assert (foreign["message"], parked["message"]) == ("another.library", "job.parked")
    assert parked["tags"]["job"] == "notify"
    for _, body in received:
        said = [line for line in body.decode().splitlines() if '"' in line]
        for each in (failed, foreign, parked):
            assert {"request", "user", "server_name", "breadcrumbs", "modules", "extra"}.isdisjoint(each)
        without_source = json.dumps([_without_source(json.loads(line)) for line in said])
        assert [value for value in PERSONAL if value in without_source] == []


async def _registered(api: Api) -> Any:
    return await api.post(
        "/auth/register",
        json={"email": "dorj@example.com", "password": "SWALLOW-horse-battery", "name": "Dorj", "role": "customer"},
        headers={"X-Request-Id": "the-request", "Cookie": "secret-token=1"},
    )


def _without_source(said: Any) -> Any:
    """Without the lines of this file, which have the values as constants."""
    if isinstance(said, dict):
        return {
            key: _without_source(value)
            for key, value in said.items()
            if key not in {"pre_context", "context_line", "post_context"}
        }
    return [_without_source(each) for each in said] if isinstance(said, list) else said
