"""The documents with which admins decide on profiles."""

from typing import Any
from uuid import UUID

from tests.unit.entrypoints.api import PICTURE, Api, assert_problem

from booking_domain.files.model import PRIVATE_FOR, SETTLES_AFTER, UNUSED_FOR
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.files.commands import sweep_files


async def sweep(api: Api) -> None:
    await sweep_files(
        reads=api.database.reads.files, executor=api.container.executor(), storage=api.objects, clock=api.clock
    )


async def submitted(api: Api) -> tuple[str, str, list[str]]:
    """A provider's token and id, and the ids of a PDF and an image that wait for the decision with the profile."""
    token = await api.joined("provider")
    made = (await api.post("/providers/me", token, json={"displayName": "Studio"})).json()
    ids = [await api.uploaded(token, "documents"), await api.uploaded(token, "documents", PICTURE)]
    assert (await set_documents(api, token, ids)).status_code == 200
    assert (await api.submit_profile(token)).status_code == 200
    return token, made["id"], ids


async def set_documents(api: Api, token: str, ids: list[str]) -> Any:
    return await api.put("/providers/me/documents", token, json={"fileIds": ids})


def readable(api: Api, document: dict[str, Any]) -> int:
    return api.objects.request("GET", document.get("documentUrl") or document["image"]["url"], {})[0]


async def test_documents_wait_for_the_decision_stay_with_the_profile_and_are_deleted_with_it(api: Api) -> None:
    token, provider_id, ids = await submitted(api)
    admin, path = await api.admin(), f"/admin/providers/{provider_id}"
    mine, seen = (await api.get("/providers/me", token)).json(), (await api.get(path, admin)).json()
    assert [each["id"] for each in seen["documents"]] == [each["id"] for each in mine["documents"]] == ids
    assert [readable(api, each) for each in seen["documents"]] == [200, 200]
    decided = (await api.patch(f"{path}/approve", admin, json={"approved": True})).json()
    assert [each["id"] for each in decided["documents"]] == ids
    public = (await api.get(f"/providers/{provider_id}")).json()
    listed = (await api.get("/admin/providers", admin)).json()["items"][0]
    assert "documents" not in {*public, *listed}
    api.clock.advance(PRIVATE_FOR)
    assert [readable(api, each) for each in seen["documents"]] == [403, 403]
    assert (await api.delete("/providers/me", token)).status_code == 204
    await sweep(api)
    assert api.objects.objects == {}


async def test_documents_of_a_profile_are_not_swept_and_others_are(api: Api) -> None:
    token, _, ids = await submitted(api)
    unused = await api.uploaded(token, "documents")
    api.clock.advance(UNUSED_FOR + SETTLES_AFTER)
    await sweep(api)
    kept = [await api.database.reads.files.get(FileId(UUID(each))) is not None for each in (*ids, unused)]
    assert kept == [True, True, False]


async def test_documents_change_until_the_decision_and_again_after_a_rejection(api: Api) -> None:
    token, provider_id, (pdf, image) = await submitted(api)
    decide = f"/admin/providers/{provider_id}/approve"
    seen = (await api.get(f"/admin/providers/{provider_id}", await api.admin())).headers
    replaced = await set_documents(api, token, [image])
    assert [each["id"] for each in replaced.json()["documents"]] == [image]
    assert_problem(await api.get(f"/uploads/{pdf}", token), 404, "file.not_found")
    stale = {"If-Match": seen["ETag"]}
    decision = await api.patch(decide, await api.admin(), json={"approved": True}, headers=stale)
    assert_problem(decision, 412, "conflict.stale_version")
    rejected = {"approved": False, "note": "A licence, please."}
    assert (await api.patch(decide, await api.admin(), json=rejected)).status_code == 200
    again = await set_documents(api, token, [image, await api.uploaded(token, "documents")])
    assert (len(again.json()["documents"]), again.json()["reviewNote"]) == (2, "A licence, please.")
    await api.submit_profile(token)
    assert (await api.patch(decide, await api.admin(), json={"approved": True})).status_code == 200
    assert_problem(await set_documents(api, token, []), 409, "provider.invalid_transition")


async def test_only_own_documents_of_the_folder_are_taken(api: Api) -> None:
    token, _, ids = await submitted(api)
    other = await api.joined("provider")
    assert_problem(await set_documents(api, other, []), 404, "provider.profile_missing")
    await api.post("/providers/me", other, json={"displayName": "Other"})
    assert_problem(await set_documents(api, other, ids), 404, "file.not_found")
    photo = await api.uploaded(token, "provider-photos")
    assert_problem(await set_documents(api, token, [photo]), 422, "file.wrong_folder")
    assert_problem(await set_documents(api, token, [ids[0], ids[0]]), 422, "file.too_many")
    mine = (await api.get("/providers/me", token)).json()
    assert [each["id"] for each in mine["documents"]] == ids
