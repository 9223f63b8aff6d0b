"""Examples for the API's documentation."""

from typing import Any, Final

ADD_RULE: Final[dict[str, Any]] = {"day": 1, "startTime": "10:00", "endTime": "19:00"}
RULE: Final[dict[str, Any]] = {"id": "0199f3a4-77b1-7e02-b3c9-5f8d2a6e4c10", **ADD_RULE, "everyWeeks": 1}
SET_RULES: Final[dict[str, Any]] = {"rules": [ADD_RULE, {"day": 2, "startTime": "12:00", "endTime": "20:00"}]}
RULES: Final[dict[str, Any]] = {
    "rules": [RULE, {"id": "0199f3a4-77b1-7e02-b3c9-5f8d2a6e4c11", **SET_RULES["rules"][1], "everyWeeks": 1}]
}
ADD_EXCEPTION: Final[dict[str, Any]] = {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]}
EXCEPTION: Final[dict[str, Any]] = {"id": "0199f3a5-02d9-7a6f-91e4-7b3c8d5f2e31", **ADD_EXCEPTION}
ADD_BLOCK: Final[dict[str, Any]] = {
    "start": "2026-12-24T12:00:00+08:00",
    "end": "2026-12-26T09:00:00+08:00",
    "note": "Away.",
}
BLOCK: Final[dict[str, Any]] = {
    "id": "0199f3a5-4c11-7d02-8a6b-1e9f7c3d5b42",
    "start": "2026-12-24T04:00:00Z",
    "end": "2026-12-26T01:00:00Z",
    "note": "Away.",
}
CHANGE_SETTINGS: Final[dict[str, Any]] = {
    "slotStepMinutes": 15,
    "bufferAfterMinutes": 10,
    "depositAmount": 2000000,
    "durations": [{"minutes": 120, "priceAmount": 14000000, "depositAmount": 4000000}],
}
SETTINGS: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "slotStepMinutes": 15,
    "slotDurationMinutes": 60,
    "bufferBeforeMinutes": 0,
    "bufferAfterMinutes": 10,
    "minNoticeMinutes": 0,
    "horizonDays": 90,
    "anchoring": "open_range",
    "bookingMode": "instant",
    "requestsClaimTime": True,
    "depositAmount": 2000000,
    "priceAmount": 8000000,
    "durations": [{"minutes": 120, "priceAmount": 14000000, "depositAmount": 4000000}],
    "currency": "MNT",
    "cancellationPreset": "flexible",
    "cancellationPolicy": [{"hoursBefore": 24, "percent": 100}],
    "lateCancellationKeepsPercent": 100,
    "noShowKeepsPercent": 100,
    "rescheduleNoticeMinutes": 0,
    "reminderMinutes": [1440, 120],
    "instructions": "Please eat before you come.",
}
AVAILABILITY: Final[dict[str, Any]] = {
    "settings": SETTINGS,
    "rules": [RULE],
    "exceptions": [EXCEPTION],
    "blocks": [BLOCK],
}
SET_FEEDS: Final[dict[str, Any]] = {
    "urls": ["https://calendar.example.com/private-7d1f3c0e/basic.ics"],
    "whenFailing": "trust",
    "trustHours": 24,
}
FEEDS: Final[dict[str, Any]] = {
    "feeds": [
        {
            "id": "0199f3a5-6d20-7b44-9c3e-2f8a5b1d7e90",
            "url": "https://calendar.example.com/…",
            "readAt": "2026-11-23T01:50:00Z",
            "failing": True,
            "failure": "the server answered 404",
        }
    ],
    "waitsForApproval": False,
    "whenFailing": "trust",
    "trustHours": 24,
}
