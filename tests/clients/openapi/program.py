"""A customer searches, holds, books, pays, moves and cancels, with the client of openapi-python-client."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from generated_booking_client import AuthenticatedClient, Client
from generated_booking_client.api.auth import log_in
from generated_booking_client.api.bookings import cancel_booking, place_booking, reschedule_booking
from generated_booking_client.api.holds import place_hold
from generated_booking_client.api.payments import start_payment
from generated_booking_client.api.providers import list_slots
from generated_booking_client.models import (
    Booking,
    CancelBody,
    FreeSlots,
    Hold,
    HoldBody,
    LoginBody,
    PayBody,
    PayBodyPurpose,
    Payment,
    PlaceBookingBody,
    RescheduleBody,
    SignedIn,
)


def story(url: str, email: str, password: str, provider_id: UUID, day: date) -> str:
    more = {"trust_env": False}
    with Client(base_url=url, httpx_args=more) as anyone:
        signed_in = log_in.sync(client=anyone, body=LoginBody(email=email, password=password))
    assert isinstance(signed_in, SignedIn)
    assert signed_in.access_token  # absent in the mode of cookies
    with AuthenticatedClient(base_url=url, token=signed_in.access_token, httpx_args=more) as client:
        found = list_slots.sync(provider_id, client=client, from_=day, to=day + timedelta(days=1))
        assert isinstance(found, FreeSlots)
        first, second = found.slots[0].start, found.slots[1].start
        held = place_hold.sync(client=client, body=HoldBody(provider_id=provider_id, slot=first))
        assert isinstance(held, Hold)
        wish = PlaceBookingBody(provider_id=provider_id, slot=first, hold_id=held.id)
        booking = place_booking.sync(client=client, body=wish, idempotency_key=str(uuid4()))
        assert isinstance(booking, Booking)
        pay = PayBody(booking_id=booking.id, purpose=PayBodyPurpose.DEPOSIT)
        payment = start_payment.sync(client=client, body=pay, idempotency_key=str(uuid4()))
        assert isinstance(payment, Payment)
        moved = reschedule_booking.sync(
            booking.id, client=client, body=RescheduleBody(slot=second), idempotency_key=str(uuid4())
        )
        assert isinstance(moved, Booking)
        assert moved.start == second
        cancelled = cancel_booking.sync(booking.id, client=client, body=CancelBody(), idempotency_key=str(uuid4()))
        assert isinstance(cancelled, Booking)
        return f"{payment.status} {cancelled.status}"
