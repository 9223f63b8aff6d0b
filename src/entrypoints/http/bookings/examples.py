"""Examples for the API's documentation."""

from typing import Any, Final

BOOKING_ID: Final = "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"
PLACE: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "slot": "2026-11-23T10:00:00+08:00",
    "notes": "A small swallow on the forearm.",
}
BOOKING: Final[dict[str, Any]] = {
    "id": BOOKING_ID,
    "reference": "BK-7F3K9Q",
    "status": "pending",
    "paymentStatus": "unpaid",
    "providerId": PLACE["providerId"],
    "customerId": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77",
    "start": "2026-11-23T02:00:00Z",
    "end": "2026-11-23T03:00:00Z",
    "timeZone": "Asia/Ulaanbaatar",
    "priceAmount": 8000000,
    "depositAmount": 2000000,
    "paidAmount": 0,
    "refundedAmount": 0,
    "refundPendingAmount": 0,
    "deskPaidAmount": 0,
    "authorisedAmount": 0,
    "releasedAmount": 0,
    "balanceDueAmount": 0,
    "currency": "MNT",
    "notes": PLACE["notes"],
    "placedByStaff": False,
    "version": 1,
    "createdAt": "2026-11-20T03:15:00Z",
    "updatedAt": "2026-11-20T03:15:00Z",
    "dueAt": "2026-11-20T03:30:00Z",
}
MOVE: Final[dict[str, Any]] = {"status": "cancelled", "reason": "I am ill."}
PLACE_SERIES: Final[dict[str, Any]] = {**PLACE, "everyWeeks": 4, "times": 2}
RESCHEDULE: Final[dict[str, Any]] = {"slot": "2026-11-24T14:00:00+08:00"}
_UNACCEPTED: Final = {"rescheduledBy", "agreedStart", "agreedEnd", "objectionDeadline"}
ACCEPT_TIME: Final[dict[str, Any]] = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T15:00:00+08:00"}
QUOTE: Final[dict[str, Any]] = {
    "refundAmount": 1000000,
    "releasedAmount": 0,
    "deskPaidAmount": 0,
    "currency": "MNT",
    "validUntil": "2026-11-22T04:20:00Z",
    "tier": {"hoursBefore": 24, "percent": 50, "deadline": "2026-11-23T06:00:00Z"},
    "betterTier": {"hoursBefore": 72, "percent": 100, "deadline": "2026-11-21T06:00:00Z"},
    "cancellationStart": "2026-11-24T06:00:00Z",
}
CANCEL: Final[dict[str, Any]] = {"reason": "I am ill."}
ACCEPT: Final[dict[str, Any]] = {"slot": "2026-11-24T14:00:00+08:00"}
DECLINE: Final[dict[str, Any]] = {"reason": "Not my style."}
OFFER: Final[dict[str, Any]] = {"slots": ["2026-11-24T14:00:00+08:00", "2026-11-25T10:00:00+08:00"]}
