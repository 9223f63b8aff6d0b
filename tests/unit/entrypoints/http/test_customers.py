"""Providers and managers know their customers, and keep notes that nobody else sees."""

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.entrypoints.http.test_managers import salon_of

TUESDAY_AT_TEN = "2026-11-24T10:00:00+08:00"


async def test_a_provider_lists_and_searches_customers(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    me = (await api.get("/users/me", customer)).json()
    assert (await api.get("/customers", provider)).json() == {"items": []}
    await api.booked(customer, provider_id, TUESDAY_AT_TEN)
    await api.booked(customer, provider_id, MONDAY_AT_TEN)
    await api.booked(provider, provider_id, "2026-11-24T15:00:00+08:00")
    seen = {
        "id": me["id"],
        "name": me["name"],
        "email": me["email"],
        "bookings": 2,
        "noShows": 0,
        "nextVisit": "2026-11-23T02:00:00Z",
        "note": "",
    }
    for query in ("", f"?q={me['email']}", f"?q={me['name'][1:].upper()}"):
        assert (await api.get(f"/customers{query}", provider)).json() == {"items": [seen]}
    assert (await api.get("/customers?q=nobody", provider)).json()["items"] == []
    other = await api.joined("customer")
    await api.booked(other, provider_id, "2026-11-24T12:00:00+08:00")
    first = (await api.get("/customers?limit=1", provider)).json()
    second = (await api.get(f"/customers?limit=1&cursor={first['nextCursor']}", provider)).json()
    assert len({each["id"] for each in first["items"] + second["items"]}) == 2
    assert second.get("nextCursor") is None
    assert_problem(await api.get("/customers", customer), 403, "auth.not_permitted")


async def test_a_note_is_seen_by_its_author_only(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_of(api, (provider, provider_id))
    customer = await api.joined("customer")
    path = f"/customers/{(await api.booked(customer, provider_id))['customerId']}"
    before = await api.get(path, provider)
    assert before.json()["note"] == ""
    assert "ETag" not in before.headers
    written = await api.put(f"{path}/note", provider, json={"text": "Allergic to latex."})
    assert (written.json()["text"], written.headers["ETag"]) == ("Allergic to latex.", '"1"')
    again = await api.put(f"{path}/note", provider, json={"text": "Allergic to latex."})
    assert again.headers["ETag"] == '"1"'
    stale = await api.put(f"{path}/note", provider, json={"text": "x"}, headers={"If-Match": '"2"'})
    assert_problem(stale, 412, "conflict.stale_version")
    assert (await api.get(path, provider)).json()["note"] == "Allergic to latex."
    assert (await api.get(path, manager)).json()["note"] == ""
    await api.put(f"{path}/note", manager, json={"text": "Pays late."})
    assert (await api.get("/customers", provider)).json()["items"][0]["note"] == "Allergic to latex."
    exported = (await api.get("/users/me/export", provider)).json()["customerNotes"]
    assert [each["text"] for each in exported] == ["Allergic to latex."]
    assert "latex" not in (await api.get("/users/me/export", customer)).text
    stranger, _ = await api.open_provider()
    for token in (stranger, await api.joined("manager")):
        assert_problem(await api.get(path, token), 404, "customer.not_found")
        assert_problem(await api.put(f"{path}/note", token, json={"text": "x"}), 404, "customer.not_found")


async def test_who_has_only_asked_for_a_booking_is_no_customer_yet(api: Api) -> None:
    provider, provider_id = await api.open_provider(bookingMode="request")
    made = await api.booked(await api.joined("customer"), provider_id)
    path = f"/customers/{made['customerId']}"
    assert_problem(await api.get(path, provider), 404, "customer.not_found")
    await api.patch(f"/bookings/{made['id']}", provider, json={"status": "confirmed"})
    assert (await api.get(path, provider)).json()["bookings"] == 1
    await api.post(f"/bookings/{made['id']}/cancel", provider, json={})
    assert_problem(await api.get(path, provider), 404, "customer.not_found")
