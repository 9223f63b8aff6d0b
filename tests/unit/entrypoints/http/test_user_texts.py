"""Names that reach other people contain no addresses."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, assert_problem

PHISHING: Final = "Account locked! Verify now: https://example.com"
ADDRESSES: Final = (PHISHING, "ｅｘａｍｐｌｅ．ｃｏｍ", "hxxp://example", "write to @ink", "me@example.com")


@dataclass(frozen=True)
class Field:
    """A field with a name that other people read, and how it is written."""

    request: str
    who: str | None
    name: str
    more: dict[str, Any] = field(default_factory=dict)


FIELDS: Final = (
    Field("PATCH /users/me", "customer", "name"),
    Field("PATCH /users/me", "customer", "givenName"),
    Field("PATCH /users/me", "customer", "familyName"),
    Field("POST /salons", "manager", "name", {"timeZone": "UTC"}),
    Field("POST /providers/me", "provider", "displayName"),
    Field("PUT /providers/me", "provider", "displayName"),
    Field("POST /services", "provider", "name", {"durationMinutes": 30, "priceAmount": 0}),
    Field("POST /services", "provider", "category", {"name": "Cut", "durationMinutes": 30, "priceAmount": 0}),
    Field("POST /providers/me/booking-links", "provider", "name"),
    Field("POST /webhook-endpoints", "provider", "description", {"url": "https://hooks.example.com/"}),
    Field("POST /auth/register", None, "name", {"email": "a@b.mn", "password": PASSWORD, "role": "customer"}),
)


@pytest.mark.parametrize("written", FIELDS, ids=lambda each: f"{each.request} {each.name}")
async def test_a_name_with_an_address_is_refused_at_the_edge(api: Api, written: Field) -> None:
    token = None if written.who is None else await api.joined(written.who)
    method, path = written.request.split()
    if written.request != "POST /providers/me" and written.who == "provider":
        await api.post("/providers/me", token, json={"displayName": "Ink"})
    for address in ADDRESSES:
        refused = await api.call(method, path, token, json={**written.more, written.name: address})
        assert_problem(refused, 422, "validation.invalid_value", f"/{written.name}")


async def test_changes_of_salons_services_and_accounts_are_refused_alike(api: Api) -> None:
    manager, admin = await api.joined("manager"), await api.an_admin()
    salon = (await api.post("/salons", manager, json={"name": "Dr. Bold & St. Mary's", "timeZone": "UTC"})).json()
    renamed = await api.patch(f"/salons/{salon['id']}", manager, json={"name": PHISHING})
    assert_problem(renamed, 422, "validation.invalid_value", "/name")
    token, provider_id = await api.open_provider()
    service = {"name": "Cut", "durationMinutes": 30, "priceAmount": 0}
    made = (await api.post("/services", token, json=service)).json()
    assert_problem(
        await api.patch(f"/services/{made['id']}", token, json={"name": PHISHING}), 422, "validation.invalid_value"
    )
    corrected = await api.patch(f"/admin/providers/{provider_id}", admin, json={"displayName": PHISHING})
    assert_problem(corrected, 422, "validation.invalid_value", "/displayName")
    user_id = (await api.get("/auth/me", token)).json()["id"]
    changed = await api.patch(f"/admin/users/{user_id}", admin, json={"name": PHISHING})
    assert_problem(changed, 422, "validation.invalid_value", "/name")


async def test_a_walk_in_with_an_address_for_a_name_is_refused(api: Api) -> None:
    token, provider_id = await api.open_provider()
    order = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "walkIn": {"name": PHISHING}}
    assert_problem(await api.post("/bookings", token, json=order), 422, "validation.invalid_value", "/walkIn/name")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "No web or e-mail addresses"), ("mn", "Вэб болон и-мэйл хаяг"), ("fa", "بدون نشانی وب یا ایمیل")],
)
async def test_the_error_says_what_a_name_may_not_contain_in_each_language(api: Api, language: str, words: str) -> None:
    manager = await api.joined("manager")
    await api.patch("/users/me", manager, json={"locale": language})
    refused = await api.post("/salons", manager, json={"name": PHISHING, "timeZone": "UTC"})
    assert words in refused.json()["detail"]
