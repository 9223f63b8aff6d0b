"""A process that is killed at any step of a file's life leaves no orphan, and nothing public that was not checked.

Each step runs in a forked process that kills itself before or after its n-th call of the storage, or commit; then the
same step runs again, or the sweep cleans up.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import pytest
from tests.databases import CIPHER, TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.swift.server import SwiftServer
from tests.unit.entrypoints.api import PICTURE, InlineImages

from adapters.clamav import NoScanner
from adapters.object_storage.local import LocalStorage
from adapters.object_storage.s3 import S3Storage
from adapters.postgres.database import Database
from booking_domain.files.model import CHECKED_WITHIN, UNUSED_FOR, File, FileStatus, Folder
from booking_domain.files.ports import ObjectStorage
from booking_domain.identity.model import User
from booking_domain.shared.executor import Executor
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.files.commands import (
    AnnounceUpload,
    FileChecks,
    announce_upload,
    complete_upload,
    delete_own_file,
    sweep_files,
)
from booking_domain.use_cases.platform.ports import Repositories

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
PUBLIC: Final = 2
STEPS: Final = 20
"""At least as many steps has the life of a file."""
T = TypeVar("T")


class Mortal:
    """Passes calls on, and kills the process before or after one of them."""

    def __init__(self, target: Any, die: Callable[[], None]) -> None:
        self._target = target
        self._die = die

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._target, name)

        async def around(*arguments: Any, **named: Any) -> Any:
            self._die()
            result = await called(*arguments, **named)
            self._die()
            return result

        return around


class Objects(Protocol):
    """A storage that can be reopened and lists its objects; for S3 on a real server."""

    def opened(self, die: Callable[[], None] | None) -> AbstractAsyncContextManager[ObjectStorage]:
        """Open the storage. With `die`, each of its calls may be the last."""

    def names(self) -> list[str]:
        """All objects; those that everybody can read begin with `public`."""


class Local:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def opened(self, die: Callable[[], None] | None) -> AsyncIterator[ObjectStorage]:
        storage: Any = LocalStorage(self._folder, base_url="http://api.test", key=b"key", clock=ManualClock(NOW))
        yield storage if die is None else Mortal(storage, die)

    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self._folder)) for path in self._folder.rglob("*") if path.is_file())


class S3:
    """Each request to the server may be the last. What other tests have left there does not count."""

    def __init__(self, server: SwiftServer) -> None:
        self._server = server
        self._of_others = frozenset(server.names())

    @asynccontextmanager
    async def opened(self, die: Callable[[], None] | None) -> AsyncIterator[ObjectStorage]:
        storage = S3Storage(**self._server.settings)
        await storage.open()
        try:
            if die is not None:
                storage._client = Mortal(storage._client, die)
            yield storage
        finally:
            await storage.close()

    def names(self) -> list[str]:
        return [name for name in self._server.names() if name not in self._of_others]


class Platform:
    """The use cases over a database and a storage, with a clock that stands still."""

    def __init__(self, url: str, objects: Objects) -> None:
        self.clock = ManualClock(NOW)
        self.objects = objects
        self._url = url

    async def run(self, work: Callable[["Opened"], Awaitable[T]], die: Callable[[], None] | None = None) -> T:
        database = Database(self._url, cipher=CIPHER, pool_size=2)
        await database.open()
        try:
            async with self.objects.opened(die) as storage:
                return await work(Opened(self.clock, database, storage, die))
        finally:
            await database.close()


class Opened:
    """The same, while database and storage are open. With `die`, each call may be the last."""

    def __init__(
        self, clock: ManualClock, database: Database, storage: ObjectStorage, die: Callable[[], None] | None
    ) -> None:
        self.clock = clock
        self.database = database
        self.storage = storage
        executor = Executor[Repositories](begin=database.begin, clock=clock, entropy=Builder().entropy)
        self.executor: Any = executor if die is None else Mortal(executor, die)

    async def announce(self, user: User) -> File:
        command = AnnounceUpload(folder=Folder.AVATARS, filename="1.png", content_type="image/png", size=len(PICTURE))
        file: File = await self.executor.run(announce_upload, command, actor=user.actor)
        return file

    async def upload(self, file: File) -> None:
        await self.storage.write(file.upload, PICTURE, content_type="image/png")

    async def complete(self, user: User, file: File) -> File:
        checks = FileChecks(storage=self.storage, images=InlineImages(), scanner=NoScanner())
        return await complete_upload(file.id, actor=user.actor, executor=self.executor, checks=checks)

    async def delete(self, user: User, file: File) -> None:
        await self.executor.run(delete_own_file, file.id, actor=user.actor)

    async def sweep(self) -> None:
        await sweep_files(
            reads=self.database.reads.files, executor=self.executor, storage=self.storage, clock=self.clock
        )

    async def rows(self) -> list[Any]:
        return list(await self.database.reads.files.to_sweep(self.clock.now() + timedelta(days=99), 99))


def killed_at(step: int, platform: Platform, work: Callable[[Opened], Awaitable[object]]) -> bool:
    """Run `work` in a process that kills itself at this step; return whether it reached the step."""
    child = os.fork()
    if child == 0:
        left = step

        def die() -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            asyncio.run(platform.run(work, die))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


async def _an_account(opened: Opened) -> User:
    user = Builder().user()
    async with opened.database.begin() as tx:
        await tx.users.add(user)
    return user


@pytest.fixture(params=["local", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return Local(tmp_path) if request.param == "local" else S3(request.getfixturevalue("swift"))


@pytest.mark.no_cover  # a tracer in each of hundreds of processes takes minutes
def test_a_kill_at_each_step_leaves_no_orphan(objects: Objects, postgres: TestServer, report: Report) -> None:
    stride = scale.of(1, less=3 if isinstance(objects, Local) else 9)
    with postgres.database() as url:
        user = asyncio.run(Platform(url, objects).run(_an_account))

        async def live(opened: Opened) -> None:
            """The whole life of a file."""
            file = await opened.announce(user)
            await opened.upload(file)
            await opened.complete(user, file)
            await opened.delete(user, file)
            await opened.sweep()

        step, killed, kills = 1, True, 0
        while killed:
            platform = Platform(url, objects)
            killed = killed_at(step, platform, live)
            asyncio.run(platform.run(_checked_and_swept(platform, user)))
            kills, step = kills + killed, step + stride
        assert step > STEPS
    report(25, f"{type(objects).__name__}: killed {kills} times, orphans 0, public and unprocessed 0")


def _checked_and_swept(platform: Platform, user: User) -> Callable[[Opened], Awaitable[None]]:
    async def check(opened: Opened) -> None:
        (*files,) = await opened.database.reads.files.of_account(user.id, None, 10)
        public = [name for name in platform.objects.names() if name.startswith("public")]
        assert len(public) in {0, 1, PUBLIC}
        assert all(name.endswith(".webp") for name in public)
        for file in files:  # the interrupted work can be repeated
            if file.status in {FileStatus.PENDING, FileStatus.CHECKING} and await opened.storage.head(file.upload):
                opened.clock.advance(CHECKED_WITHIN)
                assert (await opened.complete(user, file)).status is FileStatus.READY
        opened.clock.advance(UNUSED_FOR)
        for _ in range(3):
            await opened.sweep()
            opened.clock.advance(timedelta(hours=1))
        assert platform.objects.names() == []
        assert await opened.rows() == []

    return check
