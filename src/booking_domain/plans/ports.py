"""The ports of plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.plans.events import EVENTS
from booking_domain.plans.model import PLAN_LIFECYCLE, Plan, PlanOffer, PlanOfferId
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import PlanId, ProviderId, SalonId, UserId


class PlanOffers(Protocol):
    """Offers of plans inside a database transaction."""

    async def add(self, offer: PlanOffer) -> None:
        """Add an offer."""
        ...

    async def save(self, offer: PlanOffer, *, was: PlanOffer) -> None:
        """Replace `was` by `offer`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def lock(self, offer_id: PlanOfferId) -> PlanOffer | None:
        """Lock an offer until the database transaction ends, and return it."""
        ...


class Plans(Protocol):
    """Plans inside a database transaction. Lock order: orders, plans, their offers, packages."""

    async def add(self, plan: Plan) -> None:
        """Add a plan.

        Raises:
            PlanTaken: the customer has one of this offer that has not ended.
        """
        ...

    async def save(self, plan: Plan, *, was: Plan) -> None:
        """Replace `was` by `plan`.

        Raises:
            ConcurrentChange: the stored version is not `was.version`.
            PlanTaken: it has ended before, and the customer has another of this offer that has not.
        """
        ...

    async def get(self, plan_id: PlanId) -> Plan | None:
        """One plan, not locked."""
        ...

    async def lock(self, plan_id: PlanId) -> Plan | None:
        """Lock a plan until the database transaction ends, and return it."""
        ...

    async def has_live(self, customer_id: UserId, offer_id: PlanOfferId) -> bool:
        """Whether the customer has a plan of this offer that has not ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOfferFilter:
    """Whose offers to list; None matches any."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    after: PlanOfferId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFilter:
    """Which plans to list; None matches any."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    customer_id: UserId | None = None
    after: PlanId | None = None
    limit: int = 50


class PlanReads(Protocol):
    """Reads of plans and their offers, outside any database transaction."""

    async def offers(self, criteria: PlanOfferFilter) -> Sequence[PlanOffer]:
        """The matching offers, newest first."""
        ...

    async def offer(self, offer_id: PlanOfferId) -> PlanOffer | None:
        """One offer."""
        ...

    async def on_offer(
        self,
        provider_id: ProviderId | None,
        salon_id: SalonId | None,
        after: PlanOfferId | None,
        limit: int,
    ) -> Sequence[PlanOffer]:
        """The offers of this provider and of this salon that have not ended, newest first."""
        ...

    async def get(self, plan_id: PlanId) -> Plan | None:
        """One plan."""
        ...

    async def page(self, criteria: PlanFilter) -> Sequence[Plan]:
        """The matching plans, newest first."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[PlanId]:
        """Plans about which something is to be done (`Plan.due`), the longest overdue first."""
        ...

    async def live_of(self, customer_id: UserId) -> Sequence[PlanId]:
        """The plans of a customer that have not ended."""
        ...


class PlanRepositories(Protocol):
    """The repositories of this context."""

    @property
    def plan_offers(self) -> PlanOffers: ...
    @property
    def plans(self) -> Plans: ...


class PlanReadGroup(Protocol):
    """The reads of this context."""

    @property
    def plans(self) -> PlanReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(PLAN_LIFECYCLE,), news=frozenset({"plan"}))
