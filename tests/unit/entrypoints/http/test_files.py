"""`/uploads`: announced, checked, listed and deleted files."""

import io
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image
from tests.unit.entrypoints.api import PDF, PICTURE, Api, assert_problem

from booking_domain.files.model import (
    CHECKED_WITHIN,
    MEGABYTE,
    SETTLES_AFTER,
    UNUSED_FOR,
    UPLOAD_WITHIN,
    FileStorageUnavailable,
    ObjectKey,
)
from booking_domain.files.ports import MalwareScanner
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.files.commands import sweep_files

WISH = {"filename": "1.png", "contentType": "image/png", "size": len(PICTURE), "folder": "avatars"}


async def sweep(api: Api) -> None:
    await sweep_files(
        reads=api.database.reads.files, executor=api.container.executor(), storage=api.objects, clock=api.clock
    )


async def rows(api: Api) -> list[FileId]:
    """All files, whatever their status."""
    return list(await api.database.reads.files.to_sweep(api.clock.now() + timedelta(days=9), 9))


def put(api: Api, made: dict[str, object], content: bytes = PICTURE) -> int:
    headers = {"Content-Type": "image/png", "Content-Length": str(len(content))}
    status, _ = api.objects.request("PUT", str(made["uploadUrl"]), headers, content)
    return status


async def test_a_file_is_announced_uploaded_and_completed(api: Api) -> None:
    token = await api.joined("customer")
    made = await api.announced(token, "avatars")
    assert made["headers"] == {"Content-Type": "image/png", "Content-Length": str(len(PICTURE))}
    assert made["expiresAt"] == "2026-11-23T00:10:00Z"
    path = f"/uploads/{made['fileId']}"
    assert (await api.get(path, token)).json()["status"] == "pending"
    assert_problem(await api.post(f"{path}/complete", token), 409, "file.not_uploaded")
    assert put(api, made) == 200
    assert api.objects.request("GET", made["publicUrl"], {})[0] == 403  # nothing is public before it passed
    done = await api.post(f"{path}/complete", token)
    assert (done.status_code, done.json()["status"], done.json()["inUse"]) == (200, "ready", False)
    image = done.json()["image"]
    assert (image["url"], image["width"], image["height"]) == (made["publicUrl"], 1, 1)
    for url in (image["url"], image["thumbnailUrl"]):
        status, body = api.objects.request("GET", url, {})
        assert (status, Image.open(io.BytesIO(body)).format) == (200, "WEBP")
    assert [key.public for key in api.objects.objects] == [True, True]  # the upload is deleted
    again = await api.post(f"{path}/complete", token)
    assert again.content == done.content
    assert (await api.get(path, token)).content == done.content
    assert (await api.get("/uploads", token)).json() == {"items": [done.json()]}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"contentType": "image/svg+xml"}, "/contentType"),
        ({"contentType": "application/pdf"}, "/contentType"),
        ({"contentType": "image/webp"}, "/contentType"),
        ({"size": 5 * MEGABYTE + 1}, "/size"),
        ({"folder": "ideas", "size": 15 * MEGABYTE + 1}, "/size"),
        ({"folder": "documents", "contentType": "application/pdf", "size": 10 * MEGABYTE + 1}, "/size"),
    ],
)
async def test_other_types_and_sizes_are_refused(api: Api, change: dict[str, object], pointer: str) -> None:
    answer = await api.post("/uploads/presign", await api.joined("customer"), json={**WISH, **change})
    assert answer.status_code in {400, 422}
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.settings(BOOKING_PORTRAIT_MB="1", BOOKING_PORTRAIT_TYPES="image/webp")
async def test_the_platform_decides_which_pictures_of_people_it_takes(api: Api) -> None:
    token = await api.joined("customer")

    async def asked(**change: object) -> int:
        return (await api.post("/uploads/presign", token, json={**WISH, **change})).status_code

    webp = {"contentType": "image/webp"}
    assert [await asked(), await asked(**webp), await asked(**webp, size=MEGABYTE + 1)] == [422, 201, 422]
    assert await asked(folder="ideas", size=MEGABYTE + 1) == 201


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg onload='alert(1)'/>" + b" " * 46, "wrong_type"),
        (PICTURE[:50] + bytes(len(PICTURE) - 50), "unreadable"),
    ],
)
async def test_content_that_is_no_image_is_rejected(api: Api, content: bytes, reason: str) -> None:
    token = await api.joined("customer")
    made = await api.announced(token, "avatars", content)
    assert put(api, made, content) == 200
    for _ in range(2):
        answer = await api.post(f"/uploads/{made['fileId']}/complete", token)
        assert_problem(answer, 422, "file.rejected")
        assert reason in answer.json()["detail"]
    shown = (await api.get(f"/uploads/{made['fileId']}", token)).json()
    assert (shown["status"], shown["rejectedBecause"], "image" in shown) == ("rejected", reason, False)
    assert not any(key.public for key in api.objects.objects)
    await sweep(api)
    assert api.objects.objects == {}
    api.clock.advance(UPLOAD_WITHIN + SETTLES_AFTER + CHECKED_WITHIN)
    await sweep(api)
    assert await rows(api) == []


async def test_a_document_is_private(api: Api) -> None:
    token = await api.joined("provider")
    made = await api.announced(token, "documents")
    assert "publicUrl" not in made
    api.objects.request("PUT", made["uploadUrl"], made["headers"], PDF)
    done = (await api.post(f"/uploads/{made['fileId']}/complete", token)).json()
    assert api.objects.request("GET", done["documentUrl"], {}) == (200, PDF)
    api.clock.advance(timedelta(minutes=5))
    assert api.objects.request("GET", done["documentUrl"], {})[0] == 403
    assert not any(key.public for key in api.objects.objects)


async def test_a_document_that_is_no_pdf_is_rejected(api: Api) -> None:
    token = await api.joined("provider")
    made = await api.announced(token, "documents", b"MZ\x90 not a PDF")
    api.objects.request("PUT", made["uploadUrl"], made["headers"], b"MZ\x90 not a PDF")
    assert_problem(await api.post(f"/uploads/{made['fileId']}/complete", token), 422, "file.rejected")


@pytest.mark.settings(BOOKING_UPLOAD_QUOTA_MB="1")
async def test_an_account_has_a_quota(api: Api) -> None:
    token, other = await api.joined("customer"), await api.joined("customer")
    half = {**WISH, "size": MEGABYTE // 2}
    first = (await api.post("/uploads/presign", token, json=half)).json()
    assert (await api.post("/uploads/presign", token, json=half)).status_code == 201
    assert_problem(await api.post("/uploads/presign", token, json=WISH), 409, "file.quota_exceeded")
    assert (await api.post("/uploads/presign", other, json=WISH)).status_code == 201
    assert (await api.delete(f"/uploads/{first['fileId']}", token)).status_code == 204
    assert (await api.post("/uploads/presign", token, json=half)).status_code == 201


async def test_uploads_that_are_not_completed_are_limited(api: Api) -> None:
    token = await api.joined("customer")
    for _ in range(20):
        assert (await api.post("/uploads/presign", token, json=WISH)).status_code == 201
    assert_problem(await api.post("/uploads/presign", token, json=WISH), 409, "file.too_many_uploads")
    api.clock.advance(UPLOAD_WITHIN + SETTLES_AFTER)
    await sweep(api)
    token = await api.joined("customer")
    assert (await api.post("/uploads/presign", token, json=WISH)).status_code == 201


async def test_an_upload_after_the_deletion_leaves_no_object(api: Api) -> None:
    token = await api.joined("customer")
    made = await api.announced(token, "avatars")
    assert (await api.delete(f"/uploads/{made['fileId']}", token)).status_code == 204
    await sweep(api)
    assert put(api, made) == 200  # the URL is still valid
    api.clock.advance(UPLOAD_WITHIN + SETTLES_AFTER)
    await sweep(api)
    assert api.objects.objects == {}
    assert await rows(api) == []


async def test_an_upload_after_the_check_leaves_no_object(api: Api) -> None:
    token = await api.joined("customer")
    made = await api.announced(token, "avatars")
    put(api, made)
    await api.post(f"/uploads/{made['fileId']}/complete", token)
    assert put(api, made) == 200
    api.clock.advance(UPLOAD_WITHIN + SETTLES_AFTER + CHECKED_WITHIN)
    await sweep(api)
    assert ObjectKey(name=f"uploads/{made['fileId']}") not in api.objects.objects
    assert len(api.objects.objects) == 2


async def test_a_file_that_nothing_uses_is_deleted_after_a_day(api: Api) -> None:
    token = await api.joined("customer")
    file_id = await api.uploaded(token, "avatars")
    api.clock.advance(UNUSED_FOR - timedelta(seconds=1))
    await sweep(api)
    assert await rows(api) == [FileId(UUID(file_id))]
    assert len(api.objects.objects) == 2
    api.clock.advance(timedelta(seconds=1))
    await sweep(api)
    assert api.objects.objects == {}


async def test_an_admin_deletes_any_file(api: Api) -> None:
    token, admin = await api.joined("customer"), await api.an_admin()
    file_id = await api.uploaded(token, "avatars")
    assert (await api.delete(f"/admin/files/{file_id}", admin)).status_code == 204
    assert (await api.get(f"/uploads/{file_id}", token)).status_code == 404
    assert_problem(await api.delete(f"/admin/files/{file_id}", admin), 404, "file.not_found")
    entries = (await api.get("/admin/audit", admin)).json()["items"]
    assert [each["subjectId"] for each in entries if each["action"] == "file.moderate"] == [file_id]
    await sweep(api)
    assert api.objects.objects == {}


async def test_the_export_lists_files(api: Api) -> None:
    token = await api.joined("customer")
    file_id = await api.uploaded(token, "avatars")
    (file,) = (await api.get("/users/me/export", token)).json()["files"]
    assert (file["id"], file["folder"], file["status"]) == (file_id, "avatars", "ready")


class Scanner(MalwareScanner):
    """Answers what it is told to."""

    def __init__(self) -> None:
        self.verdict: str | None = None
        self.available = True

    async def scan(self, content: bytes) -> str | None:
        del content
        if not self.available:
            raise FileStorageUnavailable
        return self.verdict


@pytest.mark.parametrize("folder", ["avatars", "documents"])
async def test_nothing_is_stored_of_a_file_that_the_scanner_has_not_found_clean(api: Api, folder: str) -> None:
    scanner, token = Scanner(), await api.joined("provider")
    with api.container.file_checks.override(replace(api.container.file_checks(), scanner=scanner)):
        made = await api.announced(token, folder)
        path = f"/uploads/{made['fileId']}"
        assert api.objects.request("PUT", made["uploadUrl"], made["headers"], made["content"])[0] == 200
        scanner.available = False
        for _ in range(3):
            assert_problem(await api.post(f"{path}/complete", token), 503, "file.unavailable")
            shown = (await api.get(path, token)).json()
            assert (shown["status"], "image" in shown, "documentUrl" in shown) == ("pending", False, False)
        assert [key.name for key in api.objects.objects] == [f"uploads/{made['fileId']}"]
        scanner.available, scanner.verdict = True, "Evil.Test"
        for _ in range(2):
            refused = await api.post(f"{path}/complete", token)
            assert_problem(refused, 422, "file.rejected")
            assert "Evil.Test" not in refused.text
        scanner.verdict = None  # what was found once stays rejected
        assert_problem(await api.post(f"{path}/complete", token), 422, "file.rejected")
    await sweep(api)
    assert api.objects.objects == {}
