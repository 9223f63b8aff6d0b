"""Admins look at new names and pictures of approved profiles; the owner can take them back."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem, serving

from booking_domain.catalogue.events import ProfileChanged, ProfileChangesAsked, ProfileChangesRejected
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

FOLDER: Final = "provider-photos"
BEFORE: Final = pytest.mark.settings(BOOKING_PROFILE_CHANGES="before")


class Studio:
    """An approved profile with a picture, its owner and an admin."""

    def __init__(self, api: Api, token: str, provider_id: str, admin: str) -> None:
        self.api, self.token, self.id, self.admin = api, token, provider_id, admin

    @classmethod
    async def opened(cls, api: Api) -> "Studio":
        token = await api.joined("provider")
        photo = await api.uploaded(token, FOLDER)
        made = await api.post("/providers/me", token, json={"displayName": "Sarnai", "photoFileId": photo})
        assert (await api.submit_profile(token)).status_code == 200
        studio = cls(api, token, made.json()["id"], await api.an_admin())
        approve = f"/admin/providers/{studio.id}/approve"
        assert (await api.patch(approve, studio.admin, json={"approved": True})).status_code == 200
        return studio

    async def change(self, **members: Any) -> dict[str, Any]:
        answer = await self.api.put("/providers/me", self.token, json=members)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def picture(self) -> str:
        return str(await self.api.uploaded(self.token, FOLDER))

    async def public(self) -> tuple[str, str | None]:
        """The name and the picture that customers see."""
        shown = (await self.api.get(f"/providers/{self.id}")).json()
        return shown["displayName"], shown.get("photo", {}).get("fileId")

    async def decide(self, *, approved: bool, **more: str) -> dict[str, Any]:
        body = {"approved": approved, **more}
        answer = await self.api.post(f"/admin/providers/{self.id}/changes", self.admin, json=body)
        assert answer.status_code == 200, answer.text
        assert "pendingChanges" not in answer.json()
        return dict(answer.json())

    async def queued(self) -> list[str]:
        found = (await self.api.get("/admin/providers?changed=true", self.admin)).json()["items"]
        return [each["id"] for each in found]

    async def told(self, kind: type[ProfileChanged]) -> MemoryNotifier:
        """Whom the only event of this kind tells."""
        notifier = MemoryNotifier()
        [event] = [each for each in await self.api.database.outbox_events() if isinstance(each, kind)]
        reads, translator = self.api.container.reads(), GettextTranslator("en")
        await notify(event, reads=reads, notifier=notifier, translator=translator)
        return notifier


async def test_a_new_name_and_picture_are_shown_at_once_and_restored_if_they_are_rejected(api: Api) -> None:
    studio = await Studio.opened(api)
    former, photo = await studio.public(), await studio.picture()
    changed = await studio.change(displayName="Gucci", photoFileId=photo, bio="Fine lines.")
    assert changed["pendingChanges"]["shown"] is True
    assert changed["pendingChanges"]["displayName"] == "Sarnai"
    assert changed["pendingChanges"]["photo"]["fileId"] == former[1]
    assert await studio.public() == ("Gucci", photo)
    assert "pendingChanges" not in (await api.get(f"/providers/{studio.id}")).json()
    assert await studio.queued() == [studio.id]
    [news] = (await studio.told(ProfileChangesAsked)).delivered
    assert "Gucci has changed the name" in news.text

    again = await studio.change(displayName="Prada", photoFileId=await studio.picture())
    assert again["pendingChanges"]["displayName"] == "Sarnai"  # what was looked at last
    decided = await studio.decide(approved=False, note="This is the name of a brand.")
    assert (await studio.public(), decided["bio"]) == (former, "Fine lines.")
    [told] = (await studio.told(ProfileChangesRejected)).delivered
    assert "Note: This is the name of a brand." in told.text
    assert await studio.queued() == []
    refused = await api.post(f"/admin/providers/{studio.id}/changes", studio.admin, json={"approved": True})
    assert_problem(refused, 409, "provider.no_pending_changes")


@BEFORE
async def test_a_new_name_and_picture_are_held_until_they_are_approved(api: Api) -> None:
    studio = await Studio.opened(api)
    former, photo = await studio.public(), await studio.picture()
    changed = await studio.change(displayName="Sarnai Ink", photoFileId=photo, bio="Fine lines.")
    assert (changed["displayName"], changed["bio"]) == ("Sarnai", "Fine lines.")
    pending = changed["pendingChanges"]
    assert (pending["shown"], pending["displayName"], pending["photo"]["fileId"]) == (False, "Sarnai Ink", photo)
    assert await studio.public() == former
    assert await studio.queued() == [studio.id]
    assert (await studio.decide(approved=True))["displayName"] == "Sarnai Ink"
    assert await studio.public() == ("Sarnai Ink", photo)
    await studio.change(displayName="Gucci", photoFileId=None)
    await studio.decide(approved=False)
    assert await studio.public() == ("Sarnai Ink", photo)


async def test_what_is_approved_stays(api: Api) -> None:
    studio = await Studio.opened(api)
    photo = await studio.picture()
    await studio.change(displayName="Sarnai Ink", photoFileId=photo)
    await studio.decide(approved=True)
    assert await studio.public() == ("Sarnai Ink", photo)
    assert (await studio.change(displayName="Sarnai Ink", photoFileId=photo)).get("pendingChanges") is None


@pytest.mark.parametrize("mode", ["after", "before"])
async def test_the_owner_takes_changes_back_by_withdrawing_or_undoing_them(mode: str) -> None:
    async with serving(BOOKING_PROFILE_CHANGES=mode) as api:
        studio = await Studio.opened(api)
        former = await studio.public()
        await studio.change(displayName="Gucci", photoFileId=await studio.picture())
        mine = await api.post("/providers/me/changes/withdraw", studio.token)
        assert (mine.status_code, mine.json().get("pendingChanges")) == (200, None)
        assert await studio.public() == former
        refused = await api.post("/providers/me/changes/withdraw", studio.token)
        assert_problem(refused, 409, "provider.no_pending_changes")
        assert "pendingChanges" in await studio.change(displayName="Gucci")
        assert "pendingChanges" not in await studio.change(displayName="Sarnai")
        assert await studio.public() == former


@pytest.mark.settings(BOOKING_PROFILE_CHANGES="off")
async def test_without_the_setting_nothing_is_queued(api: Api) -> None:
    studio = await Studio.opened(api)
    assert "pendingChanges" not in await studio.change(displayName="Gucci")
    assert await studio.queued() == []


async def test_a_profile_that_was_never_approved_and_other_texts_are_not_queued(api: Api) -> None:
    token = await api.joined("provider")
    assert (await api.post("/providers/me", token, json={"displayName": "Draft"})).status_code == 201
    changed = await api.put("/providers/me", token, json={"displayName": "Another"})
    assert "pendingChanges" not in changed.json()
    studio = await Studio.opened(api)
    assert "pendingChanges" not in await studio.change(bio="New.", displayName="Sarnai")


async def test_a_withdrawn_profile_does_not_evade_the_look_and_a_deleted_one_leaves_no_picture(api: Api) -> None:
    studio = await Studio.opened(api)
    _, photo = await studio.public()
    assert (await api.post("/providers/me/withdraw", studio.token)).status_code == 200
    assert "pendingChanges" in await studio.change(displayName="Gucci", photoFileId=await studio.picture())
    assert (await api.delete("/providers/me", studio.token)).status_code == 204
    assert (await api.get(f"/files/{photo}", studio.token)).status_code == 404
