"""What providers take in a period, in memory."""

from collections.abc import Sequence

from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.kit.tables import InMemory
from booking_domain.testing.payments.memory.transactions import MemoryTransactionReads
from booking_domain.use_cases.platform.listings import TransactionFilter, TransactionType
from booking_domain.use_cases.platform.takings import DoneWork, MovedMoney, TakingsReads

_COUNTED = {TransactionType.PAYMENT, TransactionType.DESK_PAYMENT, TransactionType.REFUND}


class MemoryTakingsReads(InMemory, TakingsReads):
    """Sums over committed bookings and their money."""

    async def work(self, provider_ids: Sequence[ProviderId], period: TimeRange) -> list[DoneWork]:
        sums: dict[tuple[ProviderId, str], tuple[Money, Money, Money]] = {}
        for booking in self._state[BOOKINGS].values():
            in_time = period.start <= booking.span.start < period.end
            if booking.provider_id in provider_ids and booking.status is Status.COMPLETED and in_time:
                key, zero = (booking.provider_id, booking.price.currency), Money.zero(booking.price.currency)
                earned, tips, outstanding = sums.get(key, (zero, zero, zero))
                sums[key] = earned + booking.final_price, tips + booking.tips, outstanding + booking.quote.now
        return [
            DoneWork(provider_id=provider_id, earned=earned, tips=tips, outstanding=outstanding)
            for (provider_id, _), (earned, tips, outstanding) in sorted(sums.items(), key=lambda item: item[0])
        ]

    async def money(self, provider_ids: Sequence[ProviderId], period: TimeRange) -> list[MovedMoney]:
        sums: dict[tuple[ProviderId, str, str, str], Money] = {}
        every = TransactionFilter(limit=10**9)
        for move in await MemoryTransactionReads(self._current).page(every):
            at = move.processed_at
            counts = move.type in _COUNTED and move.moved and at is not None and period.start <= at < period.end
            if counts and move.provider_id in provider_ids:
                key = move.provider_id, move.moved.currency, move.type.value, move.gateway
                sums[key] = sums.get(key, Money.zero(move.moved.currency)) + move.moved
        return [
            MovedMoney(provider_id=provider_id, type=TransactionType(kind), method=method, amount=amount)
            for (provider_id, _, kind, method), amount in sorted(sums.items(), key=lambda item: item[0])
        ]
