"""Hold a slot during checkout, and release it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import HOLDS_PER_CUSTOMER, Claim, ClaimKind
from booking_domain.scheduling.errors import (
    HoldNotFound,
    ProviderNotFound,
    SlotNotOffered,
    SlotTaken,
    TooManyHolds,
)
from booking_domain.scheduling.placing import CHOICE_ERRORS, claimable, for_services, offered_minutes, require_services
from booking_domain.scheduling.ports import Claims, ProviderSchedules
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ClaimId, ProviderId, ServiceId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import instant


class HoldTx(Protocol):
    """The repositories that holds need."""

    @property
    def schedules(self) -> ProviderSchedules: ...
    @property
    def claims(self) -> Claims: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """Hold a slot for the actor.

    - The provider takes bookings and offers appointments of this length, and the slot is offered and free.
    - A customer has at most `HOLDS_PER_CUSTOMER` live holds.
    """

    provider_id: ProviderId
    slot: datetime
    duration_minutes: int | None = None
    service_ids: tuple[ServiceId, ...] = ()


async def _place(command: PlaceHold, tx: HoldTx, context: UseCaseContext) -> Claim:

    start = instant(command.slot, field="slot")
    schedule = await tx.schedules.lock(command.provider_id, slot_window(start), command.service_ids)
    if schedule is None or not schedule.accepting:
        raise ProviderNotFound
    require_services(schedule, command.service_ids)
    schedule = for_services(schedule, command.service_ids, command.duration_minutes)
    minutes = offered_minutes(schedule, command.duration_minutes)
    span, blocked = claimable(schedule, start, now=context.now, duration_minutes=minutes)
    if await tx.claims.count_holds(context.actor.id, context.now) >= HOLDS_PER_CUSTOMER:
        raise TooManyHolds
    hold = Claim(
        id=ClaimId(context.entropy.new_id()),
        provider_id=command.provider_id,
        customer_id=context.actor.id,
        kind=ClaimKind.HOLD,
        span=span,
        blocked=blocked,
        pauses=schedule.calendar.pauses(span),
        expires_at=context.now + context.configured(Deadlines).hold,
        class_id=schedule.calendar.settings.class_id,
        capacity=schedule.calendar.settings.capacity,
        venue=schedule.calendar.settings.venue,
        needs=schedule.needs,
    )
    await tx.claims.acquire(hold, context.now)
    return hold


async def _release(hold_id: ClaimId, tx: HoldTx, context: UseCaseContext) -> None:
    """Release the actor's own hold. A hold that no longer exists raises `HoldNotFound`."""
    hold = await tx.claims.hold_of(context.actor.id, hold_id)
    if hold is None:
        raise HoldNotFound
    await tx.claims.release(hold.provider_id, hold_id)


async def _sweep(_: None, tx: HoldTx, context: UseCaseContext) -> int:
    """Delete expired holds. They block no slot even before that."""
    return await tx.claims.remove_expired(context.now)


place_hold: Final = UseCase(
    Permission.HOLD_SLOTS,
    _place,
    lambda _, claim: Subject("hold", claim.id),
    raises=(*CHOICE_ERRORS, SlotNotOffered, SlotTaken, TooManyHolds, InvalidValue),
)
release_hold: Final = UseCase(
    Permission.HOLD_SLOTS,
    _release,
    lambda hold_id, _: Subject("hold", hold_id),
    audited_as="hold.release",
    raises=(HoldNotFound,),
)
sweep_holds: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
