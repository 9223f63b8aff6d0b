"""Announcements on PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, ENDED, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.announcements.model import (
    Announcement,
    AnnouncementId,
    AnnouncementLevel,
    AnnouncementNotFound,
    AnnouncementText,
    Audience,
)
from booking_domain.announcements.ports import AnnouncementFilter, AnnouncementReads, Announcements
from booking_domain.shared.ids import UserId

announcements: Final = Table(
    "announcements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("texts", JSONB, nullable=False),
    Column("audience", Text, nullable=False),
    Column("level", Text, nullable=False),
    instant("starts_at"),
    instant("ends_at", nullable=True),
    Column("published", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    instant("updated_at"),
    one_of("audience", Audience),
    one_of("level", AnnouncementLevel),
)
announcement_dismissals: Final = Table(
    "announcement_dismissals",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("announcement_id", Uuid, ForeignKey("announcements.id", ondelete="CASCADE"), nullable=False, index=True),
    instant("dismissed_at"),
    PrimaryKeyConstraint("user_id", "announcement_id"),
    info=personal_data(
        "user_id", erase=DELETE, handover=ENDED, export=NotExported("which announcements a page no longer shows")
    ),
)


def _texts_json(texts: Iterable[AnnouncementText]) -> Jsonb:
    return Jsonb([[each.language, each.title, each.text] for each in texts])


def _texts_of(value: list[list[str]]) -> tuple[AnnouncementText, ...]:
    return tuple(AnnouncementText(language=language, title=title, text=text) for language, title, text in value)


ANNOUNCEMENT: Final = Mapper(announcements, Announcement, texts=Converted("texts", write=_texts_json, read=_texts_of))
_a: Final = announcements.c
_d: Final = announcement_dismissals.c
_NOW: Final = bindparam("now", type_=_a.starts_at.type)
_CURRENT: Final = and_(_a.starts_at <= _NOW, or_(_a.ends_at.is_(None), _a.ends_at > _NOW))
_ALL: Final = select(*ANNOUNCEMENT.columns)
_ONE: Final = _ALL.where(_a.id == bindparam("announcement_id"))
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_COUNT: Final = Statement(
    select(func.count()).select_from(announcements).where(or_(_a.ends_at.is_(None), _a.ends_at > _NOW))
)
_DUE: Final = Statement(
    _ALL.where(_a.published != _CURRENT).order_by(_a.id).limit(bindparam("most")).with_for_update(skip_locked=True)
)
_REMOVE: Final = Statement(delete(announcements).where(_a.id == bindparam("announcement_id")))
_DISMISS: Final = Statement(
    insert(announcement_dismissals)
    .values(user_id=bindparam("user_id"), announcement_id=bindparam("announcement_id"), dismissed_at=bindparam("now"))
    .on_conflict_do_nothing()
)
_OF_ANNOUNCEMENT: Final = delete(announcement_dismissals).where(_d.announcement_id == bindparam("of_announcement"))
_UNDO: Final = Statement(_OF_ANNOUNCEMENT.where(_d.user_id == bindparam("of_user")))
_FORGET: Final = Statement(_OF_ANNOUNCEMENT)
_PAGE: Final = Statement(
    _ALL.where(if_given("after", _a.id, _a.id < bindparam("after", type_=_a.id.type)))
    .order_by(_a.id.desc())
    .limit(bindparam("most"))
)
_NOW_CURRENT: Final = Statement(_ALL.where(_CURRENT).order_by(_a.starts_at.desc(), _a.id.desc()))
_DISMISSED: Final = Statement(select(_d.announcement_id).where(_d.user_id == bindparam("user_id")))


class PostgresAnnouncements(VersionedRows[Announcement], Announcements):
    """`Announcements` in the table `announcements`."""

    rows = Rows(ANNOUNCEMENT, "announcement")

    async def get(self, announcement_id: AnnouncementId) -> Announcement | None:
        return await self._work.first(ANNOUNCEMENT.read, _GET, announcement_id=announcement_id)

    async def lock(self, announcement_id: AnnouncementId) -> Announcement | None:
        return await self._work.first(ANNOUNCEMENT.read, _LOCK, announcement_id=announcement_id)

    async def count(self, now: datetime) -> int:
        row = await self._work.one(_COUNT, now=now)
        return 0 if row is None else int(row[0])

    async def due(self, now: datetime, limit: int) -> Sequence[Announcement]:
        return await self._work.each(ANNOUNCEMENT.read, _DUE, now=now, most=limit)

    async def remove(self, announcement_id: AnnouncementId) -> None:
        await self._work.execute(_REMOVE, announcement_id=announcement_id)

    async def dismiss(self, announcement_id: AnnouncementId, user_id: UserId, now: datetime) -> None:
        await self._work.execute(_DISMISS, announcement_id=announcement_id, user_id=user_id, now=now)

    async def undo_dismissal(self, announcement_id: AnnouncementId, user_id: UserId) -> None:
        await self._work.execute(_UNDO, of_announcement=announcement_id, of_user=user_id)

    async def remove_dismissals(self, announcement_id: AnnouncementId) -> None:
        await self._work.execute(_FORGET, of_announcement=announcement_id)


class PostgresAnnouncementReads(WithWork, AnnouncementReads):
    """`AnnouncementReads` of the table `announcements`."""

    async def get(self, announcement_id: AnnouncementId) -> Announcement | None:
        return await self._work.first(ANNOUNCEMENT.read, _GET, announcement_id=announcement_id)

    async def page(self, criteria: AnnouncementFilter) -> Sequence[Announcement]:
        return await self._work.each(ANNOUNCEMENT.read, _PAGE, after=criteria.after, most=criteria.limit)

    async def current(self, now: datetime) -> Sequence[Announcement]:
        return await self._work.each(ANNOUNCEMENT.read, _NOW_CURRENT, now=now)

    async def dismissed_by(self, user_id: UserId) -> set[AnnouncementId]:
        return {AnnouncementId(row[0]) for row in await self._work.all(_DISMISSED, user_id=user_id)}


CONTEXT: Final = PostgresContext(
    tables=(announcements, announcement_dismissals),
    conflicts={"announcement_dismissals_announcement_id_fkey": AnnouncementNotFound},
)


class AnnouncementRepositories(RepositoryGroup):
    """The repositories of this context."""

    announcements = part(PostgresAnnouncements)


class AnnouncementReadGroup(ReadGroup):
    """The reads of this context."""

    announcements = part(PostgresAnnouncementReads)
