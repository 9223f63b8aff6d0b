"""Pictures of accounts, providers and salons: uploaded files that an owner names, shows, and lets go of."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

from booking_domain.files.model import SETTLES_AFTER, UNUSED_FOR, UPLOAD_WITHIN
from booking_domain.identity.model import ERASED_AFTER
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import FileId, UserId
from booking_domain.use_cases.accounts.erase_account import erase_account
from booking_domain.use_cases.files.commands import sweep_files


async def sweep(api: Api) -> None:
    await sweep_files(
        reads=api.database.reads.files, executor=api.container.executor(), storage=api.objects, clock=api.clock
    )


def readable(api: Api, image: dict[str, Any]) -> list[int]:
    """The status of each size for somebody without an account."""
    return [api.objects.request("GET", image[url], {})[0] for url in ("url", "thumbnailUrl")]


async def set_picture(api: Api, token: str, file_id: str | None) -> Any:
    return await api.patch("/users/me", token, json={"pictureFileId": file_id})


async def test_an_account_shows_its_picture_and_deletes_the_former_one(api: Api) -> None:
    token = await api.joined("customer")
    first, second = [await api.uploaded(token, "avatars") for _ in range(2)]
    shown = (await set_picture(api, token, first)).json()
    assert (shown["picture"]["fileId"], shown["version"], readable(api, shown["picture"])) == (first, 2, [200, 200])
    assert (await api.get("/users/me", token)).json() == shown
    replaced = (await set_picture(api, token, second)).json()["picture"]
    await sweep(api)
    assert (readable(api, shown["picture"]), readable(api, replaced)) == ([403, 403], [200, 200])
    assert (await set_picture(api, token, None)).json().get("picture") is None
    await sweep(api)
    assert api.objects.objects == {}


async def test_the_sweep_keeps_files_in_use(api: Api) -> None:
    token = await api.joined("customer")
    used, unused = [await api.uploaded(token, "avatars") for _ in range(2)]
    picture = (await set_picture(api, token, used)).json()["picture"]
    for later in (UPLOAD_WITHIN + SETTLES_AFTER, UNUSED_FOR, SETTLES_AFTER + timedelta(days=1)):
        api.clock.advance(later)
        await sweep(api)
    kept = [await api.database.reads.files.get(FileId(UUID(file_id))) is not None for file_id in (used, unused)]
    assert (kept, readable(api, picture)) == ([True, False], [200, 200])


async def test_only_a_complete_unused_file_of_the_account_and_folder_is_taken(api: Api) -> None:
    token, other = await api.joined("customer"), await api.joined("provider")
    foreign = await api.uploaded(other, "avatars")
    pending = (await api.announced(token, "avatars"))["fileId"]
    wrong = await api.uploaded(token, "provider-photos")
    for file_id, status, code in (
        (str(uuid4()), 404, "file.not_found"),
        (foreign, 404, "file.not_found"),
        (pending, 409, "file.not_ready"),
        (wrong, 422, "file.wrong_folder"),
    ):
        assert_problem(await set_picture(api, token, file_id), status, code)
    account = (await api.get("/users/me", token)).json()
    assert (account.get("picture"), account["version"]) == (None, 1)


async def test_a_provider_shows_a_photo_wherever_its_name_is_shown(api: Api) -> None:
    manager = await api.joined("manager")
    token, provider_id = await api.open_provider()
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()["id"]
    await api.post(f"/salons/{salon}/members", manager, json={"providerId": provider_id})
    await api.post(f"/salons/{salon}/members/me/accept", token)
    photo = await api.uploaded(token, "provider-photos")
    mine = await api.put("/providers/me", token, json={"photoFileId": photo})
    shown = mine.json()["photo"]
    assert (shown["fileId"], readable(api, shown)) == (photo, [200, 200])
    assert (await api.put("/providers/me", token, json={"bio": "Lines."})).json()["photo"] == shown
    places = {
        f"/providers/{provider_id}": (),
        "/providers": ("items", 0),
        f"/providers/{provider_id}/page": ("provider",),
        f"/salons/{salon}/page": ("providers", 0),
    }
    for path, way in places.items():
        found = (await api.get(path)).json()
        for step in way:
            found = found[step]
        assert found["photo"] == shown, path
    admin = await api.admin()
    await api.post(f"/admin/providers/{provider_id}/suspend", admin, json={"reason": "Why"})
    assert (await api.get("/providers")).json()["items"] == (await api.get(f"/salons/{salon}/page")).json()["providers"]
    assert (await api.delete("/providers/me", token)).status_code == 204
    await sweep(api)
    assert api.objects.objects == {}


async def test_an_admin_deletes_a_picture_and_its_owner_shows_it_no_longer(api: Api) -> None:
    admin, manager = await api.admin(), await api.joined("manager")
    token, provider_id = await api.open_provider()
    avatar, photo = await api.uploaded(token, "avatars"), await api.uploaded(token, "provider-photos")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()["id"]
    room = await api.uploaded(manager, "salon-photos")
    account = (await set_picture(api, token, avatar)).json()
    profile = (await api.put("/providers/me", token, json={"photoFileId": photo})).json()
    place = (await api.patch(f"/salons/{salon}", manager, json={"photoFileIds": [room]})).json()
    for file_id in (avatar, photo, room):
        assert_problem(
            await api.delete(f"/uploads/{file_id}", manager if file_id == room else token), 409, "file.in_use"
        )
        assert (await api.delete(f"/admin/files/{file_id}", admin)).status_code == 204
    for path, before, gone in (
        ("/users/me", account, ("picture", None)),
        (f"/providers/{provider_id}", profile, ("photo", None)),
        (f"/salons/{salon}", place, ("photos", [])),
    ):
        member, empty = gone
        after = (await api.get(path, token)).json()
        assert after.pop(member, None) == empty
        before.pop(member)
        before.pop("pendingChanges", None)  # there is nothing left to look at
        assert after == {**before, "version": before["version"] + 1}
    await sweep(api)
    assert api.objects.objects == {}


async def test_a_salon_shows_its_photos_in_their_order_until_it_is_deleted(api: Api) -> None:
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()["id"]
    one, two = [await api.uploaded(manager, "salon-photos") for _ in range(2)]
    for wanted in ([one, two], [two, one], [one]):
        shown = (await api.patch(f"/salons/{salon}", manager, json={"photoFileIds": wanted})).json()["photos"]
        assert [photo["fileId"] for photo in shown] == wanted
        assert (await api.get(f"/salons/{salon}/page")).json()["photos"] == shown
    refused = await api.patch(f"/salons/{salon}", manager, json={"photoFileIds": [one, one]})
    assert_problem(refused, 422, "file.too_many")
    assert (await api.delete(f"/salons/{salon}", manager)).status_code == 204
    await sweep(api)
    assert api.objects.objects == {}


async def test_an_erased_account_leaves_no_picture(api: Api) -> None:
    token = await api.joined("customer")
    account = (await set_picture(api, token, await api.uploaded(token, "avatars"))).json()
    exported = (await api.get("/users/me/export", token)).json()
    assert exported["account"]["picture"] == account["picture"]
    deleted = await api.call("DELETE", "/users/me", token, json={"currentPassword": PASSWORD})
    assert deleted.status_code == 204, deleted.text
    api.clock.advance(ERASED_AFTER)
    await api.container.executor().run(erase_account, UserId(UUID(account["id"])), actor=SYSTEM)
    await sweep(api)
    assert api.objects.objects == {}
