"""`/venues`: where else than at their own place providers give appointments."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from msgspec.json import encode

from booking_domain.catalogue.model import MAX_ADDRESS
from booking_domain.catalogue.venues import MAX_VENUE_NAME, MAX_VENUES, Venue
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, VenueId
from booking_domain.use_cases.catalogue.venues import (
    AddVenue,
    EditVenue,
    add_venue,
    edit_venue,
    get_venue,
    list_venues,
    remove_venue,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.answers import Answer, Answers, Lifetime
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Query, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.points import PointBody, PointJson, location_of, point_json
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run

VenueName = Annotated[str, Meta(min_length=1, max_length=MAX_VENUE_NAME)]
VenueAddress = Annotated[str, Meta(max_length=MAX_ADDRESS)]


class AddVenueBody(Body, frozen=True, kw_only=True):
    """A new venue."""

    name: VenueName
    address: VenueAddress = ""
    """Empty: as it is agreed on, for example at the customer's home."""
    location: PointBody | None = None


class EditVenueBody(Body, frozen=True, kw_only=True):
    """New values of a venue; omitted members keep theirs. Null removes the location."""

    name: VenueName | UnsetType = UNSET
    address: VenueAddress | UnsetType = UNSET
    location: PointBody | UnsetType | None = UNSET


class VenuesQuery(Query, frozen=True, kw_only=True):
    """The provider whose venues to list."""

    provider_id: UUID


class VenueJson(Json, frozen=True, kw_only=True):
    """A place, other than their own, at which a provider gives appointments."""

    id: UUID
    provider_id: UUID
    name: str
    address: str
    """Empty: as it is agreed on, for example at the customer's home."""
    location: PointJson | None = None
    version: int
    created_at: Timestamp


class VenuesJson(Json, frozen=True, kw_only=True):
    """Venues by name."""

    items: Annotated[tuple[VenueJson, ...], Meta(max_length=MAX_VENUES)]


_add: Final = projection(AddVenueBody, AddVenue, location=location_of)
_edit: Final = members(EditVenueBody, EditVenue, given=("venue_id", "expected_version"), location=location_of)
venue_json: Final = projection(Venue, VenueJson, location=point_json)


async def _exported(source: ExportSource) -> list[VenueJson]:
    provider = await source.reads.providers.by_owner(source.user.id)
    if provider is None:
        return []
    return [venue_json(each) for each in await source.reads.venues.of_provider(provider.profile.id)]


VENUES: Final = value("venues", tuple[VenueJson, ...], _exported, about="The venues.")
"""The section of the export."""

# Examples for the API's documentation.
ADD: Final[dict[str, Any]] = {
    "name": "Zaisan studio",
    "address": "Zaisan street 4",
    "location": {"lat": 47.8864, "lon": 106.9177},
}
EDIT: Final[dict[str, Any]] = {"address": "Zaisan street 6"}


@post("/", opt=documented(add_venue, body=ADD))
async def create_venue(data: JSONBody[AddVenueBody], run: Injected[Run]) -> Response[VenueJson]:
    """Add a venue to your profile: where you give appointments besides your own place.

    Services name the venue at which they are given. How long it takes from one to another is among your settings.
    """
    return await run(add_venue, _add(data), answer=venue_json)


@get("/", opt=OPTIONAL | documented(list_venues))
async def list_venues_of_provider(
    request: Request[Any, Any, Any],
    params: Injected[VenuesQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[VenuesJson]:
    """List the venues of a provider, which services name."""

    async def make() -> Answer:
        found = await list_venues(actor, ProviderId(params.provider_id), reads.venues, reads.providers)
        return Answer(encode(VenuesJson(items=tuple(map(venue_json, found)))))

    about_whom = None if actor is not None else params.provider_id
    return await answers.answer(request, about_whom, Lifetime.SERVICES, make, actor=actor, if_none_match=if_none_match)


@get("/{venue_id:str}", opt=OPTIONAL | documented(get_venue))
async def get_one_venue(
    venue_id: FromPath[VenueId],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[VenueJson]:
    """Return a venue of a provider."""
    venue = await get_venue(actor, venue_id, reads.venues, reads.providers)
    return unless_known(venue_json(venue), etag(venue.version), if_none_match)


@patch("/{venue_id:str}", opt=documented(edit_venue, body=EDIT))
async def change_venue(
    venue_id: FromPath[VenueId], data: JSONBody[EditVenueBody], run: Injected[Run], if_match: IfMatch = None
) -> Response[VenueJson]:
    """Change a venue. Bookings at it show what it is called now, and where it is; their customers are not notified."""
    command = EditVenue(venue_id=venue_id, expected_version=expected_version(if_match), **_edit(data))
    venue = await run(edit_venue, command)
    return Response(venue_json(venue), headers=etag(venue.version))


@delete("/{venue_id:str}", opt=documented(remove_venue))
async def delete_venue(venue_id: FromPath[VenueId], run: Injected[Run]) -> None:
    """Delete a venue at which no service is given and nobody has booked. Its ways end with it."""
    await run(remove_venue, venue_id)


routes: Final = Router(
    "/venues",
    route_handlers=[create_venue, list_venues_of_provider, get_one_venue, change_venue, delete_venue],
    opt=about("venues", "Where else than at their own place providers give appointments.") | exporting(VENUES),
)
