"""Bookings as their parties and admins see them. To everyone else a booking does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.policy import Tier
from booking_domain.bookings.ports import BookingFilter, BookingReads
from booking_domain.bookings.transitions import Action, InvalidBookingTransition, Party
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation, authorise, may
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.listings import BookingListFilter
from booking_domain.use_cases.platform.ports import AppointmentReads, Reads
from booking_domain.use_cases.platform.views import Appointment


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class VisibleBooking:
    """A booking, and the party that the actor is to it."""

    booking: Booking
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class VisibleAppointment:
    """An appointment, and the party that the actor is to its booking."""

    appointment: Appointment
    party: Party


async def find_visible_booking(actor: Actor, booking_id: BookingId, bookings: BookingReads) -> VisibleBooking | None:
    """The booking if the actor is a party to it or an admin, else None: its money is no matter of a manager."""
    booking = await bookings.get(booking_id)
    party = None if booking is None else booking.party(actor)
    return None if booking is None or party is None else VisibleBooking(booking=booking, party=party)


async def _list_bookings(
    actor: Actor, criteria: BookingListFilter, appointments: AppointmentReads
) -> Sequence[VisibleAppointment]:
    """The actor's bookings, a manager's with those of the members; an admin gets everyone's."""
    party_id = None if may(actor, Permission.SEE_BOOKINGS) else actor.id
    manager_id = actor.id if may(actor, Permission.SEE_BOOKINGS, Relation.MANAGED) else None
    found = await appointments.page(replace(criteria, party_id=party_id, manager_id=manager_id))
    seen = ((each, each.party(actor)) for each in found)
    return [VisibleAppointment(appointment=each, party=party) for each, party in seen if party is not None]


async def _list_provider_bookings(actor: Actor, criteria: BookingFilter, reads: Reads) -> Sequence[Booking]:
    """The bookings of the filter's provider, newest first, for those who decide on them."""
    authorise(actor, Permission.MODERATE_PROFILES)
    if criteria.provider_id is None or await reads.providers.get(criteria.provider_id) is None:
        raise ProviderNotFound
    return await reads.bookings.page(None, criteria)


async def _list_booking_events(actor: Actor, booking_id: BookingId, reads: Reads) -> Sequence[BookingEvent]:
    """The booking's audit trail, oldest first."""
    visible = await _get_appointment(actor, booking_id, reads.appointments)
    return await reads.bookings.events(visible.appointment.booking.id)


async def _get_appointment(actor: Actor, booking_id: BookingId, appointments: AppointmentReads) -> VisibleAppointment:
    """The booking with the names of both parties."""
    appointment = await appointments.get(booking_id)
    party = None if appointment is None else appointment.party(actor)
    if appointment is None or party is None:
        raise BookingNotFound
    return VisibleAppointment(appointment=appointment, party=party)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationQuote:
    """What the customer gets back if the actor cancels now."""

    refund: Money
    """Refunds that are already pending not included."""
    released: Money
    """The part of it that is released, because it is only authorised: it was never charged."""
    desk_paid: Money
    """What was paid at the desk, and the platform does not refund."""
    desk_refund: Money
    """The part of it that the provider gives back at the desk."""
    valid_until: datetime
    """Before that, time alone changes nothing about the quote."""
    tier: Tier | None
    """The tier of the cancellation policy that counts; None if none does."""
    better_tier: Tier | None
    """The tier that gave more back, and whose deadline has passed."""
    policy_start: datetime
    """The start by which the cancellation policy judges the customer."""
    objection_deadline: datetime | None
    """Until then the customer gets a full refund, because the provider's side has rescheduled."""


async def _get_cancellation_quote(
    actor: Actor, booking_id: BookingId, appointments: AppointmentReads, *, now: datetime
) -> CancellationQuote:
    visible = await _get_appointment(actor, booking_id, appointments)
    booking = visible.appointment.booking
    # Quoting fails exactly as cancelling would; the decision is discarded.
    booking.apply(Action.CANCEL, party=visible.party, by=actor, now=now, event_id=EventId(booking.id))
    change, policy = booking.time_change, booking.cancellation
    by_policy = booking.policy_applies(visible.party, now)
    refund = booking.refund_on_cancellation(visible.party, now)
    return CancellationQuote(
        refund=refund,
        released=booking.released_of(refund),
        desk_paid=booking.desk_paid,
        desk_refund=booking.desk_refund_on_cancellation(visible.party, now),
        valid_until=booking.quote_ends(visible.party, now),
        tier=policy.tier(start=booking.policy_start, cancelled_at=now) if by_policy else None,
        better_tier=policy.better_tier(start=booking.policy_start, cancelled_at=now) if by_policy else None,
        policy_start=booking.policy_start,
        objection_deadline=change.objection_deadline if change is not None and change.may_object(now) else None,
    )


list_bookings: Final = Query(_list_bookings)
list_provider_bookings: Final = Query(_list_provider_bookings, (NotPermitted, ProviderNotFound))
list_booking_events: Final = Query(_list_booking_events, (BookingNotFound,))
get_appointment: Final = Query(_get_appointment, (BookingNotFound,))
get_cancellation_quote: Final = Query(
    _get_cancellation_quote, (BookingNotFound, InvalidBookingTransition, NotYourMove, AlreadyOver)
)
