"""Place a booking: a customer takes an offered slot, or the provider's side enters an appointment.

Rules: the provider is approved; a customer takes what is offered and free, one's own hold on it not counted; the
provider and admins may also go off the grid and out of hours, for a customer they name or, the provider, for somebody
who has walked in; the deposit may be raised up to the price, and is not asked of who has walked in; booking, claim,
event and message are kept together or not at all. A request claims its time unless its provider does not want that.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.errors import (
    UNSETTLED_PER_CUSTOMER,
    BookingForOthers,
    CustomerNotFound,
    DepositOutOfRange,
    TooManyUnsettled,
)
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.ports import BookableProvider
from booking_domain.bookings.references import new_reference
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.errors import HoldNotFound, ProviderNotFound, SlotNotOffered, SlotTaken
from booking_domain.scheduling.placing import around, claimable, placeable
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import BookingId, ClaimId, EventId, ProviderId, SeriesId, UserId, WaitingId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, may, owned
from booking_domain.shared.time import TimeRange, instant
from booking_domain.workflows.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBooking:
    """Book this slot for me, or for a customer of mine."""

    provider_id: ProviderId
    slot: datetime
    payment_window: timedelta
    duration_minutes: int | None = None
    notes: str = ""
    deposit_amount: int | None = None
    """Minor units; None: what is due."""
    hold_id: ClaimId | None = None
    customer_id: UserId | None = None
    """Whom the provider or an admin books for; None: oneself, or somebody who has walked in."""


async def _place(command: PlaceBooking, tx: Repositories, context: Context) -> Booking:
    """While somebody else is at the desk, what is committed is enough to refuse: a crowd does not queue for a no."""
    start = instant(command.slot, field="slot")
    seen, locked = await tx.bookable_providers.try_lock(command.provider_id, around(start)) or (None, True)
    bookable = await admitted(command, seen, tx, context)
    if not locked:
        if command.hold_id is None:
            _place_at(start, command, bookable, context)
        bookable = await admitted(
            command, await tx.bookable_providers.lock(command.provider_id, around(start)), tx, context
        )
    await may_place_another(bookable, tx, context)
    if command.hold_id is not None:
        await _take_over(command.hold_id, command.provider_id, start, tx, context)
    return await keep_booking(command, bookable, _place_at(start, command, bookable, context), tx, context)


def _place_at(
    start: datetime, command: PlaceBooking, bookable: BookableProvider, context: Context
) -> tuple[TimeRange, TimeRange]:
    may_have = placeable if is_staff(context.actor, bookable) else claimable
    return may_have(
        bookable.schedule, start, now=context.now, duration_minutes=command.duration_minutes, own=command.hold_id
    )


async def admitted(
    command: PlaceBooking, bookable: BookableProvider | None, tx: Repositories, context: Context
) -> BookableProvider:
    """The provider's desk, for whoever may book there for whom the command says."""
    if bookable is None or not (bookable.schedule.accepting or is_staff(context.actor, bookable)):
        raise ProviderNotFound
    if command.customer_id is not None and command.customer_id != context.actor.id:
        if not is_staff(context.actor, bookable):
            raise BookingForOthers
        if await tx.users.get(command.customer_id) is None:
            raise CustomerNotFound
    return bookable


async def may_place_another(bookable: BookableProvider, tx: Repositories, context: Context) -> None:
    """A customer who has many bookings unsettled settles one first: nobody fills a calendar without paying.

    The provider's side enters any number.
    """
    if is_staff(context.actor, bookable):
        return
    if await tx.bookings.count_unsettled(context.actor.id, context.now) >= UNSETTLED_PER_CUSTOMER:
        raise TooManyUnsettled


def is_staff(actor: Actor, bookable: BookableProvider) -> bool:
    """Whether the actor is on the provider's side of this desk."""
    return may(actor, Permission.BOOK_FOR_OTHERS, owned(actor, bookable.schedule.owner_id))


async def keep_booking(
    command: PlaceBooking,
    bookable: BookableProvider,
    place: tuple[TimeRange, TimeRange],
    tx: Repositories,
    context: Context,
    *,
    series_id: SeriesId | None = None,
) -> Booking:
    """Keep a new booking at a time that can be had (its span and what it blocks), its claim, event and message."""
    span, blocked = place
    terms = _terms_for(command, bookable, context)
    decision = Booking.place(
        id=BookingId(context.entropy.new_id()),
        event_id=EventId(context.entropy.new_id()),
        reference=new_reference(context.entropy),
        provider_id=command.provider_id,
        provider_user_id=bookable.schedule.owner_id,
        customer_id=command.customer_id or context.actor.id,
        by=context.actor,
        span=span,
        blocked=blocked,
        time_zone=bookable.schedule.calendar.time_zone,
        terms=terms,
        deposit=terms.deposit_of(command.deposit_amount),
        notes=command.notes,
        now=context.now,
        payment_window=command.payment_window,
        agreed=is_staff(context.actor, bookable),
        series_id=series_id,
    )
    if decision.state.claims_time:
        await tx.claims.acquire(claim_of(decision.state), context.now)
    await tx.bookings.add(decision.state, decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


def _terms_for(command: PlaceBooking, bookable: BookableProvider, context: Context) -> Terms:
    """Who has walked in pays at the desk: there is nobody who could pay a deposit here."""
    if context.actor.id != bookable.schedule.owner_id or command.customer_id not in {None, context.actor.id}:
        return bookable.terms
    nothing = Money.zero(bookable.terms.price.currency)
    if command.deposit_amount:
        raise DepositOutOfRange(due=nothing, price=nothing)
    return replace(bookable.terms, deposit=nothing)


async def _take_over(
    hold_id: ClaimId, provider_id: ProviderId, start: datetime, tx: Repositories, context: Context
) -> None:
    """The hold must be live, one's own, and of this very slot; its claim goes and the booking's comes in one step."""
    hold = await tx.claims.hold_of(context.actor.id, hold_id)
    if hold is None or not hold.live(context.now) or (hold.provider_id, hold.span.start) != (provider_id, start):
        raise HoldNotFound
    waiting = await tx.waiting_list.get(WaitingId(hold_id))  # before its hold, as whoever leaves the list does
    await tx.claims.release(hold_id)
    if waiting is not None and waiting.status is WaitingStatus.OFFERED:
        await tx.waiting_list.save(waiting.booked())


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


place_booking: Final = UseCase(
    Permission.PLACE_BOOKINGS,
    _place,
    lambda _, booking: Subject("booking", booking.id),
    raises=(
        ProviderNotFound,
        SlotNotOffered,
        SlotTaken,
        HoldNotFound,
        DepositOutOfRange,
        TooManyUnsettled,
        BookingForOthers,
        CustomerNotFound,
        InvalidValue,
    ),
)
