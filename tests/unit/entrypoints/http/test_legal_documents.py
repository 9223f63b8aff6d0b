"""Users accept the terms of use and the privacy policy, at sign-up and again when there is a new version."""

from typing import Any, Final
from uuid import uuid4

import pytest
from tests.unit.adapters.telegram.bot import TOKEN
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http import test_openid as openid
from tests.unit.entrypoints.http import test_telegram as telegram
from tests.unit.entrypoints.http.test_sign_ups import complete, signed_up

from booking_domain.identity.legal import LegalDocuments
from booking_domain.testing.identity.memory.security import MemoryOpenIdProviders

DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
WITH_TERMS: Final = pytest.mark.settings(BOOKING_TERMS_VERSION="2026-01", BOOKING_PRIVACY_VERSION="7")


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
