"""Examples for the API's documentation."""

from typing import Any, Final

ADD: Final[dict[str, Any]] = {
    "url": "https://integrator.example.com/hooks/booking",
    "description": "Our calendar",
    "eventTypes": ["booking.confirmed", "booking.cancelled"],
}
EDIT: Final[dict[str, Any]] = {"eventTypes": [], "enabled": True}
ROTATE: Final[dict[str, Any]] = {"overlapHours": 24}
REPLAY: Final[dict[str, Any]] = {"failedSince": "2026-11-20T00:00:00Z"}
