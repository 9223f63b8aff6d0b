"""The contract of `Resources` and `ResourceReads`."""

from dataclasses import replace

import pytest

from booking_domain.scheduling.owned_resources import Resource, ResourceView
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId
from booking_domain.testing.kit.storage import Cast, StorageContract


class ResourcesContract(StorageContract):
    """Resources in a database transaction, and reads of them."""

    async def _added(self, *resources: Resource) -> None:
        async with self.begin() as tx:
            for resource in resources:
                await tx.resources.add(resource)

    async def test_a_resource_is_stored_with_all_fields(self, cast: Cast) -> None:
        chair = self.make.resource(provider_id=cast.profile.id)
        await self._added(chair)
        changed = replace(chair, name="Сандал", quantity=100, version=2)
        async with self.begin() as tx:
            assert await tx.resources.get(chair.id) == chair
            await tx.resources.save(changed, was=chair)
        async with self.begin() as tx:
            assert await tx.resources.get(chair.id) == changed
        with pytest.raises(ConcurrentChange):
            await self.alone.resources.save(replace(chair, version=2, name="Late"), was=chair)

    async def test_resources_are_listed_by_owner(self, cast: Cast, other: Cast) -> None:
        salon = await self.a_salon(cast)
        named = [self.make.resource(salon_id=salon.id, name=name) for name in ("b", "B", "a")]
        own, others = (self.make.resource(provider_id=each.profile.id) for each in (cast, other))
        await self._added(named[1], named[0], named[2], own, others)
        by_name = [named[1], named[2], named[0]]
        assert await self.reads.resources.of_owner(salon.id) == [
            ResourceView(resource=each, owner_id=salon.manager_id) for each in by_name
        ]
        view = ResourceView(resource=own, owner_id=cast.owner.id)
        assert await self.reads.resources.of_owner(cast.profile.id) == [view]
        assert await self.reads.resources.get(own.id) == view
        async with self.begin() as tx:
            assert await tx.resources.of_owner(salon.id) == sorted(named, key=lambda each: each.id)
            assert await tx.resources.of_owner(cast.profile.id) == [own]
        await self.excludes(lambda tx: tx.resources.get(own.id))
        await self.excludes(lambda tx: tx.resources.of_owner(salon.id), lambda tx: tx.resources.remove(named[0].id))
        assert [each.resource for each in await self.reads.resources.of_owner(salon.id)] == by_name[:2]

    async def test_unknown_resources_are_not_found(self) -> None:
        unknown = self.make.entropy.new_id()
        async with self.begin() as tx:
            assert await tx.resources.get(ResourceId(unknown)) is None
            assert await tx.resources.of_owner(ProviderId(unknown)) == []
            await tx.resources.remove(ResourceId(unknown))
        assert await self.reads.resources.get(ResourceId(unknown)) is None
        assert await self.reads.resources.of_owner(SalonId(unknown)) == []

    async def test_the_resources_of_a_deleted_salon_are_gone(self, cast: Cast) -> None:
        salon = await self.a_salon()
        gone, kept = self.make.resource(salon_id=salon.id), self.make.resource(provider_id=cast.profile.id)
        await self._added(gone, kept)
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.remove(salon.id)
        async with self.begin() as tx:
            assert [await tx.resources.get(each.id) for each in (gone, kept)] == [None, kept]

    async def test_the_services_that_need_a_resource_are_counted(self, cast: Cast) -> None:
        room, chair = (self.make.resource(provider_id=cast.profile.id) for _ in range(2))
        both = (ResourceNeed(room.id), ResourceNeed(chair.id, 2))
        services = [
            replace(self.make.service(provider_id=cast.profile.id), needs=needs) for needs in (both, both[:1], ())
        ]
        await self._added(room, chair)
        async with self.begin() as tx:
            for service in services:
                await tx.services.add(service)
        async with self.begin() as tx:
            assert [await tx.services.get(each.id) for each in services] == services
            assert [await tx.services.count_needing(each.id) for each in (room, chair)] == [2, 1]
            await tx.services.remove(services[0].id)
            assert [await tx.services.count_needing(each.id) for each in (room, chair)] == [1, 0]
