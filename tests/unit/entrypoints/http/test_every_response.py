"""What is true of every answer: ids, headers, problems; and health."""

from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem, serving
from tests.unit.entrypoints.test_settings import PRODUCTION

from booking_domain.shared.errors import StorageUnavailable

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

JSON = {"Content-Type": "application/json"}
WINDOW = {"from": "2026-11-24", "to": "2026-11-25"}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def assert_safe(answer: httpx.Response) -> None:
    """Assert headers against caching, content sniffing and framing."""
    assert {name: answer.headers.get_list(name) for name in SAFE} == {name: [value] for name, value in SAFE.items()}
    kind = answer.headers.get("Content-Type", "")
    assert "Set-Cookie" not in answer.headers
    if answer.content:
        assert kind == ("application/json" if answer.is_success else "application/problem+json")


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/auth/me", "/schema"])
async def test_responses_have_security_headers(api: Api, path: str) -> None:
    assert_safe(await api.get(path))


@pytest.mark.settings(BOOKING_RATE_LIMIT_QUOTAS="login=1/60")
async def test_responses_of_every_status_have_security_headers(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": "2026-11-23T10:00:00+08:00"}
    await api.booked(customer, provider_id)
    me = await api.get("/users/me", customer)
    answers = {
        200: await api.get("/bookings", customer),
        201: await api.post("/waitlist", customer, json={**WINDOW, "providerId": provider_id}),
        202: await api.post("/auth/forgot-password", json={"email": "nobody@example.com"}),
        204: await api.call("OPTIONS", "/bookings"),
        304: await api.get("/users/me", customer, headers={"If-None-Match": me.headers["ETag"]}),
        400: await api.get("/bookings?limit=x", customer),
        401: await api.get("/bookings"),
        403: await api.get("/admin/users", customer),
        404: await api.get(f"/bookings/{uuid4()}", customer),
        405: await api.delete("/bookings"),
        409: await api.post("/bookings", customer, json=wish),
        412: await api.put("/providers/me", provider, json={"bio": "x"}, headers={"If-Match": '"99"'}),
        413: await api.post("/bookings", customer, content=b" " * 300_000, headers=JSON),
        415: await api.post("/bookings", customer, content=b"x", headers={"Content-Type": "text/plain"}),
        422: await api.post("/bookings", customer, json={**wish, "slot": "2026-11-22T10:07:00+08:00"}),
        429: [await api.post("/auth/login", json={"email": "a@b.mn", "password": PASSWORD}) for _ in range(2)][1],
    }
    for status, failure in ((503, StorageUnavailable()), (500, RuntimeError())):
        api.database.down = failure
        answers[status] = await api.get("/health/ready")
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert_safe(answer)


@pytest.mark.settings(**PRODUCTION, BOOKING_TRUSTED_PROXIES="127.0.0.1")
async def test_redirections_have_security_headers(api: Api) -> None:
    answer = await api.get("/providers", headers={"X-Forwarded-Proto": "http"})
    assert answer.status_code == 308
    assert_safe(answer)


async def test_a_well_formed_request_id_is_returned(api: Api) -> None:
    for good in ("checkout-42", "a" * 64, "A.b_c-1"):
        assert (await api.get("/health/live", headers={"X-Request-Id": good})).headers["X-Request-Id"] == good
    for bad in ("a" * 65, "two words", "<script>", ""):
        assert (await api.get("/health/live", headers={"X-Request-Id": bad})).headers["X-Request-Id"] not in {bad, ""}


async def test_two_requests_have_two_ids(api: Api) -> None:
    ids = {(await api.get("/health/live")).headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_health_is_served_at_the_root_and_below_the_prefix(api: Api, path: str) -> None:
    for place in ("http://api.test", "http://api.test/api/v1"):
        answer = await api.client.get(place + path)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_without_its_database_the_process_lives_and_is_not_ready(api: Api) -> None:
    api.database.down = StorageUnavailable()
    assert (await api.get("/health/live")).status_code == 200
    answer = await api.get("/health/ready")
    assert_problem(answer, 503, "service.unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_bug_is_logged_and_not_shown_to_the_client(api: Api) -> None:
    api.database.down = RuntimeError("password=hunter2")
    with capture_logs() as logged:
        answer = await api.get("/health/ready", headers={"X-Request-Id": "find-me"})
    assert_problem(answer, 500, "service.internal_error")
    assert "hunter2" not in answer.text
    (entry,) = logged
    assert (entry["log_level"], entry["request_id"]) == ("error", "find-me")
    assert entry["exc_info"] is api.database.down


async def test_the_database_is_open_as_long_as_the_application(api: Api) -> None:
    assert api.database.open_now


async def test_the_database_is_closed_with_the_application() -> None:
    async with serving() as api:
        assert api.database.open_now
    assert not api.database.open_now


async def test_dependencies_are_resolved_sequentially(api: Api) -> None:
    for route in api.app.routes:
        for _, model in getattr(route, "route_handler_map", {}).values():
            assert all(len(batch) == 1 for batch in model.dependency_batches)
