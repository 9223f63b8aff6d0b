"""Files and their storage in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from booking_domain.files.model import (
    LIVE,
    PRIVATE_FOR,
    UNFINISHED,
    File,
    FileOwner,
    FileStatus,
    FileUsage,
    Folder,
    ObjectKey,
)
from booking_domain.files.ports import FileReads, Files, ObjectLinks, ObjectStorage, SignedUpload, StoredObject
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import FileId, UserId
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, State, Table, VersionedRepository, change_rows


def _discarded(file: File) -> File:
    if file.status is FileStatus.DELETED:
        return file
    deleted = replace(file, status=FileStatus.DELETED, filename="", version=file.version + 1)
    return replace(deleted, sweep_at=file.created_at)


FILES: Final = Table[FileId, File](
    "files",
    refers=lambda row: ((USERS, row.account_id),),
    what="file",
    erase=change_rows(lambda file: file.account_id, _discarded),
)
TABLES: Final = (FILES,)


def files_of(state: State, owner: FileOwner) -> list[File]:
    """The files of an object that are not deleted, by position."""
    whose = (owner.folder, owner.id, False)
    found = state[FILES].where(lambda each: (each.folder, each.owner_id, each.status is FileStatus.DELETED) == whose)
    return sorted(found, key=lambda file: (file.position, file.id))


def files_of_each(state: State, folder: Folder, owner_ids: Sequence[UUID]) -> dict[UUID, Sequence[File]]:
    """The files of several objects; objects without any are left out."""
    found = {owner_id: files_of(state, FileOwner(folder=folder, id=owner_id)) for owner_id in owner_ids}
    return {owner_id: files for owner_id, files in found.items() if files}


class MemoryFiles(VersionedRepository[FileId, File], Files):
    """The files of one database transaction."""

    table = FILES

    async def lock_of(self, owner: FileOwner) -> Sequence[File]:
        self._state.lock()
        return files_of(self._state, owner)

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[File]]:
        return files_of_each(self._state, folder, owner_ids)

    async def usage(self, account_id: UserId) -> FileUsage:
        live = self._rows.where(lambda each: each.account_id == account_id and each.status in LIVE)
        return FileUsage(
            bytes=sum(each.size for each in live), unfinished=sum(each.status in UNFINISHED for each in live)
        )


class MemoryFileReads(InMemory, FileReads):
    """The committed files."""

    async def get(self, file_id: FileId) -> File | None:
        file = self._state[FILES].get(file_id)
        return None if file is None or file.status is FileStatus.DELETED else file

    async def of_account(self, account_id: UserId, after: FileId | None, limit: int) -> Sequence[File]:
        return self._state[FILES].page(
            lambda file: file.account_id == account_id and file.status is not FileStatus.DELETED, after, limit
        )

    async def of(self, owner: FileOwner) -> Sequence[File]:
        return files_of(self._state, owner)

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[File]]:
        return files_of_each(self._state, folder, owner_ids)

    async def to_sweep(self, now: datetime, limit: int) -> Sequence[FileId]:
        return [each.id for each in self._state[FILES].due(lambda each: each.sweep_at, now, limit)]


@dataclass(frozen=True, slots=True)
class _Granted:
    """What a URL allows."""

    method: str
    key: ObjectKey
    until: datetime
    content_type: str = ""
    size: int = 0


class MemoryObjectStorage(ObjectStorage, ObjectLinks):
    """Objects in a dictionary. `request` is what an HTTP client does with a URL."""

    def __init__(self, clock: Clock, private_for: timedelta = PRIVATE_FOR) -> None:
        self.private_for = private_for
        self.objects: dict[ObjectKey, tuple[bytes, str]] = {}
        self._clock = clock
        self._granted: dict[str, _Granted] = {}

    def upload(self, key: ObjectKey, *, content_type: str, size: int, expires_in: timedelta) -> SignedUpload:
        granted = _Granted("PUT", key, self._clock.now() + expires_in, content_type, size)
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        return SignedUpload(url=self._grant(granted), headers=headers)

    def download(self, key: ObjectKey, *, expires_in: timedelta) -> str:
        return self._grant(_Granted("GET", key, self._clock.now() + expires_in))

    def public(self, key: ObjectKey) -> str:
        return f"https://storage.test/public/{key.name}"

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """Return status and body of the answer."""
        granted = self._granted.get(url)
        public = {self.public(key): content for key, (content, _) in self.objects.items() if key.public}
        if method == "GET" and url in public:
            return 200, public[url]
        if granted is None or granted.method != method or self._clock.now() >= granted.until:
            return 403, b""
        if method == "GET":
            return (200, self.objects[granted.key][0]) if granted.key in self.objects else (404, b"")
        if (headers.get("Content-Type"), len(body)) != (granted.content_type, granted.size):
            return 403, b""
        self.objects[granted.key] = body, granted.content_type
        return 200, b""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def head(self, key: ObjectKey) -> StoredObject | None:
        found = self.objects.get(key)
        return None if found is None else StoredObject(size=len(found[0]), content_type=found[1])

    async def read(self, key: ObjectKey, *, most: int) -> bytes | None:
        found = self.objects.get(key)
        return None if found is None else found[0][: most + 1]

    async def write(self, key: ObjectKey, content: bytes, *, content_type: str) -> None:
        self.objects[key] = content, content_type

    async def delete(self, keys: Sequence[ObjectKey]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def _grant(self, granted: _Granted) -> str:
        url = f"https://storage.test/private/{granted.key.name}?signature={len(self._granted)}"
        self._granted[url] = granted
        return url


class FileRepositories(Group):
    """The repositories of this context."""

    files: Final = Part(MemoryFiles)


class FileReadGroup(Group):
    """The reads of this context."""

    files: Final = Part(MemoryFileReads)
