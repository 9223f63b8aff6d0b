"""Examples for the API's documentation."""

from typing import Any, Final

CHANGES: Final[dict[str, Any]] = {"givenName": "Dorj", "birthDate": "1996-02-29", "locale": "mn", "pictureFileId": None}
PREFERENCES: Final[dict[str, Any]] = {
    "channels": {"email": True, "sms": False, "telegram": True, "push": True},
    "reminders": True,
    "unsubscribed": [],
    "quietHours": {"startTime": "22:00", "endTime": "07:00"},
    "marketing": False,
}
WANT_PHONE: Final[dict[str, Any]] = {"phone": "9911 4455", "currentPassword": "correct-horse-battery"}
WANT_EMAIL: Final[dict[str, Any]] = {"email": "dorj@example.mn", "currentPassword": "correct-horse-battery"}
CONFIRM_EMAIL: Final[dict[str, Any]] = {"email": "dorj@example.mn", "code": "402519"}
CONFIRM_PHONE: Final[dict[str, Any]] = {"phone": "9911 4455", "code": "402519"}
