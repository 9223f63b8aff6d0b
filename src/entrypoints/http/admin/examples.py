"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.accounts.examples import ISSUED_CODE, SESSIONS

USER_ID: Final = "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77"
USER: Final[dict[str, Any]] = {
    "id": USER_ID,
    "name": "Dorj",
    "givenName": "Dorj",
    "email": "dorj@example.com",
    "phone": "+97699112233",
    "role": "customer",
    "status": "active",
    "locale": "mn",
    "timeZone": "Asia/Ulaanbaatar",
    "createdAt": "2026-11-20T03:15:00Z",
    "emailVerifiedAt": "2026-11-20T03:17:00Z",
    "version": 3,
}
USERS: Final[dict[str, Any]] = {"items": [USER]}
DEVICES: Final[dict[str, Any]] = {
    "items": [{name: session[name] for name in session if name != "current"} for session in SESSIONS["items"]]
}
CODES: Final[dict[str, Any]] = {"items": [ISSUED_CODE]}
CHANGES: Final[dict[str, Any]] = {"name": "Dorj", "locale": "mn"}
BULK: Final[dict[str, Any]] = {"ids": [USER_ID], "action": "end_sessions"}
DONE: Final[dict[str, Any]] = {"changed": 1}
CSV: Final = (
    "id,name,email,phone,role,status,locale,timeZone,createdAt,emailVerifiedAt,phoneVerifiedAt\r\n"
    f"{USER_ID},Dorj,dorj@example.com,'+97699112233,customer,active,mn,Asia/Ulaanbaatar,"
    "2026-11-20T03:15:00+00:00,2026-11-20T03:17:00+00:00,\r\n"
)
