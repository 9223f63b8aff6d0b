"""Periods of plans: they begin when their order is paid, and end with it when it is refunded."""

from booking_domain.packages.model import Package, PackageId, PackageNotFound, PackageSaleMethod
from booking_domain.payments.orders import Order
from booking_domain.plans.events import PlanRenewed, PlanStarted
from booking_domain.plans.model import PlanEnd, PlanNotFound, PlanOfferNotFound, PlanParty
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import PlanId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money
from booking_domain.use_cases.packages.ordered import take_back_ordered
from booking_domain.use_cases.packages.steps import add, cause
from booking_domain.use_cases.plans.steps import is_sold, store, tell
from booking_domain.use_cases.platform.ports import Repositories


async def begin_period(order: Order, kept: KeptMethod | None, tx: Repositories, context: UseCaseContext) -> bool:
    """Begin the period of an order that is paid: give its package.

    Return whether it begins: not if the plan does not wait for the order, the account of its customer is closed, or
    nobody sells it any more.
    """
    plan_id = PlanId(required(order.plan_id, PlanNotFound))
    plan = required(await tx.plans.lock(plan_id), PlanNotFound)
    if not plan.awaits(order.id):
        return False
    if not plan.live and await tx.plans.has_live(plan.customer_id, plan.offer_id):
        return False
    offer = required(await tx.plan_offers.lock(plan.offer_id), PlanOfferNotFound)
    if await tx.users.active_role(plan.customer_id) is None or not await is_sold(offer, tx):
        return False
    package_id = PackageId(order.subject_id)
    after = plan.paid(offer, package_id, gateway=order.gateway, method=kept, now=context.now)
    period = Package(
        id=package_id,
        plan_id=plan.id,
        customer_id=plan.customer_id,
        provider_id=offer.provider_id,
        salon_id=offer.salon_id,
        name=offer.name,
        service_ids=offer.service_ids,
        visits=offer.visits,
        price=order.amount,
        transferable=False,
        method=PackageSaleMethod.ONLINE,
        sold_by=context.actor,
        expires_at=after.ends_at,
        version=0,
        created_at=context.now,
    )
    await store(after, plan, None, tx, context)
    await add(period.enter(cause("sale", context)), tx)
    await tell(PlanRenewed if plan.live and plan.period else PlanStarted, after, tx, context)
    return True


async def take_back_period(order: Order, tx: Repositories, context: UseCaseContext) -> Money:
    """Take the free visits of an order back that is refunded, end the plan if it was its last, and return their price.

    Raises:
        PackageNotFound, OrderUsed, NotEnoughVisits: see `take_back_ordered`.
    """
    plan = required(await tx.plans.lock(PlanId(required(order.plan_id, PackageNotFound))), PackageNotFound)
    back = await take_back_ordered(order, tx, context)
    if plan.live and plan.package_id == order.subject_id:
        await store(plan.finish(PlanParty.PLATFORM, PlanEnd.REFUNDED), plan, None, tx, context)
    return back
