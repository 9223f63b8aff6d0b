"""Providers and managers know their customers, and keep notes that nobody else sees."""

from datetime import datetime

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.entrypoints.http.test_managers import salon_of
from tests.unit.entrypoints.http.test_sign_ups import complete, signed_up

from booking_domain.use_cases.customers.commands import remove_inactive_walk_ins

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


async def test_a_person_with_only_a_request_is_not_a_customer_yet(api: Api) -> None:
    provider, provider_id = await api.open_provider(bookingMode="request")
    made = await api.booked(await api.joined("customer"), provider_id)
    path = f"/customers/{made['customerId']}"
    assert_problem(await api.get(path, provider), 404, "customer.not_found")
    await api.patch(f"/bookings/{made['id']}", provider, json={"status": "confirmed"})
    assert (await api.get(path, provider)).json()["bookings"] == 1
    await api.post(f"/bookings/{made['id']}/cancel", provider, json={})
    assert_problem(await api.get(path, provider), 404, "customer.not_found")


WALK_IN = {"name": "Bold", "phone": "+97699112233"}


async def test_a_walk_in_is_a_customer_who_is_found_by_name_and_number(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_of(api, (provider, provider_id))
    account = (await signed_up(api, {"phone": WALK_IN["phone"]}))["accessToken"]
    account = (await complete(api, account, role="customer")).json()["accessToken"]
    first = await api.booked(provider, provider_id, MONDAY_AT_TEN, walkIn=WALK_IN)
    again = await api.booked(manager, provider_id, TUESDAY_AT_TEN, walkIn=WALK_IN)
    await api.booked(provider, provider_id, "2026-11-24T12:00:00+08:00", walkIn={"name": "Bold"})
    seen = {
        "id": first["id"],
        "name": "Bold",
        "walkIn": True,
        "phone": WALK_IN["phone"],
        "bookings": 2,
        "noShows": 0,
        "nextVisit": "2026-11-23T02:00:00Z",
        "note": "",
    }
    for token in (provider, manager):
        for query in (f"?q=%2B{WALK_IN['phone'][1:]}", f"?q={WALK_IN['phone'][4:]}"):
            assert (await api.get(f"/customers{query}", token)).json()["items"] == [seen], query
        assert len((await api.get("/customers?q=bol", token)).json()["items"]) == 2
    path = f"/customers/{first['id']}"
    assert (await api.put(f"{path}/note", provider, json={"text": "Allergic to latex."})).status_code == 200
    assert (await api.get(path, provider)).json() == {**seen, "note": "Allergic to latex."}
    assert (await api.get(path, manager)).json() == seen
    visits = (await api.get(f"/bookings?customerId={first['id']}&sort=start", provider)).json()["items"]
    assert [each["id"] for each in visits] == [first["id"], again["id"]]
    assert {each["customer"]["id"] for each in visits} == {first["id"]}
    assert (await api.get("/bookings", account)).json()["items"] == []
    for stranger in (account, (await api.open_provider())[0]):
        assert (await api.get(path, stranger)).status_code in {403, 404}


async def test_the_personal_data_of_a_walk_in_is_deleted(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    made = await api.booked(provider, provider_id, walkIn=WALK_IN)
    path = f"/customers/{made['id']}"
    await api.put(f"{path}/note", provider, json={"text": "Allergic to latex."})
    assert_problem(await api.delete(path, provider), 409, "customer.has_bookings")
    await api.post(f"/bookings/{made['id']}/cancel", provider, json={})
    assert (await api.delete(path, provider)).status_code == 204
    assert_problem(await api.delete(path, provider), 404, "customer.not_found")
    assert_problem(await api.get(path, provider), 404, "customer.not_found")
    everything = (await api.get("/users/me/export", provider)).text
    for known in ("Bold", WALK_IN["phone"], "latex"):
        assert known not in everything
    kept = (await api.get(f"/bookings/{made['id']}", provider)).json()
    assert (kept["status"], kept["customer"].get("phone"), kept["customer"]["walkIn"]) == ("cancelled", None, True)
    anew = await api.booked(provider, provider_id, walkIn=WALK_IN)
    assert (await api.get(f"/customers/{anew['id']}", provider)).json()["note"] == ""
    await api.post(f"/bookings/{anew['id']}/cancel", provider, json={})
    admin = await api.an_admin()
    (found,) = (await api.get(f"/bookings?reference={anew['reference']}", admin)).json()["items"]
    assert (await api.delete(f"/customers/{found['customer']['id']}", admin)).status_code == 204
    audited = (await api.get("/admin/audit", admin)).json()["items"]
    assert "walk_in.delete" in [each["action"] for each in audited]


async def test_an_account_is_not_deleted_as_a_customer(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    made = await api.booked(await api.joined("customer"), provider_id)
    path = f"/customers/{made['customerId']}"
    assert_problem(await api.delete(path, provider), 409, "customer.has_account")
    assert_problem(await api.delete(path, await api.an_admin()), 404, "customer.not_found")


async def test_walk_ins_are_deleted_when_they_have_not_come_for_long(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    old = await api.booked(provider, provider_id, MONDAY_AT_TEN, walkIn=WALK_IN | {"name": "Anu"})
    first = await api.booked(provider, provider_id, "2026-11-23T12:00:00+08:00", walkIn=WALK_IN)
    await api.booked(provider, provider_id, TUESDAY_AT_TEN, walkIn=WALK_IN)
    for made in (old, first):
        await api.put(f"/customers/{made['id']}/note", provider, json={"text": "Allergic to latex."})
    before = datetime.fromisoformat("2026-11-24T00:00:00+08:00")
    await remove_inactive_walk_ins(before, reads=api.container.reads(), executor=api.container.executor())
    left = (await api.get("/customers", provider)).json()["items"]
    assert [(each["id"], each["note"]) for each in left] == [(first["id"], "Allergic to latex.")]
    assert "Anu" not in (await api.get("/users/me/export", provider)).text
