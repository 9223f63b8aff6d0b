"""Examples for the API's documentation."""

from typing import Any, Final

ADD_RULE: Final[dict[str, Any]] = {"day": 1, "startTime": "10:00", "endTime": "19:00"}
SET_RULES: Final[dict[str, Any]] = {"rules": [ADD_RULE, {"day": 2, "startTime": "12:00", "endTime": "20:00"}]}
ADD_EXCEPTION: Final[dict[str, Any]] = {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]}
ADD_BLOCK: Final[dict[str, Any]] = {
    "start": "2026-12-24T12:00:00+08:00",
    "end": "2026-12-26T09:00:00+08:00",
    "note": "Away.",
}
CHANGE_SETTINGS: Final[dict[str, Any]] = {
    "slotStepMinutes": 15,
    "bufferAfterMinutes": 10,
    "depositAmount": 2000000,
    "durations": [{"minutes": 120, "priceAmount": 14000000, "depositAmount": 4000000}],
}
SET_FEEDS: Final[dict[str, Any]] = {
    "urls": ["https://calendar.example.com/private-7d1f3c0e/basic.ics"],
    "whenFailing": "trust",
    "trustHours": 24,
}
