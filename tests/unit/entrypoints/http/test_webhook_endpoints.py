"""`/webhook-endpoints`: secrets are shown once, URLs are checked, limits hold, only owners and admins see them."""

import asyncio
import json

import pytest
from tests.unit.entrypoints.api import Api, assert_problem, serving
from tests.unit.features.webhook_endpoints import added

URL = "https://hooks.example.com/booking"


async def test_an_endpoint_is_added_edited_and_removed(api: Api) -> None:
    token = await api.joined("provider")
    made = await added(api, token, url=URL, eventTypes=["booking.placed", "booking.placed"], description="Ours")
    path = f"/webhook-endpoints/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["eventTypes"], made["status"]) == (URL, ["booking.placed"], "active")
    shown = (await api.get(path, token)).json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert (await api.get("/webhook-endpoints", token)).json() == {"items": [shown]}
    off = (await api.patch(path, token, json={"enabled": False, "eventTypes": []})).json()
    assert (off["status"], off["disabledBecause"], off["eventTypes"]) == ("disabled", "owner", [])
    assert_problem(await api.post(f"{path}/test", token), 409, "webhook.endpoint_disabled")
    on = (await api.patch(path, token, json={"enabled": True})).json()
    assert (on["status"], "disabledBecause" in on, on["version"]) == ("active", False, 3)
    assert (await api.delete(path, token)).status_code == 204
    assert_problem(await api.get(path, token), 404, "webhook.endpoint_not_found")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://0x7f000001/",
        "https://169.254.169.254/",
        "https://[::1]/",
        "https://user:password@hooks.example.com/",
    ],
)
async def test_a_url_that_must_not_be_contacted_is_refused(api: Api, url: str) -> None:
    token = await api.joined("provider")
    assert_problem(
        await api.post("/webhook-endpoints", token, json={"url": url}), 422, "validation.invalid_value", "/url"
    )
    path = f"/webhook-endpoints/{(await added(api, token))['id']}"
    assert_problem(await api.patch(path, token, json={"url": url}), 422, "validation.invalid_value", "/url")


async def test_in_development_private_urls_can_be_allowed() -> None:
    async with serving(BOOKING_WEBHOOKS_ALLOW_PRIVATE="on") as api:
        assert await added(api, await api.joined("provider"), url="http://127.0.0.1:9000/hooks")


async def test_an_account_has_at_most_ten_endpoints_each_with_its_url(api: Api) -> None:
    token = await api.joined("provider")
    bodies = [{"url": f"{URL}/{number % 12}"} for number in range(24)]
    answers = await asyncio.gather(*(api.post("/webhook-endpoints", token, json=body) for body in bodies))
    assert sum(answer.status_code == 201 for answer in answers) == 10
    codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert codes <= {"webhook.too_many_endpoints", "webhook.endpoint_exists"}
    other = await api.joined("provider")
    assert await added(api, other, url=f"{URL}/0")
    assert_problem(
        await api.post("/webhook-endpoints", other, json={"url": f"{URL}/0"}), 409, "webhook.endpoint_exists"
    )


async def test_a_rotated_secret_is_shown_once_and_the_overlap_is_bounded(api: Api) -> None:
    token = await api.joined("provider")
    made = await added(api, token)
    path = f"/webhook-endpoints/{made['id']}"
    rotated = (await api.post(f"{path}/rotate-secret", token, json={"overlapHours": 2})).json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]
    assert rotated["previousSecretUntil"] == "2026-11-23T02:00:00Z"
    assert "secret" not in (await api.get(path, token)).json()
    too_long = await api.post(f"{path}/rotate-secret", token, json={"overlapHours": 169})
    assert too_long.status_code in {400, 422}
    at_once = (await api.post(f"{path}/rotate-secret", token, json={"overlapHours": 0})).json()
    assert "previousSecretUntil" not in at_once


async def test_deliveries_are_listed_shown_and_replayed(api: Api) -> None:
    token = await api.joined("provider")
    path = f"/webhook-endpoints/{(await added(api, token))['id']}"
    sent = [(await api.post(f"{path}/test", token)).json() for _ in range(3)]
    first = (await api.get(f"{path}/deliveries?limit=2", token)).json()
    second = (await api.get(f"{path}/deliveries?limit=2&cursor={first['nextCursor']}", token)).json()
    assert first["items"] + second["items"] == sent[::-1]
    assert (await api.get(f"{path}/deliveries?status=failed", token)).json()["items"] == []
    shown = (await api.get(f"{path}/deliveries/{sent[0]['id']}", token)).json()
    assert json.loads(shown["payload"])["type"] == "webhook.ping"
    again = await api.post(f"{path}/deliveries/{sent[0]['id']}/replay", token)
    assert (again.status_code, again.json()["webhookId"]) == (200, sent[0]["webhookId"])
    other = f"/webhook-endpoints/{(await added(api, token, url=URL))['id']}"
    for elsewhere in (f"{other}/deliveries/{sent[0]['id']}",):
        assert_problem(await api.get(elsewhere, token), 404, "webhook.delivery_not_found")
        assert_problem(await api.post(f"{elsewhere}/replay", token), 404, "webhook.delivery_not_found")


async def test_failed_deliveries_are_replayed_since_a_time(api: Api) -> None:
    token = await api.joined("provider")
    path = f"/webhook-endpoints/{(await added(api, token))['id']}"
    await api.post(f"{path}/test", token)
    for enabled in (False, True):
        await api.patch(path, token, json={"enabled": enabled})
    for since, replayed in (("2026-11-24T00:00:00Z", 0), ("2026-11-23T00:00:00Z", 1), ("2026-11-23T00:00:00Z", 0)):
        answer = await api.post(f"{path}/replay", token, json={"failedSince": since})
        assert answer.json() == {"replayed": replayed}
    answer = await api.post(f"{path}/replay", token, json={"failedSince": "9999-12-31T23:59:59-23:59"})
    assert_problem(answer, 422, "validation.invalid_value", "/failedSince")


async def test_tests_and_replays_are_limited(api: Api) -> None:
    token = await api.joined("provider")
    path = f"/webhook-endpoints/{(await added(api, token))['id']}"
    answers = [(await api.post(f"{path}/test", token)).status_code for _ in range(61)]
    assert answers == [201] * 60 + [429]


async def test_admins_see_and_help_with_the_endpoints_of_others(api: Api) -> None:
    token, admin = await api.joined("provider"), await api.an_admin()
    made = await added(api, token)
    path = f"/webhook-endpoints/{made['id']}"
    listed = (await api.get(f"/admin/webhook-endpoints?ownerId={made['ownerId']}", admin)).json()
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    assert (await api.patch(path, admin, json={"enabled": False})).status_code == 200
    query = f"subjectKind=webhook_endpoint&subjectId={made['id']}&action=webhook_endpoint.edit"
    assert len((await api.get(f"/admin/audit?{query}", admin)).json()["items"]) == 1
    assert (await api.get("/webhook-endpoints", admin)).json()["items"] == []


async def test_endpoints_are_in_the_export_without_their_secrets(api: Api) -> None:
    token = await api.joined("provider")
    made = await added(api, token, url=URL)
    exported = (await api.get("/users/me/export", token)).text
    [section] = json.loads(exported)["webhookEndpoints"]
    assert (section["id"], section["url"]) == (made["id"], URL)
    assert "whsec_" not in exported
