"""Notify people of an authorised payment: what was authorised, captured or released, and what cannot be captured.

May run any number of times.
"""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, NoticeValue, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.payments.events import (
    AuthorisationChanged,
    CaptureDelayed,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentLapsed,
    PaymentReleased,
)
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.use_cases.notices.admins import notify_admins
from booking_domain.use_cases.notices.clocks import clock_of
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

_CAPTURED: Final = "Booking {reference}: card charged"
_LAPSED: Final = "Booking {reference}: card not charged"
TO_CUSTOMER: Final = {
    PaymentAuthorised: NoticeTemplate(
        subject="Booking {reference}: amount reserved on your card",
        text="{authorised} is reserved on your card for your booking with {provider} on {when}. It is charged after "
        "the appointment, and on {capture_by} at the latest.",
    ),
    PaymentCaptured: NoticeTemplate(
        subject=_CAPTURED, text="{captured} was charged to your card for your booking with {provider} on {when}."
    ),
    PaymentReleased: NoticeTemplate(
        subject="Booking {reference}: reservation on your card released",
        text="{released} for your booking with {provider} on {when} is not charged. Your bank shows the reservation "
        "until it has processed this.",
    ),
    PaymentLapsed: NoticeTemplate(
        subject=_LAPSED,
        text="The reservation of {authorised} on your card for your booking with {provider} on {when} has ended, and "
        "nothing was charged.",
    ),
}
TO_PROVIDER: Final = {
    PaymentCaptured: NoticeTemplate(
        subject=_CAPTURED, text="{captured} was charged to the card of {customer} for the booking on {when}."
    ),
    PaymentLapsed: NoticeTemplate(
        subject=_LAPSED,
        text="The card of {customer} could not be charged for the booking on {when}: the reservation of {authorised} "
        "has ended.",
    ),
}
TO_ADMINS: Final = {
    PaymentLapsed: NoticeTemplate(
        subject=_LAPSED,
        text="The reservation of {authorised} for booking {reference} has ended at {gateway} before it was captured.",
    ),
    CaptureDelayed: NoticeTemplate(
        subject="Booking {reference}: capture delayed",
        text="{gateway} has not captured or released {authorised} of booking {reference} after {attempts} attempts. It "
        "is asked until it does.",
    ),
}


async def notify_of_authorisation(
    event: AuthorisationChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notifications; none of a delay that is over.

    Raises:
        Unavailable: a notification was not sent; the caller may retry.
    """
    booking, payment = await reads.bookings.get(event.booking_id), await reads.payments.get(event.payment_id)
    if booking is None or payment is None:
        return
    customer, owner = await reads.users.get(booking.customer_id), await reads.users.get(booking.provider_user_id)
    view = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or view is None:
        return
    if isinstance(event, CaptureDelayed) and payment.status is not PaymentStatus.AUTHORISED:
        return
    local, last = clock_of(booking.time_zone, customer), payment.latest_capture
    values: dict[str, NoticeValue] = {
        "reference": booking.reference,
        "provider": view.profile.display_name,
        "customer": customer.name,
        "when": local(booking.span.start),
        "capture_by": "" if last is None else local(last),
        "authorised": payment.authorised,
        "captured": payment.settled,
        "released": payment.authorised.excess_over(payment.settled),
        "gateway": payment.gateway,
        "attempts": str(payment.capture_attempts),
    }
    for user, texts in ((customer, TO_CUSTOMER), (owner, TO_PROVIDER)):
        template = texts.get(type(event))
        if template is not None:
            await notify_user(user, event, template.fill(**values), notifier=notifier, translator=translator)
    template = TO_ADMINS.get(type(event))
    if template is not None:
        await notify_admins(event, template.fill(**values), reads=reads, notifier=notifier, translator=translator)
