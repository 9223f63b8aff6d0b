"""Everything about oneself, to take along."""

import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import Builder
from entrypoints.http.app import RESOURCES
from entrypoints.http.kit.exporting import sections_of
from entrypoints.http.users import export

CANARY = "canary"


async def joined(api: Api, role: str) -> str:
    who = {"email": f"{CANARY}.{role}@example.com", "phone": "9911 2233", "password": PASSWORD}
    answer = await api.post("/auth/register", json={**who, "name": f"{CANARY} of a name", "role": role})
    return str(answer.json()["accessToken"])


async def exported(api: Api, token: str) -> dict[str, Any]:
    answer = await api.get("/users/me/export", token)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-account.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    msgspec.json.decode(answer.content, type=export.export_document(sections_of(RESOURCES)))
    return dict(answer.json())


async def test_the_export_of_an_unused_account_contains_the_account(api: Api) -> None:
    token = await api.joined("customer")
    found = await exported(api, token)
    assert found["account"] == (await api.get("/users/me", token)).json()
    assert found["preferences"] == (await api.get("/users/me/preferences", token)).json()
    assert found["exportedAt"] == "2026-11-23T00:00:00Z"
    assert (len(found["sessions"]), len(found["loginHistory"])) == (1, 1)
    lists = ("bookings", "waitingList", "textMessages", "salons", "identities")
    assert [found[name] for name in lists] == [[]] * len(lists)
    assert found.keys() & {"provider", "bankAccount"} == set()


async def test_a_customers_export_contains_only_their_data(api: Api) -> None:
    _, provider_id = await api.open_provider()
    token, other = await joined(api, "customer"), await api.joined("customer")
    user_id = UserId(UUID((await api.get("/auth/me", token)).json()["id"]))
    booking = await api.booked(token, provider_id, notes=f"{CANARY} of notes")
    await api.booked(other, provider_id, "2026-11-23T12:00:00+08:00", notes="not mine")
    await api.post(f"/bookings/{booking['id']}/cancel", token, json={"reason": f"{CANARY} of a reason"})
    window = {"from": "2026-11-24T03:00:00Z", "to": "2026-11-24T03:30:00Z"}
    await api.post("/waitlist", token, json={"providerId": provider_id, **window})
    async with api.database.begin() as tx:
        user = await tx.users.get(user_id)
        assert user is not None
        await tx.sms_messages.add(Builder().sms(user))
    await api.post("/auth/login", json={"phone": "9911 2233", "password": "battery-staple"})
    found = await exported(api, token)
    [taken] = found["bookings"]
    assert (taken["id"], taken["notes"]) == (booking["id"], f"{CANARY} of notes")
    assert [event["to"] for event in taken["events"]] == ["confirmed", "cancelled"]
    assert taken["events"][1]["reason"] == f"{CANARY} of a reason"
    assert [each["providerId"] for each in found["waitingList"]] == [provider_id]
    assert [(each["to"], each["template"]) for each in found["textMessages"]] == [("+976****2233", "code.login")]
    assert [each["outcome"] for each in found["loginHistory"]] == ["failed", "succeeded"]
    assert "not mine" not in json.dumps(found)


async def test_payments_and_refunds_of_a_booking_are_exported_in_one_list_oldest_first(api: Api) -> None:
    provider, provider_id = await api.open_provider(depositAmount=2_000_000, priceAmount=8_000_000)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=asked)).json()
    api.pay(payment)
    assert (await api.get(f"/payments/{payment['id']}", customer)).json()["status"] == "paid"
    assert (await api.post(f"/bookings/{booking['id']}/cancel", provider, json={"reason": "ill"})).status_code == 200
    for token in (provider, customer):
        [taken] = (await exported(api, token))["bookings"]
        paid, refund = taken["payments"]
        assert (paid["id"], paid["purpose"], paid["status"]) == (payment["id"], "deposit", "paid")
        assert {**refund, "id": "", "createdAt": ""} == {
            "id": "",
            "purpose": "refund",
            "gateway": payment["gateway"],
            "status": "refund_pending",
            "amount": 2_000_000,
            "currency": "MNT",
            "createdAt": "",
        }


async def test_a_providers_export_contains_profile_calendar_and_bookings(api: Api) -> None:
    deposit = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}
    provider, provider_id = await api.open_provider(bio=f"{CANARY} of a bio", **deposit)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=asked)).json()
    block = {"start": "2027-03-01T00:00:00Z", "end": "2027-03-02T00:00:00Z", "note": f"{CANARY} of a block"}
    await api.post("/availability/blocks", provider, json=block)
    feed = {"urls": [f"https://calendar.example.com/{CANARY}.ics"], "whenFailing": "open"}
    assert (await api.put("/availability/feeds", provider, json=feed)).status_code == 200
    for token in (provider, customer):
        [taken] = (await exported(api, token))["bookings"]
        [paid] = taken["payments"]
        assert (paid["id"], paid["amount"], paid["gatewayReference"]) == (
            payment["id"],
            2_000_000,
            payment["qpayInvoiceId"],
        )
    found = await exported(api, provider)
    bookable = found["provider"]
    assert bookable["profile"]["bio"] == f"{CANARY} of a bio"
    assert len(bookable["rules"]) == 7
    assert [each["note"] for each in bookable["blocks"]] == [f"{CANARY} of a block"]
    assert len(bookable["externalCalendars"]["feeds"]) == 1
    assert f"{CANARY}.ics" not in json.dumps(found)  # the address of a feed is a secret
    assert (await exported(api, customer)).get("provider") is None


async def test_a_managers_export_contains_their_salons(api: Api) -> None:
    manager, other = await api.joined("manager"), await api.joined("manager")
    made = [
        (await api.post("/salons", who, json={"name": "Nomad", "timeZone": "UTC"})).json() for who in (manager, other)
    ]
    assert (await exported(api, manager))["salons"] == made[:1]


async def test_an_admins_export_contains_only_their_own_bookings(api: Api) -> None:
    _, provider_id = await api.open_provider()
    await api.booked(await api.joined("customer"), provider_id)
    assert (await exported(api, await api.an_admin()))["bookings"] == []


async def test_a_large_export_is_complete_and_read_in_pages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    _, provider_id = await api.open_provider()
    token = await joined(api, "customer")
    booked = [await api.booked(token, provider_id, f"2026-11-23T{hour}:00:00+08:00") for hour in range(10, 15)]
    for _ in range(4):
        await api.post("/auth/login", json={"phone": "9911 2233", "password": PASSWORD})
    found = await exported(api, token)
    assert [each["id"] for each in found["bookings"]] == [each["id"] for each in booked[::-1]]
    assert (len(found["sessions"]), len(found["loginHistory"])) == (5, 5)
    assert len({each["id"] for each in found["sessions"]}) == 5


async def test_no_secret_is_in_it(api: Api) -> None:
    token = await joined(api, "provider")
    await api.post("/providers/me", token, json={"displayName": "Studio"})
    link = (await api.post("/providers/me/calendar-link", token)).json()["url"]
    text = (await api.get("/users/me/export", token)).text
    user = await api.database.reads.users.get(UserId(UUID((await api.get("/auth/me", token)).json()["id"])))
    assert user is not None
    assert user.password_hash is not None
    for secret in (user.password_hash, link.rpartition("=")[2], token, "digest", "seed"):
        assert secret not in text


async def test_ten_exports_an_hour_are_enough(api: Api) -> None:
    token, other = await api.joined("customer"), await api.joined("customer")
    for _ in range(10):
        await exported(api, token)
    assert_problem(await api.get("/users/me/export", token), 429, "rate.limited")
    await exported(api, other)
