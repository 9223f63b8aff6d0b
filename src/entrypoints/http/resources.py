"""`/resources`: the rooms, chairs and machines of providers and salons that services need."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from booking_domain.scheduling.owned_resources import MAX_RESOURCE_NAME, MAX_RESOURCES, ResourceView
from booking_domain.scheduling.resources import MAX_NEEDS, MAX_UNITS, ResourceNeed
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ResourceId, SalonId
from booking_domain.use_cases.catalogue.resources import (
    AddResource,
    EditResource,
    add_resource,
    edit_resource,
    get_resource,
    list_resources,
    remove_resource,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Query, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.running import Run

Units = Annotated[int, Meta(ge=1, le=MAX_UNITS, description="How many units.")]
ResourceName = Annotated[str, Meta(min_length=1, max_length=MAX_RESOURCE_NAME)]


class NeedBody(Body, frozen=True, kw_only=True):
    """A resource that a service needs, and how many units of it."""

    resource_id: ResourceId
    """A resource of the owner of the service."""
    quantity: Units = 1


Needs = Annotated[tuple[NeedBody, ...], Meta(max_length=MAX_NEEDS)]


class NeedJson(Json, frozen=True, kw_only=True):
    """A resource that a service needs, and how many units of it."""

    resource_id: UUID
    """A resource of the owner of the service."""
    quantity: int
    """How many units each appointment takes."""


need: Final = projection(NeedBody, ResourceNeed)
need_json: Final = projection(ResourceNeed, NeedJson)


class AddResourceBody(Body, frozen=True, kw_only=True):
    """A new resource; `salonId` makes it the salon's."""

    salon_id: SalonId | None = None
    name: ResourceName
    quantity: Units = 1


class EditResourceBody(Body, frozen=True, kw_only=True):
    """New values of a resource; omitted members keep theirs."""

    name: ResourceName | UnsetType = UNSET
    quantity: Units | UnsetType = UNSET
    """With fewer than are taken, the bookings stay."""


class ResourcesQuery(Query, frozen=True, kw_only=True):
    """The salon whose resources to list; without it, those of the caller's profile."""

    salon_id: UUID | None = None


class ResourceJson(Json, frozen=True, kw_only=True):
    """A resource."""

    id: UUID
    provider_id: UUID | None = None
    salon_id: UUID | None = None
    name: str
    quantity: int
    """How many units there are. Each appointment takes as many as its services need."""
    version: int
    created_at: Timestamp


class ResourcesJson(Json, frozen=True, kw_only=True):
    """Resources by name."""

    items: Annotated[tuple[ResourceJson, ...], Meta(max_length=MAX_RESOURCES)]


_add: Final = projection(AddResourceBody, AddResource)
_edit: Final = members(EditResourceBody, EditResource, given=("resource_id", "expected_version"))
resource_json: Final = projection(ResourceView, ResourceJson, within="resource")


async def _exported(source: ExportSource) -> list[ResourceJson]:
    provider = await source.reads.providers.by_owner(source.user.id)
    if provider is None:
        return []
    return [resource_json(view) for view in await source.reads.resources.of_owner(provider.profile.id)]


RESOURCES: Final = value("resources", tuple[ResourceJson, ...], _exported, about="The resources.")
"""The section of the export."""

# Examples for the API's documentation.
ADD: Final[dict[str, Any]] = {"name": "Laser", "quantity": 2}
EDIT: Final[dict[str, Any]] = {"quantity": 3}


@post("/", opt=documented(add_resource, body=ADD))
async def create_resource(data: JSONBody[AddResourceBody], run: Injected[Run]) -> Response[ResourceJson]:
    """Add a room, chair or machine to your profile, or to a salon that you manage. Services name what they need."""
    return await run(add_resource, _add(data), answer=resource_json)


@get("/", opt=documented(list_resources))
async def list_own_resources(
    params: Injected[ResourcesQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ResourcesJson:
    """List the resources of your profile, or of a salon that you manage."""
    salon_id = None if params.salon_id is None else SalonId(params.salon_id)
    found = await list_resources(actor, salon_id, reads.resources, reads.providers, reads.salons)
    return ResourcesJson(items=tuple(map(resource_json, found)))


@get("/{resource_id:str}", opt=documented(get_resource))
async def get_own_resource(
    resource_id: FromPath[ResourceId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[ResourceJson]:
    """Return a resource of yours, or of a salon that you manage."""
    view = await get_resource(actor, resource_id, reads.resources)
    return unless_known(resource_json(view), etag(view.resource.version), if_none_match)


@patch("/{resource_id:str}", opt=documented(edit_resource, body=EDIT))
async def change_resource(
    resource_id: FromPath[ResourceId],
    data: JSONBody[EditResourceBody],
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[ResourceJson]:
    """Change a resource. With fewer units, existing bookings stay, and no more are made while too few are free."""
    command = EditResource(resource_id=resource_id, expected_version=expected_version(if_match), **_edit(data))
    view = await run(edit_resource, command)
    return Response(resource_json(view), headers=etag(view.resource.version))


@delete("/{resource_id:str}", opt=documented(remove_resource))
async def delete_resource(resource_id: FromPath[ResourceId], run: Injected[Run]) -> None:
    """Delete a resource that no service needs. Existing bookings stay."""
    await run(remove_resource, resource_id)


routes: Final = Router(
    "/resources",
    route_handlers=[create_resource, list_own_resources, get_own_resource, change_resource, delete_resource],
    opt=about("resources", "The rooms, chairs and machines that services need.") | exporting(RESOURCES),
)
