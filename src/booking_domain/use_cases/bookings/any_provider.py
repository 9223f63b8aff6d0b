"""Hold or book a slot of a salon with the member whose turn it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from booking_domain.bookings.model import Booking
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.placing import claimable, for_services
from booking_domain.scheduling.services import NobodyOffers, ServiceRequired
from booking_domain.scheduling.slots import taken_places
from booking_domain.scheduling.workloads import least_busy
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import instant
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold

Order = TypeVar("Order", PlaceHold, PlaceBooking)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithAnyProvider(Generic[Order]):
    """Place an order with any provider of a salon who offers the services.

    - The member takes it whose turn it is (`least_busy`): of those with the highest priority, who has the least time
      taken for their weight that day, then that week. Bookings and live holds count. Members that cannot take the slot
      are skipped.
    - Of a class, a member comes first whose class at this time has a place taken, and one left.
    - The members are locked in the order of their ids before they are compared. So two orders of the same moment go to
      two providers, as long as two are free, and every order sees the one before it.
    - No provider is booked by their own account.
    """

    salon_id: SalonId
    slot: datetime
    service_ids: tuple[ServiceId, ...]
    order: Callable[[ProviderId], Order]
    """The order, once its provider is known."""


async def _hold(command: WithAnyProvider[PlaceHold], tx: Repositories, context: UseCaseContext) -> Claim:
    return await place_hold.handle(command.order(await _chosen(command, tx, context)), tx, context)


async def _book(command: WithAnyProvider[PlaceBooking], tx: Repositories, context: UseCaseContext) -> Booking:
    return await place_booking.handle(command.order(await _chosen(command, tx, context)), tx, context)


async def _chosen(command: WithAnyProvider[Order], tx: Repositories, context: UseCaseContext) -> ProviderId:
    start, services = instant(command.slot, field="slot"), command.service_ids
    if not services:
        raise ServiceRequired
    members = await tx.schedules.lock_members(command.salon_id, services, start=start, now=context.now)
    problem: DomainError = NobodyOffers()
    free: list[ProviderId] = []
    for member in least_busy(members):
        schedule = await tx.schedules.lock(member.provider_id, slot_window(start), services)
        if schedule is None or schedule.owner_id == context.actor.id:
            continue
        wanted = for_services(schedule, services, None)
        try:
            span, _ = claimable(wanted, start, now=context.now)
        except (SlotTaken, SlotNotOffered) as error:
            # That one of them is taken says more than that another is closed.
            problem = problem if isinstance(problem, SlotTaken) else error
        else:
            free.append(member.provider_id)
            if wanted.calendar.settings.class_id is None:
                break
            if taken_places(wanted.calendar, schedule.claims, context.now)[span]:
                return member.provider_id  # rather than to begin another class
    if not free:
        raise problem
    return free[0]


hold_with_any_provider: Final = UseCase(
    Permission.HOLD_SLOTS,
    _hold,
    lambda _, claim: Subject("hold", claim.id),
    raises=(NobodyOffers, *place_hold.raises),
)
book_with_any_provider: Final = UseCase(
    Permission.PLACE_BOOKINGS,
    _book,
    lambda _, booking: Subject("booking", booking.id),
    raises=(NobodyOffers, *place_booking.raises),
)
