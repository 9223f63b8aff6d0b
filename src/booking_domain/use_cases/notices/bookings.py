"""Notices to the parties of a booking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.events import (
    BookingCancelled,
    BookingChanged,
    BookingClockChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingExpired,
    BookingMissed,
    BookingNotRevived,
    BookingPending,
    BookingPlaced,
    BookingQuestioned,
    BookingRescheduled,
    BookingRevived,
    BookingTimeAccepted,
    BookingTimesOffered,
    BookingUpheld,
)
from booking_domain.bookings.transitions import LatePayment, Party, Status
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.events import RefundByTransfer, RefundChanged, RefundMade, RefundReturned, RefundScheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyNotices:
    """The notices of one event, with a common subject; no notice goes to a party without a text."""

    subject: str
    to_customer: str | None = None
    to_provider: str | None = None

    def templates(self) -> Iterator[tuple[Party, NoticeTemplate]]:
        """Yield each party with its template."""
        for party, text in ((Party.CUSTOMER, self.to_customer), (Party.PROVIDER, self.to_provider)):
            if text is not None:
                yield party, NoticeTemplate(subject=self.subject, text=text)


_PENDING: Final = PartyNotices(
    subject="Booking {reference}: please pay the deposit",
    to_customer="{provider}, {when}. Please pay the deposit of {deposit} by {due} to confirm it.",
)
_CONFIRMED: Final = PartyNotices(
    subject="Booking {reference}: confirmed",
    to_customer="{provider} expects you on {when}.",
    to_provider="{customer} has booked {when}.",
)
PLACED: Final[Mapping[Status, PartyNotices]] = {
    Status.REQUESTED: PartyNotices(
        subject="Booking {reference}: requested",
        to_customer="Your request to {provider} for {when} has been sent.",
        to_provider="{customer} asks for {when}. Please accept or decline.",
    ),
    Status.PENDING: _PENDING,
    Status.CONFIRMED: _CONFIRMED,
}
_TOO_LATE: Final = "Booking {reference}: your payment goes back"
NOT_REVIVED: Final[Mapping[LatePayment, PartyNotices]] = {
    LatePayment.STARTED: PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived after that time. The booking stays expired, and you get the "
            "whole payment back."
        ),
    ),
    LatePayment.PROVIDER: PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and the provider takes no bookings now. The booking "
            "stays expired, and you get the whole payment back."
        ),
    ),
    LatePayment.CUSTOMER: PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and your account is not active now. The booking stays "
            "expired, and you get the whole payment back."
        ),
    ),
    LatePayment.TIME: PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and that time is not available any more. The booking "
            "stays expired, and you get the whole payment back."
        ),
    ),
}
PLACED_BY_STAFF: Final[Mapping[Status, PartyNotices]] = {
    Status.PENDING: PartyNotices(
        subject="Booking {reference}: placed for you",
        to_customer=(
            "{provider} has placed a booking for you: {when}. Please pay the deposit of {deposit} by {due} to confirm "
            "it, or cancel it if you do not want it."
        ),
    ),
    Status.CONFIRMED: PartyNotices(
        subject="Booking {reference}: placed for you",
        to_customer="{provider} has placed a booking for you: {when}. Cancel it if you do not want it.",
        to_provider="{customer} is booked for {when}.",
    ),
}
NOTICES: Final[Mapping[type[BookingChanged | RefundChanged], PartyNotices]] = {
    BookingPending: _PENDING,
    BookingConfirmed: _CONFIRMED,
    BookingRevived: PartyNotices(
        subject="Booking {reference}: confirmed after all",
        to_customer="Your payment arrived late, but the time was still free: {provider} expects you on {when}.",
        to_provider="{customer} has paid late and is booked for {when}.",
    ),
    BookingCancelled: PartyNotices(
        subject="Booking {reference}: cancelled",
        to_customer="Your booking with {provider} on {when} is cancelled.",
        to_provider="The booking of {customer} on {when} is cancelled.",
    ),
    BookingRescheduled: PartyNotices(
        subject="Booking {reference}: another time",
        to_customer="Your booking with {provider} is now on {when}.",
        to_provider="The booking of {customer} is now on {when}.",
    ),
    BookingTimeAccepted: PartyNotices(
        subject="Booking {reference}: the new time is accepted",
        to_provider="{customer} has accepted the new time, {when}.",
    ),
    BookingTimesOffered: PartyNotices(
        subject="Booking {reference}: other times",
        to_customer="{provider} offers you other times: {offered}. Please accept one of them by {due}.",
    ),
    BookingClockChanged: PartyNotices(
        subject="Booking {reference}: the clocks have changed",
        to_customer=(
            "The rules of the time zone {time_zone} have changed. Your booking with {provider} stays at {when}, local "
            "time. Check the time if you use another time zone."
        ),
        to_provider=(
            "The rules of the time zone {time_zone} have changed. The booking of {customer} stays at {when}, local "
            "time. Check the time if you use another time zone."
        ),
    ),
    BookingExpired: PartyNotices(
        subject="Booking {reference}: expired",
        to_customer="Your booking with {provider} on {when} was not confirmed in time and has expired.",
    ),
    BookingCompleted: PartyNotices(
        subject="Booking {reference}: completed", to_customer="Thank you for visiting {provider}."
    ),
    BookingMissed: PartyNotices(
        subject="Booking {reference}: missed", to_customer="You missed your booking with {provider} on {when}."
    ),
    BookingQuestioned: PartyNotices(
        subject="Booking {reference}: in question",
        to_customer=(
            "{provider} takes no bookings at present, so your booking on {when} is in question. We will notify you of "
            "the decision. You can cancel it and get everything back."
        ),
    ),
    BookingUpheld: PartyNotices(
        subject="Booking {reference}: it stands",
        to_customer="Your booking with {provider} on {when} is no longer in question: it stands.",
        to_provider="The booking of {customer} on {when} is no longer in question: it stands.",
    ),
    RefundScheduled: PartyNotices(
        subject="Booking {reference}: refund",
        to_customer=("You get {refund} back for your booking with {provider}. We will tell you once it is sent."),
    ),
    RefundByTransfer: PartyNotices(
        subject="Booking {reference}: refund by bank transfer",
        to_customer=(
            "Your refund of {refund} is sent to the bank account in your profile; please add one if there is none. "
            "We will tell you once it is sent."
        ),
    ),
    RefundMade: PartyNotices(
        subject="Booking {reference}: refund sent",
        to_customer=(
            "{refund} was sent to your bank account for your booking with {provider}. Reference of the bank: "
            "{bank_reference}."
        ),
        to_provider="{refund} was refunded to {customer} for the booking on {when}.",
    ),
    RefundReturned: PartyNotices(
        subject="Booking {reference}: refund not delivered",
        to_customer=(
            "The bank could not deliver {refund}. Reason: {return_reason} Please check the bank account in your "
            "profile; we will send the money again."
        ),
    ),
}


REFUND_MADE_BY_GATEWAY: Final = PartyNotices(
    subject="Booking {reference}: refund sent",
    to_customer="{refund} was sent back the way you paid for your booking with {provider}.",
    to_provider="{refund} was refunded to {customer} for the booking on {when}.",
)
TIME_CHANGED: Final = PartyNotices(
    subject="Booking {reference}: please accept another time",
    to_customer=(
        "{provider} has moved your booking from {agreed} to {when}; it ends at {end}. Please accept the new time. If "
        "it does not suit you, cancel by {objection_deadline} and you get everything back."
    ),
    to_provider=(
        "The booking of {customer} is now on {when}. They were asked to accept the new time. They may cancel by "
        "{objection_deadline} and get everything back."
    ),
)
"""Of a reschedule by the provider's side that the customer has not accepted."""
TIME_REFUSED: Final = PartyNotices(
    subject="Booking {reference}: the new time is refused",
    to_customer="Your booking with {provider} on {when} is cancelled. What you have paid goes back to you in full.",
    to_provider=(
        "{customer} has not accepted the new time, {when}. The booking is cancelled, and what was paid goes back in "
        "full."
    ),
)
"""Of a cancellation by a customer who may object to the new time."""


def notices_of(event: BookingChanged | RefundChanged, *, by_staff: bool = False) -> PartyNotices:
    """Return the notices of an event.

    Those of a placed booking depend on its status and on who placed it; those of a late payment, on why it did not
    revive the booking.
    """
    if isinstance(event, BookingNotRevived):
        return NOT_REVIVED[event.why]
    if isinstance(event, BookingPlaced):
        return (PLACED_BY_STAFF if by_staff else PLACED)[event.to]
    return NOTICES[type(event)]
