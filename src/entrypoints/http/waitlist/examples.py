"""Examples for the API's documentation."""

from typing import Any, Final

JOIN: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "from": "2026-11-23",
    "to": "2026-11-30",
    "durationMinutes": 60,
}
