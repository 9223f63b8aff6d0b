"""The review of the bookings of a suspended provider: each is confirmed or cancelled.

A suspension puts the bookings to come under review, one database transaction each, after it has committed: their
customers are notified, and an admin decides. The end of the suspension confirms those that no admin has decided on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.transitions import Action, InvalidBookingTransition, Party
from booking_domain.catalogue.model import Profile, ProfileStatus
from booking_domain.shared.audit import Subject
from booking_domain.shared.decision import Decision
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.bookings.steps import save_decision
from booking_domain.use_cases.platform.ports import Reads, Repositories

MOST_AT_ONCE: Final = 100


class BookingVerdict(StrEnum):
    """What an admin decides about a booking."""

    CANCEL = "cancel"
    """It is cancelled, and everything that was paid is refunded."""
    UPHOLD = "uphold"
    """It is confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DecideOnBookings:
    """Decide on up to 100 bookings of a provider: on all of them, or none."""

    provider_id: ProviderId
    booking_ids: Sequence[BookingId]
    verdict: BookingVerdict
    reason: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.booking_ids) <= MOST_AT_ONCE or len(set(self.booking_ids)) < len(self.booking_ids):
            raise InvalidValue(field="bookingIds", problem=f"1 to {MOST_AT_ONCE} bookings, each once")


async def affected_bookings(provider_id: ProviderId, reads: Reads, now: datetime) -> list[BookingId]:
    """The provider's bookings to come, and those under review that are over, a page at a time."""
    found: list[BookingId] = []
    while True:
        page = await reads.bookings.page(
            None,
            BookingFilter(
                provider_id=provider_id, upcoming_at=now, after=found[-1] if found else None, limit=MOST_AT_ONCE
            ),
        )
        found += [booking.id for booking in page]
        if len(page) < MOST_AT_ONCE:
            return found


async def _follow(booking_id: BookingId, tx: Repositories, context: UseCaseContext) -> Booking | None:
    """Put the booking under review if its provider is suspended, end the review if not; None if nothing was to do.

    A booking is reviewed once per suspension: an admin's decision to confirm it is final. The provider is locked, so
    that a suspension does not end meanwhile.
    """
    booking = await tx.bookings.lock(booking_id)
    if booking is None or not booking.undecided(context.now):
        return None
    await tx.calendars.lock_provider_of(booking.provider_user_id)
    profile = await tx.profiles.get(booking.provider_id)
    if profile is None:
        return None
    event_id = EventId(context.entropy.new_id())
    if _starts_review(profile, booking):
        decision = booking.put_under_review(party=Party.SYSTEM, by=context.actor, now=context.now, event_id=event_id)
    elif profile.status is not ProfileStatus.SUSPENDED and booking.under_review:
        decision = booking.confirm_after_review(
            party=Party.SYSTEM, by=context.actor, now=context.now, event_id=event_id
        )
    else:
        return None
    return await _save(booking, decision, tx)


def _starts_review(profile: Profile, booking: Booking) -> bool:
    """Whether the suspension of the profile has yet to put the booking under review."""
    if profile.status is not ProfileStatus.SUSPENDED or booking.under_review:
        return False
    since = None if profile.suspension is None else profile.suspension.since
    return booking.review_began_at is None or (since is not None and booking.review_began_at < since)


async def _save(booking: Booking, decision: BookingDecision, tx: Repositories) -> Booking:
    if decision.state is not booking:
        await tx.bookings.save(decision.state, was=booking, events=decision.events)
        await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


async def _decide(command: DecideOnBookings, tx: Repositories, context: UseCaseContext) -> int:
    """Return how many bookings the decision changed. Bookings are locked in the order of their ids."""
    changed = 0
    for booking_id in sorted(command.booking_ids):
        booking = await tx.bookings.lock(booking_id)
        if booking is None or booking.provider_id != command.provider_id:
            raise BookingNotFound
        decision = _decision(booking, command, context)
        if command.verdict is BookingVerdict.CANCEL:
            await save_decision(booking, decision, Party.ADMIN, tx, context)
        else:
            await _save(booking, decision, tx)
        context.note(f"booking.{command.verdict}", Subject("booking", booking.id))
        changed += decision.state is not booking
    return changed


def _decision(booking: Booking, command: DecideOnBookings, context: UseCaseContext) -> BookingDecision:
    """Cancelling an ended booking is refused; confirming one that is not under review does nothing."""
    event_id, by, now = EventId(context.entropy.new_id()), context.actor, context.now
    if command.verdict is BookingVerdict.CANCEL:
        return booking.apply(Action.CANCEL, party=Party.ADMIN, by=by, now=now, event_id=event_id, reason=command.reason)
    if not booking.under_review:
        return Decision(booking)
    return booking.confirm_after_review(party=Party.ADMIN, by=by, now=now, event_id=event_id, reason=command.reason)


follow_profile: Final = UseCase(Permission.RUN_PLATFORM, _follow)
decide_on_bookings: Final = UseCase(
    Permission.MODERATE_PROFILES,
    _decide,
    lambda command, _: Subject("provider", command.provider_id),
    raises=(BookingNotFound, InvalidBookingTransition, AlreadyOver, InvalidValue),
)
