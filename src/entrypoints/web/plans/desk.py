"""Opens the plans of who is signed in, as the API does."""

from typing import Final

from booking_domain.packages.model import PackageId
from booking_domain.payments.orders import Order, OrderId
from booking_domain.plans.model import Plan, PlanNotFound, PlanOfferNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import required
from booking_domain.shared.ids import PlanId
from booking_domain.use_cases.orders.queries import list_orders
from booking_domain.use_cases.plans.queries import get_plan
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.injection import Injected
from entrypoints.web.packages.place import place_of
from entrypoints.web.plans.plan import HeldPlan

_LAST_ORDERS: Final = 50
"""Among how many the order of the last period is looked for."""


class PlanDesk:
    """Opens the plans of who is signed in, as the API does."""

    def __init__(self, actor: Actor, reads: Reads) -> None:
        self._actor = actor
        self._reads = reads

    async def open(self, plan_id: PlanId) -> HeldPlan:
        """One of their own plans.

        Raises:
            NotPermitted, PlanNotFound: they have no such plan.
        """
        plan = await get_plan(self._actor, plan_id, self._reads)
        if plan.customer_id != self._actor.id:
            raise PlanNotFound
        orders = await list_orders(self._actor, None, _LAST_ORDERS, self._reads.orders)
        paid = next((each for each in orders if each.subject_id == plan.package_id), None)
        package_id = None if plan.package_id is None else PackageId(plan.package_id)
        return await held_plan(plan, package_id, self._reads, paid=paid)


async def held_plan(plan: Plan, package_id: PackageId | None, reads: Reads, *, paid: Order | None) -> HeldPlan:
    """A plan with what is shown of it, and the package of one of its periods."""
    offer = required(await reads.plans.offer(plan.offer_id), PlanOfferNotFound)
    return HeldPlan(
        plan=plan,
        offer=offer,
        order=None if plan.order_id is None or not plan.live else await reads.orders.get(OrderId(plan.order_id)),
        paid=paid,
        package=None if package_id is None else await reads.packages.get(package_id),
        place=await place_of(offer, reads),
    )


def provide_plans(actor: Injected[Actor], reads: Injected[Reads]) -> PlanDesk:
    """Provide `plans`."""
    return PlanDesk(actor, reads)
