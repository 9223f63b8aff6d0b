"""Place a booking: a customer takes an offered slot.

Rules: the provider is approved and not oneself; the slot is offered and free, one's own hold on it not counted; the
deposit may be raised up to the price; booking, claim, event and message are kept together or not at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.errors import OwnProvider
from booking_domain.bookings.model import Booking
from booking_domain.bookings.references import new_reference
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.errors import HoldNotFound, ProviderNotFound
from booking_domain.scheduling.placing import around, claimable
from booking_domain.shared.executor import Circumstances, UseCase
from booking_domain.shared.ids import BookingId, ClaimId, EventId, ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import instant
from booking_domain.workflows.announce import booking_messages
from booking_domain.workflows.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBooking:
    """Book this slot for me."""

    provider_id: ProviderId
    slot: datetime
    payment_window: timedelta
    duration_minutes: int | None = None
    notes: str = ""
    deposit_amount: int | None = None
    """Minor units; None: what is due."""
    hold_id: ClaimId | None = None


async def _place(command: PlaceBooking, tx: Repositories, given: Circumstances) -> Booking:
    start = instant(command.slot, field="slot")
    desk = await tx.desks.lock(command.provider_id, around(start))
    if desk is None or not desk.diary.accepting:
        raise ProviderNotFound
    if desk.diary.owner_id == given.actor.id:
        raise OwnProvider
    if command.hold_id is not None:
        await _take_over(command.hold_id, command.provider_id, start, tx, given)
    span, blocked = claimable(
        desk.diary, start, now=given.now, duration_minutes=command.duration_minutes, own_hold=command.hold_id
    )
    booking_id = BookingId(given.entropy.new_id())
    decision = Booking.place(
        id=booking_id,
        event_id=EventId(given.entropy.new_id()),
        reference=new_reference(given.entropy),
        provider_id=command.provider_id,
        provider_user_id=desk.diary.owner_id,
        customer=given.actor,
        span=span,
        blocked=blocked,
        time_zone=desk.diary.calendar.time_zone,
        terms=desk.terms,
        deposit=desk.terms.deposit_of(command.deposit_amount),
        notes=command.notes,
        now=given.now,
        payment_window=command.payment_window,
    )
    await tx.claims.take(claim_of(decision.state), given.now)
    await tx.bookings.add(decision.state, decision.events)
    await tx.outbox.put(booking_messages(decision.state, decision.events))
    return decision.state


async def _take_over(
    hold_id: ClaimId, provider_id: ProviderId, start: datetime, tx: Repositories, given: Circumstances
) -> None:
    """The hold must be live, one's own, and of this very slot; its claim goes and the booking's comes in one step."""
    hold = await tx.claims.hold_of(given.actor.id, hold_id)
    if hold is None or not hold.live(given.now) or (hold.provider_id, hold.span.start) != (provider_id, start):
        raise HoldNotFound
    await tx.claims.release(hold_id)


def claim_of(booking: Booking) -> Claim:
    """The claim that a booking has on its provider's time, under the booking's own id."""
    return Claim(
        id=ClaimId(booking.id),
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        kind=ClaimKind.BOOKING,
        span=booking.span,
        blocked=booking.blocked,
    )


place_booking: Final = UseCase(Permission.PLACE_BOOKINGS, _place)
