"""Tell the customer that a payment failed at the gateway, and the provider that the balance was paid there."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.payments.events import PaymentFailed, PaymentReceived
from booking_domain.payments.model import Purpose
from booking_domain.use_cases.bookings.steps import due_of
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf
from booking_domain.use_cases.notices.parties import PartyNotices, parties_of, readers_of, templates_of
from booking_domain.use_cases.platform.ports import Reads

_NOTICES: Final = {
    PaymentFailed.topic: PartyNotices(
        subject="Booking {reference}: payment not completed",
        to_customer=(
            "Your payment of {amount} for your booking with {provider} on {when} was not completed, and nothing was "
            "charged. Please try again."
        ),
        customer_details=("Please pay by: {due}",),
    ),
    PaymentReceived.topic: PartyNotices(
        subject="Booking {reference}: balance paid",
        to_provider="{customer} has paid {amount} for the booking on {when}. Still due: {balance}.",
    ),
}


async def _of_failure(event: PaymentFailed, reads: Reads) -> AsyncIterator[Addressed]:
    """Nobody is told of what was paid otherwise since."""
    parties, payment = await parties_of(event.booking_id, reads), await reads.payments.get(event.payment_id)
    if parties is None or payment is None or not due_of(parties.booking, payment.purpose):
        return
    for each in parties.addressed(_NOTICES[event.topic], amount=payment.amount):
        yield each


async def _of_money(event: PaymentReceived, reads: Reads) -> AsyncIterator[Addressed]:
    """Nobody is told of a deposit, of which the booking's event tells, nor of a capture, which has its own."""
    parties, payment = await parties_of(event.booking_id, reads), await reads.payments.get(event.payment_id)
    if parties is None or payment is None or payment.purpose is not Purpose.BALANCE or payment.authorised:
        return
    for each in parties.addressed_with_manager(_NOTICES[event.topic], amount=payment.settled):
        yield each


MESSAGES: Final = Messages(
    notices=(
        NoticesOf({PaymentFailed: readers_of(_NOTICES, PaymentFailed.topic)}, _of_failure),
        NoticesOf({PaymentReceived: readers_of(_NOTICES, PaymentReceived.topic).and_managers}, _of_money),
    ),
    templates=templates_of(_NOTICES),
)
