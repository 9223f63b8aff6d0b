"""Venues: where else than at their own place providers give appointments.

A provider's *own place* is the salon, or the address of the profile. A service that names no venue is given there. In
ways and claims, the own place has the id of the provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.catalogue.model import MAX_ADDRESS, Location
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import ProviderId, VenueId

MAX_VENUES: Final = 20
MAX_VENUE_NAME: Final = 120


class VenueNotFound(NotFound, code="venue.not_found"):
    """There is no such venue."""


class TooManyVenues(Conflict, code="venue.too_many"):
    __doc__ = f"You have {MAX_VENUES} venues already; delete one first."


class VenueInUse(Conflict, code="venue.in_use"):
    """Services or bookings are at this venue ({uses}), so it cannot be deleted."""

    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A further place of a provider: another studio, an event, the homes of customers."""

    id: VenueId
    provider_id: ProviderId
    name: str
    address: str = ""
    """Empty: as it is agreed on, for example at a customer's home."""
    location: Location | None = None
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidValue(field="name", problem="a name is required")
        for name, value, most in (("name", self.name, MAX_VENUE_NAME), ("address", self.address, MAX_ADDRESS)):
            if len(value) > most:
                raise InvalidValue(field=name, problem=f"at most {most} characters")

    @property
    def place(self) -> str:
        """Name and address."""
        return ", ".join(filter(None, (self.name, self.address)))


class Venues(Protocol):
    """Venues inside a database transaction."""

    async def add(self, venue: Venue) -> None:
        """Add a venue; needs the provider's lock."""
        ...

    async def get(self, venue_id: VenueId) -> Venue | None:
        """One venue."""
        ...

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Venue]:
        """The provider's venues, by id; needs the provider's lock."""
        ...

    async def count_uses(self, venue: Venue) -> int:
        """How many services name the venue, and bookings, whatever became of them; needs the provider's lock."""
        ...

    async def save(self, venue: Venue, *, was: Venue) -> None:
        """Replace `was` by `venue`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def remove(self, venue_id: VenueId) -> None:
        """Delete a venue that nothing uses, if it exists."""
        ...


class VenueReads(Protocol):
    """Reads of venues, outside any database transaction."""

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Venue]:
        """The provider's venues, by name and id."""
        ...

    async def get(self, venue_id: VenueId) -> Venue | None:
        """One venue."""
        ...
