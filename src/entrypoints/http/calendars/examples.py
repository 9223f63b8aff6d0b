"""Examples for the API's documentation."""

from typing import Any, Final

_SECRET: Final = "pX3l0dV9o1kQm7tYh2sJb5uEw8rNc4aGf6zKi0xLvTI"  # noqa: S105
LINK_OF_PROVIDER: Final[dict[str, Any]] = {
    "url": f"https://booking.example.com/api/v1/providers/me/calendar.ics?token={_SECRET}",
    "createdAt": "2026-11-20T03:15:00Z",
}
LINK: Final[dict[str, Any]] = {**LINK_OF_PROVIDER, "url": LINK_OF_PROVIDER["url"].replace("providers", "users")}
FILE: Final = "\r\n".join(  # noqa: FLY002 - one line a line
    (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//booking-domain//bookings//EN",
        "METHOD:PUBLISH",
        "NAME:BK-7F3K9Q",
        "BEGIN:VEVENT",
        "UID:0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03@booking",
        "SEQUENCE:0",
        "DTSTAMP:20261120T031500Z",
        "DTSTART:20261123T020000Z",
        "DTEND:20261123T030000Z",
        "STATUS:TENTATIVE",
        "SUMMARY:Studio Nomad",
        "DESCRIPTION:BK-7F3K9Q: pending",
        "LOCATION:Peace Avenue 17\\, Ulaanbaatar",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
)
