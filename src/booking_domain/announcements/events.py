"""Domain events of announcements."""

from typing import Final

from booking_domain.announcements.model import Announcement, AnnouncementId, Audience
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId


class AnnouncementEvent(Event, subject="announcement_id"):
    """The common fields of all events of an announcement."""

    announcement_id: AnnouncementId
    audience: Audience
    """Whom it concerns."""


class AnnouncementPublished(AnnouncementEvent, topic="announcement.published"):
    """The announcement has become current, for this audience."""


class AnnouncementChanged(AnnouncementEvent, topic="announcement.changed"):
    """An admin changed the announcement while it is current."""


class AnnouncementWithdrawn(AnnouncementEvent, topic="announcement.withdrawn"):
    """The announcement is no longer current for this audience: it has ended, was deleted, or is for others now."""


EVENTS: Final[tuple[type[AnnouncementEvent], ...]] = (
    AnnouncementPublished,
    AnnouncementChanged,
    AnnouncementWithdrawn,
)


def announcement_event(
    kind: type[AnnouncementEvent], announcement: Announcement, context: UseCaseContext
) -> AnnouncementEvent:
    """Return the event of an announcement that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        announcement_id=announcement.id,
        audience=announcement.audience,
    )
