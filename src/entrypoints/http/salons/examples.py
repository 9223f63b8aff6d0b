"""Examples for the API's documentation."""

from typing import Any, Final

from entrypoints.http.files.images import IMAGE
from entrypoints.http.providers.schemas import PROVIDER, PROVIDER_ID
from entrypoints.http.salons.schemas import PROVIDER_TOTALS
from entrypoints.http.services import SERVICE

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
SALON: Final[dict[str, Any]] = {
    "id": "0199f3b1-2c44-7d10-8e5a-6b9f1d3c7a02",
    "managerId": "0199f3b0-7a21-7c35-9d4e-1f8b5c2a6e43",
    **OPEN,
    "photos": [IMAGE],
    "version": 1,
    "createdAt": "2026-11-20T03:15:00Z",
}
EDIT: Final[dict[str, Any]] = {"name": "Nomad House & Friends"}
SET_HOURS: Final[dict[str, Any]] = {
    "rules": [{"day": 1, "startTime": "09:00", "endTime": "20:00", "everyWeeks": 1}],
    "exceptions": [
        {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]},
        {"date": "2027-01-01", "closed": True},
    ],
}
HOURS: Final[dict[str, Any]] = {"timeZone": "Asia/Ulaanbaatar", **SET_HOURS}
SALON_SERVICE: Final[dict[str, Any]] = {
    **{name: shown for name, shown in SERVICE.items() if name != "providerId"},
    "salonId": SALON["id"],
    "offers": [
        {"providerId": PROVIDER_ID, "durationMinutes": 120, "priceAmount": 18_000_000, "depositAmount": 3_000_000}
    ],
}
SALON_PAGE: Final[dict[str, Any]] = {**SALON, "hours": HOURS, "services": [SALON_SERVICE], "providers": [PROVIDER]}
SALON_LIST: Final[dict[str, Any]] = {
    "items": [{**SALON, **PROVIDER_TOTALS, "distanceMetres": 640}],
}
INVITE: Final[dict[str, Any]] = {"providerId": PROVIDER_ID}
INVITED: Final[dict[str, Any]] = {"providerId": PROVIDER_ID, "status": "invited"}
JOINED: Final[dict[str, Any]] = {"providerId": PROVIDER_ID, "status": "member"}
MEMBER: Final[dict[str, Any]] = {"providerId": PROVIDER_ID, "displayName": "Bat-Erdene Tattoo", "status": "member"}
SALONS_OF_MANAGER: Final[dict[str, Any]] = {"items": [{**SALON, "members": [MEMBER]}]}
INVITATIONS: Final[dict[str, Any]] = {"items": [{"salon": SALON, "invitedAt": "2026-11-20T03:20:00Z"}]}
MEMBERSHIP: Final[dict[str, Any]] = {"salon": SALON}
MEMBERS: Final[dict[str, Any]] = {"items": [MEMBER]}
SALON_SLOTS: Final[dict[str, Any]] = {
    "timeZone": "Asia/Ulaanbaatar",
    "slots": [{"start": "2026-11-23T02:00:00Z", "end": "2026-11-23T03:00:00Z", "providerIds": [PROVIDER_ID]}],
    "degraded": [],
}
