"""The contract of `Venues` and `VenueReads`."""

from dataclasses import replace

import pytest

from booking_domain.catalogue.model import Location
from booking_domain.catalogue.venues import Venue
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, VenueId
from booking_domain.testing.builders import TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract


class VenuesContract(StorageContract):
    """Venues in a database transaction, and reads of them."""

    async def _added(self, *venues: Venue) -> None:
        async with self.begin() as tx:
            for venue in venues:
                await tx.venues.add(venue)

    async def test_a_venue_is_stored_with_all_fields(self, cast: Cast) -> None:
        venue = self.make.venue(cast.profile)
        await self._added(venue)
        changed = replace(venue, name="Гэрт", address="", location=None, version=2)
        async with self.begin() as tx:
            assert await tx.venues.get(venue.id) == venue
            await tx.venues.save(changed, was=venue)
        assert await self.reads.venues.get(venue.id) == changed
        with pytest.raises(ConcurrentChange):
            await self.alone.venues.save(replace(venue, version=2, location=Location(1, 2)), was=venue)

    async def test_venues_are_listed_by_provider(self, cast: Cast, other: Cast) -> None:
        named = [self.make.venue(cast.profile, name) for name in ("b", "B", "a")]
        await self._added(named[1], named[0], named[2], self.make.venue(other.profile))
        assert await self.reads.venues.of_provider(cast.profile.id) == [named[1], named[2], named[0]]
        async with self.begin() as tx:
            assert await tx.venues.of_provider(cast.profile.id) == sorted(named, key=lambda each: each.id)
        await self.alone.venues.remove(named[0].id)
        assert await self.reads.venues.of_provider(cast.profile.id) == [named[1], named[2]]

    async def test_unknown_venues_are_not_found(self) -> None:
        unknown = self.make.entropy.new_id()
        async with self.begin() as tx:
            assert await tx.venues.get(VenueId(unknown)) is None
            assert await tx.venues.of_provider(ProviderId(unknown)) == []
            await tx.venues.remove(VenueId(unknown))
        assert await self.reads.venues.get(VenueId(unknown)) is None
        assert await self.reads.venues.of_provider(ProviderId(unknown)) == []

    async def test_the_services_and_bookings_at_a_venue_are_counted(self, cast: Cast) -> None:
        used, unused = self.make.venue(cast.profile), self.make.venue(cast.profile)
        await self._added(used, unused)
        service = replace(self.make.service(provider_id=cast.profile.id), venue_id=used.id)
        plain = self.make.service(provider_id=cast.profile.id)
        async with self.begin() as tx:
            await tx.services.add(service)
            await tx.services.add(plain)
        booked = replace(self.make.booking(cast.profile, cast.customer), services=(plain.offered(), service.offered()))
        await self.store_bookings(booked, self.make.booking(cast.profile, cast.customer, TOMORROW.replace(hour=1)))
        async with self.begin() as tx:
            assert await tx.services.get(service.id) == service
            assert await tx.bookings.lock(booked.id) == booked
            assert [await tx.venues.count_uses(each) for each in (used, unused)] == [2, 0]
        appointment = await self.reads.appointments.get(booked.id)
        assert appointment is not None
        assert (appointment.venue, appointment.address) == (used, used.place)
