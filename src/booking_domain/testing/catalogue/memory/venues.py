"""Venues of providers in memory."""

from collections.abc import Sequence

from booking_domain.catalogue.venues import Venue, VenueReads, Venues
from booking_domain.shared.ids import ProviderId, VenueId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import VENUES
from booking_domain.testing.kit.tables import InMemory, VersionedRepository
from booking_domain.testing.scheduling.memory.tables import SERVICES


class MemoryVenues(VersionedRepository[VenueId, Venue], Venues):
    """The venues of one database transaction."""

    table = VENUES

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Venue]:
        return self._rows.page(lambda each: each.provider_id == provider_id)

    async def count_uses(self, venue: Venue) -> int:
        services = self._state[SERVICES].where(lambda each: each.venue_id == venue.id)
        return len(services) + len(self._state[BOOKINGS].where(lambda each: each.venue_id == venue.id))


class MemoryVenueReads(InMemory, VenueReads):
    """The committed venues."""

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Venue]:
        found = self._state[VENUES].where(lambda each: each.provider_id == provider_id)
        return sorted(found, key=lambda each: (each.name, each.id))

    async def get(self, venue_id: VenueId) -> Venue | None:
        return self._state[VENUES].get(venue_id)
