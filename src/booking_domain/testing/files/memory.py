"""Files and their storage in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from booking_domain.files.model import LIVE, UNFINISHED, File, FileOwner, FileStatus, FileUsage, Folder, ObjectKey
from booking_domain.files.ports import FileReads, Files, ObjectLinks, ObjectStorage, SignedUpload, StoredObject
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import FileId, UserId
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table


def _discard(_: State, rows: dict[FileId, File], user_id: UserId) -> None:
    for key, file in rows.items():
        if file.account_id == user_id and file.status is not FileStatus.DELETED:
            deleted = replace(file, status=FileStatus.DELETED, filename="", version=file.version + 1)
            rows[key] = replace(deleted, sweep_at=file.created_at)


FILES: Final = Table[FileId, File]("files", erase=_discard)
TABLES: Final = (FILES,)


def files_of(state: State, owner: FileOwner) -> list[File]:
    """The files of an object that are not deleted, by position."""
    found = [
        file
        for file in state[FILES].values()
        if (file.folder, file.owner_id) == (owner.folder, owner.id) and file.status is not FileStatus.DELETED
    ]
    return sorted(found, key=lambda file: (file.position, file.id))


def files_of_each(state: State, folder: Folder, owner_ids: Sequence[UUID]) -> dict[UUID, Sequence[File]]:
    """The files of several objects; objects without any are left out."""
    found = {owner_id: files_of(state, FileOwner(folder=folder, id=owner_id)) for owner_id in owner_ids}
    return {owner_id: files for owner_id, files in found.items() if files}


class MemoryFiles(Files):
    """The files of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, file: File) -> None:
        self._state.require(USERS, file.account_id)
        self._state[FILES][file.id] = file

    async def lock(self, file_id: FileId) -> File | None:
        return self._state[FILES].get(file_id)

    async def lock_of(self, owner: FileOwner) -> Sequence[File]:
        return files_of(self._state, owner)

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[File]]:
        return files_of_each(self._state, folder, owner_ids)

    async def save(self, file: File, *, was: File) -> None:
        kept = self._state[FILES].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="file")
        self._state[FILES][file.id] = file

    async def remove(self, file_id: FileId) -> None:
        self._state[FILES].pop(file_id, None)

    async def usage(self, account_id: UserId) -> FileUsage:
        live = [each for each in self._state[FILES].values() if each.account_id == account_id and each.status in LIVE]
        return FileUsage(
            bytes=sum(each.size for each in live), unfinished=sum(each.status in UNFINISHED for each in live)
        )


class MemoryFileReads(FileReads):
    """The committed files."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, file_id: FileId) -> File | None:
        file = self._committed()[FILES].get(file_id)
        return None if file is None or file.status is FileStatus.DELETED else file

    async def of_account(self, account_id: UserId, after: FileId | None, limit: int) -> Sequence[File]:
        found = [
            file
            for file in self._committed()[FILES].values()
            if file.account_id == account_id
            and file.status is not FileStatus.DELETED
            and (after is None or file.id > after)
        ]
        return sorted(found, key=lambda file: file.id)[:limit]

    async def of(self, owner: FileOwner) -> Sequence[File]:
        return files_of(self._committed(), owner)

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[File]]:
        return files_of_each(self._committed(), folder, owner_ids)

    async def to_sweep(self, now: datetime, limit: int) -> Sequence[FileId]:
        due = [(each.sweep_at, each.id) for each in self._committed()[FILES].values() if each.sweep_at is not None]
        return [file_id for at, file_id in sorted(due) if at <= now][:limit]


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

    def __init__(self, clock: Clock) -> None:
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


class FileRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.files = MemoryFiles(state)


class FileReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.files = MemoryFileReads(committed)
