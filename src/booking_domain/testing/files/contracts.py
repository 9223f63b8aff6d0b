"""The contracts of `Files`, `FileReads`, `ObjectLinks` and `ObjectStorage`.

For the storage of objects, define a fixture `open_objects` that returns an async context manager. It opens an
`ObjectsUnderTest`: the adapter, and an HTTP client that reaches its URLs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import uuid4

import pytest

from booking_domain.files.model import (
    SETTLES_AFTER,
    SMALL,
    UPLOAD_WITHIN,
    File,
    FileOwner,
    FileParty,
    FileStatus,
    FileUsage,
    Folder,
    ImageSize,
    ObjectKey,
    Rejection,
    UploadLimits,
    image_key,
)
from booking_domain.files.ports import FileReads, Files, ObjectLinks, ObjectStorage, StoredObject
from booking_domain.identity.model import User
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import FileId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.asynchronous import AsyncContract
from booking_domain.testing.kit.storage import StorageContract, present

MINUTE: Final = timedelta(minutes=1)
PNG: Final = "image/png"


def a_file(make: Builder, account: User, folder: Folder = Folder.PORTFOLIO, *, now: datetime = NOW) -> File:
    """Return a file that is to be uploaded."""
    content_type = "application/pdf" if folder is Folder.DOCUMENTS else PNG
    return File.request(
        id=FileId(make.entropy.new_id()),
        account_id=account.id,
        folder=folder,
        filename="дархан.png",
        content_type=content_type,
        size=1_000,
        limits=UploadLimits(),
        now=now,
    )


def a_ready_file(make: Builder, account: User, folder: Folder = Folder.PORTFOLIO) -> File:
    """Return a file that was checked."""
    image = None if folder is Folder.DOCUMENTS else ImageSize(width=1_080, height=720)
    return a_file(make, account, folder).begin_check(NOW).accept(size=500, image=image)


class FilesContract(StorageContract):
    """Files in a database transaction, and reads of them."""

    async def _stored(self, account: User, *files: File) -> None:
        async with self.begin() as tx:
            await tx.users.add(account)
            for file in files:
                await tx.files.add(file)

    async def test_a_file_is_stored_with_all_fields(self) -> None:
        account = self.make.user()
        file = a_file(self.make, account)
        await self._stored(account, file)
        assert await self.reads.files.get(file.id) == file
        full = replace(
            file,
            owner_id=uuid4(),
            position=7,
            size=1,
            status=FileStatus.REJECTED,
            image=ImageSize(width=1, height=2),
            rejected_because=Rejection.MALWARE,
            checked_until=NOW + timedelta(microseconds=1),
            sweep_at=None,
            version=77,
        )
        await self.alone.files.save(full, was=file)
        assert await self.reads.files.get(file.id) == full
        assert await self.alone.files.lock(file.id) == full
        owner = FileOwner(folder=full.folder, id=present(full.owner_id))
        await self.excludes(lambda tx: tx.files.lock(file.id))
        await self.excludes(lambda tx: tx.files.lock_of(owner))

    async def test_an_unknown_file_is_not_found(self) -> None:
        unknown = FileId(self.make.entropy.new_id())
        assert await self.reads.files.get(unknown) is None
        async with self.begin() as tx:
            assert await tx.files.lock(unknown) is None
            await tx.files.remove(unknown)

    async def test_a_stale_version_is_not_saved(self) -> None:
        account = self.make.user()
        file = a_file(self.make, account)
        await self._stored(account, file)
        await self.alone.files.save(file.begin_check(NOW), was=file)
        with pytest.raises(ConcurrentChange):
            await self.alone.files.save(file.begin_check(NOW), was=file)

    async def test_a_deleted_file_is_seen_by_the_sweep_alone(self) -> None:
        account, owner = self.make.user(), FileOwner(folder=Folder.PORTFOLIO, id=uuid4())
        file = a_ready_file(self.make, account).attach(owner, 0)
        await self._stored(account, file)
        await self.alone.files.save(file.delete(FileParty.ADMIN, NOW), was=file)
        reads = self.reads.files
        assert await reads.get(file.id) is None
        assert list(await reads.of_account(account.id, None, 10)) == list(await reads.of(owner)) == []
        assert list(await reads.to_sweep(NOW, 10)) == [file.id]
        async with self.begin() as tx:
            assert await tx.files.usage(account.id) == FileUsage(bytes=0, unfinished=0)
            await tx.files.remove(file.id)
        assert list(await reads.to_sweep(NOW, 10)) == []

    async def test_files_of_an_object_are_in_its_order(self) -> None:
        account, owner = self.make.user(), FileOwner(folder=Folder.PORTFOLIO, id=uuid4())
        others = FileOwner(folder=Folder.PORTFOLIO, id=uuid4()), FileOwner(folder=Folder.EVIDENCE, id=owner.id)
        files = [a_ready_file(self.make, account).attach(owner, 9 - place) for place in range(3)]
        foreign = [a_ready_file(self.make, account, other.folder).attach(other, 0) for other in others]
        await self._stored(account, *files, *foreign)
        assert list(await self.reads.files.of(owner)) == files[::-1]
        assert list(await self.alone.files.lock_of(owner)) == files[::-1]

    async def test_files_of_several_objects_are_found_at_once(self) -> None:
        account = self.make.user()
        one, two, empty = [FileOwner(folder=Folder.EVIDENCE, id=uuid4()) for _ in range(3)]
        files = [a_ready_file(self.make, account, one.folder).attach(one, place) for place in (2, 1, 0)]
        other = a_ready_file(self.make, account, two.folder).attach(two, 0)
        elsewhere = a_ready_file(self.make, account).attach(FileOwner(folder=Folder.PORTFOLIO, id=one.id), 0)
        deleted = a_ready_file(self.make, account, two.folder).attach(two, 1).delete(FileParty.ADMIN, NOW)
        await self._stored(account, *files, other, elsewhere, deleted)
        wanted = [empty.id, two.id, one.id]
        expected = {one.id: files[::-1], two.id: [other]}
        async with self.begin() as tx:
            for reads in (tx.files, self.reads.files):
                found = await reads.of_each(Folder.EVIDENCE, wanted)
                assert {owner_id: list(each) for owner_id, each in found.items()} == expected
                assert not await reads.of_each(Folder.EVIDENCE, [])

    async def test_files_of_an_account_are_paged(self) -> None:
        account, other = self.make.user(), self.make.user()
        files = [a_file(self.make, account) for _ in range(3)]
        await self._stored(account, *files[::-1])
        await self._stored(other, a_file(self.make, other))
        page = await self.reads.files.of_account(account.id, None, 2)
        assert list(page) == files[:2]
        assert list(await self.reads.files.of_account(account.id, page[-1].id, 2)) == files[2:]

    async def test_usage_counts_what_is_announced_or_stored(self) -> None:
        account = self.make.user()
        checking = a_file(self.make, account).begin_check(NOW)
        rejected = a_file(self.make, account).begin_check(NOW).reject(Rejection.UNREADABLE, NOW)
        await self._stored(account, a_file(self.make, account), checking, a_ready_file(self.make, account), rejected)
        async with self.begin() as tx:
            assert await tx.files.usage(account.id) == FileUsage(bytes=2_500, unfinished=2)
            assert await tx.files.usage(self.make.user().id) == FileUsage(bytes=0, unfinished=0)

    async def test_the_sweep_finds_what_is_due_longest(self) -> None:
        account = self.make.user()
        late, early = a_file(self.make, account, now=NOW + MINUTE), a_file(self.make, account)
        never = replace(a_ready_file(self.make, account), sweep_at=None)
        await self._stored(account, late, early, never)
        due = NOW + UPLOAD_WITHIN + SETTLES_AFTER
        assert list(await self.reads.files.to_sweep(due - timedelta(microseconds=1), 10)) == []
        assert list(await self.reads.files.to_sweep(due, 10)) == [early.id]
        assert list(await self.reads.files.to_sweep(due + MINUTE, 10)) == [early.id, late.id]
        assert list(await self.reads.files.to_sweep(due + MINUTE, 1)) == [early.id]

    async def test_an_erasure_leaves_the_files_to_the_sweep(self) -> None:
        account = self.make.user()
        file = a_ready_file(self.make, account)
        await self._stored(account, file)
        for _ in range(2):
            await self.alone.personal_data.clear(account.id)
        assert await self.reads.files.get(file.id) is None
        erased = present(await self.alone.files.lock(file.id))
        assert (erased.status, erased.filename, erased.version) == (FileStatus.DELETED, "", file.version + 1)
        assert erased.sweep_at is not None

    async def test_nothing_of_a_rolled_back_transaction_stays(self) -> None:
        account = self.make.user(Role.PROVIDER)
        await self._stored(account)
        file = a_file(self.make, account)
        await self.rolled_back(lambda tx: tx.files.add(file))
        assert await self.reads.files.get(file.id) is None


class LinkedStorage(ObjectStorage, ObjectLinks, Protocol):
    """Both ports of one adapter."""


class ObjectsUnderTest(Protocol):
    """The storage under test, and its clients."""

    @property
    def storage(self) -> LinkedStorage:
        """The adapter."""
        ...

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, bytes]:
        """Send a request as a client; return status and body of the answer."""
        ...


OpenObjects = Callable[[], AbstractAsyncContextManager[ObjectsUnderTest]]

BODY: Final = b"\x89PNG and more"
TYPED: Final = {"Content-Type": PNG}
REFUSED: Final = frozenset({400, 401, 403, 404, 405})


class ObjectStorageContract(AsyncContract):
    """What the platform stores, and what clients may do with a signed URL."""

    @pytest.fixture
    async def objects(self, open_objects: OpenObjects) -> AsyncIterator[ObjectsUnderTest]:
        """Open a storage."""
        async with open_objects() as objects:
            yield objects

    @pytest.fixture
    def key(self) -> ObjectKey:
        """Return the name of an object that does not exist."""
        return ObjectKey(name=f"uploads/{uuid4()}")

    async def test_an_object_is_stored_and_deleted(self, objects: ObjectsUnderTest, key: ObjectKey) -> None:
        storage = objects.storage
        assert (await storage.head(key), await storage.read(key, most=100)) == (None, None)
        await storage.delete([key])
        for content in (BODY, b"replaced"):
            await storage.write(key, content, content_type="image/webp")
            assert await storage.head(key) == StoredObject(size=len(content), content_type="image/webp")
            assert await storage.read(key, most=100) == content
        assert await storage.read(key, most=3) == b"repl"
        other = replace(key, public=True)
        assert await storage.head(other) is None
        await storage.write(other, BODY, content_type="image/webp")
        await storage.delete([key, other])
        assert (await storage.head(key), await storage.head(other)) == (None, None)

    async def test_the_folder_of_an_image_is_no_object(self, objects: ObjectsUnderTest) -> None:
        storage, file_id = objects.storage, uuid4()
        await storage.write(image_key(FileId(file_id), SMALL, public=True), BODY, content_type="image/webp")
        folder = ObjectKey(name=f"images/{file_id}", public=True)
        assert (await storage.head(folder), await storage.read(folder, most=100)) == (None, None)
        status, body = await objects.request("GET", storage.public(folder))
        assert (status in REFUSED, BODY in body) == (True, False)

    async def test_a_client_uploads_what_was_announced(self, objects: ObjectsUnderTest, key: ObjectKey) -> None:
        upload = objects.storage.upload(key, content_type=PNG, size=len(BODY), expires_in=MINUTE)
        assert upload.headers == {"Content-Type": PNG, "Content-Length": str(len(BODY))}
        status, _ = await objects.request("PUT", upload.url, TYPED, BODY)
        assert status == 200
        assert await objects.storage.head(key) == StoredObject(size=len(BODY), content_type=PNG)
        assert await objects.storage.read(key, most=100) == BODY

    @pytest.mark.parametrize("wrong", ["longer", "shorter", "type", "no type", "key", "signature", "method", "late"])
    async def test_nothing_else_is_taken(self, objects: ObjectsUnderTest, key: ObjectKey, wrong: str) -> None:
        expires_in = timedelta() if wrong == "late" else MINUTE
        url = objects.storage.upload(key, content_type=PNG, size=len(BODY), expires_in=expires_in).url
        other = ObjectKey(name=f"uploads/{uuid4()}")
        method, headers, body = "PUT", TYPED, BODY
        match wrong:
            case "longer":
                body = BODY + b"!"
            case "shorter":
                body = BODY[:-1]
            case "type":
                headers = {"Content-Type": "text/html"}
            case "no type":
                headers = {}
            case "key":
                url = url.replace(key.name, other.name)
            case "signature":
                url = url[:-1] + ("0" if url[-1] != "0" else "1")
            case "method":
                method, headers, body = "GET", {}, b""
            case _:
                assert wrong == "late"
        status, _ = await objects.request(method, url, headers, body)
        assert status in REFUSED
        assert (await objects.storage.head(key), await objects.storage.head(other)) == (None, None)

    async def test_a_private_object_is_read_in_time_at_its_url(self, objects: ObjectsUnderTest, key: ObjectKey) -> None:
        storage, other = objects.storage, ObjectKey(name=f"uploads/{uuid4()}")
        for each in (key, other):
            await storage.write(each, BODY, content_type="application/pdf")
        url = storage.download(key, expires_in=MINUTE)
        assert await objects.request("GET", url) == (200, BODY)
        late = storage.download(key, expires_in=timedelta())
        forged = url[:-1] + ("0" if url[-1] != "0" else "1")
        unsigned = url.partition("?")[0]
        for refused in (late, forged, unsigned, url.replace(key.name, other.name)):
            status, body = await objects.request("GET", refused)
            assert (status in REFUSED, BODY in body) == (True, False)
        status, _ = await objects.request("PUT", url, TYPED, BODY + b"!")
        assert status in REFUSED
        assert await storage.read(key, most=100) == BODY

    async def test_concurrent_writers_leave_one_whole_object(self, objects: ObjectsUnderTest, key: ObjectKey) -> None:
        contents = [bytes([65 + number]) * 50_000 for number in range(5)]
        await asyncio.gather(*(objects.storage.write(key, content, content_type="image/webp") for content in contents))
        assert await objects.storage.read(key, most=100_000) in contents


CONTRACTS: Final[dict[type, type]] = {
    FileReads: FilesContract,
    Files: FilesContract,
    ObjectLinks: ObjectStorageContract,
    ObjectStorage: ObjectStorageContract,
}
