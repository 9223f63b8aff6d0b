"""Domain events of announcements."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.announcements.model import Announcement, AnnouncementId, Audience
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class AnnouncementEvent(Event):
    """The common fields of all events of an announcement."""

    subject_field: ClassVar[str] = "announcement_id"

    announcement_id: AnnouncementId
    audience: Audience
    """Whom it concerns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPublished(AnnouncementEvent):
    """The announcement has become current, for this audience."""

    topic: ClassVar[str] = "announcement.published"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementChanged(AnnouncementEvent):
    """An admin changed the announcement while it is current."""

    topic: ClassVar[str] = "announcement.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementWithdrawn(AnnouncementEvent):
    """The announcement is no longer current for this audience: it has ended, was deleted, or is for others now."""

    topic: ClassVar[str] = "announcement.withdrawn"


EVENTS: Final[tuple[type[AnnouncementEvent], ...]] = (
    AnnouncementPublished,
    AnnouncementChanged,
    AnnouncementWithdrawn,
)


def announcement_event(
    kind: type[AnnouncementEvent], announcement: Announcement, context: Context
) -> AnnouncementEvent:
    """Return the event of an announcement that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        announcement_id=announcement.id,
        audience=announcement.audience,
    )
