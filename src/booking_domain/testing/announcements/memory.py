"""Announcements in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.announcements.model import Announcement, AnnouncementId, AnnouncementNotFound
from booking_domain.announcements.ports import AnnouncementFilter, AnnouncementReads, Announcements
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Group, Lookup, Part, Table, VersionedRepository, delete_key

ANNOUNCEMENTS: Final = Table[AnnouncementId, Announcement]("announcements", what="announcement")
DISMISSALS: Final = Table[tuple[UserId, AnnouncementId], datetime](
    "announcement_dismissals",
    erase=delete_key(lambda key: key[0]),
    ends=True,
)
TABLES: Final = (ANNOUNCEMENTS, DISMISSALS)


class MemoryAnnouncements(VersionedRepository[AnnouncementId, Announcement], Announcements):
    """The announcements of one database transaction."""

    table = ANNOUNCEMENTS

    async def count(self, now: datetime) -> int:
        return sum(not each.ended(now) for each in self._rows.values())

    async def due(self, now: datetime, limit: int) -> Sequence[Announcement]:
        self._state.lock()
        return self._rows.page(lambda each: each.published != each.current(now), limit=limit)

    async def remove(self, announcement_id: AnnouncementId) -> None:
        await self.remove_dismissals(announcement_id)
        await super().remove(announcement_id)

    async def dismiss(self, announcement_id: AnnouncementId, user_id: UserId, now: datetime) -> None:
        self._state.require(USERS, user_id)
        if announcement_id not in self._rows:
            raise AnnouncementNotFound
        self._state[DISMISSALS].setdefault((user_id, announcement_id), now)

    async def undo_dismissal(self, announcement_id: AnnouncementId, user_id: UserId) -> None:
        self._state[DISMISSALS].pop((user_id, announcement_id), None)

    async def remove_dismissals(self, announcement_id: AnnouncementId) -> None:
        self._state[DISMISSALS].delete_keys(lambda key: key[1] == announcement_id)


class MemoryAnnouncementReads(Lookup[AnnouncementId, Announcement], AnnouncementReads):
    """The committed announcements."""

    table = ANNOUNCEMENTS

    async def page(self, criteria: AnnouncementFilter) -> Sequence[Announcement]:
        return self._rows.page(after=criteria.after, limit=criteria.limit, newest_first=True)

    async def current(self, now: datetime) -> Sequence[Announcement]:
        found = self._rows.where(lambda each: each.current(now))
        return sorted(found, key=lambda each: (each.starts_at, each.id), reverse=True)

    async def dismissed_by(self, user_id: UserId) -> set[AnnouncementId]:
        return {key[1] for key in self._state[DISMISSALS] if key[0] == user_id}


class AnnouncementRepositories(Group):
    """The repositories of this context."""

    announcements: Final = Part(MemoryAnnouncements)


class AnnouncementReadGroup(Group):
    """The reads of this context."""

    announcements: Final = Part(MemoryAnnouncementReads)
