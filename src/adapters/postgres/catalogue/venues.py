"""Reads of the venues of providers on PostgreSQL."""

from typing import Any, Final

from sqlalchemy import bindparam, select

from adapters.postgres.catalogue.tables import venues
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.catalogue.venues import Venue, VenueReads
from booking_domain.shared.ids import ProviderId, VenueId

VENUE: Final = Mapper(venues, Venue, location=Columns("lat", "lon"), fixed=("provider_id", "created_at"))
_v: Final = venues.c
OF_PROVIDER: Final[Any] = select(*VENUE.columns).where(_v.provider_id == bindparam("provider_id"))
ONE: Final = Statement(select(*VENUE.columns).where(_v.id == bindparam("venue_id")))
_BY_NAME: Final = Statement(OF_PROVIDER.order_by(_v.name.collate("C"), _v.id))


class PostgresVenueReads(WithWork, VenueReads):
    """`VenueReads` of `venues`."""

    async def of_provider(self, provider_id: ProviderId) -> list[Venue]:
        return await self._work.each(VENUE.read, _BY_NAME, provider_id=provider_id)

    async def get(self, venue_id: VenueId) -> Venue | None:
        return await self._work.first(VENUE.read, ONE, venue_id=venue_id)
