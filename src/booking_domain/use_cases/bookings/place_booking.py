"""Place a booking: a customer books an offered slot, or the staff enters an appointment."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.ideas import IdeaSide
from booking_domain.bookings.model import Booking
from booking_domain.bookings.origins import CLAIMED, BookingOrigin, Came
from booking_domain.bookings.placing_errors import BookingForOthers, CustomerNotActive, CustomerNotFound
from booking_domain.bookings.ports import BookableProvider
from booking_domain.bookings.pricing import PriceBreakdown
from booking_domain.bookings.terms_errors import DepositOutOfRange
from booking_domain.bookings.walk_ins import NewWalkIn
from booking_domain.catalogue.booking_links import BookingLinkNotFound
from booking_domain.identity.legal import AcceptedVersions
from booking_domain.packages.model import PackageId
from booking_domain.portfolio.model import PortfolioItemId, PortfolioItemNotFound, PortfolioStatus
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import (
    HoldNotFound,
    SlotNotOffered,
    SlotTaken,
    TimeOff,
)
from booking_domain.scheduling.placing import CHOICE_ERRORS, claimable, is_over_others, offered_minutes, placeable
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingLinkId, ClaimId, ProviderId, ServiceId, UserId, WaitingId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange, instant
from booking_domain.use_cases.bookings.discounts import DISCOUNT_ERRORS
from booking_domain.use_cases.bookings.ideas import IDEA_ERRORS, NewIdea, add_idea
from booking_domain.use_cases.bookings.points import RedeemedPoints
from booking_domain.use_cases.bookings.steps import (
    PLACING_ERRORS,
    add_booking,
    booking_quota,
    is_staff,
    note_overbooking,
    note_time_off,
    of_services,
    priced,
    require_bookable,
    require_overbooking,
    terms_at,
)
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class PlaceBooking:
    """Book a slot.

    - The provider takes bookings (approved profile).
    - A customer books an offered, free slot of a length that the provider offers. The customer's own hold on it does
      not count as taken. Price and deposit are those of the length.
    - A provider who offers services is booked by service. Those of one booking follow one another in the order named;
      lengths, prices and deposits add up, the longest buffers count, and the booking keeps them as they are now.
    - The staff (the provider, the manager of the provider's salon, admins) may book off the grid and outside opening
      hours, from the beginning of the provider's today on, for a customer they name: an active account other than an
      admin's, whose customer has consented or has booked there before (`may_place_for`). They may also enter a walk-in,
      who has no account and pays no deposit here. A manager or admin who names no customer books for themselves.
      They book in time off (blocks, and what exceptions of the provider or its salon close) if they override it, and
      over other bookings if they say why: at most `MAX_LANES` over one another, no holds, and no appointments of
      classes, with pauses or with resources.
    - `deposit_amount` may raise the deposit up to the price.
    - A customer has at most `UNSETTLED_PER_CUSTOMER` bookings of their own that wait for a deposit or an answer. Those
      that others placed for them do not count.
    - They have at most so many bookings of their own to come with one provider as the provider sets, else
      `UpcomingLimits`; without a verified contact fewer.
    - They have a verified phone number and have accepted the legal documents, if the platform asks for these.
    - Booking, claim, event and message are committed together. A request claims its time unless the provider's terms
      say otherwise.
    """

    provider_id: ProviderId
    slot: datetime
    duration_minutes: int | None = None
    """None: the provider's default, or the length of the services."""
    service_ids: tuple[ServiceId, ...] = ()
    notes: str = ""
    deposit_amount: int | None = None
    """Minor units; None: what the terms ask for."""
    hold_id: ClaimId | None = None
    """The customer's hold on the slot, which the booking replaces."""
    customer_id: UserId | None = None
    """The customer whom the staff books for; None: the actor, or a walk-in."""
    walk_in: NewWalkIn | None = None
    """Who the walk-in is, as the staff enters it."""
    link_token: str | None = None
    """The token of the provider's booking link over which the customer came; the link counts the booking."""
    portfolio_item_id: PortfolioItemId | None = None
    """The item of the provider's portfolio from which the customer came."""
    origin: BookingOrigin | None = None
    """Where else the customer came from, as the client says: of `CLAIMED`."""
    override_time_off: bool = False
    """Whether the staff books in time off too."""
    overbook_reason: str | None = None
    """Why the staff books over other bookings, if need be; None: it does not."""
    idea: NewIdea | None = None
    """What the customer wishes, as the customer or the staff writes it; its notice is that of the booking."""
    accepted: AcceptedVersions = field(default_factory=dict)
    """The legal documents that a customer accepts with their booking."""
    promotion_codes: tuple[str, ...] = ()
    """Of promotions; those without a code apply by themselves."""
    points: RedeemedPoints | None = None
    """Points that the customer redeems."""
    package_id: PackageId | None = None
    """The customer's package of which it takes a visit."""


async def _place(command: PlaceBooking, tx: Repositories, context: UseCaseContext) -> Booking:
    """If another database transaction holds the provider lock, reject from the committed snapshot.

    So losers of a race fail without queueing. Only what the snapshot allows waits for the lock and is checked again.
    """
    start = instant(command.slot, field="slot")
    window = slot_window(start, command.duration_minutes)
    snapshot, locked = await tx.bookable_providers.try_lock(command.provider_id, window, command.service_ids) or (
        None,
        True,
    )
    bookable = of_services(command, await require_bookable(command, snapshot, tx, context), context)
    staff = is_staff(context.actor, bookable)
    require_overbooking(command.overbook_reason, staff=staff)
    if not locked:
        if command.hold_id is None:
            _place_at(start, command, bookable, context, staff=staff)
        latest = await tx.bookable_providers.lock(command.provider_id, window, command.service_ids)
        bookable = of_services(command, await require_bookable(command, latest, tx, context), context)
        staff = is_staff(context.actor, bookable)
    require_quota = await booking_quota(command, bookable, tx, context)
    offered = False
    if command.hold_id is not None:
        offered = await _replace_hold(command.hold_id, command.provider_id, start, tx, context)
    came = await _came(command, tx, offered=offered)
    place = _place_at(start, command, bookable, context, staff=staff)
    over = staff and is_over_others(bookable.schedule, place, now=context.now, own=command.hold_id)
    booking = await add_booking(command, bookable, place, tx, context, came=came, overbooked=over)
    await require_quota()
    if staff:
        note_time_off(place_booking.action.value, bookable.schedule, [booking.span], context)
        note_overbooking(place_booking.action.value, booking, command.overbook_reason, context)
    if command.idea is not None:
        if context.actor.role is Role.ADMIN:
            raise InvalidValue(field="idea", problem="the customer or the provider writes it")
        side = IdeaSide.PROVIDER if staff else IdeaSide.CUSTOMER
        await add_idea(command.idea, booking, side, tx, context)
    if booking.link_id is not None:
        today = context.now.astimezone(bookable.schedule.calendar.zone).date()
        await tx.booking_links.count_booking(BookingLinkId(booking.link_id), today)
    return booking


async def _came(command: PlaceBooking, tx: Repositories, *, offered: bool) -> Came:
    """Where a customer came from: what the platform knows counts before what the client says.

    Raises:
        BookingLinkNotFound: the provider has no such link.
        PortfolioItemNotFound: the provider shows no such item.
        InvalidValue: the client says what only the platform knows.
    """
    if command.origin is not None and command.origin not in CLAIMED:
        raise InvalidValue(field="origin", problem="search, page or bot")
    link_id, item_id = None, command.portfolio_item_id
    if command.link_token is not None:
        link = required(await tx.booking_links.by_token(command.provider_id, command.link_token), BookingLinkNotFound)
        link_id = link.id
    if item_id is not None:
        item = await tx.portfolio_items.lock(item_id)
        if item is None or item.provider_id != command.provider_id or item.status is not PortfolioStatus.SHOWN:
            raise PortfolioItemNotFound
    known = (
        (offered, BookingOrigin.WAITING_LIST),
        (link_id is not None, BookingOrigin.LINK),
        (item_id is not None, BookingOrigin.PORTFOLIO),
    )
    origin = next((each for so, each in known if so), command.origin or BookingOrigin.DIRECT)
    return Came(origin=origin, link_id=link_id, portfolio_item_id=item_id)


def _place_at(
    start: datetime, command: PlaceBooking, bookable: BookableProvider, context: UseCaseContext, *, staff: bool
) -> tuple[TimeRange, TimeRange]:
    schedule, minutes, now = bookable.schedule, command.duration_minutes, context.now
    if staff:
        return placeable(
            schedule,
            start,
            now=now,
            duration_minutes=minutes,
            own=command.hold_id,
            override_time_off=command.override_time_off,
            overbook=command.overbook_reason is not None,
        )
    minutes = offered_minutes(schedule, minutes)
    return claimable(schedule, start, now=now, duration_minutes=minutes, own=command.hold_id)


async def _replace_hold(
    hold_id: ClaimId, provider_id: ProviderId, start: datetime, tx: Repositories, context: UseCaseContext
) -> bool:
    """Release the actor's live hold on this slot, and mark its waiting-list entry as booked if it was an offer.

    Returns whether it was.
    """
    hold = await tx.claims.hold_of(context.actor.id, hold_id)
    if hold is None or not hold.live(context.now) or (hold.provider_id, hold.span.start) != (provider_id, start):
        raise HoldNotFound
    # Lock the entry before its hold, in the same order as leaving the waiting list does.
    entry = await tx.waiting_list.get(WaitingId(hold_id))
    await tx.claims.release(provider_id, hold_id)
    if entry is None or entry.status is not WaitingStatus.OFFERED:
        return False
    await tx.waiting_list.save(entry.booked())
    return True


async def quote(command: PlaceBooking, tx: Repositories, context: UseCaseContext) -> PriceBreakdown:
    """What the booking would cost, line by line. It stores nothing, and does not ask whether the time is free."""
    start = instant(command.slot, field="slot")
    found = await tx.bookable_providers.try_lock(command.provider_id, slot_window(start), command.service_ids)
    bookable = await require_bookable(command, None if found is None else found[0], tx, context)
    bookable = of_services(command, bookable, context)
    minutes = command.duration_minutes
    if minutes is None or not is_staff(context.actor, bookable):
        minutes = offered_minutes(bookable.schedule, minutes)
    span = TimeRange(start, start + timedelta(minutes=minutes))
    terms = terms_at(span, command, bookable, context)
    return await priced(command, bookable, span, tx, context, terms=terms, booking=False)


QUOTE_ERRORS: Final = (
    *CHOICE_ERRORS,
    DepositOutOfRange,
    BookingForOthers,
    CustomerNotFound,
    CustomerNotActive,
    *DISCOUNT_ERRORS,
    InvalidValue,
)
"""What `quote` raises."""
quote_booking: Final = UseCase(
    Permission.PLACE_BOOKINGS, quote, lambda command, _: Subject("provider", command.provider_id), raises=QUOTE_ERRORS
)
place_booking: Final = UseCase(
    Permission.PLACE_BOOKINGS,
    _place,
    lambda _, booking: Subject("booking", booking.id),
    raises=(
        *CHOICE_ERRORS,
        SlotNotOffered,
        SlotTaken,
        TimeOff,
        HoldNotFound,
        BookingLinkNotFound,
        PortfolioItemNotFound,
        *PLACING_ERRORS,
        *IDEA_ERRORS,
    ),
)
