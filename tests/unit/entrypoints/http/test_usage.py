"""Figures of the platform, for admins."""

import asyncio
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs
from tests.unit.entrypoints.api import PASSWORD, Api

from booking_domain.portfolio.views import ViewTally
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import Unavailable
from booking_domain.testing.memory import ManualClock
from booking_domain.usage.model import Measure, Tally
from booking_domain.use_cases.usage.counting import CountUsage, add_usage, count_usage
from entrypoints.observe import usage

ANALYTICS = "/admin/analytics"
ZONE = "Asia/Ulaanbaatar"


async def stored(api: Api) -> None:
    """Store what is tallied, and count the rest, as the processes do."""
    executor = api.container.executor()
    counts = api.container.tally().take(api.clock.now().astimezone(ZoneInfo(ZONE)).date())
    await executor.run(add_usage, counts, actor=SYSTEM)
    await executor.run(count_usage, CountUsage(time_zone=ZONE), actor=SYSTEM)


async def test_an_admin_sees_sign_ins_requests_and_errors_by_day_with_the_time_before(api: Api) -> None:
    admin = await api.an_admin()
    await api.joined("customer")
    wrong = {"email": "nobody@example.com", "password": PASSWORD}
    app = {"User-Agent": "Studio/1.0 okhttp/4.12"}
    for _ in range(2):
        assert (await api.post("/auth/login", json=wrong, headers=app)).status_code == 401
    await stored(api)
    query = "measure=sign_ins&measure=requests&measure=errors&measure=request_times&interval=week"
    answer = await api.get(f"{ANALYTICS}?from=2026-11-22&to=2026-11-23&{query}", admin)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["timeZone"], found["periods"]) == (ZONE, ["2026-11-22", "2026-11-23"])
    measures = {each["measure"]: each for each in found["measures"]}
    assert list(measures) == ["sign_ins", "requests", "errors", "request_times"]
    sign_ins = {tuple(each["labels"].values()): each for each in measures["sign_ins"]["series"]}
    assert sign_ins["password", "failed"]["values"] == [0, 2]
    requests = {tuple(each["labels"].values()): each["total"] for each in measures["requests"]["series"]}
    assert requests["POST /api/v1/auth/login", "android", "401"] == 2
    assert requests["POST /api/v1/auth/register", "other", "201"] == 1
    [refused] = measures["errors"]["series"]
    assert (refused["labels"], refused["total"]) == ({"code": "auth.invalid_credentials"}, 2)
    assert measures["request_times"]["total"] == measures["requests"]["total"]
    later = (await api.get(f"{ANALYTICS}?from=2026-11-24&to=2026-11-24&measure=errors", admin)).json()
    assert (later["measures"][0]["total"], later["measures"][0]["previous"]) == (0, 2)


async def test_all_measures_are_shown_of_the_last_30_days_unless_others_are_asked_for(api: Api) -> None:
    found = (await api.get(ANALYTICS, await api.an_admin())).json()
    assert [each["measure"] for each in found["measures"]] == [each.value for each in Measure]
    assert len(found["periods"]) == 30
    assert found["waiting"] == []


async def test_what_cannot_be_stored_is_stored_later(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "SECONDS", 3_600)
    tally, executor = Tally(), api.container.executor()
    keeper = usage.UsageKeeper(tally, ViewTally(), executor, ManualClock(api.clock.now()), ZoneInfo(ZONE))
    await keeper.open()
    tally.add(Measure.ERRORS, "service.unavailable")

    class Down(Unavailable, code="service.unavailable"):
        """The database does not answer."""

    async def fail(*_: object, **__: object) -> None:
        await asyncio.sleep(0)
        raise Down

    with monkeypatch.context() as down, capture_logs() as logged:
        down.setattr(executor, "run", fail)
        await keeper.close()
    assert [each["event"] for each in logged] == ["usage.not_stored"]
    await keeper.open()
    await keeper.close()
    day = api.clock.now().astimezone(ZoneInfo(ZONE)).date()
    [kept] = await api.database.reads.usage.between(day, day, {Measure.ERRORS})
    assert (kept.labels, kept.value) == (("service.unavailable",), 1)
