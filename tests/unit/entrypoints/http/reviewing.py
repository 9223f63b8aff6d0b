"""Completed bookings and reviews of them, over HTTP."""

from typing import Any

from tests.unit.entrypoints.api import Api

YESTERDAY = "2026-11-22T12:00:00Z"


async def completed_booking(api: Api, slot: str = YESTERDAY) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and booking: entered by the provider for the customer, and completed."""
    owner, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    customer_id = (await api.get("/auth/me", customer)).json()["id"]
    booking = await api.booked(owner, provider_id, slot, customerId=customer_id)
    done = await api.patch(f"/bookings/{booking['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    return customer, owner, done.json()


async def reviewed(api: Api, rating: int = 5) -> tuple[str, str, dict[str, Any]]:
    """Author, provider and review."""
    customer, owner, booking = await completed_booking(api)
    wish = {"bookingId": booking["id"], "rating": rating, "text": "Clean lines"}
    answer = await api.post("/reviews", customer, json=wish)
    assert answer.status_code == 201, answer.text
    return customer, owner, answer.json()
