"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.bookings.examples import BOOKING

CHANGES: Final[dict[str, Any]] = {"bio": "Fine lines, lettering and cover-ups.", "depositAmount": 2500000}
APPROVED: Final[dict[str, Any]] = {"approved": True, "note": "Welcome."}
SUSPEND: Final[dict[str, Any]] = {"reason": "The address does not exist."}
CORRECTION: Final[dict[str, Any]] = {"address": "Peace Avenue 71, Ulaanbaatar"}
DECIDE: Final[dict[str, Any]] = {"bookingIds": [BOOKING["id"]], "verdict": "cancel", "reason": "The studio has closed."}
