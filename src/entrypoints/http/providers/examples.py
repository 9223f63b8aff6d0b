"""Examples for the API's documentation."""

from typing import Any, Final

PROVIDER_ID: Final = "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"
PROFILE: Final[dict[str, Any]] = {
    "displayName": "Studio Nomad",
    "bio": "Fine lines and lettering.",
    "styles": ["fine line", "lettering"],
    "address": "Peace Avenue 17, Ulaanbaatar",
    "location": {"lat": 47.9184, "lon": 106.9177},
    "timeZone": "Asia/Ulaanbaatar",
    "bookingMode": "instant",
    "depositAmount": 2000000,
    "priceAmount": 8000000,
    "currency": "MNT",
}
PROVIDER: Final[dict[str, Any]] = {
    "id": PROVIDER_ID,
    **PROFILE,
    "status": "approved",
    "cancellationPolicy": [{"hoursBefore": 24, "percent": 100}],
    "rating": 4.83,
    "ratingCount": 12,
    "version": 3,
}
CHANGES: Final[dict[str, Any]] = {"bio": "Fine lines, lettering and cover-ups.", "depositAmount": 2500000}
PAGE: Final[dict[str, Any]] = {"items": [PROVIDER], "nextCursor": None}
APPROVED: Final[dict[str, Any]] = {"approved": True, "note": "Welcome."}
SLOTS: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "slots": [
        {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:00:00Z"},
        {"start": "2026-11-23T02:30:00Z", "end": "2026-11-23T03:30:00Z"},
    ],
    "degraded": [],
}
EXPLANATION: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "slot": "2026-11-23T03:10:00Z",
    "offered": False,
    "reasons": ["claimed", "off_grid"],
    "before": {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:00:00Z"},
    "after": {"start": "2026-11-23T04:30:00Z", "end": "2026-11-23T05:30:00Z"},
    "degraded": [],
}
