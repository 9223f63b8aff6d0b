"""The personal data of a user in all memory tables."""

from datetime import datetime

from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import RefundStatus
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.waiting import OPEN
from booking_domain.shared.ids import UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.contexts import CONTEXTS
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import REFUNDS
from booking_domain.testing.scheduling.memory.tables import CLAIMS, WAITING_LIST
from booking_domain.workflows.personal_data import TO_COME, ErasureBlockers, PersonalData


class MemoryPersonalData(PersonalData):
    """Erases what each table declares to be personal (`Table.erase`)."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        theirs = [
            each for each in self._state[BOOKINGS].values() if user_id in {each.customer_id, each.provider_user_id}
        ]
        ids = {booking.id for booking in theirs}
        return ErasureBlockers(
            bookings=any(
                booking.status is Status.DISPUTED or (booking.status in TO_COME and booking.span.end > now)
                for booking in theirs
            ),
            money=any(
                each.status is RefundStatus.PENDING and each.booking_id in ids for each in self._state[REFUNDS].values()
            ),
        )

    async def leave_queues(self, user_id: UserId) -> None:
        claims, waiting_list = self._state[CLAIMS], self._state[WAITING_LIST]
        for claim in tuple(claims.values()):
            if claim.customer_id == user_id and claim.kind is ClaimKind.HOLD:
                del claims[claim.id]
        for waiting in tuple(waiting_list.values()):
            if waiting.customer_id == user_id and waiting.status in OPEN:
                waiting_list[waiting.id] = waiting.left()

    async def clear(self, user_id: UserId) -> None:
        for context in CONTEXTS:
            for table in context.tables:
                if table.erase is not None:
                    table.erase(self._state, self._state[table], user_id)
