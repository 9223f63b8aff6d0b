"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.payouts.schemas import PAYEE_ACCOUNT

PROVIDER: Final[dict[str, Any]] = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", "name": "Sarnai Tattoo"}
_PAYOUT_ID: Final = "0199f3d4-6e20-7b41-8f45-1c9b0d7f1a77"
_BOOKING: Final[dict[str, Any]] = {
    "id": "0199f3d0-2a10-7d31-9b45-6e9b0d7f1a33",
    "kind": "booking",
    "bookingId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03",
    "bookingReference": "BK-7F3K9Q",
    "keptAmount": 2_000_000,
    "deskAmount": 0,
    "commissionAmount": 250_000,
    "amount": 1_750_000,
    "currency": "MNT",
    "at": "2026-11-23T03:05:00Z",
}
ADJUST: Final[dict[str, Any]] = {"currency": "MNT", "amount": -50_000, "reason": "A card chargeback that you accepted."}
ADJUSTMENT: Final[dict[str, Any]] = {
    **_BOOKING,
    "id": "0199f3d2-4c30-7a21-8b65-3e5b0d7f1a90",
    "kind": "adjustment",
    "keptAmount": 0,
    "commissionAmount": 0,
    **ADJUST,
}
ACCOUNT: Final[dict[str, Any]] = {
    "providerId": PROVIDER["id"],
    "from": "2026-11-01T00:00:00Z",
    "to": "2026-12-01T00:00:00Z",
    "totals": [
        {
            "currency": "MNT",
            "openingAmount": 0,
            "keptAmount": 2_000_000,
            "deskAmount": 0,
            "commissionAmount": 250_000,
            "paidOutAmount": 0,
            "adjustedAmount": 0,
            "closingAmount": 1_750_000,
            "owedAmount": 1_750_000,
        }
    ],
    "held": [{"currency": "MNT", "upcomingAmount": 4_000_000, "disputedAmount": 0}],
    "items": [_BOOKING],
}
STATEMENT: Final = (
    "at,kind,bookingReference,payoutId,kept,desk,commission,amount,balance,currency,reason\r\n"
    "2026-11-01T00:00:00+00:00,opening,,,,,,,0.00,MNT,\r\n"
    "2026-11-23T03:05:00+00:00,booking,BK-7F3K9Q,,20000.00,0.00,2500.00,17500.00,,MNT,\r\n"
    "2026-12-01T00:00:00+00:00,closing,,,20000.00,0.00,2500.00,17500.00,17500.00,MNT,\r\n"
)
BALANCES: Final[dict[str, Any]] = {
    "items": [
        {
            "provider": PROVIDER,
            "hasBankAccount": True,
            "balances": [{"currency": "MNT", "owedAmount": 1_750_000, "reservedAmount": 0}],
        }
    ],
}
BALANCES_CSV: Final = (
    "providerId,provider,hasBankAccount,owed,reserved,currency\r\n"
    f"{PROVIDER['id']},Sarnai Tattoo,yes,17500.00,0.00,MNT\r\n"
)
SET_COMMISSION: Final[dict[str, Any]] = {"providerId": PROVIDER["id"], "basisPoints": 1_250}
COMMISSION: Final[dict[str, Any]] = {
    "providerId": PROVIDER["id"],
    "basisPoints": 1_250,
    "ownBasisPoints": 1_250,
    "platformBasisPoints": 1_500,
}
START: Final[dict[str, Any]] = {"providerId": PROVIDER["id"], "currency": "MNT"}
STARTED: Final[dict[str, Any]] = {
    "id": _PAYOUT_ID,
    "providerId": PROVIDER["id"],
    "amount": 1_750_000,
    "currency": "MNT",
    "status": "pending",
    "createdAt": "2026-12-01T02:00:00Z",
    "version": 1,
}
PAYOUT: Final[dict[str, Any]] = {
    **{name: value for name, value in STARTED.items() if name != "providerId"},
    "provider": PROVIDER,
    "waitsFor": "approval",
    "payee": {"bank": "Khan Bank", "accountNumber": "5012345678", "holderName": "Sarnai Dorj"},
    "bankAccount": {**PAYEE_ACCOUNT, "holderName": "Sarnai Dorj"},
}
APPROVED: Final[dict[str, Any]] = {
    **PAYOUT,
    "waitsFor": "transfer",
    "approvedAt": "2026-12-01T03:00:00Z",
    "version": 2,
}
SETTLE: Final[dict[str, Any]] = {"bankReference": "FT26335000456"}
SETTLED: Final[dict[str, Any]] = {
    **APPROVED,
    "status": "paid",
    "waitsFor": "nothing",
    "bankReference": SETTLE["bankReference"],
    "processedAt": "2026-12-01T08:00:00Z",
    "version": 3,
}
RETURN: Final[dict[str, Any]] = {"reason": "The bank does not know this account number."}
RETURNED: Final[dict[str, Any]] = {**PAYOUT, "returnReason": RETURN["reason"], "version": 3}
CANCELLED: Final[dict[str, Any]] = {
    **PAYOUT,
    "status": "cancelled",
    "waitsFor": "nothing",
    "processedAt": "2026-12-01T02:30:00Z",
    "version": 2,
}
PAYOUTS: Final[dict[str, Any]] = {"items": [PAYOUT]}
OWN_PAYOUT: Final[dict[str, Any]] = {
    "id": _PAYOUT_ID,
    "amount": 1_750_000,
    "currency": "MNT",
    "status": "paid",
    "needsBankAccount": False,
    "bankReference": SETTLE["bankReference"],
    "createdAt": STARTED["createdAt"],
    "processedAt": SETTLED["processedAt"],
}
OWN_PAYOUTS: Final[dict[str, Any]] = {"items": [OWN_PAYOUT]}
PAYOUTS_CSV: Final = (
    "id,provider,holderName,bank,accountNumber,amount,currency,status,createdAt,approvedAt,bankReference\r\n"
    f"{_PAYOUT_ID},Sarnai Tattoo,Sarnai Dorj,Khan Bank,5012345678,17500.00,MNT,pending,2026-12-01T02:00:00+00:00,"
    "2026-12-01T03:00:00+00:00,\r\n"
)
