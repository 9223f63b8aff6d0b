"""Offer other times for a booking request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Action
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.scheduling.placing import proposable
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue, StaleVersion, about
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.change_terms import answered_scope
from booking_domain.use_cases.bookings.chargeable_terms import require_chargeable_terms
from booking_domain.use_cases.bookings.steps import MOVE_ERRORS, lock_visible_booking, require_answer_in_time
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTimes:
    """Offer other times for a request; the customer may accept one of them.

    - Each time is free when it is offered: not claimed, blocked or busy, and not on a full day. It may be off the grid
      and outside the weekly hours. It is claimed only when the customer accepts it.
    - The customer has as long as the provider has for a request (`Deadlines.answer`), and at most until the last of the
      times.
    - With another price, deposit or length, the customer agrees to it by accepting a time. The request's own time may
      be among the offered ones. Each time is free for the whole length.
    """

    booking_id: BookingId
    slots: tuple[datetime, ...]
    price_amount: int | None = None
    """The price with these times, in minor units; None: as estimated, else as agreed."""
    deposit_amount: int | None = None
    """The deposit with these times; None: as agreed, at most the price."""
    duration_minutes: int | None = None
    """The length with these times; None: as agreed."""
    message: str | None = None
    """What the provider tells the customer with the offer."""
    expected_version: ExpectedVersion = None


async def _offer(command: OfferTimes, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    require_answer_in_time(booking, Action.OFFER_TIMES, context)
    scope = await answered_scope(command.price_amount, command.deposit_amount, command.duration_minutes, booking, tx)
    await require_chargeable_terms(scope, booking, tx, context)
    decision = booking.offer_times(
        command.slots,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        scope=scope,
        message=command.message,
        answer_window=context.configured(Deadlines).answer,
    )
    starts = decision.state.offered_times
    window = TimeRange(starts[0], slot_window(starts[-1], scope.minutes).end)
    locked = await tx.schedules.lock(booking.provider_id, window, resources=booking.resource_ids)
    schedule = (await require_bookable_schedule(locked, booking.customer_id, tx)).for_services(booking.services)
    asked = schedule.calendar.settings.asked(scope.minutes, kept=booking.minutes)
    for start in starts:
        with about("slots", command.slots.index(start)):
            proposable(schedule, start, now=context.now, duration_minutes=asked, own=ClaimId(booking.id))
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


offer_times: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _offer,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.offer_times",
    raises=(*MOVE_ERRORS, *NOT_BOOKABLE, SlotTaken, TimeNotAvailable, InvalidValue, StaleVersion),
)
