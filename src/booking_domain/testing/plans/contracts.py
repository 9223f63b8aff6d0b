"""The contract of `PlanOffers`, `Plans` and `PlanReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from booking_domain.plans.model import ANNOUNCED, Plan, PlanEnd, PlanOffer, PlanOfferId, PlanParty, PlanTaken
from booking_domain.plans.ports import PlanFilter, PlanOfferFilter, PlanOffers, PlanReads, Plans
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import PlanId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract

METHOD: Final = KeptMethod(payer="payer", reference="method", label="Visa 4242")
_DUE: Final = NOW + timedelta(days=1)


def plan_offer(make: Builder, provider_id: ProviderId, **values: Any) -> PlanOffer:
    """Return an offer of two visits a month."""
    made: dict[str, Any] = {"name": "Two cuts", "visits": 2, "price": Money(amount=400, currency="MNT")}
    zone: dict[str, Any] = {"period_months": 1, "time_zone": "Asia/Ulaanbaatar"}
    return PlanOffer(
        id=PlanOfferId(make.entropy.new_id()), provider_id=provider_id, created_at=NOW, **zone | made | values
    )


def plan_of(make: Builder, offer: PlanOffer, customer_id: UserId) -> Plan:
    """Return a plan that waits for its first payment until tomorrow."""
    return Plan.take(
        offer,
        id=PlanId(make.entropy.new_id()),
        customer_id=customer_id,
        order_id=make.entropy.new_id(),
        payable_until=_DUE,
        now=NOW,
    )


class PlanContract(StorageContract):
    """Plans and their offers in a database transaction, and reads of them."""

    async def _offered(self, cast: Cast, **values: Any) -> PlanOffer:
        offer = plan_offer(self.make, cast.profile.id, **values)
        await self.alone.plan_offers.add(offer)
        return offer

    async def test_offers_are_listed_newest_first_and_a_version_is_saved_once(self, cast: Cast) -> None:
        oldest = plan_offer(self.make, cast.profile.id)
        first = await self._offered(cast, service_ids=(ServiceId(self.make.entropy.new_id()),), text="With tea.")
        second = await self._offered(cast, period_months=3)
        await self.alone.plan_offers.add(oldest)
        async with self.begin() as tx:
            assert await tx.plan_offers.lock(first.id) == first
            assert await tx.plan_offers.lock(PlanOfferId(self.make.entropy.new_id())) is None
        await self.excludes(lambda tx: tx.plan_offers.lock(first.id))
        dearer = second.change_price(500)
        await self.alone.plan_offers.save(dearer, was=second)
        with pytest.raises(ConcurrentChange):
            await self.alone.plan_offers.save(dearer, was=second)
        ended = dearer.end(NOW)
        await self.alone.plan_offers.save(ended, was=dearer)
        reads = self.reads.plans
        assert list(await reads.offers(PlanOfferFilter(provider_id=cast.profile.id))) == [ended, first, oldest]
        assert list(await reads.offers(PlanOfferFilter(after=ended.id, limit=1))) == [first]
        assert list(await reads.offers(PlanOfferFilter(salon_ids=()))) == []
        assert await reads.offer(ended.id) == ended
        assert await reads.offer(PlanOfferId(self.make.entropy.new_id())) is None

    async def test_what_a_provider_and_a_salon_offer_is_listed(self, cast: Cast, other: Cast) -> None:
        salon_id, reads = SalonId(self.make.entropy.new_id()), self.reads.plans
        oldest = plan_offer(self.make, cast.profile.id)
        own = await self._offered(cast)
        await self._offered(cast, ended_at=NOW)
        await self._offered(other)
        of_salon = replace(plan_offer(self.make, cast.profile.id), provider_id=None, salon_id=salon_id)
        for each in (of_salon, oldest):
            await self.alone.plan_offers.add(each)
        assert list(await reads.on_offer(cast.profile.id, salon_id, None, 9)) == [of_salon, own, oldest]
        assert list(await reads.on_offer(cast.profile.id, salon_id, of_salon.id, 9)) == [own, oldest]
        assert list(await reads.on_offer(cast.profile.id, None, None, 9)) == [own, oldest]
        assert list(await reads.on_offer(None, salon_id, None, 1)) == [of_salon]

    async def test_a_plan_is_found_and_a_version_is_saved_once(self, cast: Cast) -> None:
        offer = await self._offered(cast)
        plan = plan_of(self.make, offer, cast.customer.id)
        await self.alone.plans.add(plan)
        paid = plan.paid(offer, self.make.entropy.new_id(), gateway="stripe", method=METHOD, now=NOW)
        opened = paid.open_form("form")
        async with self.begin() as tx:
            assert await tx.plans.get(plan.id) == await tx.plans.lock(plan.id) == plan
            assert await tx.plans.get(PlanId(self.make.entropy.new_id())) is None
            await tx.plans.save(paid, was=plan)
            await tx.plans.save(opened, was=paid)
        await self.excludes(lambda tx: tx.plans.lock(plan.id))
        with pytest.raises(ConcurrentChange):
            await self.alone.plans.save(paid, was=plan)
        reads = self.reads.plans
        assert await reads.get(plan.id) == opened
        for criteria in (PlanFilter(customer_id=cast.customer.id), PlanFilter(provider_id=cast.profile.id)):
            assert list(await reads.page(criteria)) == [opened]
        for criteria in (PlanFilter(customer_id=cast.owner.id), PlanFilter(salon_ids=()), PlanFilter(after=plan.id)):
            assert list(await reads.page(criteria)) == []

    async def test_a_customer_has_one_plan_of_an_offer_that_has_not_ended(self, cast: Cast) -> None:
        offer, another = await self._offered(cast), await self._offered(cast)
        oldest, first, second = (plan_of(self.make, offer, cast.customer.id) for _ in range(3))
        await self.alone.plans.add(first)
        await self.alone.plans.add(plan_of(self.make, offer, cast.owner.id))
        with pytest.raises(PlanTaken):
            await self.alone.plans.add(second)
        assert await self.alone.plans.has_live(cast.customer.id, offer.id)
        assert await self.reads.plans.live_of(cast.customer.id) == [first.id]
        of_another = plan_of(self.make, another, cast.customer.id)
        await self.alone.plans.add(of_another)
        assert {*await self.reads.plans.live_of(cast.customer.id)} == {first.id, of_another.id}
        await self.alone.plans.add(oldest.finish(PlanParty.PLATFORM, PlanEnd.UNPAID))
        listed = await self.reads.plans.page(PlanFilter(customer_id=cast.customer.id))
        assert [each.id for each in listed] == [of_another.id, first.id, oldest.id]
        await self.alone.plans.save(of_another.finish(PlanParty.PLATFORM, PlanEnd.UNPAID), was=of_another)
        ended = first.finish(PlanParty.PLATFORM, PlanEnd.UNPAID)
        await self.alone.plans.save(ended, was=first)
        assert not await self.alone.plans.has_live(cast.customer.id, offer.id)
        assert await self.reads.plans.live_of(cast.customer.id) == []
        await self.alone.plans.add(second)
        late = ended.paid(offer, self.make.entropy.new_id(), gateway="stripe", method=None, now=NOW)
        with pytest.raises(PlanTaken):
            await self.alone.plans.save(late, was=ended)

    async def test_plans_are_listed_when_something_is_due(self, cast: Cast) -> None:
        offer, reads = await self._offered(cast), self.reads.plans
        plan = plan_of(self.make, offer, cast.customer.id)
        await self.alone.plans.add(plan)
        assert (await reads.due(_DUE - timedelta(seconds=1), 9), await reads.due(_DUE, 9)) == ([], [plan.id])
        sooner = replace(plan_of(self.make, offer, cast.owner.id), next_at=_DUE - timedelta(hours=1))
        await self.alone.plans.add(sooner)
        assert await reads.due(_DUE, 9) == [sooner.id, plan.id]
        assert await reads.due(_DUE, 1) == [sooner.id]
        await self.alone.plans.save(sooner.finish(PlanParty.PLATFORM, PlanEnd.UNPAID), was=sooner)
        paid = plan.paid(offer, self.make.entropy.new_id(), gateway="stripe", method=None, now=NOW)
        await self.alone.plans.save(paid, was=plan)
        assert paid.ends_at is not None
        assert (await reads.due(_DUE, 9), await reads.due(paid.ends_at - ANNOUNCED, 9)) == ([], [plan.id])
        paused = paid.pause()
        await self.alone.plans.save(paused, was=paid)
        assert await reads.due(paid.ends_at, 9) == []


CONTRACTS: Final[dict[type, type]] = {PlanOffers: PlanContract, Plans: PlanContract, PlanReads: PlanContract}
"""Each port with its contract."""
