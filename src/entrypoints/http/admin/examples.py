"""Examples for the API's documentation."""

from typing import Any, Final

USER_ID: Final = "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77"
CHANGES: Final[dict[str, Any]] = {"name": "Dorj", "locale": "mn"}
BULK: Final[dict[str, Any]] = {"ids": [USER_ID], "action": "end_sessions"}
CSV: Final = (
    "id,name,email,phone,role,status,locale,timeZone,createdAt,emailVerifiedAt,phoneVerifiedAt\r\n"
    f"{USER_ID},Dorj,dorj@example.com,'+97699112233,customer,active,mn,Asia/Ulaanbaatar,"
    "2026-11-20T03:15:00+00:00,2026-11-20T03:17:00+00:00,\r\n"
)
