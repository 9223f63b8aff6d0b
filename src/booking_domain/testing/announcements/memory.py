"""Announcements in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from booking_domain.announcements.model import Announcement, AnnouncementId, AnnouncementNotFound
from booking_domain.announcements.ports import AnnouncementFilter, AnnouncementReads, Announcements
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table, delete_key, ended

ANNOUNCEMENTS: Final = Table[AnnouncementId, Announcement]("announcements")
DISMISSALS: Final = Table[tuple[UserId, AnnouncementId], datetime](
    "announcement_dismissals",
    erase=delete_key(lambda key: key[0]),
    handover=ended(delete_key(lambda key: key[0])),
)
TABLES: Final = (ANNOUNCEMENTS, DISMISSALS)


class MemoryAnnouncements(Announcements):
    """The announcements of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, announcement: Announcement) -> None:
        self._state[ANNOUNCEMENTS][announcement.id] = announcement

    async def get(self, announcement_id: AnnouncementId) -> Announcement | None:
        return self._state[ANNOUNCEMENTS].get(announcement_id)

    async def lock(self, announcement_id: AnnouncementId) -> Announcement | None:
        return self._state[ANNOUNCEMENTS].get(announcement_id)

    async def count(self, now: datetime) -> int:
        return sum(not each.ended(now) for each in self._state[ANNOUNCEMENTS].values())

    async def due(self, now: datetime, limit: int) -> Sequence[Announcement]:
        found = (each for each in self._state[ANNOUNCEMENTS].values() if each.published != each.current(now))
        return sorted(found, key=lambda each: each.id)[:limit]

    async def save(self, announcement: Announcement, *, was: Announcement) -> None:
        kept = self._state[ANNOUNCEMENTS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="announcement")
        self._state[ANNOUNCEMENTS][was.id] = announcement

    async def remove(self, announcement_id: AnnouncementId) -> None:
        await self.remove_dismissals(announcement_id)
        self._state[ANNOUNCEMENTS].pop(announcement_id, None)

    async def dismiss(self, announcement_id: AnnouncementId, user_id: UserId, now: datetime) -> None:
        require_user(self._state, user_id)
        if announcement_id not in self._state[ANNOUNCEMENTS]:
            raise AnnouncementNotFound
        self._state[DISMISSALS].setdefault((user_id, announcement_id), now)

    async def undo_dismissal(self, announcement_id: AnnouncementId, user_id: UserId) -> None:
        self._state[DISMISSALS].pop((user_id, announcement_id), None)

    async def remove_dismissals(self, announcement_id: AnnouncementId) -> None:
        rows = self._state[DISMISSALS]
        for key in [key for key in rows if key[1] == announcement_id]:
            del rows[key]


class MemoryAnnouncementReads(AnnouncementReads):
    """The committed announcements."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, announcement_id: AnnouncementId) -> Announcement | None:
        return self._committed()[ANNOUNCEMENTS].get(announcement_id)

    async def page(self, criteria: AnnouncementFilter) -> Sequence[Announcement]:
        rows = self._committed()[ANNOUNCEMENTS].values()
        found = (each for each in rows if criteria.after is None or each.id < criteria.after)
        return sorted(found, key=lambda each: each.id, reverse=True)[: criteria.limit]

    async def current(self, now: datetime) -> Sequence[Announcement]:
        found = (each for each in self._committed()[ANNOUNCEMENTS].values() if each.current(now))
        return sorted(found, key=lambda each: (each.starts_at, each.id), reverse=True)

    async def dismissed_by(self, user_id: UserId) -> set[AnnouncementId]:
        return {key[1] for key in self._committed()[DISMISSALS] if key[0] == user_id}


class AnnouncementRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.announcements = MemoryAnnouncements(state)


class AnnouncementReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.announcements = MemoryAnnouncementReads(committed)
