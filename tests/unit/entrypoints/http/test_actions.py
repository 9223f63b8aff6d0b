"""The actions that a booking lists for a party are those that its routes then take, and no others."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api
from tests.unit.entrypoints.http.test_managers import salon_of

from booking_domain.bookings.available_actions import AvailableAction

TERMS: Final[dict[str, dict[str, Any]]] = {
    "confirmed": {},
    "moved": {},
    "cancelled": {},
    "pending": {"depositAmount": 2_000_000},
    "requested": {"bookingMode": "request"},
}
NOT_TRIED: Final = frozenset({AvailableAction.UPHOLD})
"""A suspended provider's bookings: test_review_bookings.py."""
ALSO: Final = {"accept": {"confirm"}, "decline": {"cancel"}, "cancel": {"decline"}}
"""What else does the same to a request."""


class Scene:
    """A provider in a salon; each booking is at another time."""

    def __init__(self, api: Api, provider: tuple[str, str], tokens: Mapping[str, str], state: str) -> None:
        self._api = api
        self._provider_id = provider[1]
        self.tokens = {**tokens, "provider": provider[0]}
        self._state = state
        self._at = datetime.fromisoformat(MONDAY_AT_TEN)

    async def booked(self) -> dict[str, Any]:
        self._at += timedelta(days=1)
        customer = self.tokens["customer"]
        made = await self._api.booked(customer, self._provider_id, self._at.isoformat())
        if self._state == "cancelled":
            await self._api.post(f"/bookings/{made['id']}/cancel", customer)
        if self._state == "moved":
            slot = {"slot": (self._at + timedelta(hours=2)).isoformat()}
            moved = await self._api.post(f"/bookings/{made['id']}/reschedule", self.tokens["provider"], json=slot)
            return dict(moved.json())
        return made

    async def takes(self, action: str, booking: Mapping[str, Any], party: str) -> bool:
        """Request an action as `party`; return whether it changes anything."""
        method, path, body = self._request(action, booking, party)
        answer = await self._api.call(method, path, self.tokens[party], json=body)
        assert answer.status_code != 400, answer.text  # the request itself is right
        return answer.is_success and answer.json() != booking

    def _request(self, action: str, booking: Mapping[str, Any], party: str) -> tuple[str, str, dict[str, Any]]:
        path, later = f"/bookings/{booking['id']}", (self._at + timedelta(hours=5)).isoformat()
        status = {"confirm": "confirmed", "complete": "completed", "mark_no_show": "no_show"}
        if action in status:
            return "PATCH", path, {"status": status[action]}
        if action == "dispute":
            by_admin = {"initiatorId": booking["customerId"]} if party == "admin" else {}
            about = {"bookingId": booking["id"], "reason": "Nobody was there.", **by_admin}
            return "POST", "/admin/disputes" if by_admin else "/disputes", about
        if action.startswith("pay_"):
            return "POST", "/payments", {"bookingId": booking["id"], "purpose": action.removeprefix("pay_")}
        bodies: dict[str, dict[str, Any]] = {
            "offer_times": {"slots": [later]},
            "accept_time": {"start": booking["start"], "end": booking["end"]},
            "reschedule": {"slot": later},
            "record_desk_payment": {"method": "cash"},
            "change_terms": {"priceAmount": 4_000_000},
            "waive_deposit": {"reason": "A regular customer."},
        }
        route = {"record_desk_payment": "desk-payments"}.get(action, action.replace("_", "-"))
        return "POST", f"{path}/{route}", bodies.get(action, {})


@pytest.mark.parametrize("state", TERMS)
async def test_a_party_can_do_what_the_booking_lists_and_nothing_else(api: Api, state: str) -> None:
    terms = {"depositAmount": 0, "priceAmount": 5_000_000, **TERMS[state]}
    provider = await api.open_provider(**terms)
    manager, _ = await salon_of(api, provider)
    tokens = {
        "customer": await api.joined("customer", verified=True),
        "manager": manager,
        "admin": await api.an_admin(),
    }
    scene = Scene(api, provider, tokens, state)
    for party, token in scene.tokens.items():
        untouched = await scene.booked()
        listed = (await api.get(f"/bookings/{untouched['id']}", token)).json()["actions"]
        for action in listed:
            assert await scene.takes(action, await scene.booked(), party), (party, action)
        also = set().union(*(ALSO.get(action, set()) for action in listed)) if state == "requested" else set()
        for other in AvailableAction:
            if other.value not in {*listed, *also} and other not in NOT_TRIED:
                assert not await scene.takes(other.value, untouched, party), (party, other)
