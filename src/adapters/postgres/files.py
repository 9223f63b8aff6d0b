"""Uploaded files on PostgreSQL. Their objects are elsewhere; the sweep deletes them before the rows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork, Work
from booking_domain.files.model import LIVE, UNFINISHED, File, FileOwner, FileStatus, FileUsage, Folder, Rejection
from booking_domain.files.ports import FileReads, Files
from booking_domain.shared.ids import FileId, UserId

_DELETED: Final[ColumnElement[str]] = literal_column(f"'{FileStatus.DELETED.value}'")
"""Written out, so that the partial indexes serve."""


def _discard(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the account's files: the next sweep deletes their objects, and then the rows."""
    return (
        update(table)
        .where(owned, table.c.status != _DELETED)
        .values(status=_DELETED, filename="", sweep_at=table.c.created_at, version=table.c.version + 1)
    )


files: Final = Table(
    "files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("users.id"), nullable=False),
    # Neither has a constraint: a new kind of owner needs no migration.
    Column("folder", Text, nullable=False),
    Column("owner_id", Uuid),
    Column("position", SmallInteger, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("rejected_because", Text),
    instant("created_at"),
    instant("upload_until"),
    instant("checked_until", nullable=True),
    instant("sweep_at", nullable=True),
    Column("version", Integer, nullable=False),
    one_of("status", FileStatus),
    one_of("rejected_because", Rejection),
    CheckConstraint("size > 0", name="size"),
    Index("files_account_id_id_idx", "account_id", "id", postgresql_where=text("status <> 'deleted'")),
    Index("files_owner_idx", "owner_id", "folder", "position", postgresql_where=text("status <> 'deleted'")),
    Index("files_sweep_at_idx", "sweep_at", postgresql_where=text("sweep_at IS NOT NULL")),
    info=personal_data(
        "account_id",
        erase=_discard,
        handover=Kept("they are parts of what the owner finds from before; an upload that is part of nothing expires"),
        export="files",
    ),
)

FILE: Final = Mapper(
    files,
    File,
    image=Columns("width", "height"),
    fixed=("account_id", "folder", "content_type", "created_at", "upload_until"),
)
_f: Final = files.c
_KEPT: Final = _f.status != _DELETED
_IN_LIVE: Final = or_(*(_f.status == each.value for each in sorted(LIVE)))
_IN_UNFINISHED: Final = or_(*(_f.status == each.value for each in sorted(UNFINISHED)))
_ONE: Final = select(*FILE.columns).where(_f.id == bindparam("file_id"))
_LOCK: Final = Statement(_ONE.with_for_update())
_GET: Final = Statement(_ONE.where(_KEPT))
_REMOVE: Final = Statement(delete(files).where(_f.id == bindparam("file_id")))
_OF_OWNER: Final = (
    select(*FILE.columns)
    .where(_f.owner_id == bindparam("owner_id"), _f.folder == bindparam("folder"), _KEPT)
    .order_by(_f.position, _f.id)
)
_OF: Final = Statement(_OF_OWNER)
_OF_EACH: Final = Statement(
    select(*FILE.columns)
    .where(
        _f.owner_id == any_(bindparam("owner_ids", type_=ARRAY(_f.owner_id.type))),
        _f.folder == bindparam("folder"),
        _KEPT,
    )
    .order_by(_f.position, _f.id)
)
_LOCK_OF: Final = Statement(_OF_OWNER.with_for_update())
_USAGE: Final = Statement(
    select(
        func.coalesce(func.sum(_f.size), 0),
        func.count().filter(_IN_UNFINISHED),
    ).where(_f.account_id == bindparam("account_id"), _KEPT, _IN_LIVE)
)
_OF_ACCOUNT: Final = Statement(
    select(*FILE.columns)
    .where(
        _f.account_id == bindparam("account_id"),
        _KEPT,
        if_given("after", _f.id, _f.id > bindparam("after")),
    )
    .order_by(_f.id)
    .limit(bindparam("most"))
)
_TO_SWEEP: Final = Statement(
    select(_f.id).where(_f.sweep_at <= bindparam("now")).order_by(_f.sweep_at, _f.id).limit(bindparam("most"))
)


async def _of_each(work: Work, folder: Folder, owner_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
    found: defaultdict[UUID, list[File]] = defaultdict(list)
    if owner_ids:
        for row in await work.all(_OF_EACH, owner_ids=list(owner_ids), folder=folder.value):
            file = FILE.read(row)
            if file.owner_id is not None:
                found[file.owner_id].append(file)
    return dict(found)


class PostgresFiles(VersionedRows[File], Files):
    """`Files` in the table `files`."""

    rows = Rows(FILE, "file")

    async def lock(self, file_id: FileId) -> File | None:
        return await self._work.first(FILE.read, _LOCK, file_id=file_id)

    async def lock_of(self, owner: FileOwner) -> list[File]:
        return await self._work.each(FILE.read, _LOCK_OF, owner_id=owner.id, folder=owner.folder.value)

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
        return await _of_each(self._work, folder, owner_ids)

    async def remove(self, file_id: FileId) -> None:
        await self._work.execute(_REMOVE, file_id=file_id)

    async def usage(self, account_id: UserId) -> FileUsage:
        row = await self._work.one(_USAGE, account_id=account_id)
        return FileUsage(bytes=0, unfinished=0) if row is None else FileUsage(bytes=int(row[0]), unfinished=row[1])


class PostgresFileReads(WithWork, FileReads):
    """`FileReads` of `files`."""

    async def get(self, file_id: FileId) -> File | None:
        return await self._work.first(FILE.read, _GET, file_id=file_id)

    async def of_account(self, account_id: UserId, after: FileId | None, limit: int) -> list[File]:
        return await self._work.each(FILE.read, _OF_ACCOUNT, account_id=account_id, after=after, most=limit)

    async def of(self, owner: FileOwner) -> list[File]:
        return await self._work.each(FILE.read, _OF, owner_id=owner.id, folder=owner.folder.value)

    async def of_each(self, folder: Folder, owner_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
        return await _of_each(self._work, folder, owner_ids)

    async def to_sweep(self, now: datetime, limit: int) -> list[FileId]:
        return await self._work.each(lambda row: FileId(row[0]), _TO_SWEEP, now=now, most=limit)


CONTEXT: Final = PostgresContext(tables=(files,))


class FileRepositories(RepositoryGroup):
    """The repositories of this context."""

    files = part(PostgresFiles)


class FileReadGroup(ReadGroup):
    """The reads of this context."""

    files = part(PostgresFileReads)
