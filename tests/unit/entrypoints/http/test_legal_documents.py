"""Users accept the terms of use and the privacy policy, at sign-up and again when there is a new version."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from tests.unit.adapters.telegram.bot import TOKEN
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http import test_openid as openid
from tests.unit.entrypoints.http import test_telegram as telegram
from tests.unit.entrypoints.http.test_sign_ups import complete, signed_up

from booking_domain.identity.legal import LegalDocuments
from booking_domain.testing.identity.memory.security import MemoryOpenIdProviders

DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
WITH_TERMS: Final = pytest.mark.settings(BOOKING_TERMS_VERSION="2026-01", BOOKING_PRIVACY_VERSION="7")
WITH_ADDRESSES: Final = pytest.mark.settings(
    **WITH_TERMS.kwargs,
    BOOKING_TERMS_URL="https://example.com/{language}/terms/{version}",
    BOOKING_PRIVACY_URL="https://example.com/privacy/{version}",
)
FOR_BOOKING: Final = pytest.mark.settings(**WITH_ADDRESSES.kwargs, BOOKING_ACCEPTANCE_REQUIRED="booking")
BOTH: Final = {"termsOfUse": "2026-01", "privacyPolicy": "7"}


async def documents(api: Api, token: str) -> dict[str, Any]:
    """The documents as the user sees them, without their names: current, missing, accepted."""
    items = (await api.get("/users/me/legal-documents", token)).json()["items"]
    return {
        each.pop("document"): (
            each.get("currentVersion"),
            each["missing"],
            [one["version"] for one in each["accepted"]],
        )
        for each in items
    }


@WITH_TERMS
async def test_a_new_user_accepts_the_current_versions_and_an_outdated_one_is_refused(api: Api) -> None:
    known = (await api.get("/legal-documents")).json()["items"]
    assert {each["document"]: each["currentVersion"] for each in known} == {
        "terms_of_use": "2026-01",
        "privacy_policy": "7",
    }
    refused = await api.post("/auth/register", json={**DORJ, "accepted": {"termsOfUse": "2025-12"}})
    assert_problem(refused, 409, "legal.not_the_current_version")
    answer = await api.post("/auth/register", json={**DORJ, "accepted": {"termsOfUse": "2026-01"}})
    token = answer.json()["accessToken"]
    assert await documents(api, token) == {
        "terms_of_use": ("2026-01", False, ["2026-01"]),
        "privacy_policy": ("7", True, []),
    }
    exported = (await api.get("/users/me/export", token)).json()["acceptances"]
    assert exported == [{"document": "terms_of_use", "version": "2026-01", "acceptedAt": "2026-11-23T00:00:00Z"}]


@WITH_TERMS
async def test_a_new_version_is_missing_until_it_is_accepted_and_earlier_acceptances_stay(api: Api) -> None:
    token = await api.joined("provider")
    path = "/users/me/legal-documents"
    both = {"accepted": {"termsOfUse": "2026-01", "privacyPolicy": "7"}}
    assert (await api.post(path, token, json=both)).status_code == 200
    api.container.legal_documents.override(LegalDocuments(terms_of_use="2026-12"))
    assert await documents(api, token) == {
        "terms_of_use": ("2026-12", True, ["2026-01"]),
        "privacy_policy": (None, False, ["7"]),
    }


@WITH_TERMS
async def test_completing_a_profile_after_sign_up_by_code_records_the_acceptance(api: Api) -> None:
    pending = (await signed_up(api))["accessToken"]
    done = await complete(api, pending, accepted={"termsOfUse": "2026-01", "privacyPolicy": "7"})
    assert done.status_code == 200, done.text
    shown = await documents(api, done.json()["accessToken"])
    assert not any(missing for _, missing, _ in shown.values())


@pytest.mark.settings(**WITH_TERMS.kwargs, BOOKING_TELEGRAM_BOT_TOKEN=TOKEN)
async def test_a_sign_in_with_another_service_records_the_acceptance(api: Api) -> None:
    api.container.openid_providers.override(MemoryOpenIdProviders())
    both, outdated = {"termsOfUse": "2026-01", "privacyPolicy": "7"}, {"termsOfUse": "2025-12"}
    for path, shown in (("/auth/openid", openid.brought), ("/auth/telegram", telegram.shown)):
        refused = await api.post(path, json={**shown(api), "accepted": outdated})
        assert_problem(refused, 409, "legal.not_the_current_version")
        new = (await api.post(path, json={**shown(api), "accepted": {"termsOfUse": "2026-01"}})).json()
        assert await documents(api, new["accessToken"]) == {
            "terms_of_use": ("2026-01", False, ["2026-01"]),
            "privacy_policy": ("7", True, []),
        }
        known = (await api.post(path, json={**shown(api), "accepted": both})).json()
        assert known["user"]["id"] == new["user"]["id"]
        assert not any(missing for _, missing, _ in (await documents(api, known["accessToken"])).values())


@WITH_TERMS
async def test_an_admin_sees_what_a_user_has_accepted_and_when(api: Api) -> None:
    accepted = {"termsOfUse": "2026-01"}
    dorj = (await api.post("/auth/register", json={**DORJ, "accepted": accepted})).json()
    admin = await api.an_admin()
    seen = (await api.get(f"/admin/users/{dorj['user']['id']}/legal-documents", admin)).json()
    assert seen == (await api.get("/users/me/legal-documents", dorj["accessToken"])).json()
    assert seen["items"][0]["accepted"] == [{"version": "2026-01", "acceptedAt": "2026-11-23T00:00:00Z"}]
    assert_problem(await api.get(f"/admin/users/{uuid4()}/legal-documents", admin), 404, "user.not_found")


@WITH_ADDRESSES
async def test_each_version_has_an_address_in_the_language_of_the_reader(api: Api) -> None:
    for language in ("en", "mn", "fa"):
        known = (await api.get("/legal-documents", headers={"Accept-Language": language})).json()["items"]
        assert [each["url"] for each in known] == [
            f"https://example.com/{language}/terms/2026-01",
            "https://example.com/privacy/7",
        ]
    token = (await api.post("/auth/register", json={**DORJ, "accepted": BOTH})).json()["accessToken"]
    api.container.legal_documents.override(replace(api.container.legal_documents(), terms_of_use="2027 & on"))
    terms, _ = (await api.get("/users/me/legal-documents", token)).json()["items"]
    assert terms["url"] == "https://example.com/en/terms/2027%20%26%20on"
    assert terms["accepted"][0]["url"] == "https://example.com/en/terms/2026-01"


@FOR_BOOKING
async def test_a_booking_needs_the_current_versions_which_it_can_bring_along(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    token = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    page = f"/providers/{provider_id}/page"
    assert (await api.get(page, token)).json()["beforeBooking"] == ["accept_documents"]
    assert "beforeBooking" not in (await api.get(page)).json()
    refused = await api.post("/bookings", token, json=wish)
    assert_problem(refused, 403, "legal.acceptance_required")
    assert refused.json()["missing"] == ["terms_of_use", "privacy_policy"]
    series = {**wish, "times": 2}
    assert_problem(await api.post("/bookings/series", token, json=series), 403, "legal.acceptance_required")
    outdated = await api.post("/bookings", token, json={**wish, "accepted": {**BOTH, "termsOfUse": "2025"}})
    assert_problem(outdated, 409, "legal.not_the_current_version")
    half = await api.post("/bookings", token, json={**wish, "accepted": {"termsOfUse": "2026-01"}})
    assert half.json()["missing"] == ["privacy_policy"]
    assert await documents(api, token) == {
        "terms_of_use": ("2026-01", True, []),
        "privacy_policy": ("7", True, []),
    }
    assert (await api.post("/bookings", token, json={**wish, "accepted": BOTH})).status_code == 201
    assert (await api.get(page, token)).json()["beforeBooking"] == []
    exported = (await api.get("/users/me/export", token)).json()["acceptances"]
    assert {each["document"] for each in exported} == {"terms_of_use", "privacy_policy"}
    # The provider's side enters appointments without accepting anything for their customers.
    placed = {"providerId": provider_id, "slot": "2026-11-24T10:00:00+08:00", "walkIn": {"name": "Bold"}}
    assert (await api.post("/bookings", provider, json=placed)).status_code == 201


@pytest.mark.settings(**WITH_ADDRESSES.kwargs, BOOKING_ACCEPTANCE_REQUIRED="sign-up", BOOKING_TELEGRAM_BOT_TOKEN=TOKEN)
async def test_signing_up_needs_the_current_versions_in_every_way(api: Api) -> None:
    by_phone = {**DORJ, "email": None, "phone": "+97699112233"}
    for body in (DORJ, by_phone):
        refused = await api.post("/auth/register", json=body)
        assert_problem(refused, 403, "legal.acceptance_required")
    assert not await api.database.outbox_events()  # no code was sent
    assert (await api.post("/auth/register", json={**by_phone, "accepted": BOTH})).status_code == 202
    assert (await api.post("/auth/register", json={**DORJ, "accepted": BOTH})).status_code == 201
    pending = (await signed_up(api, {"email": "saraa@example.com"}))["accessToken"]
    assert_problem(await complete(api, pending), 403, "legal.acceptance_required")
    assert (await complete(api, pending, accepted=BOTH)).status_code == 200
    body = telegram.shown(api)
    assert_problem(await api.post("/auth/telegram", json=body), 403, "legal.acceptance_required")
    new = await api.post("/auth/telegram", json={**body, "accepted": BOTH})
    assert new.status_code == 200, new.text
    # Nobody who has an account is kept from signing in.
    api.clock.advance(timedelta(minutes=1))
    assert (await api.post("/auth/login", json={"email": DORJ["email"], "password": PASSWORD})).status_code == 200
