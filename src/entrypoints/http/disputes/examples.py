"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.bookings.examples import BOOKING

_CUSTOMER: Final = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d12", "name": "Bold"}
EVIDENCE: Final[dict[str, Any]] = {"kind": "text", "text": "I waited from 10:00 to 10:40; the studio was closed."}
OPEN: Final[dict[str, Any]] = {
    "bookingId": BOOKING["id"],
    "reason": "Nobody was there.",
    "evidence": [EVIDENCE],
}
OPEN_FOR: Final[dict[str, Any]] = {**OPEN, "initiatorId": _CUSTOMER["id"]}
STATEMENT: Final[dict[str, Any]] = {"text": "I was ill and wrote to the customer at 09:00."}
RESOLVE: Final[dict[str, Any]] = {
    "resolution": "refund_partial",
    "refundAmount": 1_000_000,
    "bookingStatus": "cancelled",
    "note": "The appointment was called off too late.",
}
CSV: Final = (
    "id,bookingReference,status,openedBy,byAdmin,bookingWas,customer,provider,openedAt,statementDueAt,decisionDueAt,"
    "closedAt,resolution,refundAmount,currency,bookingStatus\r\n"
    "0199f3d4-2a61-7c3e-8f15-7b4e9d0c6a38,BK-7F3K9Q,open,customer,no,confirmed,Bold,Sarnai Tattoo,"
    "2026-11-25T02:00:00+00:00,2026-11-30T02:00:00+00:00,2026-12-09T02:00:00+00:00,,,,,\r\n"
)
