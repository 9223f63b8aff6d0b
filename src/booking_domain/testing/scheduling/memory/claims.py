"""The table of claims in memory."""

from dataclasses import replace
from datetime import datetime

from booking_domain.scheduling.claims import MAX_LANES, Claim, ClaimKind
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.pauses import meet
from booking_domain.scheduling.ports import Claims, as_stored
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.testing.kit.tables import InMemory
from booking_domain.testing.scheduling.memory.resources import units_for
from booking_domain.testing.scheduling.memory.tables import CALENDARS, CLAIMS, UNITS, free_units


class MemoryClaims(InMemory, Claims):
    """The claims of one database transaction."""

    async def acquire(self, claim: Claim, now: datetime) -> None:
        claims, claim = self._state[CLAIMS], as_stored(claim)
        if claim.lane:
            claims.put(replace(claim, lane=self._free_lane(claim)))
            return
        rivals = claims.where(
            lambda other: (
                other.provider_id == claim.provider_id
                and (meet(other.parts, claim.parts) or self._too_near(claim, other))
            )
        )
        live = [other for other in rivals if other.live(now)]
        units = units_for(self._state, claim, now)
        if len(live) >= claim.capacity or not all(other.shares(claim) for other in live) or units is None:
            raise SlotTaken(start=claim.span.start, zone=self._state[CALENDARS][claim.provider_id].time_zone)
        claims.delete(lambda other: other in rivals and not other.live(now))
        claims.put(claim)
        self._free_units()
        if units.taken:
            self._state[UNITS].put(units)

    def _too_near(self, claim: Claim, other: Claim) -> bool:
        """Whether there is no time to travel between two claims of a provider."""
        calendar, own = self._state[CALENDARS][claim.provider_id], str(claim.provider_id)
        at_venue = replace(calendar, settings=replace(calendar.settings, venue=claim.venue or own))
        return meet(at_venue.kept_free(replace(other, venue=other.venue or own)), claim.parts)

    def _free_lane(self, claim: Claim) -> int:
        taken = {
            other.lane
            for other in self._state[CLAIMS].values()
            if other.provider_id == claim.provider_id and meet(other.parts, claim.parts)
        }
        for lane in range(1, MAX_LANES + 1):
            if lane not in taken:
                return lane
        raise SlotTaken(start=claim.span.start, zone=self._state[CALENDARS][claim.provider_id].time_zone)

    def _free_units(self) -> None:
        free_units(self._state, self._state[UNITS])

    async def release(self, provider_id: ProviderId, claim_id: ClaimId) -> None:
        claim = self._state[CLAIMS].get(claim_id)
        if claim is not None and claim.provider_id == provider_id:
            self._state[CLAIMS].pop(claim_id)
        self._free_units()

    async def hold_of(self, customer_id: UserId, hold_id: ClaimId) -> Claim | None:
        claim = self._state[CLAIMS].get(hold_id)
        if claim is None or claim.kind is not ClaimKind.HOLD or claim.customer_id != customer_id:
            return None
        return claim

    async def count_holds(self, customer_id: UserId, now: datetime) -> int:
        self._state.lock()
        return sum(
            claim.kind is ClaimKind.HOLD and claim.customer_id == customer_id and claim.live(now)
            for claim in self._state[CLAIMS].values()
        )

    async def release_holds(self, provider_id: ProviderId) -> None:
        self._state[CLAIMS].delete(lambda claim: claim.provider_id == provider_id and claim.kind is ClaimKind.HOLD)
        self._free_units()

    async def remove_expired(self, now: datetime) -> int:
        removed = len(self._state[CLAIMS].delete(lambda claim: not claim.live(now)))
        self._free_units()
        return removed
