"""Plans as their customers, sellers and admins see them."""

from collections.abc import Sequence
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.plans.model import Plan, PlanNotFound
from booking_domain.plans.ports import PlanFilter, PlanReads
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import PlanId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.issuers import issues, narrowed
from booking_domain.use_cases.platform.ports import Reads


async def _list(actor: Actor, criteria: PlanFilter, reads: Reads) -> Sequence[Plan]:
    """Plans that the actor has sold: a provider's own, those of a manager's salons; all for an admin."""
    return await reads.plans.page(await narrowed(actor, Permission.SELL_PLANS, criteria, reads))


async def _mine(actor: Actor, after: PlanId | None, limit: int, plans: PlanReads) -> Sequence[Plan]:
    """The actor's own plans, newest first."""
    authorise(actor, Permission.SEE_PLANS)
    return await plans.page(PlanFilter(customer_id=actor.id, after=after, limit=limit))


async def _get(actor: Actor, plan_id: PlanId, reads: Reads) -> Plan:
    authorise(actor, Permission.SEE_PLANS)
    plan = required(await reads.plans.get(plan_id), PlanNotFound)
    is_own = actor.role is Role.ADMIN or plan.customer_id == actor.id
    if not is_own and not await issues(actor, plan, reads):
        raise PlanNotFound
    return plan


list_plans: Final = Query(_list, (NotPermitted, ProfileMissing))
list_my_plans: Final = Query(_mine, (NotPermitted,))
get_plan: Final = Query(_get, (NotPermitted, PlanNotFound))
