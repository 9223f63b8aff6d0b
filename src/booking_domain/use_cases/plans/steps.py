"""What changes a plan inside a transaction that does more."""

from booking_domain.catalogue.salons import SalonNotFound
from booking_domain.payments.orders import Order, OrderId, OrderStatus
from booking_domain.plans.events import PlanChanged, PlanEnded, PlanEnding
from booking_domain.plans.model import Plan, PlanEnd, PlanNotFound, PlanOffer, PlanStatus
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.errors import ConcurrentChange, required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId, PlanId
from booking_domain.use_cases.platform.issuers import require_selling
from booking_domain.use_cases.platform.ports import Repositories


async def locked(plan_id: PlanId, tx: Repositories) -> tuple[Plan, Order | None]:
    """Lock a plan and before it the order of its next period, if there is one.

    Raises:
        PlanNotFound: there is no such plan.
        ConcurrentChange: it has got another order meanwhile.
    """
    known = required(await tx.plans.get(plan_id), PlanNotFound)
    order = None if known.order_id is None else await tx.orders.lock(OrderId(known.order_id))
    plan = required(await tx.plans.lock(plan_id), PlanNotFound)
    if plan.order_id != known.order_id:
        raise ConcurrentChange(what="the plan")
    return plan, order


async def store(after: Plan, was: Plan, order: Order | None, tx: Repositories, context: UseCaseContext) -> Plan:
    """Store a changed plan, tell of its end, and let the order expire that it no longer waits for."""
    await tx.plans.save(after, was=was)
    if order is not None and order.status is OrderStatus.PENDING and (after.order_id is None or not after.live):
        await tx.orders.save(order.expire(), was=order)
    if after.status is not was.status:
        for status, kind in ((PlanStatus.ENDING, PlanEnding), (PlanStatus.ENDED, PlanEnded)):
            if after.status is status:
                await tell(kind, after, tx, context)
    return after


async def tell(kind: type[PlanChanged], plan: Plan, tx: Repositories, context: UseCaseContext, **more: object) -> None:
    """Put an event of a plan into the outbox."""
    event = kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        plan_id=plan.id,
        **more,
    )
    await tx.outbox.put([event])


async def hindrance(plan: Plan, offer: PlanOffer, tx: Repositories) -> PlanEnd | None:
    """Why no period of a plan can be sold any more; None: it can."""
    if await tx.users.active_role(plan.customer_id) is None:
        return PlanEnd.ACCOUNT_CLOSED
    if offer.ended_at is not None or not await is_sold(offer, tx):
        return PlanEnd.OFFER_ENDED
    return None


async def is_sold(offer: PlanOffer, tx: Repositories) -> bool:
    """Whether its provider or its salon, which is locked, still sells anything."""
    try:
        await require_selling(offer.provider_id, offer.salon_id, tx)
    except (SalonNotFound, ProviderNotFound):
        return False
    return True
