"""Examples for the API's documentation."""

from typing import Any, Final

CALENDAR: Final[dict[str, Any]] = {
    "timeZone": "America/New_York",
    "settings": {"slotStepMinutes": 60, "slotDurationMinutes": 60, "bufferAfterMinutes": 15},
    "rules": [{"day": 0, "startTime": "00:00", "endTime": "04:00"}],
}
CLAIMS: Final[list[dict[str, Any]]] = [{"start": "2026-11-01T07:00:00Z", "end": "2026-11-01T08:00:00Z"}]
COMPUTE: Final[dict[str, Any]] = {
    "calendar": CALENDAR,
    "claims": CLAIMS,
    "now": "2026-10-20T00:00:00Z",
    "window": {"from": "2026-11-01T04:00:00Z", "to": "2026-11-02T05:00:00Z"},
}
EXPLAIN: Final[dict[str, Any]] = {
    "calendar": CALENDAR,
    "claims": CLAIMS,
    "now": "2026-10-20T00:00:00Z",
    "slot": "2026-11-01T06:00:00Z",
}
