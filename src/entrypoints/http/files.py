"""`/uploads`: announce, complete, list and delete files; `/admin/files`: delete any."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.files.model import MAX_BYTES, MAX_FILENAME, Content, File, FileStatus, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.files import commands as files
from booking_domain.use_cases.files import pictures
from booking_domain.use_cases.files.commands import AnnounceUpload, FileChecks
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.identities import Caller
from entrypoints.http.kit.images import ImageJson, image_json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.rate_limits import UPLOADS, limited_as
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.turns import TURN_ERRORS, Turns


class AnnounceBody(Body, frozen=True, kw_only=True):
    """A file that is to be uploaded, of exactly this type and size."""

    filename: Annotated[str, Meta(min_length=1, max_length=MAX_FILENAME)]
    content_type: Annotated[str, Meta(min_length=1, max_length=100, description="For example `image/jpeg`.")]
    size: Annotated[int, Meta(ge=1, le=max(MAX_BYTES.values()), description="In bytes.")]
    """The size in bytes."""
    folder: Folder


_announce: Final = projection(AnnounceBody, AnnounceUpload)


class UploadJson(Json, frozen=True, kw_only=True):
    """Where to upload: `PUT` the file to `uploadUrl`, with exactly these headers, before `expiresAt`.

    `publicUrl` is the address of a public image once it is complete.
    """

    file_id: UUID
    upload_url: str
    """Where to put the file."""
    headers: dict[str, str]
    """The headers that the upload must have."""
    public_url: str | None = None
    """Where the file is once it is accepted."""
    expires_at: Timestamp


class FileJson(Json, frozen=True, kw_only=True):
    """A file of the caller. It has `image` or `documentUrl` once it is ready."""

    id: UUID
    folder: Folder
    filename: str
    content_type: str
    size: int
    """The size in bytes."""
    status: FileStatus
    rejected_because: str | None = None
    """Why the file was rejected."""
    in_use: bool
    """Whether something shows the file."""
    image: ImageJson | None = None
    """The image, if the file is one."""
    document_url: str | None = None
    """Where the file can be downloaded for some minutes."""
    created_at: Timestamp
    version: int


class FilesJson(Page[FileJson], frozen=True, kw_only=True):
    """A page of files."""


def upload_json(file: File, links: ObjectLinks) -> UploadJson:
    """Show where to upload a file."""
    signed = links.upload(
        file.upload, content_type=file.content_type, size=file.size, expires_in=file.upload_until - file.created_at
    )
    public = links.public(file.objects[0]) if file.rules.public else None
    return UploadJson(
        file_id=file.id,
        upload_url=signed.url,
        headers=dict(signed.headers),
        public_url=public,
        expires_at=file.upload_until,
    )


_members: Final = members(
    File,
    FileJson,
    given=("image", "document_url"),
    in_use=lambda file: file.owner_id is not None,
)


def file_json(file: File, links: ObjectLinks) -> FileJson:
    """Show a file to its owner, or to an admin."""
    document = file.status is FileStatus.READY and file.content is Content.DOCUMENT
    image = None if file.image is None else image_json(file.id, file.image, links, public=file.rules.public)
    return FileJson(
        image=image,
        document_url=links.download(file.objects[0], expires_in=links.private_for) if document else None,
        **_members(file),
    )


class ExportedFileJson(Json, frozen=True, kw_only=True):
    """A file of the account; `GET /uploads/{id}` has its URL."""

    id: UUID
    folder: Folder
    filename: str
    content_type: str
    size: int
    """The size in bytes."""
    status: FileStatus
    created_at: datetime


_exported: Final = projection(File, ExportedFileJson)


FILES: Final = items(
    "files",
    ExportedFileJson,
    lambda source, after: source.reads.files.of_account(source.user.id, after, source.page),
    _exported,
    about="The uploaded files.",
)
"""The section of the export."""

ANNOUNCE: Final[dict[str, Any]] = {
    "filename": "fresh-fade.jpg",
    "contentType": "image/jpeg",
    "size": 3_480_112,
    "folder": "portfolio",
}


@post("/uploads/presign", opt=limited_as(UPLOADS) | documented(files.announce_upload, body=ANNOUNCE))
async def presign_upload(
    data: JSONBody[AnnounceBody], run: Injected[Run], object_storage: Injected[ObjectLinks]
) -> Response[UploadJson]:
    """Announce a file, and get a URL to which to upload it until `expiresAt`.

    Images are JPEG, PNG, WebP or GIF of at most 15 MB; documents are PDF of at most 10 MB. The folder says what the
    file is for. After the upload, call `POST /uploads/{fileId}/complete`.
    """
    return await run(files.announce_upload, _announce(data), answer=lambda file: upload_json(file, object_storage))


@post(
    "/uploads/{file_id:str}/complete",
    status_code=200,
    opt=limited_as(UPLOADS) | documented(files.complete_upload, raises=TURN_ERRORS),
)
async def complete_upload(
    file_id: FromPath[FileId],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    file_checks: Injected[FileChecks],
    object_storage: Injected[ObjectLinks],
    upload_turns: Injected[Turns],
    caller: Injected[Caller],
    run: Injected[Run],
) -> Response[FileJson]:
    """Check an uploaded file.

    Type, size and content must be as announced. An image is re-encoded in two sizes: upright, without metadata such as
    the place where it was taken. Of an animation, one frame is kept. A file that nothing uses within a day is deleted.
    Repeating the request returns the same answer.
    """

    async def completed() -> File:
        async with upload_turns.turn(caller):
            return await files.complete_upload(file_id, actor=actor, executor=executor, checks=file_checks)

    return await run(files.complete_upload, completed, answer=lambda file: file_json(file, object_storage))


@get("/uploads", opt=documented(files.list_files))
async def list_uploads(
    params: Injected[PageQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> FilesJson:
    """List your files, oldest first. URLs of private files are valid for some minutes (by default five)."""
    found = await files.list_files(actor, params.after(FileId), params.limit + 1, reads.files)
    return FilesJson.of(found, params.limit, lambda file: file_json(file, object_storage), lambda file: file.id)


@get("/uploads/{file_id:str}", opt=documented(files.get_file))
async def get_upload(
    file_id: FromPath[FileId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> FileJson:
    """Return one of your files. URLs of a private file are valid for some minutes (by default five)."""
    return file_json(await files.get_file(actor, file_id, reads.files), object_storage)


@delete("/uploads/{file_id:str}", opt=documented(files.delete_own_file))
async def delete_upload(file_id: FromPath[FileId], run: Injected[Run]) -> None:
    """Delete one of your files that is not in use. To delete one that is, change or delete what uses it."""
    await run(files.delete_own_file, file_id)


@delete("/admin/files/{file_id:str}", opt=documented(pictures.delete_file))
async def delete_any_file(file_id: FromPath[FileId], run: Injected[Run]) -> None:
    """Delete any file, even one in use; for admins. Its objects are deleted within minutes."""
    await run(pictures.delete_file, file_id)


routes: Final = Router(
    "/",
    route_handlers=[presign_upload, complete_upload, list_uploads, get_upload, delete_upload, delete_any_file],
    opt=about("uploads", "Files that the caller uploads.") | exporting(FILES),
)
