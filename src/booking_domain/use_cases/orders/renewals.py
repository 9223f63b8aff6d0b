"""Renew plans: order the next period, charge it or remind its customer, and end what is not paid.

Whatever is due about a plan, the gateway is asked first whether its order is paid. Each try is counted before the
gateway charges it, and has a number, so that a try that is repeated after a crash charges once.

A gateway charges an invoice whole: a customer who has paid a part of it pays the rest.

If the deployment lacks the gateway that keeps a plan's card, its customer pays as without a card. If it lacks that of
an invoice, the period is ordered again; money that the former invoice has got is sent back if the gateway returns.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.payments.errors import GatewayUnavailable, NotChargeable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import Order, OrderId, OrderKind, OrderNotPayable, OrderStatus
from booking_domain.payments.ports import ChargeOrder, ChargeOutcome
from booking_domain.plans.events import PlanAnnounced, PlanUnpaid
from booking_domain.plans.model import (
    Plan,
    PlanEnd,
    PlanNotFound,
    PlanOffer,
    PlanOfferNotFound,
    PlanParty,
    PlanStatus,
)
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import PaymentId, PlanId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.orders.pay import PayOrder, pay_order, settle_order
from booking_domain.use_cases.plans.steps import hindrance, locked, store, tell
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True)
class _Step:
    plan_id: PlanId
    gateways: Gateways

    def charges(self, plan: Plan) -> bool:
        """Whether the card of a plan can be charged."""
        return plan.method is not None and self.gateways.has(plan.gateway)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class _Answer:
    plan_id: PlanId
    order_id: OrderId
    attempt: int
    outcome: ChargeOutcome


async def _renew(plan_id: PlanId, *, reads: Reads, executor: Executor[Repositories], gateways: Gateways) -> None:
    """Do what is due about a plan, if anything.

    Raises:
        GatewayUnavailable: the gateway gave no usable answer. What is due stays due, or is due again soon.
    """
    known = await reads.plans.get(plan_id)
    order = None if known is None or known.order_id is None else await reads.orders.get(OrderId(known.order_id))
    if order is not None and gateways.has(order.gateway):
        await settle_order(order, executor=executor, gateways=gateways)
    step = _Step(plan_id, gateways)
    plan = await executor.run(_take_step, step, actor=SYSTEM)
    if plan is None or plan.order_id is None or (step.charges(plan) and not plan.asking):
        return
    try:
        order = await pay_order(
            PayOrder(order_id=OrderId(plan.order_id)), actor=SYSTEM, executor=executor, gateways=gateways
        )
    except (NotChargeable, OrderNotPayable):
        outcome = ChargeOutcome.DECLINED
    else:
        outcome = await _charge(plan, order, executor, gateways)
    if plan.asking and outcome is not ChargeOutcome.TAKEN:
        answer = _Answer(plan_id=plan.id, order_id=OrderId(plan.order_id), attempt=plan.tries, outcome=outcome)
        await executor.run(_record_answer, answer, actor=SYSTEM)


async def _charge(plan: Plan, order: Order, executor: Executor[Repositories], gateways: Gateways) -> ChargeOutcome:
    """Charge the method of a plan, if it has one. `TAKEN`, too, if there is nothing to charge."""
    if plan.method is None or order.invoice is None or not plan.asking:
        return ChargeOutcome.TAKEN
    if order.gateway not in gateways.names(gateways.named(plan.gateway)):
        return ChargeOutcome.DECLINED  # its customer chose to pay it elsewhere
    if order.settled:
        return ChargeOutcome.DECLINED  # an invoice is charged whole: who has paid a part pays the rest
    charge = ChargeOrder(
        payment_id=PaymentId(order.id),
        invoice_reference=order.invoice.reference,
        method=plan.method,
        attempt=plan.tries,
    )
    outcome = await gateways.named(order.gateway).charge(charge)
    settled = await settle_order(order, executor=executor, gateways=gateways)
    return outcome if settled.status is OrderStatus.PENDING else ChargeOutcome.TAKEN


async def _step(step: _Step, tx: Repositories, context: UseCaseContext) -> Plan | None:
    """Take the step that is due, and return the plan after it; None: nothing is left to do about it now."""
    plan, order = await locked(step.plan_id, tx)
    if not plan.due(context.now):
        return None
    if plan.status is PlanStatus.ENDING:
        await store(plan.finish(PlanParty.PLATFORM, PlanEnd.CANCELLED), plan, order, tx, context)
        return None
    offer = required(await tx.plan_offers.lock(plan.offer_id), PlanOfferNotFound)
    why = PlanEnd.UNPAID if plan.lost(context.now) else await hindrance(plan, offer, tx)
    if why is not None:
        begun = plan.status is PlanStatus.ACTIVE
        after = plan.cancel(PlanParty.PLATFORM, why, context.now) if begun else plan.finish(PlanParty.PLATFORM, why)
        await store(after, plan, order, tx, context)
        return None
    charge = step.charges(plan)
    by_customer = plan.method is not None and not charge
    if order is None:
        return await _announce(plan, offer, tx, context, by_customer=by_customer)
    again = plan
    if order.status is OrderStatus.PENDING and order.invoice is not None and not step.gateways.has(order.gateway):
        await tx.orders.save(order.expire(), was=order)
        order = _order(OrderId(context.entropy.new_id()), plan, order.amount, context)
        await tx.orders.add(order)
        again = plan.order_again(order.id)
    after = again.attempt(context.now, charge=charge)
    await store(after, plan, order, tx, context)
    if not after.asking:
        await tell(PlanUnpaid, after, tx, context, by_customer=by_customer)
    return after


async def _announce(
    plan: Plan, offer: PlanOffer, tx: Repositories, context: UseCaseContext, *, by_customer: bool
) -> Plan | None:
    """Order the next period at the price of today, and tell the customer."""
    if not context.get(Chargeable, ANY_AMOUNT).accepts(offer.price):
        after = plan.cancel(PlanParty.PLATFORM, PlanEnd.OFFER_ENDED, context.now)
        await store(after, plan, None, tx, context)
        return None
    order_id = OrderId(context.entropy.new_id())
    after = plan.announce(order_id, context.now)
    await tx.orders.add(_order(order_id, after, offer.price, context))
    await store(after, plan, None, tx, context)
    await tell(PlanAnnounced, after, tx, context, by_customer=by_customer)
    return after


def _order(order_id: OrderId, plan: Plan, amount: Money, context: UseCaseContext) -> Order:
    """An order of the next period of a plan, which waits for the money as long as the plan does."""
    return Order.place(
        id=order_id,
        kind=OrderKind.PLAN,
        subject_id=context.entropy.new_id(),
        plan_id=plan.id,
        period=plan.period + 1,
        customer_id=plan.customer_id,
        amount=amount,
        now=context.now,
        payable_until=plan.given_up_at,
    )


async def _record(command: _Answer, tx: Repositories, context: UseCaseContext) -> None:
    """Count a try that the gateway has refused."""
    plan, order = await locked(command.plan_id, tx)
    answered = (plan.order_id, plan.tries) == (command.order_id, command.attempt)
    if not answered or not plan.asking or not plan.live:
        return
    after = plan.unpaid(context.now)
    await store(after, plan, order, tx, context)
    needed = command.outcome is ChargeOutcome.AUTHENTICATION
    by_customer = order is not None and bool(order.settled)
    await tell(PlanUnpaid, after, tx, context, authentication=needed, by_customer=by_customer)


_take_step: Final = UseCase(Permission.RUN_PLATFORM, _step, raises=(PlanNotFound, PlanOfferNotFound))
_record_answer: Final = UseCase(Permission.RUN_PLATFORM, _record, raises=(PlanNotFound,))
renew_plan: Final = Process(_renew, (GatewayUnavailable, PlanNotFound))
