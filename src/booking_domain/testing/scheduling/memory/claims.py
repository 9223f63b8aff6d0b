"""The table of claims in memory."""

from datetime import datetime

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.ports import Claims
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.testing.catalogue.memory.tables import require_provider
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State
from booking_domain.testing.scheduling.memory.tables import CLAIMS


class MemoryClaims(Claims):
    """The claims of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def acquire(self, claim: Claim, now: datetime) -> None:
        require_provider(self._state, claim.provider_id)
        require_user(self._state, claim.customer_id)
        rivals = [
            other
            for other in self._state[CLAIMS].values()
            if other.provider_id == claim.provider_id and other.blocked.overlaps(claim.blocked)
        ]
        if any(other.live(now) for other in rivals):
            raise SlotTaken(start=claim.span.start)
        for lapsed in rivals:
            del self._state[CLAIMS][lapsed.id]
        self._state[CLAIMS][claim.id] = claim

    async def release(self, claim_id: ClaimId) -> None:
        self._state[CLAIMS].pop(claim_id, None)

    async def hold_of(self, customer_id: UserId, hold_id: ClaimId) -> Claim | None:
        claim = self._state[CLAIMS].get(hold_id)
        if claim is None or claim.kind is not ClaimKind.HOLD or claim.customer_id != customer_id:
            return None
        return claim

    async def count_holds(self, customer_id: UserId, now: datetime) -> int:
        return sum(
            claim.kind is ClaimKind.HOLD and claim.customer_id == customer_id and claim.live(now)
            for claim in self._state[CLAIMS].values()
        )

    async def release_holds(self, provider_id: ProviderId) -> None:
        for claim in tuple(self._state[CLAIMS].values()):
            if claim.provider_id == provider_id and claim.kind is ClaimKind.HOLD:
                del self._state[CLAIMS][claim.id]

    async def remove_expired(self, now: datetime) -> int:
        lapsed = [claim.id for claim in self._state[CLAIMS].values() if not claim.live(now)]
        for claim_id in lapsed:
            del self._state[CLAIMS][claim_id]
        return len(lapsed)
