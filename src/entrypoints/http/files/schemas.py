"""Schemas and examples of `/uploads`."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.files.model import MAX_BYTES, MAX_FILENAME, UPLOAD_WITHIN, Content, File, FileStatus, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.use_cases.files.commands import AnnounceUpload
from entrypoints.http.files.images import IMAGE, PRIVATE_FOR, ImageJson, image_json
from entrypoints.http.kit.cursors import Page
from entrypoints.http.kit.exporting import items
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.projection import projection


class AnnounceBody(Body, frozen=True, kw_only=True):
    """A file that is to be uploaded, of exactly this type and size."""

    filename: Annotated[str, Meta(min_length=1, max_length=MAX_FILENAME)]
    content_type: Annotated[str, Meta(min_length=1, max_length=100, description="For example `image/jpeg`.")]
    size: Annotated[int, Meta(ge=1, le=max(MAX_BYTES.values()), description="In bytes.")]
    """The size in bytes."""
    folder: Folder

    def command(self) -> AnnounceUpload:
        """The command."""
        return AnnounceUpload(
            folder=self.folder, filename=self.filename, content_type=self.content_type, size=self.size
        )


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
    signed = links.upload(file.upload, content_type=file.content_type, size=file.size, expires_in=UPLOAD_WITHIN)
    public = links.public(file.objects[0]) if file.rules.public else None
    return UploadJson(
        file_id=file.id,
        upload_url=signed.url,
        headers=dict(signed.headers),
        public_url=public,
        expires_at=file.upload_until,
    )


def file_json(file: File, links: ObjectLinks) -> FileJson:
    """Show a file to its owner, or to an admin."""
    ready = file.status is FileStatus.READY
    document = ready and file.content is Content.DOCUMENT
    image = None if file.image is None else image_json(file.id, file.image, links, public=file.rules.public)
    return FileJson(
        id=file.id,
        folder=file.folder,
        filename=file.filename,
        content_type=file.content_type,
        size=file.size,
        status=file.status,
        rejected_because=None if file.rejected_because is None else file.rejected_because.value,
        in_use=file.owner_id is not None,
        image=image,
        document_url=links.download(file.objects[0], expires_in=PRIVATE_FOR) if document else None,
        created_at=file.created_at,
        version=file.version,
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
FILE: Final[dict[str, Any]] = {
    "id": IMAGE["fileId"],
    "folder": "portfolio",
    "filename": "fresh-fade.jpg",
    "contentType": "image/jpeg",
    "size": 148_230,
    "status": "ready",
    "inUse": False,
    "image": IMAGE,
    "createdAt": "2026-11-23T01:40:00Z",
    "version": 3,
}
