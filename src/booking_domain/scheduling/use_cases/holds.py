"""Hold a slot while the customer checks out, and let it go again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.scheduling.claims import DEFAULT_HOLD, HOLDS_PER_CUSTOMER, Claim, ClaimKind
from booking_domain.scheduling.errors import HoldNotFound, ProviderNotFound, TooManyHolds
from booking_domain.scheduling.placing import around, claimable
from booking_domain.scheduling.ports import Claims, Diaries
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Circumstances, UseCase
from booking_domain.shared.ids import ClaimId, ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import instant


class HoldTx(Protocol):
    """What holds need of a transaction."""

    @property
    def diaries(self) -> Diaries: ...
    @property
    def claims(self) -> Claims: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """Hold this slot for me."""

    provider_id: ProviderId
    slot: datetime
    duration_minutes: int | None = None
    lasts: timedelta = DEFAULT_HOLD


async def _place(command: PlaceHold, tx: HoldTx, given: Circumstances) -> Claim:
    """The slot must be offered and free; a customer has at most three live holds."""
    start = instant(command.slot, field="slot")
    diary = await tx.diaries.lock(command.provider_id, around(start))
    if diary is None or not diary.accepting:
        raise ProviderNotFound
    span, blocked = claimable(diary, start, now=given.now, duration_minutes=command.duration_minutes)
    if await tx.claims.count_holds(given.actor.id, given.now) >= HOLDS_PER_CUSTOMER:
        raise TooManyHolds
    hold = Claim(
        id=ClaimId(given.entropy.new_id()),
        provider_id=command.provider_id,
        customer_id=given.actor.id,
        kind=ClaimKind.HOLD,
        span=span,
        blocked=blocked,
        expires_at=given.now + command.lasts,
    )
    await tx.claims.take(hold, given.now)
    return hold


async def _release(hold_id: ClaimId, tx: HoldTx, given: Circumstances) -> None:
    """Only one's own; a hold that is gone already is `HoldNotFound`."""
    if await tx.claims.hold_of(given.actor.id, hold_id) is None:
        raise HoldNotFound
    await tx.claims.release(hold_id)


async def _sweep(_: None, tx: HoldTx, given: Circumstances) -> int:
    """Lapsed holds stand in nobody's way; sweeping them is housekeeping."""
    return await tx.claims.sweep(given.now)


place_hold: Final = UseCase(Permission.HOLD_SLOTS, _place, lambda _, claim: Subject("hold", claim.id))
release_hold: Final = UseCase(
    Permission.HOLD_SLOTS, _release, lambda hold_id, _: Subject("hold", hold_id), audited_as="hold.release"
)
sweep_holds: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
