"""`/providers/me/consent-code` and `/booking-consents`, and bookings that a provider places for a customer."""

from typing import Any

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

GIVEN = "/users/me/booking-consents"
RECEIVED = "/providers/me/booking-consents"
CODE = "/providers/me/consent-code"
UNKNOWN = "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"


async def test_a_customer_consents_and_revokes_and_both_sides_see_it(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    code = (await api.post(CODE, provider)).json()
    assert code == {"providerId": provider_id, "code": code["code"], "createdAt": "2026-11-23T00:00:00Z"}
    assert (await api.get(CODE, provider)).json() == code
    granted = await api.post(GIVEN, customer, json={"providerId": provider_id, "code": code["code"].lower()})
    assert granted.status_code == 201
    state = {"status": "granted", "changedAt": "2026-11-23T00:00:00Z", "createdAt": "2026-11-23T00:00:00Z"}
    given = {"provider": {"id": provider_id, "displayName": "Studio"}, **state}
    assert granted.json() == given
    assert (await api.get(GIVEN, customer)).json() == {"items": [given]}
    [received] = (await api.get(RECEIVED, provider)).json()["items"]
    assert received == {"customer": {"id": received["customer"]["id"], "name": "Customer"}, **state}

    booked = await api.booked(provider, provider_id, customerId=received["customer"]["id"])
    assert booked["placedByStaff"] is True
    for _ in range(2):
        assert (await api.delete(f"{GIVEN}/{provider_id}", customer)).status_code == 204
    assert (await api.get(GIVEN, customer)).json()["items"][0]["status"] == "revoked"
    assert (await api.get(RECEIVED, provider)).json()["items"][0]["status"] == "revoked"
    wish = {"providerId": provider_id, "slot": "2026-11-23T14:00:00+08:00", "customerId": received["customer"]["id"]}
    again = await api.post("/bookings", provider, json=wish)
    assert_problem(again, 404, "booking.customer_not_found", "/customerId")
    cancelled = await api.post(f"/bookings/{booked['id']}/cancel", customer, json={})
    assert cancelled.json()["status"] == "cancelled"


async def test_a_code_is_replaced_and_removed(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    assert_problem(await api.get(CODE, provider), 404, "consent.no_code")
    former, code = [(await api.post(CODE, provider)).json()["code"] for _ in range(2)]
    assert former != code
    for wish in (
        {"providerId": provider_id, "code": former},
        {"providerId": UNKNOWN, "code": code},
    ):
        assert_problem(await api.post(GIVEN, customer, json=wish), 404, "consent.code_not_found", "/code")
    for _ in range(2):
        assert (await api.delete(CODE, provider)).status_code == 204
    assert_problem(await api.get(CODE, provider), 404, "consent.no_code")
    late = await api.post(GIVEN, customer, json={"providerId": provider_id, "code": code})
    assert_problem(late, 404, "consent.code_not_found", "/code")
    nothing = await api.delete(f"{GIVEN}/{provider_id}", customer)
    assert_problem(nothing, 404, "consent.not_found")


async def test_whoever_cannot_be_booked_for_looks_unknown(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    admin, other_admin, stranger = await api.an_admin(), await api.an_admin(), await api.joined("customer")
    disabled = await api.joined("customer")
    disabled_id = await api.consented(disabled, provider)
    change = {"status": "disabled", "reason": "fraud"}
    assert (await api.patch(f"/admin/users/{disabled_id}", admin, json=change)).status_code == 200
    ids = [UNKNOWN, disabled_id, *[(await api.get("/auth/me", who)).json()["id"] for who in (other_admin, stranger)]]
    for by in (provider, admin):
        answers: list[dict[str, Any]] = []
        for customer_id in ids:
            wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "customerId": customer_id}
            answer = await api.post("/bookings", by, json=wish)
            assert_problem(answer, 404, "booking.customer_not_found", "/customerId")
            answers.append({name: value for name, value in answer.json().items() if name != "requestId"})
        assert answers == [answers[0]] * len(ids)


async def test_an_unapproved_provider_books_for_nobody(api: Api) -> None:
    provider = await api.joined("provider")
    provider_id = (await api.post("/providers/me", provider, json={"displayName": "Draft"})).json()["id"]
    customer_id = (await api.get("/auth/me", await api.joined("customer"))).json()["id"]
    for each in (customer_id, UNKNOWN):
        wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "customerId": each}
        assert_problem(await api.post("/bookings", provider, json=wish), 403, "booking.for_others", "/customerId")


async def test_consents_are_paged(api: Api) -> None:
    provider, _ = await api.open_provider()
    customers = [await api.joined("customer") for _ in range(3)]
    ids = [await api.consented(customer, provider) for customer in customers]
    found: list[str] = []
    cursor = ""
    while True:
        page = (await api.get(f"{RECEIVED}?limit=2{cursor}", provider)).json()
        found += [each["customer"]["id"] for each in page["items"]]
        if page.get("nextCursor") is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert found == ids[::-1]
