"""Venues of providers, and what uses them, on PostgreSQL."""

from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import venues
from adapters.postgres.catalogue.venues import OF_PROVIDER, ONE, VENUE
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.scheduling.tables import services
from booking_domain.catalogue.venues import Venue, Venues
from booking_domain.shared.ids import ProviderId, VenueId

_OF_PROVIDER: Final = Statement(OF_PROVIDER.order_by(venues.c.id))
_REMOVE: Final = Statement(delete(venues).where(venues.c.id == bindparam("venue_id")))
_at_venue: Final = bookings.c.services.op("@>")(bindparam("at_venue", type_=JSONB()))
_USES: Final = Statement(
    select(
        select(func.count()).select_from(services).where(services.c.venue_id == bindparam("venue_id")).scalar_subquery()
        + select(func.count())
        .select_from(bookings)
        .where(bookings.c.provider_id == bindparam("provider_id"), _at_venue)
        .scalar_subquery()
    )
)


class PostgresVenues(VersionedRows[Venue], Venues):
    """`Venues` in `venues`."""

    rows = Rows(VENUE, "venue")

    async def get(self, venue_id: VenueId) -> Venue | None:
        return await self._work.first(VENUE.read, ONE, venue_id=venue_id)

    async def of_provider(self, provider_id: ProviderId) -> list[Venue]:
        return await self._work.each(VENUE.read, _OF_PROVIDER, provider_id=provider_id)

    async def count_uses(self, venue: Venue) -> int:
        at_venue = Jsonb([{"venue_id": str(venue.id)}])
        [[count]] = await self._work.all(_USES, venue_id=venue.id, provider_id=venue.provider_id, at_venue=at_venue)
        return int(count)

    async def remove(self, venue_id: VenueId) -> None:
        await self._work.execute(_REMOVE, venue_id=venue_id)
