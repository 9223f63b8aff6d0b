"""Parked jobs over HTTP, and their metrics."""

from datetime import timedelta
from typing import Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.jobs import parked

from booking_domain.jobs.model import PAUSES
from booking_domain.shared.actor import SYSTEM
from booking_domain.testing.builders import NOW
from booking_domain.testing.jobs.contracts import a_parked_job

PATH: Final = "/admin/parked-jobs"


def test_the_pauses_grow_until_the_job_is_given_up() -> None:
    job = a_parked_job()
    for failures, pause in enumerate(PAUSES, start=1):
        assert (job.failures, job.retry_at, job.given_up) == (failures, NOW + pause, False)
        assert (job.due(NOW + pause), job.due(NOW + pause - timedelta(seconds=1))) == (True, False)
        job = job.failed_again(ValueError(), NOW)
    assert (job.failures, job.given_up, job.due(NOW + timedelta(days=365))) == (len(PAUSES) + 1, True, False)
    assert job.failed_again(ValueError(), NOW).given_up


def test_equal_jobs_have_one_id_and_others_another() -> None:
    ids = {a_parked_job(name, arguments).id for name, arguments in (("a", {}), ("b", {}), ("a", {"b": "c"}))}
    assert len(ids) == 3
    assert a_parked_job("a", {"b": "1", "c": "2"}) == a_parked_job("a", {"c": "2", "b": "1"})


async def test_admins_list_parked_jobs_and_repeat_one(api: Api) -> None:
    admin = await api.an_admin()
    made = sorted([await parked(api, run_id=each) for each in "abc"], key=lambda each: each.id)
    page = (await api.get(f"{PATH}?limit=2", admin)).json()
    assert [each["id"] for each in page["items"]] == [str(each.id) for each in made[:2]]
    rest = (await api.get(f"{PATH}?limit=2&cursor={page['nextCursor']}", admin)).json()
    assert [each["id"] for each in rest["items"]] == [str(made[2].id)]
    assert rest["items"][0] | {"id": "", "arguments": {}} == {
        "id": "",
        "name": "reconcile",
        "arguments": {},
        "error": "OverflowError",
        "failures": 1,
        "parkedAt": "2026-11-23T00:00:00Z",
        "retryAt": "2026-11-23T00:05:00Z",
    }
    assert (await api.get(f"{PATH}?givenUp=true", admin)).json()["items"] == []
    retried = await api.post(f"{PATH}/{made[0].id}/retry", admin)
    assert (retried.status_code, retried.json()["retryAt"]) == (200, "2026-11-23T00:00:00Z")
    assert_problem(await api.post(f"{PATH}/{SYSTEM.id}/retry", admin), 404, "job.not_found")


@pytest.mark.parametrize("day", ["0001-01-01", "2019-12-31"])
async def test_a_day_before_all_payments_cannot_be_reconciled(api: Api, day: str) -> None:
    admin = await api.an_admin()
    answer = await api.post("/admin/reconciliation/runs", admin, json={"day": day})
    assert_problem(answer, 422, "validation.invalid_value")
    assert (await api.get("/admin/reconciliation/runs", admin)).json()["items"] == []
