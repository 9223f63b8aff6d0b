"""Notify the parties of a booking of what happens to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from booking_domain.bookings.events import (
    EVENTS,
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    BookingConfirmedAfterReview,
    BookingDisputed,
    BookingDisputeEnded,
    BookingExpired,
    BookingNotRevived,
    BookingPending,
    BookingPlaced,
    BookingRescheduled,
    BookingTermsChanged,
    BookingTermsOffered,
    BookingTimesOffered,
    booking_events,
)
from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.transitions import LatePayment, Party, Status
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeValue
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.bookings.appointment_details import (
    FOR_CUSTOMER,
    FOR_PROVIDER,
    PROVIDER_FIELDS,
    appointment_values,
)
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf
from booking_domain.use_cases.notices.fields import SAMPLE_ZONE, sample_money, sample_time
from booking_domain.use_cases.notices.parties import Parties, PartyNotices, parties_of, readers_of, templates_of
from booking_domain.use_cases.platform.ports import Reads

_TOO_LATE: Final = "Booking {reference}: your payment is refunded"
_MESSAGE: Final = ("Message: {message}", *FOR_CUSTOMER)
_ANSWER: Final = ("Message: {message_by_customer}", *FOR_PROVIDER)
_OFFERED: Final = ("New price: {offered_price}", "New deposit: {offered_deposit}", "Message: {message}")
_WHAT_IS_ASKED: Final = (*_OFFERED, "New end: {offered_end}", "Answer until: {due}", *FOR_CUSTOMER)
_WHY: Final = ("Reason: {reason}",)
_AT_DESK: Final = ("To be given back at the desk: {desk_refund}",)
_WHY_AND_REFUND: Final = (*_WHY, "Refund: {refund}", *_AT_DESK)
_NOTICES: Final[Mapping[str, PartyNotices]] = {
    "booking.requested": PartyNotices(
        subject="Booking {reference}: requested",
        to_customer="Your request to {provider} for {when} has been sent.",
        to_provider="{customer} asks for {when}. Please accept or decline.",
        customer_details=FOR_CUSTOMER,
        provider_details=FOR_PROVIDER,
    ),
    "booking.pending": PartyNotices(
        subject="Booking {reference}: please pay the deposit",
        to_customer="{provider}, {when}. Please pay the deposit of {deposit} by {due} to confirm it.",
        to_provider="The request of {customer} for {when} was accepted on your side. It waits for the deposit.",
        customer_details=_MESSAGE,
        provider_details=_ANSWER,
    ),
    "booking.confirmed": PartyNotices(
        subject="Booking {reference}: confirmed",
        to_customer="{provider} expects you on {when}.",
        to_provider="{customer} has booked {when}.",
        customer_details=_MESSAGE,
        provider_details=_ANSWER,
    ),
    "booking.pending_by_staff": PartyNotices(
        subject="Booking {reference}: booked by your provider",
        to_customer=(
            "{provider} has placed a booking for you: {when}. Please pay the deposit of {deposit} by {due} to confirm "
            "it, or cancel it if you do not want it."
        ),
        customer_details=FOR_CUSTOMER,
    ),
    "booking.confirmed_by_staff": PartyNotices(
        subject="Booking {reference}: booked by your provider",
        to_customer="{provider} has placed a booking for you: {when}. Cancel it if you do not want it.",
        to_provider="{customer} is booked for {when}.",
        customer_details=FOR_CUSTOMER,
        provider_details=FOR_PROVIDER,
    ),
    "booking.deposit_waived": PartyNotices(
        subject="Booking {reference}: confirmed without a deposit",
        to_customer="{provider} expects you on {when}. You need not pay the deposit in advance.",
        to_provider="{customer} is booked for {when}, without a deposit.",
        customer_details=(*_WHY, *FOR_CUSTOMER),
        provider_details=(*_WHY, *FOR_PROVIDER),
    ),
    f"booking.not_revived.{LatePayment.STARTED}": PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived after that time. The booking stays expired, and you get the "
            "whole payment back."
        ),
    ),
    f"booking.not_revived.{LatePayment.PROVIDER}": PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and the provider takes no bookings now. The booking "
            "stays expired, and you get the whole payment back."
        ),
    ),
    f"booking.not_revived.{LatePayment.CUSTOMER}": PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and your account is not active now. The booking stays "
            "expired, and you get the whole payment back."
        ),
    ),
    f"booking.not_revived.{LatePayment.TIME}": PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and that time is not available any more. The booking "
            "stays expired, and you get the whole payment back."
        ),
    ),
    f"booking.not_revived.{LatePayment.PACKAGE}": PartyNotices(
        subject=_TOO_LATE,
        to_customer=(
            "Your payment for {provider}, {when}, arrived late, and nothing is left of your package any more. The "
            "booking stays expired, and you get the whole payment back."
        ),
    ),
    "booking.revived": PartyNotices(
        subject="Booking {reference}: confirmed after all",
        to_customer="Your payment arrived late, but the time was still free: {provider} expects you on {when}.",
        to_provider="{customer} has paid late and is booked for {when}.",
        customer_details=FOR_CUSTOMER,
        provider_details=FOR_PROVIDER,
    ),
    "booking.cancelled": PartyNotices(
        subject="Booking {reference}: cancelled",
        to_customer="Your booking with {provider} on {when} is cancelled.",
        to_provider="The booking of {customer} on {when} is cancelled.",
        customer_details=_WHY_AND_REFUND,
        provider_details=(*_WHY, *_AT_DESK),
    ),
    "booking.cancelled_by_customer": PartyNotices(
        subject="Booking {reference}: cancelled",
        to_customer="You have cancelled your booking with {provider} on {when}.",
        to_provider="{customer} has cancelled the booking on {when}. The time is free again.",
        customer_details=_WHY_AND_REFUND,
        provider_details=(*_WHY, *_AT_DESK),
    ),
    "booking.cancelled_by_provider": PartyNotices(
        subject="Booking {reference}: cancelled by the provider",
        to_customer="{provider} has cancelled your booking on {when}.",
        to_provider="The booking of {customer} on {when} was cancelled on your side.",
        customer_details=_WHY_AND_REFUND,
        provider_details=(*_WHY, *_AT_DESK),
    ),
    "booking.declined": PartyNotices(
        subject="Booking {reference}: declined",
        to_customer="{provider} has declined your request for {when}.",
        to_provider="The request of {customer} for {when} was declined on your side.",
        customer_details=_WHY_AND_REFUND,
        provider_details=_WHY,
    ),
    "booking.rescheduled": PartyNotices(
        subject="Booking {reference}: another time",
        to_customer="Your booking with {provider} is now on {when}.",
        to_provider="The booking of {customer} is now on {when}.",
        customer_details=FOR_CUSTOMER,
        provider_details=FOR_PROVIDER,
    ),
    "booking.time_accepted": PartyNotices(
        subject="Booking {reference}: the new time is accepted",
        to_provider="{customer} has accepted the new time, {when}.",
        provider_details=FOR_PROVIDER,
    ),
    "booking.times_offered": PartyNotices(
        subject="Booking {reference}: other times",
        to_customer="{provider} offers you other times: {offered}. Please accept one of them by {due}.",
        to_provider="{customer} was offered other times on your side: {offered}.",
        customer_details=(*_OFFERED, "New length: {offered_minutes} minutes", *FOR_CUSTOMER),
    ),
    "booking.terms_changed": PartyNotices(
        subject="Booking {reference}: changed",
        to_customer="{provider} has changed your booking on {when}. It now costs {price} and ends at {end}.",
        to_provider=(
            "The booking of {customer} on {when} was changed on your side. It now costs {price} and ends at {end}."
        ),
        customer_details=("Message: {message}", "Refund: {refund}", *_AT_DESK, *FOR_CUSTOMER),
        provider_details=_AT_DESK,
    ),
    # Of a request or a confirmed booking: the customer agrees to more than was agreed.
    "booking.terms_offered": PartyNotices(
        subject="Booking {reference}: please agree to a change",
        to_customer="{provider} asks for a change of your booking on {when}. Do you agree?",
        to_provider="{customer} was asked on your side to agree to a change of the booking on {when}.",
        customer_details=_WHAT_IS_ASKED,
    ),
    "booking.terms_accepted": PartyNotices(
        subject="Booking {reference}: the change is agreed",
        to_provider="{customer} has agreed: the booking on {when} now costs {price} and ends at {end}.",
        provider_details=_ANSWER,
    ),
    "booking.terms_refused": PartyNotices(
        subject="Booking {reference}: the change is declined",
        to_provider="{customer} has declined the change of the booking on {when}. It stays as it was.",
        provider_details=_ANSWER,
    ),
    "booking.terms_lapsed": PartyNotices(
        subject="Booking {reference}: it stays as it was",
        to_customer="You did not answer in time, so your booking with {provider} on {when} stays as it was.",
        to_provider="{customer} did not answer in time, so the booking on {when} stays as it was.",
    ),
    "booking.clock_changed": PartyNotices(
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
    "booking.expired": PartyNotices(
        subject="Booking {reference}: expired",
        to_customer="Your booking with {provider} on {when} was not confirmed in time and has expired.",
    ),
    # Of a request that nobody has answered, or whose offered times nobody has taken.
    "booking.request_expired": PartyNotices(
        subject="Booking {reference}: the request has expired",
        to_customer="Your request to {provider} for {when} got no agreement in time and has expired. You can ask "
        "again.",
        to_provider="The request of {customer} for {when} got no agreement in time and has expired.",
    ),
    "booking.completed": PartyNotices(
        subject="Booking {reference}: completed", to_customer="Thank you for visiting {provider}."
    ),
    "booking.no_show": PartyNotices(
        subject="Booking {reference}: missed", to_customer="You missed your booking with {provider} on {when}."
    ),
    "booking.questioned": PartyNotices(
        subject="Booking {reference}: under review",
        to_customer=(
            "{provider} takes no bookings at present, so your booking on {when} is under review. We will notify you of "
            "the decision. You can cancel it and get a full refund."
        ),
    ),
    "booking.upheld": PartyNotices(
        subject="Booking {reference}: review ended",
        to_customer="Your booking with {provider} on {when} is no longer under review: it stays valid.",
        to_provider="The booking of {customer} on {when} is no longer under review: it stays valid.",
    ),
    # Of a reschedule by the provider's side that the customer has not accepted.
    "booking.time_changed": PartyNotices(
        subject="Booking {reference}: please accept another time",
        to_customer=(
            "{provider} has moved your booking to {when}. Please accept the new time, or cancel free of charge."
        ),
        to_provider=(
            "The booking of {customer} is now on {when}. They were asked to accept the new time. They may cancel by "
            "{objection_deadline} and get a full refund."
        ),
        customer_details=(
            "Free cancellation until: {objection_deadline}",
            "Before: {agreed}",
            "End: {end}",
            *FOR_CUSTOMER,
        ),
        provider_details=FOR_PROVIDER,
    ),
    # Of a cancellation by a customer who may object to the new time.
    "booking.time_refused": PartyNotices(
        subject="Booking {reference}: the new time is refused",
        to_customer="Your booking with {provider} on {when} is cancelled. What you have paid is refunded in full.",
        to_provider=(
            "{customer} has not accepted the new time, {when}. The booking is cancelled, and what was paid is "
            "refunded in full."
        ),
        customer_details=_AT_DESK,
        provider_details=_AT_DESK,
    ),
}

_ANSWERS: Final = {"pending", "confirmed", "terms_accepted", "terms_refused"}
"""The types of entries in the audit trail with which the customer may have written something."""
_KEYS: Final[Mapping[type[BookingChanged], Sequence[str]]] = {
    BookingPlaced: [f"booking.{status}" for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED)],
    BookingNotRevived: [f"{BookingNotRevived.topic}.{why}" for why in LatePayment],
    BookingExpired: (BookingExpired.topic, "booking.request_expired"),
}
"""The keys of the notices of an event, if its topic is not the only one; those of the same readers are left out."""


async def _notices(event: BookingChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Notify each party once of what happened at one moment, and the provider of nothing that they did themselves.

    The manager of the provider's salon is notified as the provider, also of what the provider did.
    """
    parties = await parties_of(event.booking_id, reads)
    if parties is None or _is_answered(event, parties.booking):
        return
    booking, trail = parties.booking, await reads.bookings.events(event.booking_id)
    entry = next((each for each in trail if each.id == event.id), None)
    local, change = parties.local, booking.time_change
    values: dict[str, NoticeValue] = {
        # The booking may have moved on: the deadline is that of the event.
        "due": "" if event.due_at is None else local(event.due_at),
        "agreed": "" if change is None else local(change.agreed.start),
        "objection_deadline": "" if change is None else local(change.objection_deadline),
        "message": _message(event, entry, parties),
        "message_by_customer": "" if entry is None else _answer(entry, trail, parties),
        **_offered(parties),
        "reason": "" if entry is None else entry.reason or "",
        "refund": booking.refunded + booking.refund_pending,
        "desk_refund": _desk_refund(event, entry, booking),
    }
    values |= await appointment_values(parties, event.occurred_at, reads)
    told_next = _told_by_next(event, entry, trail, parties)
    told = set(told_next)
    reinstated = parties.provider.profile.status is ProfileStatus.APPROVED  # of which the owner is notified, once
    if (entry is not None and _left_out(entry, parties)) or (
        isinstance(event, BookingConfirmedAfterReview) and reinstated
    ):
        told.add(parties.owner.id)
    by, owner = None if entry is None else entry.by.id, parties.owner.id
    for each in parties.addressed(_NOTICES[_key(event, entry, parties)], **values):
        if each.to not in told:
            yield each
        if each.to == owner and owner not in (told_next if by == owner else told):
            for copy in parties.to_manager(each.notice, by=by):
                yield copy


def _is_answered(event: BookingChanged, booking: Booking) -> bool:
    """Whether the customer has accepted what the event offers, or it has ended, since."""
    if isinstance(event, BookingTermsOffered):
        return booking.offered_until is None
    return isinstance(event, BookingTimesOffered) and not booking.offered_times


def _offered(parties: Parties) -> dict[str, NoticeValue]:
    """What of the offered terms is another than was agreed."""
    booking, offered = parties.booking, parties.booking.offered_scope
    longer = offered.minutes != booking.minutes
    return {
        "offered_price": offered.price if offered.price != booking.price else "",
        "offered_deposit": offered.deposit if offered.deposit != booking.deposit else "",
        "offered_minutes": str(offered.minutes) if longer else "",
        "offered_end": parties.local(booking.span.start + offered.length) if longer else "",
    }


def _left_out(entry: BookingEvent, parties: Parties) -> bool:
    """Whether the provider has done it, or is notified once the customer has paid the deposit."""
    by_customer = entry.by.id == parties.booking.customer_id
    return entry.by.id == parties.owner.id or (
        by_customer and entry.to_status is Status.PENDING and entry.from_status is not Status.PENDING
    )


def _message(event: BookingChanged, entry: BookingEvent | None, parties: Parties) -> str:
    """What the provider's side wrote to the customer with an offer, a change or an acceptance."""
    if entry is None or entry.by.id == parties.customer.id:
        return ""
    told: tuple[type[BookingChanged], ...] = (BookingTimesOffered, BookingTermsOffered, BookingTermsChanged)
    if entry.from_status is Status.REQUESTED:
        told += (BookingPending, BookingConfirmed)
    return (entry.reason or "") if isinstance(event, told) else ""


def _answer(entry: BookingEvent, trail: Sequence[BookingEvent], parties: Parties) -> str:
    """What the customer wrote when they accepted or declined; also once the deposit has confirmed the booking."""
    if entry.from_status is Status.PENDING and entry.type == "confirmed":
        entry = next((each for each in reversed(trail[: trail.index(entry)]) if each.type == "pending"), entry)
    by_customer = entry.by.id == parties.customer.id != parties.owner.id
    return (entry.reason or "") if by_customer and entry.type in _ANSWERS else ""


def _desk_refund(event: BookingChanged, entry: BookingEvent | None, booking: Booking) -> NoticeValue:
    """What a cancellation, or a lower price, has the provider give back at the desk."""
    if isinstance(event, BookingTermsChanged):
        return booking.quote.overpaid
    if entry is None or not isinstance(event, BookingCancelled):
        return ""
    return booking.desk_refund_on_cancellation(booking.party(entry.by) or Party.MANAGER, event.occurred_at)


def _told_by_next(
    event: BookingChanged, entry: BookingEvent | None, trail: Sequence[BookingEvent], parties: Parties
) -> set[UserId | Role]:
    """Who is notified of the answer to a request that was moved by it: the message names the time."""
    if entry is None or not isinstance(event, BookingRescheduled):
        return set()
    following = trail[trail.index(entry) + 1 :][:1]
    return {
        addressed.to
        for answer, changed in zip(following, booking_events(parties.booking, following), strict=True)
        if isinstance(changed, BookingPending | BookingConfirmed) and changed.occurred_at == event.occurred_at
        for addressed in parties.addressed(_NOTICES[changed.topic])
        if addressed.to != parties.owner.id or not _left_out(answer, parties)
    }


def _key(event: BookingChanged, entry: BookingEvent | None, parties: Parties) -> str:
    """The key of the event's notices, or of those about a time that the customer has not accepted."""
    change = parties.booking.time_change
    if change is not None and isinstance(event, BookingRescheduled):
        return "booking.time_changed"
    if isinstance(event, BookingCancelled) and entry is not None:
        return _key_of_cancellation(event, entry, parties)
    if isinstance(event, BookingExpired) and entry is not None and entry.from_status is Status.REQUESTED:
        return "booking.request_expired"
    if isinstance(event, BookingNotRevived):
        return f"{event.topic}.{event.why}"
    if isinstance(event, BookingPlaced):
        return f"booking.{event.to}" + "_by_staff" * parties.booking.placed_by_staff
    return event.topic


def _key_of_cancellation(event: BookingCancelled, entry: BookingEvent, parties: Parties) -> str:
    """The key says who has cancelled."""
    change = parties.booking.time_change
    if entry.by.role in {Role.ADMIN, Role.SYSTEM}:
        return event.topic
    if entry.by.id != parties.booking.customer_id:
        return "booking.declined" if entry.from_status is Status.REQUESTED else "booking.cancelled_by_provider"
    refused = change is not None and change.may_object(event.occurred_at)
    return "booking.time_refused" if refused else "booking.cancelled_by_customer"


MESSAGES: Final = Messages(
    # The parties are notified of a dispute by the events of the dispute.
    notices=(
        NoticesOf(
            {
                event: readers_of(_NOTICES, *_KEYS.get(event, (event.topic,))).and_managers
                for event in EVENTS
                if event not in {BookingDisputed, BookingDisputeEnded}
            },
            _notices,
        ),
    ),
    templates=templates_of(_NOTICES),
    fields={
        "agreed": NoticeField("The start of the booking before it was moved.", sample_time(-24)),
        "desk_refund": NoticeField("What the provider gives back at the desk.", sample_money(15_000)),
        "end": NoticeField("The end of the booking.", sample_time(2)),
        "message": NoticeField("What the provider wrote with the answer.", "It takes longer.", of_users=True),
        "message_by_customer": NoticeField("What the customer wrote with the answer.", "See you then.", of_users=True),
        "offered_deposit": NoticeField("The deposit that is offered, if it is another.", sample_money(30_000)),
        "offered_end": NoticeField("The end that is offered, if it is another.", sample_time(3)),
        "offered_minutes": NoticeField("The length with the offered times, if it is another.", "180"),
        "offered_price": NoticeField("The price that is offered, if it is another.", sample_money(120_000)),
        "objection_deadline": NoticeField("Until when the customer may refuse the new time.", sample_time(-6)),
        **PROVIDER_FIELDS,
        "time_zone": NoticeField("The time zone of the named times.", SAMPLE_ZONE),
    },
)
