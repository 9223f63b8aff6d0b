"""Examples for the API's documentation."""

from typing import Any, Final

PROVIDER: Final[dict[str, Any]] = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", "name": "Sarnai Tattoo"}
_PAYOUT_ID: Final = "0199f3d4-6e20-7b41-8f45-1c9b0d7f1a77"
ADJUST: Final[dict[str, Any]] = {"currency": "MNT", "amount": -50_000, "reason": "A card chargeback that you accepted."}
STATEMENT: Final = (
    "at,kind,bookingReference,payoutId,kept,desk,commission,amount,balance,currency,reason\r\n"
    "2026-11-01T00:00:00+00:00,opening,,,,,,,0.00,MNT,\r\n"
    "2026-11-23T03:05:00+00:00,booking,BK-7F3K9Q,,20000.00,0.00,2500.00,17500.00,,MNT,\r\n"
    "2026-12-01T00:00:00+00:00,closing,,,20000.00,0.00,2500.00,17500.00,17500.00,MNT,\r\n"
)
BALANCES_CSV: Final = (
    "providerId,provider,hasBankAccount,owed,reserved,currency\r\n"
    f"{PROVIDER['id']},Sarnai Tattoo,yes,17500.00,0.00,MNT\r\n"
)
SET_COMMISSION: Final[dict[str, Any]] = {"providerId": PROVIDER["id"], "basisPoints": 1_250}
START: Final[dict[str, Any]] = {"providerId": PROVIDER["id"], "currency": "MNT"}
SETTLE: Final[dict[str, Any]] = {"bankReference": "FT26335000456"}
RETURN: Final[dict[str, Any]] = {"reason": "The bank does not know this account number."}
PAYOUTS_CSV: Final = (
    "id,provider,holderName,bank,accountNumber,amount,currency,status,createdAt,approvedAt,bankReference\r\n"
    f"{_PAYOUT_ID},Sarnai Tattoo,Sarnai Dorj,Khan Bank,5012345678,17500.00,MNT,pending,2026-12-01T02:00:00+00:00,"
    "2026-12-01T03:00:00+00:00,\r\n"
)
