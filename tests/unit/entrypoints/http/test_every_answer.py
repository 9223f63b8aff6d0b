"""What is true of every answer: ids, headers, problems; and health."""

import pytest
from structlog.testing import capture_logs
from tests.unit.entrypoints.api import Api, assert_problem, through_the_api

from booking_domain.shared.errors import StorageUnavailable


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/auth/me", "/schema"])
@through_the_api
async def test_answers_keep_browsers_out_of_harms_way(api: Api, path: str) -> None:
    headers = (await api.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


@through_the_api
async def test_a_request_id_comes_back_if_it_is_harmless(api: Api) -> None:
    for good in ("checkout-42", "a" * 64, "A.b_c-1"):
        assert (await api.get("/health/live", headers={"X-Request-Id": good})).headers["X-Request-Id"] == good
    for bad in ("a" * 65, "two words", "<script>", ""):
        assert (await api.get("/health/live", headers={"X-Request-Id": bad})).headers["X-Request-Id"] not in {bad, ""}


@through_the_api
async def test_two_requests_have_two_ids(api: Api) -> None:
    ids = {(await api.get("/health/live")).headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
@through_the_api
async def test_health_is_told_at_the_root_and_below_the_prefix(api: Api, path: str) -> None:
    for place in ("http://api.test", "http://api.test/api/v1"):
        answer = await api.client.get(place + path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@through_the_api
async def test_without_its_database_the_process_lives_and_is_not_ready(api: Api) -> None:
    api.database.down = StorageUnavailable()
    assert (await api.get("/health/live")).status_code == 200
    answer = await api.get("/health/ready")
    assert_problem(answer, 503, "service.unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@through_the_api
async def test_a_bug_tells_the_log_and_not_the_client(api: Api) -> None:
    api.database.down = RuntimeError("password=hunter2")
    with capture_logs() as logged:
        answer = await api.get("/health/ready", headers={"X-Request-Id": "find-me"})
    assert_problem(answer, 500, "service.internal_error")
    assert "hunter2" not in answer.text
    (entry,) = logged
    assert (entry["log_level"], entry["request_id"]) == ("error", "find-me")
    assert entry["exc_info"] is api.database.down


@through_the_api
async def test_the_database_is_open_as_long_as_the_application(api: Api) -> None:
    assert api.database.open_now


def test_the_database_is_closed_with_the_application() -> None:
    closed: list[Api] = []

    @through_the_api
    async def story(api: Api) -> None:
        closed.append(api)

    story()
    assert not closed[0].database.open_now


@through_the_api
async def test_no_request_waits_for_a_task_group_of_dependencies(api: Api) -> None:
    for route in api.app.routes:
        for _, model in getattr(route, "route_handler_map", {}).values():
            assert all(len(batch) == 1 for batch in model.dependency_batches)
