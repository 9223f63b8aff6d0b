"""The contract of `Services` and `ServiceReads`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.services import Service, ServiceOffer, ServiceView
from booking_domain.scheduling.workloads import Workload
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import SalonId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.shared.turns import Turn
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, present

_DAY: Final = timedelta(days=1)


class ServicesContract(StorageContract):
    """Services in a database transaction, and reads of them."""

    async def _added(self, *services: Service) -> None:
        async with self.begin() as tx:
            for service in services:
                await tx.services.add(service)

    async def _offered(self, service: Service, cast: Cast, price_amount: int | None = None) -> ServiceOffer:
        offer = ServiceOffer(service_id=service.id, provider_id=cast.profile.id, price_amount=price_amount)
        await self.alone.services.save_offer(offer)
        return offer

    async def test_the_services_of_a_deleted_salon_are_gone(self) -> None:
        member = await self.a_cast()
        salon, other = await self.a_salon(member), await self.a_salon()
        gone, kept = self.make.service(salon_id=salon.id), self.make.service(salon_id=other.id)
        own = self.make.service(provider_id=member.profile.id)
        await self._added(gone, kept, own)
        await self._offered(gone, member)
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.remove(salon.id)
        async with self.begin() as tx:
            assert [await tx.services.get(each.id) for each in (gone, kept, own)] == [None, kept, own]
        assert [each.service for each in await self.reads.services.of_provider(member.profile.id)] == [own]

    async def test_a_service_is_stored_with_all_fields(self, cast: Cast) -> None:
        service = self.make.service(provider_id=cast.profile.id)
        await self._added(service)
        full = replace(
            service,
            name="Будалт",
            description="Хоёр өнгө",
            category="Үс",
            minutes=1_440,
            price=Money(amount=2**53 + 1, currency="MNT"),
            deposit=Money(amount=2**53, currency="MNT"),
            buffer_before_minutes=0,
            buffer_after_minutes=1_440,
            min_notice_minutes=730 * 1_440,
            horizon_days=0,
            reminder_minutes=(20_160, 1),
            add_on=True,
            active=False,
            version=2,
        )
        async with self.begin() as tx:
            assert await tx.services.get(service.id) == service
            await tx.services.save(full, was=service)
        async with self.begin() as tx:
            assert await tx.services.get(service.id) == full
            assert await tx.services.count_of(cast.profile.id) == 1

    async def test_the_own_services_of_a_provider_are_listed_by_id(self, cast: Cast) -> None:
        services = [replace(self.make.service(provider_id=cast.profile.id), active=active) for active in (True, False)]
        await self._added(*jumbled(*services))
        assert await self.alone.services.of_provider(cast.profile.id) == sorted(services, key=lambda each: each.id)

    async def test_a_stale_version_is_not_saved(self, cast: Cast) -> None:
        service = self.make.service(provider_id=cast.profile.id)
        await self._added(service)
        await self.alone.services.save(replace(service, version=2), was=service)
        with pytest.raises(ConcurrentChange):
            await self.alone.services.save(replace(service, version=2, name="Late"), was=service)

    async def test_unknown_services_are_not_found(self) -> None:
        cast, unknown = await self.a_cast(), ServiceId(self.make.entropy.new_id())
        async with self.begin() as tx:
            assert await tx.services.get(unknown) is None
            await tx.services.remove(unknown)
            await tx.services.remove_offer(unknown, cast.profile.id)
        assert await self.reads.services.get(unknown) is None
        assert await self.reads.services.of_provider(cast.profile.id) == []
        assert await self.reads.services.of_salon(SalonId(unknown)) == []

    async def test_services_are_listed_by_category_and_name(self, cast: Cast, other: Cast) -> None:
        named = [("", "б"), ("Ab", "a"), ("a", "B"), ("a", "a")]
        services = [
            replace(self.make.service(provider_id=cast.profile.id, name=name), category=category)
            for category, name in named
        ]
        await self._added(*reversed(services), self.make.service(provider_id=other.profile.id))
        found = await self.reads.services.of_provider(cast.profile.id)
        of_each = await self.reads.services.of_providers([cast.profile.id])
        assert {key: sorted(each, key=lambda view: view.service.id) for key, each in of_each.items()} == {
            cast.profile.id: sorted(found, key=lambda view: view.service.id)
        }
        assert found == [ServiceView(service=each, owner_id=cast.owner.id, bookable=True) for each in services]

    async def test_a_member_offers_some_services_of_the_salon(self) -> None:
        cast, colleague = await self.a_cast(), await self.a_cast()
        salon = await self.a_salon(cast, colleague)
        cut, colour = (
            self.make.service(salon_id=salon.id, name="Cut"),
            self.make.service(salon_id=salon.id, name="Colour"),
        )
        await self._added(cut, colour)
        await self._offered(cut, cast, price_amount=1)
        offer = await self._offered(cut, cast, price_amount=7)
        reads = self.reads.services
        mine = ServiceView(service=cut, offer=offer, owner_id=salon.manager_id, bookable=True)
        assert await reads.of_provider(cast.profile.id) == [mine]
        assert await reads.of_provider(colleague.profile.id) == []
        assert [view.service for view in await reads.of_salon(salon.id)] == [colour, cut]
        assert await reads.get(cut.id) == replace(mine, offer=None)
        await self.alone.services.remove_offer(cut.id, cast.profile.id)
        assert await reads.of_provider(cast.profile.id) == []

    async def test_the_offers_in_a_salon_are_those_that_can_be_booked(self) -> None:
        casts = [await self.a_cast() for _ in range(2)]
        draft = await self.a_cast(ProfileStatus.DRAFT)
        salon, other = await self.a_salon(*casts, draft), await self.a_salon()
        cut, colour = (
            self.make.service(salon_id=salon.id, name="Cut"),
            self.make.service(salon_id=salon.id, name="Colour"),
        )
        unoffered = self.make.service(salon_id=salon.id)
        inactive = replace(self.make.service(salon_id=salon.id), active=False)
        own = self.make.service(provider_id=casts[0].profile.id)
        await self._added(cut, colour, unoffered, inactive, own)
        first, second = sorted(casts, key=lambda cast: cast.profile.id)
        offers = [
            await self._offered(colour, second, price_amount=7),
            await self._offered(cut, first),
            await self._offered(cut, second),
        ]
        for cast, service in ((draft, cut), (first, inactive)):
            await self._offered(service, cast)
        found = await self.reads.services.offers_in(salon.id)
        assert [view.offer for view in found] == offers
        assert found[0] == ServiceView(service=colour, offer=offers[0], owner_id=salon.manager_id, bookable=True)
        assert await self.reads.services.offers_in(other.id) == []

    async def test_who_leaves_the_salon_offers_its_services_no_longer(self, cast: Cast) -> None:
        salon = await self.a_salon(cast)
        service = self.make.service(salon_id=salon.id)
        await self._added(service)
        await self._offered(service, cast)
        await self.alone.salons.remove_member(salon.id, cast.profile.id)
        assert await self.reads.services.of_provider(cast.profile.id) == []

    async def test_a_schedule_has_the_services_that_are_asked_for_and_offered(self, cast: Cast, other: Cast) -> None:
        salon = await self.a_salon(cast, other)
        own, add_on = self.make.service(provider_id=cast.profile.id), self.make.service(provider_id=other.profile.id)
        inactive = replace(self.make.service(provider_id=cast.profile.id), active=False)
        shared, unshared = self.make.service(salon_id=salon.id), self.make.service(salon_id=salon.id)
        await self._added(own, replace(add_on, add_on=True), inactive, shared, unshared)
        offer = await self._offered(shared, cast, price_amount=7)
        everything = [each.id for each in (own, add_on, inactive, shared, unshared)]
        window = TimeRange(TOMORROW, TOMORROW + HOUR)
        async with self.begin() as tx:
            locked = await tx.schedules.lock(cast.profile.id, window, everything)
            bookable = await tx.bookable_providers.try_lock(cast.profile.id, window, everything)
        assert locked is not None
        assert bookable is not None
        assert locked.by_service
        assert set(locked.services) == {own.offered(), shared.offered(offer)}
        assert set(bookable[0].schedule.services) == set(locked.services)
        read = present(await self.reads.schedules.get(cast.profile.id, window, [own.id]))
        assert read.services == (own.offered(),)
        plain = present(await self.reads.schedules.get(other.profile.id, window))
        assert (plain.services, plain.by_service) == ((), False)
        await self.alone.services.remove(own.id)
        read = present(await self.reads.schedules.get(cast.profile.id, window))
        assert read.by_service
        await self.alone.services.remove_offer(shared.id, cast.profile.id)
        read = present(await self.reads.schedules.get(cast.profile.id, window))
        assert not read.by_service

    async def test_the_members_who_offer_all_services_are_locked_with_what_they_have_to_do(self) -> None:
        casts = await self.casts(3)
        draft = await self.a_cast(ProfileStatus.DRAFT)
        salon, other = await self.a_salon(*jumbled(*casts), draft), await self.a_salon()
        cut, colour = self.make.service(salon_id=salon.id), self.make.service(salon_id=salon.id)
        own = self.make.service(provider_id=casts[0].profile.id)
        await self._added(cut, colour, own)
        for cast in (*casts, draft):
            await self._offered(cut, cast)
        for cast in jumbled(*casts[:2]):
            await self._offered(colour, cast)
        monday, member = TOMORROW - timedelta(days=TOMORROW.weekday()), casts[0]
        hold = self.make.hold(member.profile, member.owner, monday + 5 * _DAY)
        booking, next_week = (self.make.claim(member.profile, member.owner, at) for at in (TOMORROW, monday + 7 * _DAY))
        async with self.begin() as tx:
            for claim in (booking, hold, next_week):
                await tx.claims.acquire(claim, NOW)

        async def locked(salon_id: SalonId, *services: Service, now: datetime = NOW) -> Sequence[Workload]:
            ids = [each.id for each in services]
            return await self.alone.schedules.lock_members(salon_id, ids, start=TOMORROW, now=now)

        ids = [cast.profile.id for cast in casts]
        assert [each.provider_id for each in await locked(salon.id, cut)] == ids
        assert list(await self.alone.services.offering(colour.id)) == ids[:2]
        nothing, turn = timedelta(0), Turn(weight=30, priority=70)
        async with self.begin() as tx:
            await tx.salons.save_turn(ids[1], turn)
        assert await locked(salon.id, cut, colour) == [
            Workload(provider_id=ids[0], day=HOUR, week=2 * HOUR),
            Workload(provider_id=ids[1], day=nothing, week=nothing, turn=turn),
        ]
        await self.excludes(
            lambda tx: tx.schedules.lock_members(salon.id, [cut.id], start=TOMORROW, now=NOW),
            *(lambda tx, cast=cast: tx.calendars.lock_provider_of(cast.owner.id) for cast in casts),
        )
        [load] = await locked(salon.id, cut, own, now=NOW + _DAY)
        assert load == Workload(provider_id=ids[0], day=HOUR, week=HOUR)
        assert await locked(other.id, cut) == []

    async def test_a_deleted_service_takes_its_offers_along(self, cast: Cast) -> None:
        salon = await self.a_salon(cast)
        service = self.make.service(salon_id=salon.id)
        await self._added(service)
        await self._offered(service, cast)
        assert list(await self.alone.services.offering(service.id)) == [cast.profile.id]
        await self.alone.services.remove(service.id)
        assert list(await self.alone.services.offering(service.id)) == []
        assert await self.reads.services.of_salon(salon.id) == []
        assert await self.reads.services.of_provider(cast.profile.id) == []

    async def test_what_is_inactive_foreign_or_unpublished_is_not_bookable(self) -> None:
        cast, draft = await self.a_cast(), await self.a_cast(ProfileStatus.DRAFT)
        inactive = replace(self.make.service(provider_id=cast.profile.id), active=False)
        won = Money(amount=1, currency="KRW")
        foreign = replace(self.make.service(provider_id=cast.profile.id), price=won, deposit=won)
        unpublished = self.make.service(provider_id=draft.profile.id)
        await self._added(inactive, foreign, unpublished)
        for service in (inactive, foreign, unpublished):
            view = present(await self.reads.services.get(service.id))
            assert not view.bookable
        listed = await self.reads.services.of_provider(cast.profile.id)
        assert [view.bookable for view in listed] == [False, False]
