"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.providers.schemas import PROVIDER_ID

OPEN: Final[dict[str, Any]] = {
    "name": "Nomad House",
    "timeZone": "Asia/Ulaanbaatar",
    "address": "Peace Avenue 17",
    "city": "Ulaanbaatar",
    "location": {"lat": 47.9184, "lon": 106.9177},
    "phone": "+97699112233",
    "email": "hello@nomad.mn",
    "instructions": "The entrance is in the yard, second floor.",
}
EDIT: Final[dict[str, Any]] = {"name": "Nomad House & Friends"}
SET_HOURS: Final[dict[str, Any]] = {
    "rules": [{"day": 1, "startTime": "09:00", "endTime": "20:00", "everyWeeks": 1}],
    "exceptions": [
        {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]},
        {"date": "2027-01-01", "closed": True},
    ],
}
INVITE: Final[dict[str, Any]] = {"providerId": PROVIDER_ID}
