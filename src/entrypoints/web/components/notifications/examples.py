"""Examples of this component."""

from typing import Final

from entrypoints.web.components.notifications import NotificationRow, Notifications
from entrypoints.web.kit.examples import Example

_CONFIRMED: Final = NotificationRow(
    at="Mon 23 Nov 2026, 08:00",
    language="en",
    subject="Booking BK-NXGFM4: confirmed",
    text="Sarnai looks forward to seeing you.",
    new=True,
    href="/en/styleguide",
)
EXAMPLES: Final = (Example("a notification", Notifications(rows=(_CONFIRMED,))),)
