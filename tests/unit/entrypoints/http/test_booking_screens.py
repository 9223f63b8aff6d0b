"""The screens of a booking: who comes, where to go, and what each party can do, in one request."""

from typing import Any

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

MONDAY_AT_NOON = "2026-11-23T12:00:00+08:00"
TUESDAY_AT_TEN = "2026-11-24T10:00:00+08:00"


async def _seen(api: Api, booking: dict[str, Any], who: str) -> dict[str, Any]:
    answer = await api.get(f"/bookings/{booking['id']}", who)
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    return dict(answer.json())


async def test_the_provider_sees_how_to_reach_the_customer_once_the_booking_is_confirmed(api: Api) -> None:
    provider, provider_id = await api.open_provider(depositAmount=2_000_000, priceAmount=8_000_000)
    customer, admin = await api.joined("customer"), await api.admin()
    me = (await api.get("/users/me", customer)).json()
    booking = await api.booked(customer, provider_id)
    full = {"id": me["id"], "name": me["name"], "email": me["email"]}
    assert (await _seen(api, booking, provider))["customer"] == {"id": me["id"], "name": me["name"]}
    assert (await _seen(api, booking, customer))["customer"] == full
    assert (await _seen(api, booking, admin))["customer"] == full
    assert (await _seen(api, booking, customer))["actions"] == ["pay_deposit", "reschedule", "cancel"]
    await api.patch(f"/bookings/{booking['id']}", admin, json={"status": "confirmed"})
    seen = await _seen(api, booking, provider)
    assert seen["customer"] == full
    assert seen["actions"] == ["record_desk_payment", "change_terms", "reschedule", "cancel", "dispute"]
    await api.post(f"/bookings/{booking['id']}/cancel", customer, json={})
    assert (await _seen(api, booking, provider))["customer"] == {"id": me["id"], "name": me["name"]}


async def test_the_customer_sees_where_to_go(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    shown = (await api.get("/providers/me", provider)).json()
    booking = await api.booked(customer, provider_id)
    seen = await _seen(api, booking, customer)
    assert seen["provider"] == {
        "id": provider_id,
        "displayName": shown["displayName"],
        "address": shown["address"],
        "timeZone": shown["timeZone"],
    }
    assert "salon" not in seen


async def test_a_walk_in_shows_no_contact(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    booking = await api.booked(provider, provider_id)
    assert booking["status"] == "confirmed"
    unnamed = (await _seen(api, booking, provider))["customer"]
    assert (set(unnamed), unnamed["walkIn"]) == ({"id", "name", "walkIn"}, True)


async def test_a_walk_in_has_a_name_and_a_number(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    walk_in = {"name": "Болд", "phone": "+97699112233"}
    booking = await api.booked(provider, provider_id, walkIn=walk_in)
    seen = (await _seen(api, booking, provider))["customer"]
    assert seen == {"id": booking["id"], **walk_in, "walkIn": True}
    assert (await api.get("/bookings", provider)).json()["items"][0]["customer"] == seen
    exported = (await api.get("/users/me/export", provider)).json()["bookings"]
    assert [each["walkIn"] for each in exported] == [walk_in]
    series = {"providerId": provider_id, "slot": TUESDAY_AT_TEN, "times": 2, "walkIn": {"name": "Saraa"}}
    made = (await api.post("/bookings/series", provider, json=series)).json()["items"]
    assert {(await _seen(api, each, provider))["customer"]["name"] for each in made} == {"Saraa"}
    customer = await api.joined("customer")
    body = {"providerId": provider_id, "slot": MONDAY_AT_NOON, "walkIn": walk_in}
    assert_problem(await api.post("/bookings", customer, json=body), 422, "validation.invalid_value", "/walkIn")
    for member, value in {"name": "  ", "phone": "no number"}.items():
        wrong = body | {"walkIn": walk_in | {member: value}}
        refused = await api.post("/bookings", provider, json=wrong)
        assert_problem(refused, 422, "validation.invalid_value", f"/walkIn/{member}")


async def test_a_walk_ins_number_is_written_as_in_the_platforms_country(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    local = {"name": "Болд", "phone": "9911 2233"}
    booking = await api.booked(provider, provider_id, walkIn=local)
    again = await api.booked(provider, provider_id, TUESDAY_AT_TEN, walkIn=local | {"phone": "+97699112233"})
    for each in (booking, again):
        customer = (await _seen(api, each, provider))["customer"]
        assert (customer["id"], customer["phone"]) == (booking["id"], "+97699112233")


@pytest.mark.parametrize("who", ["customer", "provider"])
async def test_bookings_are_sorted_filtered_and_paged(api: Api, who: str) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    token = customer if who == "customer" else provider
    made = [await api.booked(customer, provider_id, at) for at in (TUESDAY_AT_TEN, MONDAY_AT_TEN, MONDAY_AT_NOON)]
    tuesday, ten, noon = (each["reference"] for each in made)
    await api.post(f"/bookings/{made[2]['id']}/cancel", customer, json={})

    async def listed(query: str) -> list[str]:
        answer = await api.get(f"/bookings?{query}", token)
        assert answer.status_code == 200, answer.text
        return [each["reference"] for each in answer.json()["items"]]

    for query, expected in (
        ("", [noon, ten, tuesday]),
        ("sort=createdAt", [tuesday, ten, noon]),
        ("sort=start", [ten, noon, tuesday]),
        ("sort=-start", [tuesday, noon, ten]),
        ("when=upcoming&sort=start", [ten, tuesday]),
        ("when=past", [noon]),
        ("status=cancelled&status=confirmed&sort=start", [ten, noon, tuesday]),
        ("status=cancelled", [noon]),
        (f"reference={ten}", [ten]),
        (f"providerId={provider_id}&from=2026-11-24", [tuesday]),
    ):
        assert await listed(query) == expected, query
    first = (await api.get("/bookings?sort=start&limit=2", token)).json()
    second = (await api.get(f"/bookings?sort=start&limit=2&cursor={first['nextCursor']}", token)).json()
    assert [each["reference"] for each in first["items"] + second["items"]] == [ten, noon, tuesday]
    assert {"customer", "provider", "actions"} <= set(first["items"][0])
    stranger = await api.joined("customer")
    assert (await api.get(f"/bookings?reference={ten}", stranger)).json()["items"] == []
