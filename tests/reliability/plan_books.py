"""What the histories of row 8 do with plans, and the books of their orders.

The worker's part is played here: it renews what is due, asks the gateway about orders, and makes their refunds.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from booking_domain.packages.model import Package, PackageBoughtOnline, PackageEntryKind
from booking_domain.packages.ports import PackageFilter
from booking_domain.payments.errors import GatewayUnavailable, PaymentInPreparation
from booking_domain.payments.orders import (
    Order,
    OrderBeingRefunded,
    OrderId,
    OrderNotPayable,
    OrderRefundTooLate,
    OrderStatus,
    OrderUsed,
)
from booking_domain.plans.model import InvalidPlanTransition, Plan
from booking_domain.plans.ports import PlanFilter
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import PlanId
from booking_domain.shared.money import Money
from booking_domain.testing.kit.storage import race
from booking_domain.testing.payments.memory.gateway import Bill
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.orders.buy import TakePlan, take_plan
from booking_domain.use_cases.orders.pay import PayOrder, expire_order, pay_order, settle_order
from booking_domain.use_cases.orders.refund import (
    SettleOrderRefund,
    make_order_refund,
    refund_order,
    settle_order_refund,
)
from booking_domain.use_cases.orders.renewals import renew_plan
from booking_domain.use_cases.plans.changes import cancel_plan, pause_plan, resume_plan
from booking_domain.use_cases.plans.offers import OfferPlan, offer_plan

REFUSED: Final = (
    *(InvalidPlanTransition, OrderNotPayable, OrderBeingRefunded, OrderRefundTooLate, OrderUsed, PaymentInPreparation),
    *(ConcurrentChange, PackageBoughtOnline),
)
"""How these steps are refused."""
PRICE: Final = 200_001
_ALL: Final = 10_000


@dataclass
class PlanBooks:
    """The plans of the customer, and what the bank has transferred of their orders."""

    studio: Studio
    currency: str
    done: Counter[str]
    transfers: Counter[OrderId] = field(default_factory=Counter)

    async def step(self, nth: int, how: int) -> None:
        """Take a plan and pay it; pay what one waits for; pause, resume or end it; return the money of a period."""
        plans = await self._plans()
        plan = plans[nth % len(plans)] if plans else None
        if plan is None or how == 0:
            await self._take(nth)
        elif how == 1:
            await self._pay(plan, nth)
        elif how == 2:
            await self.studio.run(pause_plan, plan.id, by=self.studio.customer)
        elif how == 3:
            await self.studio.run(resume_plan, plan.id, by=self.studio.customer)
        elif how == 4:
            await self.studio.run(cancel_plan, plan.id, by=self.studio.owner if nth % 2 else self.studio.customer)
        else:
            paid = [each for each in await self._orders() if each.status is OrderStatus.PAID]
            if paid:
                order_id = paid[nth % len(paid)].id
                await self.studio.run(refund_order, order_id, by=self.studio.admin if nth % 2 else self.studio.customer)

    async def _take(self, nth: int) -> None:
        studio = self.studio
        offer = OfferPlan(name="Plan", visits=1 + nth % 3, price_amount=PRICE, currency=self.currency)
        offered = await studio.run(offer_plan, offer, by=studio.owner)
        plan = await studio.run(take_plan, TakePlan(offer_id=offered.id), by=studio.customer)
        self.done["plans"] += 1
        await self._pay(plan, nth - nth % 4)

    async def _pay(self, plan: Plan, nth: int) -> None:
        """Pay the next period: exactly, or twice, a part or too late; the callback comes or not."""
        if plan.order_id is None:
            return
        studio = self.studio
        command = PayOrder(order_id=OrderId(plan.order_id))
        order = await pay_order(command, actor=studio.customer, executor=studio.executor, gateways=studio.gateways)
        if order.invoice is None:
            return
        part = Money(amount=order.amount.amount // (3 if nth % 4 == 3 else 1), currency=self.currency)
        for _ in range(1 + (nth % 4 == 2)):
            self.done["periods paid"] += studio.gateway.pay(order.invoice.reference, part, studio.clock.now())
        if nth % 3:
            await race([self._settle(order) for _ in range(1 + nth % 2)])

    async def renew(self, nth: int, how: int) -> None:
        """The worker looks at the plans when the next of them is due, perhaps twice at once."""
        plans = [each.next_at for each in await self._plans() if each.next_at is not None]
        if plans and how < 4:
            self.studio.clock.set(max(self.studio.clock.now(), min(plans)))
        await self._renew(times=1 + nth % 2)

    async def _renew(self, times: int = 1) -> None:
        for plan_id in await self.studio.reads.plans.due(self.studio.clock.now(), _ALL):
            _, refusals = await race([self._renew_one(plan_id) for _ in range(times)])
            for refusal in refusals:
                if not isinstance(refusal, ConcurrentChange | GatewayUnavailable | PaymentInPreparation):
                    raise refusal

    async def _renew_one(self, plan_id: PlanId) -> None:
        studio = self.studio
        await renew_plan(plan_id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)

    async def _settle(self, order: Order) -> Order:
        return await settle_order(order, executor=self.studio.executor, gateways=self.studio.gateways)

    async def work(self) -> None:
        """The worker makes the refunds of orders that are due, and lets those expire that were not paid in time."""
        studio, now = self.studio, self.studio.clock.now()
        for order_id in await studio.reads.orders.to_refund(now, _ALL):
            with suppress(GatewayUnavailable):
                await make_order_refund(
                    order_id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways
                )
        for order_id in await studio.reads.orders.to_expire(now, _ALL):
            order = await studio.reads.orders.get(order_id)
            with suppress(GatewayUnavailable):
                if order is not None and (await self._settle(order)).status is OrderStatus.PENDING:
                    await studio.run(expire_order, order_id, by=SYSTEM)

    async def due(self) -> bool:
        """Whether the gateway is still to be asked for a refund."""
        return any(each.refund is not None and each.refund.at is not None for each in await self._orders())

    async def finish(self) -> None:
        """All that is due is done: the gateway answers again, and the bank makes its transfers."""
        while await self.studio.reads.plans.due(self.studio.clock.now(), 1):
            await self._renew()
        await self.work()

    async def transfer(self) -> None:
        """The bank makes the refunds that the gateway cannot."""
        for order in await self.studio.reads.orders.by_transfer(None, _ALL):
            assert order.refund is not None
            self.transfers[order.id] += order.refund.amount.amount
            command = SettleOrderRefund(order_id=order.id, bank_reference=f"FT{order.refund.id.hex}")
            await self.studio.run(settle_order_refund, command, by=self.studio.admin)

    async def check(self) -> frozenset[str]:
        """Compare orders with the gateway's books, and plans with their packages; the invoices of the orders."""
        packages = await self.studio.reads.packages.page(PackageFilter(limit=_ALL))
        periods = {each.id: each for each in packages if each.plan_id is not None}
        begun = Counter[PlanId]()
        invoices = set[str]()
        for order in await self._orders():
            bill = None if order.invoice is None else self.studio.gateway.bills[order.invoice.reference]
            if order.invoice is not None:
                invoices.add(order.invoice.reference)
            self._agrees(order, bill)
            package = next((each for each in periods.values() if each.id == order.subject_id), None)
            if package is None:
                assert not order.held or (order.held < order.amount and order.paid_at is None), "money of no period"
                continue
            assert order.plan_id is not None
            begun[PlanId(order.plan_id)] += 1
            await self._keeps_what_was_used(order, package)
        for plan in await self._plans():
            assert plan.period == begun[plan.id], "the periods of a plan"
            assert plan.period == 0 or plan.package_id in periods, "the package of a plan"
            assert not plan.asking, "a charge without an answer"
        assert len(periods) == begun.total(), "a period without an order"
        self.done["periods"] += begun.total()
        self.done["plans renewed"] += sum(each - 1 for each in begun.values())
        return frozenset(invoices)

    def _agrees(self, order: Order, bill: Bill | None) -> None:
        received = 0 if bill is None else bill.received.amount
        refunded = 0 if bill is None else sum(each.amount for each in bill.refunds.values())
        assert order.settled.amount == received, "what an order received"
        assert order.returned.amount == refunded + self.transfers[order.id], "what was returned of an order"
        assert order.refund is None, "a refund of an order is open"

    async def _keeps_what_was_used(self, order: Order, package: Package) -> None:
        """An order holds the price of its period less that of the visits whose money was returned."""
        entries = await self.studio.reads.packages.entries(package.id, None, _ALL)
        returned = -sum(each.amount for each in entries if each.kind is PackageEntryKind.REFUNDED)
        assert package.price == order.amount, "the price of a period"
        assert order.held.amount == order.amount.amount - returned, "what an order holds"

    async def _plans(self) -> list[Plan]:
        return list(await self.studio.reads.plans.page(PlanFilter(customer_id=self.studio.customer.id, limit=_ALL)))

    async def _orders(self) -> list[Order]:
        return list(await self.studio.reads.orders.of_customer(self.studio.customer.id, None, _ALL))
