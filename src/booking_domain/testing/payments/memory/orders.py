"""Orders in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from booking_domain.payments.orders import Order, OrderId, OrderReads, Orders, OrderStatus
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.testing.kit.tables import InMemory, VersionedRepository
from booking_domain.testing.payments.memory.tables import ORDERS


class MemoryOrders(VersionedRepository[OrderId, Order], Orders):
    """Those of one database transaction."""

    table = ORDERS

    async def add(self, order: Order) -> None:
        waits = self._rows.where(lambda row: row.status is OrderStatus.PENDING and row.plan_id == order.plan_id)
        if order.plan_id is not None and waits:
            raise ConcurrentChange(what="the plan")
        await super().add(order)

    async def next_receipt_number(self) -> int:
        self._state.lock()
        return 1 + max((each.receipt_sequence or 0 for each in self._rows.values()), default=0)

    async def lock_of(self, subject_id: UUID) -> Order | None:
        self._state.lock()
        found = self._rows.where(lambda row: row.subject_id == subject_id)
        return found[0] if found else None


def _reference(order: Order) -> str | None:
    return None if order.invoice is None else order.invoice.reference


class MemoryOrderReads(InMemory, OrderReads):
    """Those that are committed."""

    async def get(self, order_id: OrderId) -> Order | None:
        return self._state[ORDERS].get(order_id)

    async def by_invoice(self, reference: str) -> Order | None:
        found = self._state[ORDERS].where(lambda row: _reference(row) == reference)
        return found[0] if found else None

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> Sequence[Order]:
        return self._state[ORDERS].page(lambda row: row.gateway == gateway and _reference(row) in references)

    async def of_customer(self, customer_id: UserId, after: OrderId | None, limit: int) -> Sequence[Order]:
        return self._state[ORDERS].page(lambda row: row.customer_id == customer_id, after, limit, newest_first=True)

    async def by_transfer(self, after: OrderId | None, limit: int) -> Sequence[Order]:
        return self._state[ORDERS].page(
            lambda row: row.refund is not None and row.refund.at is None, after, limit, newest_first=True
        )

    async def to_refund(self, now: datetime, limit: int) -> Sequence[OrderId]:
        def due(order: Order) -> bool:
            return order.refund is not None and order.refund.at is not None and order.refund.at <= now

        return [order.id for order in self._state[ORDERS].page(due, limit=limit)]

    async def to_expire(self, now: datetime, limit: int) -> Sequence[OrderId]:
        pending = self._state[ORDERS].due(
            lambda row: row.expires_at if row.status is OrderStatus.PENDING else None, now, limit
        )
        return [order.id for order in pending]
