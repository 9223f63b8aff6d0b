"""Examples for the API's documentation."""

from typing import Final

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
