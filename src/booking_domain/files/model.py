"""An uploaded file: its checks, what it belongs to, its objects in the storage, and its lifecycle."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound, RuleViolated, Unavailable
from booking_domain.shared.ids import FileId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move

MEGABYTE: Final = 1024 * 1024
MAX_FILENAME: Final = 255
PRIVATE_FOR: Final = timedelta(minutes=5)
"""How long the URLs of private files are valid, unless the settings say otherwise."""
UPLOAD_WITHIN: Final = timedelta(minutes=10)
"""An upload URL is valid this long."""
CHECKED_WITHIN: Final = timedelta(minutes=5)
"""A check that has not ended by then was interrupted; another one may begin."""
SETTLES_AFTER: Final = timedelta(minutes=15)
"""An upload or a check that began in time may still store objects for this long after its time."""
UNUSED_FOR: Final = timedelta(hours=24)
"""A file that belongs to nothing is deleted after this time."""
LARGE: Final = 1_080
SMALL: Final = 320
SIZES: Final = (LARGE, SMALL)
"""The longest sides of the sizes of an image, in pixels."""
IMAGE_TYPE: Final = "image/webp"
"""What images are re-encoded to."""
_OBJECT_NAME: Final = re.compile(r"[a-z]{1,20}(?:/[A-Za-z0-9-]{1,60}){1,2}(?:\.[a-z]{1,10})?")


class FileNotFound(NotFound, code="file.not_found", field="file_id"):
    """The file does not exist."""


class NotUploaded(Conflict, code="file.not_uploaded"):
    """The file has not been uploaded yet."""


class CheckRunning(Conflict, code="file.check_running"):
    """The file is being checked; please try again."""


class FileInUse(Conflict, code="file.in_use", field="file_id"):
    """The file belongs to something else already."""


class FileNotReady(Conflict, code="file.not_ready", field="file_id"):
    """The file is not ready: upload and complete it first."""


class WrongFolder(RuleViolated, code="file.wrong_folder", field="file_id"):
    """Upload this file to the folder {folder}."""

    folder: str


class TooManyFiles(RuleViolated, code="file.too_many", field="file_ids"):
    """At most {most} files can be here, each once."""

    most: int


class QuotaExceeded(Conflict, code="file.quota_exceeded"):
    """Your files can have {megabytes} MB together; delete some first."""

    megabytes: int


class TooManyUploads(Conflict, code="file.too_many_uploads"):
    """At most {most} uploads can be unfinished; complete or delete some first."""

    most: int


class FileRejected(RuleViolated, code="file.rejected"):
    """The file was rejected ({reason})."""

    reason: str


class UrlRefused(Forbidden, code="file.url_refused"):
    """This address of a file is wrong or has expired; load the page again for a new one."""


class FileStorageUnavailable(Unavailable, code="file.unavailable"):
    """Files cannot be stored or checked now; please try again."""


class InvalidFileTransition(InvalidTransition, code="file.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class Content(StrEnum):
    """What files of a folder are."""

    IMAGE = "image"
    DOCUMENT = "document"


CONTENT_TYPES: Final[Mapping[Content, frozenset[str]]] = {
    Content.IMAGE: frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
    Content.DOCUMENT: frozenset({"application/pdf"}),
}
MAX_BYTES: Final[Mapping[Content, int]] = {Content.IMAGE: 15 * MEGABYTE, Content.DOCUMENT: 10 * MEGABYTE}


def content_of(content_type: str) -> Content:
    """What a file of this type is."""
    return Content.DOCUMENT if content_type in CONTENT_TYPES[Content.DOCUMENT] else Content.IMAGE


class Folder(StrEnum):
    """What a file is for. It decides what the file belongs to, and who sees it."""

    AVATARS = "avatars"
    PROVIDER_PHOTOS = "provider-photos"
    SALON_PHOTOS = "salon-photos"
    PORTFOLIO = "portfolio"
    EVIDENCE = "evidence"
    IDEAS = "ideas"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class FolderRules:
    """The rules of a folder: its files are of one of `contents`, and one object owns at most `most` of them."""

    contents: frozenset[Content]
    public: bool
    most: int


_IMAGES: Final = frozenset({Content.IMAGE})
FOLDERS: Final[Mapping[Folder, FolderRules]] = {
    Folder.AVATARS: FolderRules(contents=_IMAGES, public=True, most=1),
    Folder.PROVIDER_PHOTOS: FolderRules(contents=_IMAGES, public=True, most=1),
    Folder.SALON_PHOTOS: FolderRules(contents=_IMAGES, public=True, most=10),
    Folder.PORTFOLIO: FolderRules(contents=_IMAGES, public=True, most=10),
    Folder.EVIDENCE: FolderRules(contents=_IMAGES, public=False, most=5),
    Folder.IDEAS: FolderRules(contents=_IMAGES, public=False, most=5),
    Folder.DOCUMENTS: FolderRules(contents=frozenset(Content), public=False, most=10),
}
"""A new kind of owner is one row."""
PORTRAITS: Final = frozenset({Folder.AVATARS, Folder.PROVIDER_PHOTOS})
"""The folders of the pictures of people, which the settings limit further."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class FileOwner:
    """What files belong to: the folder says which kind of object `id` names."""

    folder: Folder
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much an account may have, how large files and which pictures of people may be, and how long uploads take."""

    bytes: int = 500 * MEGABYTE
    unfinished: int = 20
    portrait_bytes: int = 5 * MEGABYTE
    portrait_types: frozenset[str] = frozenset({"image/jpeg", "image/png"})
    image_bytes: int = MAX_BYTES[Content.IMAGE]
    document_bytes: int = MAX_BYTES[Content.DOCUMENT]
    upload_within: timedelta = UPLOAD_WITHIN
    """How long a file can be uploaded after it was announced."""

    def types_of(self, folder: Folder) -> frozenset[str]:
        """The types of files that a folder takes."""
        if folder in PORTRAITS:
            return self.portrait_types
        return frozenset().union(*(CONTENT_TYPES[each] for each in FOLDERS[folder].contents))

    def most_bytes(self, folder: Folder, content_type: str) -> int:
        """The largest file of this type that a folder takes."""
        if folder in PORTRAITS:
            return self.portrait_bytes
        return self.image_bytes if content_of(content_type) is Content.IMAGE else self.document_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUsage:
    """How much an account has."""

    bytes: int
    unfinished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKey:
    """The name of an object in the storage, as `File` makes them. Public objects need no authentication to read.

    No other name reaches a storage: a client can ask for any.
    """

    name: str
    public: bool = False

    def __post_init__(self) -> None:
        if _OBJECT_NAME.fullmatch(self.name) is None:
            raise InvalidValue(field="name", problem="not the name of an object")


class Rejection(StrEnum):
    """Why a file is rejected."""

    WRONG_SIZE = "wrong_size"
    """Its size is not the announced one."""
    WRONG_TYPE = "wrong_type"
    """Its content is not of the announced type."""
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    MALWARE = "malware"


class FileStatus(StrEnum):
    """The status of a file."""

    PENDING = "pending"
    """It is to be uploaded."""
    CHECKING = "checking"
    READY = "ready"
    REJECTED = "rejected"
    DELETED = "deleted"
    """Its objects are about to be deleted."""


class FileAction(StrEnum):
    """An action on a file."""

    CHECK = "check"
    RELEASE = "release"
    ACCEPT = "accept"
    REJECT = "reject"
    ATTACH = "attach"
    DELETE = "delete"


class FileParty(StrEnum):
    """Who acts on a file."""

    UPLOADER = "uploader"
    SYSTEM = "system"
    ADMIN = "admin"


_UPLOADER: Final = frozenset({FileParty.UPLOADER})
_SYSTEM: Final = frozenset({FileParty.SYSTEM})
_ANYONE: Final = frozenset(FileParty)

FILE_LIFECYCLE: Final[Lifecycle[FileStatus, FileAction, FileParty]] = Lifecycle(
    thing="file",
    about="""
        A file is uploaded to the storage, and then checked. An image is re-encoded; what was uploaded is deleted. The
        row of a rejected or deleted file stays until no object of it can arrive any more.
    """,
    refusal=InvalidFileTransition,
    moves={
        (FileStatus.PENDING, FileAction.CHECK): Move(FileStatus.CHECKING, _UPLOADER),
        (FileStatus.CHECKING, FileAction.CHECK): Move(FileStatus.CHECKING, _UPLOADER),
        (FileStatus.CHECKING, FileAction.RELEASE): Move(FileStatus.PENDING, _SYSTEM),
        (FileStatus.CHECKING, FileAction.ACCEPT): Move(FileStatus.READY, _SYSTEM),
        (FileStatus.CHECKING, FileAction.REJECT): Move(FileStatus.REJECTED, _SYSTEM),
        (FileStatus.READY, FileAction.ATTACH): Move(FileStatus.READY, _UPLOADER),
        (FileStatus.PENDING, FileAction.DELETE): Move(FileStatus.DELETED, _ANYONE),
        (FileStatus.CHECKING, FileAction.DELETE): Move(FileStatus.DELETED, _ANYONE),
        (FileStatus.READY, FileAction.DELETE): Move(FileStatus.DELETED, _ANYONE),
        (FileStatus.REJECTED, FileAction.DELETE): Move(FileStatus.DELETED, _ANYONE),
    },
)
LIVE: Final = frozenset({FileStatus.PENDING, FileStatus.CHECKING, FileStatus.READY})
"""What counts towards the quota of an account."""
UNFINISHED: Final = frozenset({FileStatus.PENDING, FileStatus.CHECKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize:
    """Width and height of an image in its largest stored size, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class File:
    """An uploaded file."""

    id: FileId
    account_id: UserId
    """Who uploads it."""
    folder: Folder
    owner_id: UUID | None = None
    """The object that it belongs to; None: nothing yet."""
    position: int = 0
    """Its place among the files of its owner."""
    filename: str
    content_type: str
    """What was announced for the upload."""
    size: int
    """In bytes: what was announced; of a file that is ready, what is stored."""
    status: FileStatus = FileStatus.PENDING
    image: ImageSize | None = None
    """Of an image that is ready."""
    rejected_because: Rejection | None = None
    created_at: datetime
    upload_until: datetime
    checked_until: datetime | None = None
    """When the latest check counts as interrupted."""
    sweep_at: datetime | None
    """When the sweep looks at it; None: never."""
    version: int = 1

    @classmethod
    def request(
        cls,
        *,
        id: FileId,  # noqa: A002
        account_id: UserId,
        folder: Folder,
        filename: str,
        content_type: str,
        size: int,
        now: datetime,
        limits: UploadLimits,
    ) -> Self:
        """Announce an upload.

        Raises:
            InvalidValue: the folder does not take files of this type or size.
        """
        types = sorted(limits.types_of(folder))
        if content_type not in types:
            raise InvalidValue(field="content_type", problem=f"one of {', '.join(types)}")
        most = limits.most_bytes(folder, content_type)
        if not 1 <= size <= most:
            raise InvalidValue(field="size", problem=f"1 to {most} bytes")
        most = MAX_FILENAME
        if not 1 <= len(filename) <= most:
            raise InvalidValue(field="filename", problem=f"1 to {most} characters")
        return cls(
            id=id,
            account_id=account_id,
            folder=folder,
            filename=filename,
            content_type=content_type,
            size=size,
            created_at=now,
            upload_until=now + limits.upload_within,
            sweep_at=now + limits.upload_within + SETTLES_AFTER,
        )

    @property
    def rules(self) -> FolderRules:
        """The rules of its folder."""
        return FOLDERS[self.folder]

    @property
    def content(self) -> Content:
        """What it is."""
        return content_of(self.content_type)

    @property
    def as_image(self) -> Image:
        """The image, of a file that is ready and is one."""
        if self.image is None:
            raise FileNotReady
        return Image(file_id=self.id, width=self.image.width, height=self.image.height)

    @property
    def upload(self) -> ObjectKey:
        """The object that the client uploads."""
        return ObjectKey(name=f"uploads/{self.id}")

    @property
    def objects(self) -> tuple[ObjectKey, ...]:
        """The objects of the checked file: an image in each of `SIZES`, or the document."""
        if self.content is Content.DOCUMENT:
            return (ObjectKey(name=f"documents/{self.id}.pdf"),)
        return tuple(image_key(self.id, size, public=self.rules.public) for size in SIZES)

    @property
    def settled_at(self) -> datetime:
        """From when on no object of the file can arrive any more."""
        return max(self.upload_until, self.checked_until or self.upload_until) + SETTLES_AFTER

    def begin_check(self, now: datetime) -> Self:
        """Check what was uploaded.

        Raises:
            CheckRunning: another check began less than `CHECKED_WITHIN` ago.
            InvalidFileTransition: the file was checked, or is deleted.
        """
        after = self._moved(FileAction.CHECK, FileParty.UPLOADER)
        if self.status is FileStatus.CHECKING and self.checked_until is not None and now < self.checked_until:
            raise CheckRunning
        until = now + CHECKED_WITHIN
        return replace(after, checked_until=until, sweep_at=max(self.upload_until, until) + SETTLES_AFTER)

    def release(self) -> Self:
        """End a check without a result."""
        return self._moved(FileAction.RELEASE, FileParty.SYSTEM)

    def accept(self, *, size: int, image: ImageSize | None) -> Self:
        """End a check: the file is as announced, and `size` bytes of it are stored."""
        return replace(self._moved(FileAction.ACCEPT, FileParty.SYSTEM), size=size, image=image)

    def reject(self, because: Rejection, now: datetime) -> Self:
        """End a check: the file must not be used."""
        return replace(self._moved(FileAction.REJECT, FileParty.SYSTEM), rejected_because=because, sweep_at=now)

    def attach(self, owner: FileOwner, position: int) -> Self:
        """Make the file the owner's.

        Raises:
            WrongFolder: files of this folder belong to other kinds of objects.
            FileNotReady: it is not ready.
            FileInUse: it belongs to another object.
        """
        if self.folder is not owner.folder:
            raise WrongFolder(folder=owner.folder.value)
        if self.status is not FileStatus.READY:
            raise FileNotReady
        if self.owner_id not in {None, owner.id}:
            raise FileInUse
        after = self._moved(FileAction.ATTACH, FileParty.UPLOADER)
        return replace(after, owner_id=owner.id, position=position)

    def delete(self, by: FileParty, now: datetime) -> Self:
        """Delete the file; its objects are deleted by the sweep."""
        return replace(self._moved(FileAction.DELETE, by), filename="", sweep_at=now)

    def begin_sweep(self, now: datetime) -> Self | None:
        """Return the file with what its objects to sweep follow from; None if nothing is due.

        An unfinished upload, and a file that belongs to nothing for `UNUSED_FOR`, are deleted.
        """
        if self.sweep_at is None or now < self.sweep_at:
            return None
        unused = self.status is FileStatus.READY and self.owner_id is None and now >= self.created_at + UNUSED_FOR
        return self.delete(FileParty.SYSTEM, now) if self.status in UNFINISHED or unused else self

    @property
    def garbage(self) -> tuple[ObjectKey, ...]:
        """The objects that the sweep deletes."""
        return (self.upload,) if self.status is FileStatus.READY else (self.upload, *self.objects)

    def end_sweep(self, now: datetime) -> Self | None:
        """Return the file once its garbage is deleted; None: it is over."""
        if self.status is FileStatus.READY:
            later = None if self.owner_id is not None else self.created_at + UNUSED_FOR
        elif now >= self.settled_at:
            return None
        else:
            later = self.settled_at
        return replace(self, sweep_at=later, version=self.version + 1)

    def _moved(self, action: FileAction, by: FileParty) -> Self:
        status = FILE_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, version=self.version + 1)


def image_key(file_id: FileId, size: int, *, public: bool) -> ObjectKey:
    """The object of an image in one of `SIZES`."""
    return ObjectKey(name=f"images/{file_id}/{size}.webp", public=public)
