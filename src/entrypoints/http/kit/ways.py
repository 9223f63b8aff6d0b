"""The JSON of the ways between venues."""

from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.scheduling.model import MAX_VENUE, MAX_WAYS, Way
from booking_domain.shared.errors import about
from entrypoints.http.kit.fields import Body, Json, Minutes, parts_of
from entrypoints.http.kit.projection import projection


class WayBody(Body, frozen=True, kw_only=True):
    """How long it takes from one of two venues to the other, and back."""

    venues: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=MAX_VENUE)], ...], Meta(min_length=2, max_length=2)
    ]
    """The two."""
    minutes: Minutes


class OwnWayBody(Body, frozen=True, kw_only=True):
    """How long it takes from one of two venues of yours to the other, and back."""

    venue_ids: Annotated[tuple[UUID, ...], Meta(min_length=2, max_length=2)]
    """Your own place, which is your salon or the address of your profile, has the id of your profile."""
    minutes: Minutes


Ways = Annotated[tuple[WayBody, ...], Meta(max_length=MAX_WAYS)]
OwnWays = Annotated[tuple[OwnWayBody, ...], Meta(max_length=MAX_WAYS)]


class OwnWayJson(Json, frozen=True, kw_only=True):
    """How long it takes from one of two venues of a provider to the other, and back."""

    venue_ids: tuple[UUID, ...]
    """The provider's own place has the provider's id."""
    minutes: int


def ways_of(ways: tuple[WayBody, ...]) -> tuple[Way, ...]:
    """Return the values of the domain."""
    return parts_of("ways", ways, lambda way: Way(way.venues, way.minutes))


def own_ways_of(ways: tuple[OwnWayBody, ...]) -> tuple[Way, ...]:
    """Return the values of the domain, in which a venue is called by its id."""
    return parts_of("ways", ways, _own_way)


def _own_way(way: OwnWayBody) -> Way:
    with about("venue_ids"):
        return Way(tuple(map(str, way.venue_ids)), way.minutes)


own_way_json: Final = projection(Way, OwnWayJson, venue_ids=lambda way: tuple(map(UUID, way.venues)))
