"""What somebody was told, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.notifications.model import Notification
from booking_domain.notifications.notices import LocalTime
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.notifications import NotificationRow, Notifications
from entrypoints.web.kit.pages import Page, PageModel

MOST: Final = 30
UNTIL: Final = "until"


@dataclass(frozen=True, kw_only=True)
class NotificationsPage(PageModel):
    """Somebody's notifications."""

    template: ClassVar = "notifications/listed.html"
    robots: str = "noindex"
    listed: Notifications | None
    until: str
    """The newest that is shown; empty: all are read."""
    action: str
    """Where they are marked as read."""
    csrf: str
    older: str
    """Where older ones are; empty: there are none."""
    devices: str
    """Where devices are; empty: nothing is pushed."""
    account: str


def notifications_page(
    found: Sequence[Notification], unread: int, page: Page, *, csrf: str, zone: str, pushes: bool
) -> NotificationsPage:
    """The page; `found`: the newest, and one more if there are older ones."""
    shown = found[:MOST]
    return NotificationsPage(
        title=page.say(Phrase("Notifications")),
        listed=Notifications(rows=tuple(row_of(each, page, zone, linked=True) for each in shown)) if shown else None,
        until=str(shown[0].id) if shown and unread else "",
        action=page.link("/notifications/read"),
        csrf=csrf,
        older=page.link("/notifications", after=shown[-1].id) if len(found) > MOST else "",
        devices=page.link("/notifications/devices") if pushes else "",
        account=page.link("/account"),
    )


def row_of(notification: Notification, page: Page, zone: str, *, linked: bool = False) -> NotificationRow:
    """A notification, with its time on the clock of a zone."""
    booking_id = notification.booking_id
    return NotificationRow(
        at=page.say.values.time(LocalTime(notification.created_at, zone)),
        language=notification.language,
        subject=notification.subject,
        text=notification.text,
        new=linked and notification.read_at is None,
        href=page.link(f"/bookings/{booking_id}") if linked and booking_id is not None else "",
    )
