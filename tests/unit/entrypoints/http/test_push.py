"""`/push`: a device shows the notifications of the account that subscribed it last, until its session ends."""

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.push import device

from booking_domain.notifications.push import MOST_SUBSCRIPTIONS, PushRules
from booking_domain.testing.notifications.contracts.push import DEVICE_KEY
from booking_domain.testing.notifications.memory.tables import PUSH_SUBSCRIPTIONS

PATH = "/push/subscriptions"


async def services(api: Api, token: str) -> list[str]:
    answer = await api.get(PATH, token)
    assert answer.status_code == 200, answer.text
    return [each["service"].partition(".")[0] for each in answer.json()["items"]]


async def test_a_device_is_subscribed_listed_exported_and_unsubscribed(api: Api) -> None:
    assert (await api.get("/push/public-key")).json() == {"applicationServerKey": DEVICE_KEY}
    token = await api.joined("customer")
    answer = await api.post(PATH, token, json=device(), headers={"User-Agent": "laptop"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["service"], made["userAgent"], made["current"]) == (
        "updates.push.services.mozilla.com",
        "laptop",
        True,
    )
    assert "wpush" not in answer.text
    assert (await api.get(PATH, token)).json() == {"items": [made]}
    assert (await api.get("/users/me/export", token)).json()["pushSubscriptions"] == [made | {"current": False}]
    assert (await api.call("DELETE", f"{PATH}/{made['id']}", token)).status_code == 204
    assert_problem(await api.call("DELETE", f"{PATH}/{made['id']}", token), 404, "push.subscription_not_found")
    assert await services(api, token) == []


async def test_the_same_device_again_replaces_its_subscription_whoever_subscribed_it(api: Api) -> None:
    dorj, saraa = await api.joined("customer"), await api.joined("provider")
    for token in (dorj, dorj, saraa):
        assert (await api.post(PATH, token, json=device())).status_code == 201
    assert (await services(api, dorj), await services(api, saraa)) == ([], ["updates"])
    assert len(api.database.rows(PUSH_SUBSCRIPTIONS)) == 1


async def test_of_too_many_devices_the_oldest_gives_way(api: Api) -> None:
    token = await api.joined("customer")
    made = [(await api.post(PATH, token, json=device(number))).json()["id"] for number in range(MOST_SUBSCRIPTIONS + 2)]
    listed = [each["id"] for each in (await api.get(PATH, token)).json()["items"]]
    assert listed == made[2:]


async def test_only_devices_of_push_services_are_taken(api: Api) -> None:
    token = await api.joined("customer")
    refused = await api.post(PATH, token, json=device(host="internal.example"))
    assert_problem(refused, 422, "validation.invalid_value", "/endpoint")
    keys = {"p256dh": "A" * 87, "auth": "A" * 22}
    assert_problem(await api.post(PATH, token, json=device() | {"keys": keys}), 422, "validation.invalid_value")


async def test_a_platform_without_a_key_pushes_nothing(api: Api) -> None:
    token = await api.joined("customer")
    with api.container.push_rules.override(PushRules()):
        assert_problem(await api.get("/push/public-key"), 404, "push.off")
        api.container.executor.reset()
        assert_problem(await api.post(PATH, token, json=device()), 404, "push.off")
