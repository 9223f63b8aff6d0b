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
APPOINTMENT: Final[dict[str, Any]] = {
    **BOOKING,
    "customer": {"id": BOOKING["customerId"], "name": "Bold"},
    "provider": {
        "id": BOOKING["providerId"],
        "displayName": "Sarnai Tattoo",
        "address": "Seoul Street 21, Ulaanbaatar",
        "timeZone": "Asia/Ulaanbaatar",
    },
    "actions": ["pay_deposit", "reschedule", "cancel"],
}
PAGE: Final[dict[str, Any]] = {"items": [APPOINTMENT]}
MOVE: Final[dict[str, Any]] = {"status": "cancelled", "reason": "I am ill."}
MOVED: Final[dict[str, Any]] = {
    **{name: value for name, value in BOOKING.items() if name != "dueAt"},
    "status": "cancelled",
    "version": 2,
    "updatedAt": "2026-11-20T03:20:00Z",
}
EVENTS: Final[dict[str, Any]] = {
    "items": [
        {
            "id": "0199f3a7-90c3-7d08-b1f6-2a9c4e8d7f55",
            "type": "placed",
            "to": "pending",
            "by": {"id": BOOKING["customerId"], "role": "customer"},
            "at": "2026-11-20T03:15:00Z",
        }
    ],
}
PLACE_SERIES: Final[dict[str, Any]] = {**PLACE, "everyWeeks": 4, "times": 2}
_SERIES_ID: Final = "0199f3a7-90c1-7f21-8c55-4d3b2a190e66"
SERIES: Final[dict[str, Any]] = {
    "id": _SERIES_ID,
    "items": [
        {**BOOKING, "seriesId": _SERIES_ID},
        {
            **BOOKING,
            "id": "0199f3a7-90c2-7c77-9b1e-8f6a5d4c3b21",
            "reference": "BK-3W8MHT",
            "start": "2026-12-21T02:00:00Z",
            "end": "2026-12-21T03:00:00Z",
            "seriesId": _SERIES_ID,
        },
    ],
}
RESCHEDULE: Final[dict[str, Any]] = {"slot": "2026-11-24T14:00:00+08:00"}
RESCHEDULED: Final[dict[str, Any]] = {
    **BOOKING,
    "start": "2026-11-24T06:00:00Z",
    "end": "2026-11-24T07:00:00Z",
    "version": 2,
    "updatedAt": "2026-11-20T03:20:00Z",
    "rescheduledBy": "provider",
    "agreedStart": "2026-11-23T02:00:00Z",
    "agreedEnd": "2026-11-23T03:00:00Z",
    "objectionDeadline": "2026-11-21T03:20:00Z",
}
_UNACCEPTED: Final = {"rescheduledBy", "agreedStart", "agreedEnd", "objectionDeadline"}
ACCEPT_TIME: Final[dict[str, Any]] = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T15:00:00+08:00"}
ACCEPTED_TIME: Final[dict[str, Any]] = {
    **{name: value for name, value in RESCHEDULED.items() if name not in {"dueAt", *_UNACCEPTED}},
    "status": "confirmed",
    "paymentStatus": "paid",
    "paidAmount": 2000000,
    "version": 5,
}
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
OFFERED: Final[dict[str, Any]] = {
    **BOOKING,
    "status": "requested",
    "offeredTimes": ["2026-11-24T06:00:00Z", "2026-11-25T02:00:00Z"],
    "version": 2,
    "dueAt": "2026-11-22T03:20:00Z",
    "updatedAt": "2026-11-20T03:20:00Z",
}
