"""Ports of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from booking_domain.files.model import (
    FILE_LIFECYCLE,
    File,
    FileOwner,
    FileUsage,
    Folder,
    ImageSize,
    ObjectKey,
    Rejection,
)
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import FileId, UserId


class Files(Protocol):
    """The files of a database transaction."""

    async def add(self, file: File) -> None:
        """Add a file."""
        ...

    async def lock(self, file_id: FileId) -> File | None:
        """One file, locked until the database transaction ends."""
        ...

    async def lock_of(self, owner: FileOwner) -> Sequence[File]:
        """The files of an object that are not deleted, by position, locked until the database transaction ends."""
        ...

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[File]]:
        """The files of several objects that are not deleted, by position; objects without any are left out."""
        ...

    async def save(self, file: File, *, was: File) -> None:
        """Replace a file.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
        """
        ...

    async def remove(self, file_id: FileId) -> None:
        """Remove the row of a file whose objects are deleted."""
        ...

    async def usage(self, account_id: UserId) -> FileUsage:
        """How much the account has: files that are pending, being checked or ready."""
        ...


class FileReads(Protocol):
    """Reads of files, outside any database transaction."""

    async def get(self, file_id: FileId) -> File | None:
        """One file that is not deleted."""
        ...

    async def of_account(self, account_id: UserId, after: FileId | None, limit: int) -> Sequence[File]:
        """The files of an account that are not deleted, by id: those after `after`."""
        ...

    async def of(self, owner: FileOwner) -> Sequence[File]:
        """The files of an object that are not deleted, by position."""
        ...

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[File]]:
        """The files of several objects that are not deleted, by position; objects without any are left out."""
        ...

    async def to_sweep(self, now: datetime, limit: int) -> Sequence[FileId]:
        """Files whose sweep is due, those that are due longest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUpload:
    """What a client sends to upload an object: a PUT with exactly these headers, until the URL expires."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What the storage knows of an object."""

    size: int
    content_type: str


class ObjectLinks(Protocol):
    """URLs at which clients reach objects. Making one needs no call of the storage."""

    private_for: timedelta
    """How long the URLs of private files are valid that clients are shown."""

    def upload(self, key: ObjectKey, *, content_type: str, size: int, expires_in: timedelta) -> SignedUpload:
        """A URL for one PUT of an object of exactly this type and size.

        The storage refuses any other key, type, size or method, and every request after the URL has expired.
        """
        ...

    def download(self, key: ObjectKey, *, expires_in: timedelta) -> str:
        """A URL at which the object can be read until it expires."""
        ...

    def public(self, key: ObjectKey) -> str:
        """The lasting URL of a public object."""
        ...


class ObjectStorage(Protocol):
    """The objects of clients and of the platform.

    Each method raises `FileStorageUnavailable` if the storage does not answer.
    """

    async def head(self, key: ObjectKey) -> StoredObject | None:
        """Size and type of an object; None if there is none."""
        ...

    async def read(self, key: ObjectKey, *, most: int) -> bytes | None:
        """The object, or as much of it as `most` + 1 bytes; None if there is none."""
        ...

    async def write(self, key: ObjectKey, content: bytes, *, content_type: str) -> None:
        """Store an object; it replaces an earlier one of the key as a whole."""
        ...

    async def delete(self, keys: Sequence[ObjectKey]) -> None:
        """Delete the objects that exist."""
        ...


@dataclass(eq=False)
@checks_enums
class Unacceptable(Exception):
    """A file must not be used."""

    because: Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedImage:
    """An image in each of `SIZES`, as WebP without metadata, and the size of the largest."""

    by_size: Mapping[int, bytes]
    size: ImageSize


class ImageEncoder(Protocol):
    """Re-encodes images of strangers."""

    async def encode(self, content: bytes, *, content_type: str) -> EncodedImage:
        """Return the image upright, in each of `SIZES` (not enlarged), without metadata; of an animation, one frame.

        Raises:
            Unacceptable: the content is not an image of this type, cannot be read, or has too many pixels.
            FileStorageUnavailable: it cannot be decided now.
        """
        ...


class MalwareScanner(Protocol):
    """Looks for malware."""

    async def scan(self, content: bytes) -> str | None:
        """Return the name of what was found; None if nothing was.

        Raises:
            FileStorageUnavailable: the scanner does not answer.
        """
        ...


def is_document(content: bytes) -> bool:
    """Whether the content begins and ends as a PDF does (ISO 32000-2 §7.5.2, §7.5.5)."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1_024:]


class FileRepositories(Protocol):
    """The repositories of this context."""

    @property
    def files(self) -> Files: ...


class FileReadGroup(Protocol):
    """The reads of this context."""

    @property
    def files(self) -> FileReads: ...


CONTEXT: Final = DomainContext(lifecycles=(FILE_LIFECYCLE,))
