"""Notify people of an authorised payment: what was authorised, captured or released, and what cannot be captured."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.payments.events import (
    AUTHORISATION_EVENTS,
    AuthorisationChanged,
    CaptureDelayed,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentLapsed,
    PaymentReleased,
)
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf
from booking_domain.use_cases.notices.fields import sample_money, sample_time
from booking_domain.use_cases.notices.parties import PartyNotices, parties_of, readers_of, templates_of
from booking_domain.use_cases.platform.ports import Reads

_NOTICES: Final[Mapping[str, PartyNotices]] = {
    PaymentAuthorised.topic: PartyNotices(
        subject="Booking {reference}: amount reserved on your card",
        to_customer="{authorised} is reserved on your card for your booking with {provider} on {when}. It is charged "
        "after the appointment, and on {capture_by} at the latest.",
    ),
    PaymentCaptured.topic: PartyNotices(
        subject="Booking {reference}: card charged",
        to_customer="{captured} was charged to your card for your booking with {provider} on {when}.",
        to_provider="{captured} was charged to the card of {customer} for the booking on {when}.",
    ),
    PaymentReleased.topic: PartyNotices(
        subject="Booking {reference}: reservation on your card released",
        to_customer="{released} for your booking with {provider} on {when} is not charged. Your bank shows the "
        "reservation until it has processed this.",
    ),
    PaymentLapsed.topic: PartyNotices(
        subject="Booking {reference}: card not charged",
        to_customer="The reservation of {authorised} on your card for your booking with {provider} on {when} has "
        "ended, and nothing was charged.",
        to_provider="The card of {customer} could not be charged for the booking on {when}: the reservation of "
        "{authorised} has ended.",
        to_admins="The reservation of {authorised} for booking {reference} has ended at {gateway} before it was "
        "captured.",
    ),
    CaptureDelayed.topic: PartyNotices(
        subject="Booking {reference}: capture delayed",
        to_admins="{gateway} has not captured or released {authorised} of booking {reference} after {attempts} "
        "attempts. It is asked until it does.",
    ),
}


async def _notices(event: AuthorisationChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notifications; none of a delay that is over."""
    parties, payment = await parties_of(event.booking_id, reads), await reads.payments.get(event.payment_id)
    if parties is None or payment is None:
        return
    if isinstance(event, CaptureDelayed) and payment.status is not PaymentStatus.AUTHORISED:
        return
    last = payment.latest_capture
    for each in parties.addressed_with_manager(
        _NOTICES[event.topic],
        capture_by="" if last is None else parties.local(last),
        authorised=payment.authorised,
        captured=payment.settled,
        released=payment.authorised.excess_over(payment.settled),
        gateway=payment.gateway,
        attempts=payment.capture_attempts,
    ):
        yield each


MESSAGES: Final = Messages(
    notices=(
        NoticesOf({each: readers_of(_NOTICES, each.topic).and_managers for each in AUTHORISATION_EVENTS}, _notices),
    ),
    templates=templates_of(_NOTICES),
    fields={
        "authorised": NoticeField("The amount that is reserved on the card.", sample_money(20_000)),
        "capture_by": NoticeField("Until when the reserved amount can be charged.", sample_time(72)),
        "captured": NoticeField("The amount that was charged to the card.", sample_money(20_000)),
        "released": NoticeField("The reserved amount that is not charged.", sample_money(5_000)),
    },
)
