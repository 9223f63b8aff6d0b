"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.bookings.examples import BOOKING
from entrypoints.http.files.images import IMAGE

_ID: Final = "0199f3d4-2a61-7c3e-8f15-7b4e9d0c6a38"
_CUSTOMER: Final = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d12", "name": "Bold"}
_PROVIDER: Final = {"id": BOOKING["providerId"], "name": "Sarnai Tattoo"}
EVIDENCE: Final[dict[str, Any]] = {"kind": "text", "text": "I waited from 10:00 to 10:40; the studio was closed."}
OPEN: Final[dict[str, Any]] = {
    "bookingId": BOOKING["id"],
    "reason": "Nobody was there.",
    "evidence": [EVIDENCE],
}
OPEN_FOR: Final[dict[str, Any]] = {**OPEN, "initiatorId": _CUSTOMER["id"]}
_STATEMENT: Final[dict[str, Any]] = {
    "id": "0199f3d4-2a62-7d01-9c44-5e8f1b2a7c90",
    "by": "customer",
    **EVIDENCE,
    "images": [IMAGE],
    "createdAt": "2026-11-25T02:00:00Z",
}
LISTED: Final[dict[str, Any]] = {
    "id": _ID,
    "bookingId": BOOKING["id"],
    "bookingReference": BOOKING["reference"],
    "bookingWas": "confirmed",
    "customer": _CUSTOMER,
    "provider": _PROVIDER,
    "openedBy": "customer",
    "byAdmin": False,
    "reason": OPEN["reason"],
    "status": "open",
    "openedAt": "2026-11-25T02:00:00Z",
    "statementDueAt": "2026-11-30T02:00:00Z",
    "decisionDueAt": "2026-12-09T02:00:00Z",
    "actions": ["make_statement", "withdraw"],
    "version": 1,
}
DISPUTE: Final[dict[str, Any]] = {**LISTED, "statements": [_STATEMENT]}
PAGE: Final[dict[str, Any]] = {"items": [LISTED]}
STATEMENT: Final[dict[str, Any]] = {"text": "I was ill and wrote to the customer at 09:00."}
STATED: Final[dict[str, Any]] = {
    **DISPUTE,
    "actions": ["make_statement"],
    "statements": [
        _STATEMENT,
        {
            "id": "0199f3d9-6b10-7a52-8e31-0c9d4f6b2e17",
            "by": "provider",
            "kind": "text",
            **STATEMENT,
            "images": [],
            "createdAt": "2026-11-25T05:00:00Z",
        },
    ],
    "version": 2,
}
WITHDRAWN: Final[dict[str, Any]] = {
    **DISPUTE,
    "status": "withdrawn",
    "closedAt": "2026-11-26T02:00:00Z",
    "actions": [],
    "version": 2,
}
RESOLVE: Final[dict[str, Any]] = {
    "resolution": "refund_partial",
    "refundAmount": 1_000_000,
    "bookingStatus": "cancelled",
    "note": "The appointment was called off too late.",
}
_MONEY: Final[dict[str, Any]] = {
    "currency": "MNT",
    "paidAmount": 2_000_000,
    "refundedAmount": 0,
    "refundPendingAmount": 0,
    "refundableAmount": 2_000_000,
    "deskPaidAmount": 0,
    "payments": [],
    "refunds": [],
    "deskPayments": [],
}
CASE: Final[dict[str, Any]] = {
    "dispute": {**DISPUTE, "actions": ["resolve"]},
    "booking": {**BOOKING, "status": "disputed"},
    "cancellationPolicy": [{"hoursBefore": 24, "percent": 100}],
    "lateCancellationKeepsPercent": 100,
    "noShowKeepsPercent": 100,
    "parties": {
        "customer": {**_CUSTOMER, "email": "bold@example.com", "status": "active"},
        "provider": {
            "id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
            "name": "Sarnai",
            "email": "sarnai@example.com",
            "status": "active",
        },
    },
    "timeline": [
        {
            "id": "0199f3d4-2a60-7b11-8d02-3f6a9c1e5b74",
            "type": "disputed",
            "from": "confirmed",
            "to": "disputed",
            "by": {"id": _CUSTOMER["id"], "role": "customer"},
            "at": "2026-11-25T02:00:00Z",
        }
    ],
    "money": _MONEY,
    "earlierDisputes": [],
}
RESOLVED: Final[dict[str, Any]] = {
    **CASE,
    "dispute": {
        **DISPUTE,
        "status": "resolved",
        "actions": [],
        "verdict": {
            "resolution": "refund_partial",
            "refundAmount": 1_000_000,
            "currency": "MNT",
            "bookingStatus": "cancelled",
            "note": RESOLVE["note"],
        },
        "closedAt": "2026-11-28T02:00:00Z",
        "version": 2,
    },
    "booking": {**BOOKING, "status": "cancelled"},
    "money": {
        **_MONEY,
        "refundPendingAmount": 1_000_000,
        "refundableAmount": 1_000_000,
        "refunds": [
            {
                "id": "0199f3e6-0c71-7e24-9b58-4a1d7f3c6e05",
                "amount": 1_000_000,
                "currency": "MNT",
                "status": "refund_pending",
                "reason": "dispute",
                "createdAt": "2026-11-28T02:00:00Z",
            }
        ],
    },
}
CSV: Final = (
    "id,bookingReference,status,openedBy,byAdmin,bookingWas,customer,provider,openedAt,statementDueAt,decisionDueAt,"
    "closedAt,resolution,refundAmount,currency,bookingStatus\r\n"
    "0199f3d4-2a61-7c3e-8f15-7b4e9d0c6a38,BK-7F3K9Q,open,customer,no,confirmed,Bold,Sarnai Tattoo,"
    "2026-11-25T02:00:00+00:00,2026-11-30T02:00:00+00:00,2026-12-09T02:00:00+00:00,,,,,\r\n"
)
