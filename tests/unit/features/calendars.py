"""`calendar.ics` and `calendar-link`: appointments as iCalendar files, by link or one by one."""

from typing import Final

from tests.unit.features.bookings import BOOKING
from tests.unit.features.declarations import PUBLIC, Feature, Row

from booking_domain.shared.permissions import Permission

FEATURE: Final = Feature(
    routes={
        "GET /bookings/{booking_id}/calendar.ics": Row(Permission.SEE_BOOKINGS, BOOKING),
        "POST /providers/me/calendar-link": Row(Permission.MANAGE_CALENDAR),
        "DELETE /providers/me/calendar-link": Row(Permission.MANAGE_CALENDAR),
        "POST /users/me/calendar-link": Row(Permission.SHARE_CALENDAR),
        "DELETE /users/me/calendar-link": Row(Permission.SHARE_CALENDAR),
        "GET /providers/me/calendar.ics": Row(PUBLIC, query="token=x", by_secret=True, tagged=True),
        "GET /users/me/calendar.ics": Row(PUBLIC, query="token=x", by_secret=True, tagged=True),
    },
    permissions="calendar.share customer:own provider:own manager:own admin:own",
)
