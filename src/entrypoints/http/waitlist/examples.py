"""Examples for the API's documentation."""

from typing import Any, Final

JOIN: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "from": "2026-11-23",
    "to": "2026-11-30",
    "durationMinutes": 60,
}
WAITING: Final[dict[str, Any]] = {
    "id": "0199f3a8-2d17-7e64-b0c9-5a8e3f7d1c26",
    "providerId": JOIN["providerId"],
    "from": "2026-11-22T16:00:00Z",
    "to": "2026-11-29T16:00:00Z",
    "durationMinutes": 60,
    "status": "waiting",
    "createdAt": "2026-11-20T03:15:00Z",
}
OFFERED: Final[dict[str, Any]] = {
    **WAITING,
    "status": "offered",
    "hold": {
        "id": WAITING["id"],
        "start": "2026-11-24T02:00:00Z",
        "end": "2026-11-24T03:00:00Z",
        "expiresAt": "2026-11-21T05:30:00Z",
    },
}
LIST: Final[dict[str, Any]] = {"items": [OFFERED]}
