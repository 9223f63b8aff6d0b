"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.accounts.examples import LOGINS, SESSIONS, USER

ACCOUNT: Final[dict[str, Any]] = {
    **USER,
    "givenName": "Dorj",
    "familyName": "Bat-Erdene",
    "birthDate": "1996-02-29",
    "address": "Peace Avenue 17, Ulaanbaatar",
    "pictureUrl": "https://pictures.example.com/dorj.webp",
    "version": 4,
}
CHANGES: Final[dict[str, Any]] = {"givenName": "Dorj", "birthDate": "1996-02-29", "locale": "mn", "pictureUrl": None}
PREFERENCES: Final[dict[str, Any]] = {
    "channels": {"email": True, "sms": False, "telegram": True, "push": True},
    "reminders": True,
    "marketing": False,
}
WANT_PHONE: Final[dict[str, Any]] = {"phone": "9911 4455", "currentPassword": "correct-horse-battery"}
CONFIRM_PHONE: Final[dict[str, Any]] = {"phone": "9911 4455", "code": "402519"}
EXPORT: Final[dict[str, Any]] = {
    "exportedAt": "2026-11-23T01:40:00Z",
    "account": ACCOUNT,
    "preferences": PREFERENCES,
    "sessions": [
        {**{name: value for name, value in SESSIONS["items"][0].items() if name != "current"}, "endedAt": None}
    ],
    "loginHistory": LOGINS["items"],
    "bookings": [],
    "waitingList": [],
    "reviews": [],
    "identities": [{"service": "telegram", "subject": "279058397", "linkedAt": "2026-11-20T03:20:00Z"}],
    "provider": None,
    "salons": [],
    "textMessages": [
        {
            "at": "2026-11-20T03:16:00Z",
            "to": "+976****2233",
            "template": "code.login",
            "language": "en",
            "status": "delivered",
        }
    ],
}
