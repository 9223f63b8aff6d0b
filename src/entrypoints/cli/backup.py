"""`backup`, `receive-wal` and `restore`: the database, the objects of files, and the people who stay erased.

Beside the histories of the server (`adapters.postgres.kit.backups`) a folder of back-ups contains `erasures.jsonl`, who
was erased, and `objects/`, a copy of the objects of files. Those that no file has any more are in
`removed/DATE/` until no state that can be restored has them.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import msgspec

from adapters.object_storage.local import LocalStorage
from adapters.postgres import restoring
from adapters.postgres.kit import backups, embedded, migrations
from booking_domain.files.model import File
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.heartbeats import Activity
from booking_domain.shared.ids import AuditId, CustomerId, UserId
from booking_domain.use_cases.accounts.erase_account import ACCOUNT_ERASED, erase_account_again
from booking_domain.use_cases.customers.commands import WALK_IN_DELETED, delete_walk_in_again
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

RECORD_EVERY_SECONDS: Final = 10
_ACTIONS: Final[dict[str, Literal["user", "walk_in"]]] = {ACCOUNT_ERASED: "user", WALK_IN_DELETED: "walk_in"}
_LATE: Final = timedelta(hours=1)
"""How much later an erasure commits than it was begun, at most."""
_AT_ONCE: Final = 500
_MOST_BYTES: Final = 1 << 30


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An account or a walk-in that was erased."""

    kind: Literal["user", "walk_in"]
    id: UUID
    at: datetime


class Erasures:
    """The erasures that were recorded beside the back-ups."""

    def __init__(self, folder: Path) -> None:
        self._file: Final = folder / "erasures.jsonl"

    def all(self) -> list[Erasure]:
        """Every one, in the order in which they were recorded."""
        lines = self._file.read_bytes().splitlines() if self._file.exists() else []
        return [msgspec.json.decode(line, type=Erasure) for line in lines]

    async def record(self, container: Container) -> int:
        """Add those of the audit log that are missing; return how many there were."""
        known = self.all()
        since = max((each.at for each in known), default=datetime.min.replace(tzinfo=UTC) + _LATE) - _LATE
        seen = {(each.kind, each.id) for each in known}
        new = [each async for each in _erased(container, since) if (each.kind, each.id) not in seen]
        if new:
            with self._file.open("ab") as file:
                file.writelines(msgspec.json.encode(each) + b"\n" for each in sorted(new, key=lambda each: each.at))
                file.flush()
                os.fsync(file.fileno())
        return len(new)

    async def repeat(self, container: Container) -> None:
        """Erase everybody again whom a restored database knows from before."""
        executor = container.executor()
        for each in self.all():
            if each.kind == "user":
                await executor.run(erase_account_again, UserId(each.id), actor=SYSTEM)
            else:
                await executor.run(delete_walk_in_again, CustomerId(each.id), actor=SYSTEM)


class Objects:
    """The copy of the objects of files."""

    def __init__(self, folder: Path, container: Container) -> None:
        self._folder = folder / "objects"
        self._removed = folder / "removed"
        self._container = container

    async def copy(self) -> int:
        """Copy objects that are not there yet, and set those aside that no file has; return how many were copied."""
        there, wanted, copied = self._names(), set[tuple[str, bool]](), 0
        mirror, storage = self._at(self._folder), self._container.object_storage()
        async for file in restoring.ready_files(self._container.database()):
            for key in file.objects:
                wanted.add((key.name, key.public))
                if (key.name, key.public) in there:
                    continue
                content = await storage.read(key, most=_MOST_BYTES)
                if content is not None:
                    await mirror.write(key, content, content_type=content_type(file))
                    copied += 1
        for name, public in there - wanted:
            self._set_aside(Path("public" if public else "private", name))
        return copied

    async def put_back(self) -> tuple[int, int]:
        """Store the objects that restored files lack; return how many were stored, and how many are lost."""
        storage, stored, lost = self._container.object_storage(), 0, 0
        places = [self._at(each) for each in (self._folder, *sorted(self._removed.glob("*"), reverse=True))]
        async for file in restoring.ready_files(self._container.database()):
            for key in file.objects:
                if await storage.head(key) is not None:
                    continue
                found = [copy for place in places if (copy := await place.found(key)) is not None]
                if found:
                    await storage.write(key, found[0][0], content_type=found[0][1])
                    stored += 1
                else:
                    lost += 1
        return stored, lost

    def remove_before(self, oldest: date) -> None:
        """Remove what was set aside before a day."""
        for each in self._removed.glob("*"):
            if date.fromisoformat(each.name) < oldest:
                shutil.rmtree(each)

    def _at(self, folder: Path) -> LocalStorage:
        return LocalStorage(folder, base_url="", key=b"", clock=self._container.clock())

    def _names(self) -> set[tuple[str, bool]]:
        return {
            (file.relative_to(space).as_posix(), space.name == "public")
            for space in self._folder.glob("*")
            for file in space.rglob("*")
            if file.is_file()
        }

    def _set_aside(self, name: Path) -> None:
        aside = self._removed / self._container.clock().now().date().isoformat() / name
        aside.parent.mkdir(parents=True, exist_ok=True)
        (self._folder / name).replace(aside)


def content_type(file: File) -> str:
    """The type of the objects of a checked file: images are encoded anew."""
    return "image/webp" if file.image is not None else file.content_type


def backup(settings: Settings, url: str, *, full: bool) -> int:
    """Make a back-up and remove what is no longer needed."""
    folder, began = settings.backups, time.monotonic()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = backups.Source.at(url)
    base = backups.back_up(folder, source, full=full)
    copied, recorded = asyncio.run(complete(settings, url))
    oldest = base.ended_at - settings.backup_life
    gone = [name for history in backups.History.all_in(folder) for name in history.remove_before(oldest)]
    kind = "full" if base.previous is None else f"adds to {base.previous}"
    print(f"Back-up {base.name} ({kind}) in {folder}: {time.monotonic() - began:.1f} s.")
    print(f"{copied} objects copied, {recorded} erasures recorded, {len(gone)} back-ups removed.")
    if not source.summarises and source.version >= backups.INCREMENTAL_FROM:
        print("Set summarize_wal = on in PostgreSQL for incremental back-ups.")
    return 0


async def complete(settings: Settings, url: str) -> tuple[int, int]:
    """Add objects and erasures to a copy of the database, and note that there is a back-up; return how many of each."""
    async with _container(settings, url) as container:
        copied = await Objects(settings.backups, container).copy()
        recorded = await Erasures(settings.backups).record(container)
        await container.database().beat([Activity.BACKUP])
        return copied, recorded


def receive_wal(settings: Settings, url: str) -> int:
    """Receive the log of the server, and record erasures, until a signal (return 0) or a failure (return 1)."""
    source = backups.Source.at(url)
    history = backups.history_of(settings.backups, source)
    history.wal.mkdir(parents=True, exist_ok=True, mode=0o700)
    backups.keep_log(source)
    program = backups.programs("pg_receivewal", version=source.version) / "pg_receivewal"
    command = [str(program), *backups.receiving_arguments(history, source)]
    with subprocess.Popen(command, env=source.environ, stdin=subprocess.DEVNULL) as receiver:  # noqa: S603
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: receiver.send_signal(signal.SIGINT))
        print(f"Receiving the log of PostgreSQL into {history.wal}.", flush=True)
        while receiver.poll() is None:
            history.note_received()
            try:
                asyncio.run(_record(settings, url))
            except Exception as error:  # noqa: BLE001 - the log is received whatever becomes of the list
                print(f"erasures are not recorded: {error}", file=sys.stderr, flush=True)
            try:
                receiver.wait(RECORD_EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    return 0 if receiver.returncode == 0 else 1


async def _record(settings: Settings, url: str) -> None:
    async with opened((container := Container(settings=replace(settings, database_url=url))).database()):
        await Erasures(settings.backups).record(container)


@dataclass(frozen=True, slots=True)
class Restore:
    """Which state to restore, from which folder, and where."""

    at: datetime | None
    folder: Path
    into: Path


def restore(settings: Settings, asked: Restore) -> int:
    """Restore a state, erase people again, and verify it; return 1 if something is wrong with it."""
    began = time.monotonic()
    with backups.restored(asked.folder, asked.into, asked.at) as url:
        recovered = time.monotonic()
        migrations.upgrade(url, cipher=Container(settings=settings).field_cipher())
        wrong = asyncio.run(_completed(settings, asked.folder, url))
        if settings.database_url is None:
            embedded.adopt(asked.into, url)
    print(f"Recovered in {recovered - began:.1f} s, verified after {time.monotonic() - began:.1f} s.")
    print(f"The files of the server are in {asked.into / 'data'}.")
    return 1 if wrong else 0


async def _completed(settings: Settings, folder: Path, url: str) -> bool:
    async with _container(settings, url) as container:
        await Erasures(folder).repeat(container)
        stored, lost = await Objects(folder, container).put_back()
        database = container.database()
        counts, broken = await restoring.counted(database), await restoring.broken(database)
    print(", ".join(f"{number} {name}" for name, number in counts.items()) + ".")
    print(f"{stored} objects stored again, {lost} are lost.")
    for rule, number in broken.items():
        if number:
            print(f"WRONG: {number} {rule}", file=sys.stderr)
    return bool(lost or any(broken.values()))


@asynccontextmanager
async def _container(settings: Settings, url: str) -> AsyncIterator[Container]:
    container = Container(settings=replace(settings, database_url=url))
    async with opened(container.database(), container.object_storage()):
        yield container


async def _erased(container: Container, since: datetime) -> AsyncIterator[Erasure]:
    """The erasures in the audit log since a time."""
    reads = container.reads().audit_log
    for action, kind in _ACTIONS.items():
        after: AuditId | None = None
        while True:
            page = await reads.page(AuditFilter(action=action, at_from=since, after=after, limit=_AT_ONCE))
            for entry in page:
                if entry.subject is not None:
                    yield Erasure(kind=kind, id=entry.subject.id, at=entry.at)
            if len(page) < _AT_ONCE:
                break
            after = page[-1].id
