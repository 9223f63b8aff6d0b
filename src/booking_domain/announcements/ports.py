"""Ports of announcements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.announcements.events import EVENTS
from booking_domain.announcements.model import Announcement, AnnouncementId
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import UserId


class Announcements(Protocol):
    """The announcements of a database transaction."""

    async def add(self, announcement: Announcement) -> None:
        """Add an announcement."""
        ...

    async def get(self, announcement_id: AnnouncementId) -> Announcement | None:
        """One announcement."""
        ...

    async def lock(self, announcement_id: AnnouncementId) -> Announcement | None:
        """One announcement, locked until the database transaction ends."""
        ...

    async def count(self, now: datetime) -> int:
        """How many announcements are current or to come."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Announcement]:
        """Announcements whose `published` is not whether they are current, locked; those that others lock are not."""
        ...

    async def save(self, announcement: Announcement, *, was: Announcement) -> None:
        """Replace an announcement.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
        """
        ...

    async def remove(self, announcement_id: AnnouncementId) -> None:
        """Remove an announcement, and who has dismissed it."""
        ...

    async def dismiss(self, announcement_id: AnnouncementId, user_id: UserId, now: datetime) -> None:
        """Remember that a user has dismissed an announcement; again has no effect.

        Raises:
            AnnouncementNotFound: it was removed. Raised at this call or at the next wait.
        """
        ...

    async def undo_dismissal(self, announcement_id: AnnouncementId, user_id: UserId) -> None:
        """Forget that a user has dismissed an announcement; without effect if the user has not."""
        ...

    async def remove_dismissals(self, announcement_id: AnnouncementId) -> None:
        """Forget who has dismissed an announcement."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementFilter:
    """A page of announcements, newest first."""

    after: AnnouncementId | None = None
    """The last one of the previous page."""
    limit: int


class AnnouncementReads(Protocol):
    """Reads of announcements, outside any database transaction."""

    async def get(self, announcement_id: AnnouncementId) -> Announcement | None:
        """One announcement."""
        ...

    async def page(self, criteria: AnnouncementFilter) -> Sequence[Announcement]:
        """All announcements of a page."""
        ...

    async def current(self, now: datetime) -> Sequence[Announcement]:
        """Those that are current, the last to have started first."""
        ...

    async def dismissed_by(self, user_id: UserId) -> set[AnnouncementId]:
        """Those that a user has dismissed."""
        ...


class AnnouncementRepositories(Protocol):
    """The repositories of this context."""

    @property
    def announcements(self) -> Announcements: ...


class AnnouncementReadGroup(Protocol):
    """The reads of this context."""

    @property
    def announcements(self) -> AnnouncementReads: ...


CONTEXT: Final = DomainContext(events=EVENTS)
