"""Plans in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.plans.model import Plan, PlanOffer, PlanOfferId, PlanTaken
from booking_domain.plans.ports import PlanFilter, PlanOfferFilter, PlanOffers, PlanReads, Plans
from booking_domain.shared.ids import PlanId, ProviderId, SalonId, UserId
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, Rows, State, Table, VersionedRepository

PLAN_OFFERS: Final = Table[PlanOfferId, PlanOffer](
    "plan_offers", refers=lambda row: ((PROFILES, row.provider_id),), what="the plan offer"
)


def _clear_methods(_: State, rows: Rows[PlanId, Plan], user_id: UserId) -> None:
    rows.change(lambda row: row.customer_id == user_id, lambda row: replace(row, method=None, method_form=None))


PLANS: Final = Table[PlanId, Plan](
    "plans",
    refers=lambda row: ((PLAN_OFFERS, row.offer_id), (USERS, row.customer_id)),
    what="the plan",
    erase=_clear_methods,
)
TABLES: Final = (PLANS, PLAN_OFFERS)


class MemoryPlanOffers(VersionedRepository[PlanOfferId, PlanOffer], PlanOffers):
    """The offers of one database transaction."""

    table = PLAN_OFFERS


class MemoryPlans(VersionedRepository[PlanId, Plan], Plans):
    """The plans of one database transaction."""

    table = PLANS

    async def add(self, plan: Plan) -> None:
        self._require_only(plan)
        await super().add(plan)

    async def save(self, plan: Plan, *, was: Plan) -> None:
        self._require_only(plan)
        await super().save(plan, was=was)

    async def has_live(self, customer_id: UserId, offer_id: PlanOfferId) -> bool:
        return bool(
            self._rows.where(lambda row: row.live and (row.customer_id, row.offer_id) == (customer_id, offer_id))
        )

    def _require_only(self, plan: Plan) -> None:
        whose = (plan.customer_id, plan.offer_id)
        if plan.live and self._rows.where(
            lambda row: row.live and row.id != plan.id and (row.customer_id, row.offer_id) == whose
        ):
            raise PlanTaken


def _is_of(criteria: PlanFilter | PlanOfferFilter, row: Plan | PlanOffer) -> bool:
    return criteria.provider_id in {None, row.provider_id} and (
        criteria.salon_ids is None or row.salon_id in criteria.salon_ids
    )


class MemoryPlanReads(InMemory, PlanReads):
    """Those that are committed."""

    async def offers(self, criteria: PlanOfferFilter) -> Sequence[PlanOffer]:
        return self._state[PLAN_OFFERS].page(
            lambda row: _is_of(criteria, row), criteria.after, criteria.limit, newest_first=True
        )

    async def offer(self, offer_id: PlanOfferId) -> PlanOffer | None:
        return self._state[PLAN_OFFERS].get(offer_id)

    async def on_offer(
        self,
        provider_id: ProviderId | None,
        salon_id: SalonId | None,
        after: PlanOfferId | None,
        limit: int,
    ) -> Sequence[PlanOffer]:
        wanted = {(provider_id, None), (None, salon_id)} - {(None, None)}
        return self._state[PLAN_OFFERS].page(
            lambda row: row.ended_at is None and (row.provider_id, row.salon_id) in wanted,
            after,
            limit,
            newest_first=True,
        )

    async def get(self, plan_id: PlanId) -> Plan | None:
        return self._state[PLANS].get(plan_id)

    async def page(self, criteria: PlanFilter) -> Sequence[Plan]:
        return self._state[PLANS].page(
            lambda row: _is_of(criteria, row) and criteria.customer_id in {None, row.customer_id},
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def due(self, now: datetime, limit: int) -> Sequence[PlanId]:
        return [each.id for each in self._state[PLANS].due(lambda row: row.next_at, now, limit)]

    async def live_of(self, customer_id: UserId) -> Sequence[PlanId]:
        return [each.id for each in self._state[PLANS].page(lambda row: row.live and row.customer_id == customer_id)]


class PlanRepositories(Group):
    """The repositories of this context."""

    plan_offers: Final = Part(MemoryPlanOffers)
    plans: Final = Part(MemoryPlans)


class PlanReadGroup(Group):
    """The reads of this context."""

    plans: Final = Part(MemoryPlanReads)
