"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.bookings.examples import BOOKING
from entrypoints.http.portfolio import PAGE as PORTFOLIO
from entrypoints.http.providers.schemas import PROVIDER
from entrypoints.http.services import SERVICE

CHANGES: Final[dict[str, Any]] = {"bio": "Fine lines, lettering and cover-ups.", "depositAmount": 2500000}
PAGE: Final[dict[str, Any]] = {"items": [PROVIDER]}
APPROVED: Final[dict[str, Any]] = {"approved": True, "note": "Welcome."}
SUSPEND: Final[dict[str, Any]] = {"reason": "The address does not exist."}
SUSPENDED: Final[dict[str, Any]] = {
    **PROVIDER,
    "status": "suspended",
    "suspension": {"cause": "decision", "reason": SUSPEND["reason"], "since": "2026-11-23T01:00:00Z"},
}
CORRECTION: Final[dict[str, Any]] = {"address": "Peace Avenue 71, Ulaanbaatar"}
BOOKINGS: Final[dict[str, Any]] = {"items": [{**BOOKING, "inQuestion": True}]}
DECIDE: Final[dict[str, Any]] = {"bookingIds": [BOOKING["id"]], "verdict": "cancel", "reason": "The studio has closed."}
DECIDED: Final[dict[str, Any]] = {"changed": 1}
SLOTS: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "slots": [
        {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:00:00Z"},
        {"start": "2026-11-23T02:30:00Z", "end": "2026-11-23T03:30:00Z"},
    ],
    "degraded": [],
}
DAYS: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "days": [
        {"date": "2026-11-23", "slots": 14, "firstSlot": "2026-11-23T02:00:00Z"},
        {"date": "2026-11-24", "slots": 0},
    ],
    "degraded": [],
}
PROVIDER_PAGE: Final[dict[str, Any]] = {
    "provider": PROVIDER,
    "salon": {
        "id": "0199f3b1-2c44-7d10-8e5a-6b9f1d3c7a02",
        "name": "Nomad House",
        "address": "Peace Avenue 17",
        "city": "Ulaanbaatar",
        "location": {"lat": 47.9184, "lon": 106.9177},
        "phone": "+97699112233",
        "instructions": "The entrance is in the yard, second floor.",
    },
    "services": [SERVICE],
    "portfolio": PORTFOLIO,
    "nextFree": {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:30:00Z"},
    "degraded": [],
}
EXPLANATION: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "slot": "2026-11-23T03:10:00Z",
    "offered": False,
    "reasons": ["unavailable"],
    "before": {"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:00:00Z"},
    "after": {"start": "2026-11-23T04:30:00Z", "end": "2026-11-23T05:30:00Z"},
    "degraded": [],
}
