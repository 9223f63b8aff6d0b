"""`/admin/salons`: salons with their people, for admins."""

from typing import Annotated, Final

from litestar import Router, get
from litestar.params import FromPath
from msgspec import Meta

from booking_domain.catalogue.salons import MAX_MEMBERS, MAX_SEARCH_TEXT, MemberStatus
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId
from booking_domain.use_cases.catalogue.salon_queries import get_any_salon, list_all_salons
from booking_domain.use_cases.platform.connections import SalonConnections, SalonPerson, SalonSearch
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.connections import (
    LinkedAccountJson,
    LinkedProfileJson,
    linked_account_json,
    linked_profile_json,
)
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, one_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.salons.schemas import SalonJson, salon_members


class SalonPersonJson(Json, frozen=True, kw_only=True):
    """A provider of a salon; `invited` until the provider has accepted."""

    profile: LinkedProfileJson
    """The profile of the provider."""
    account: LinkedAccountJson
    """The account of the provider."""
    status: Annotated[str, one_of(MemberStatus)]


class AnySalonJson(SalonJson, frozen=True, kw_only=True):
    """A salon, for admins: with its manager and its providers."""

    manager: LinkedAccountJson
    """The account of its manager, who opened it."""
    members: Annotated[tuple[SalonPersonJson, ...], Meta(max_length=MAX_MEMBERS)]
    """The providers of the salon."""


class AnySalonsJson(Page[AnySalonJson], frozen=True, kw_only=True):
    """A page of salons, for admins."""


_person_json: Final = projection(SalonPerson, SalonPersonJson, profile=linked_profile_json, account=linked_account_json)


def _salon_json(found: SalonConnections, links: ObjectLinks) -> AnySalonJson:
    return AnySalonJson(
        **salon_members(found.salon, links),
        manager=linked_account_json(found.manager),
        members=tuple(map(_person_json, found.members)),
    )


class AnySalonsQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of salons."""

    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=MAX_SEARCH_TEXT,
                description="A part of the name, the address or the city, or of the manager's name or e-mail address.",
            ),
        ]
        | None
    ) = None


_search: Final = projection(AnySalonsQuery, SalonSearch, default=("salon_id",), text="q", **PAGE_AND_ONE)


@get("/", opt=documented(list_all_salons, raises=(InvalidValue,)), operation_id="listAnySalons")
async def list_any_salons(
    params: Injected[AnySalonsQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> AnySalonsJson:
    """List salons with their managers and providers, newest first; for admins."""
    found = await list_all_salons(actor, _search(params), reads.connections)
    return AnySalonsJson.of(
        found, params.limit, lambda each: _salon_json(each, object_storage), lambda each: each.salon.id
    )


@get("/{salon_id:str}", opt=documented(get_any_salon))
async def get_any_salon_by_id(
    salon_id: FromPath[SalonId], actor: Injected[Actor], reads: Injected[Reads], object_storage: Injected[ObjectLinks]
) -> AnySalonJson:
    """Return a salon with its manager and providers; for admins."""
    return _salon_json(await get_any_salon(actor, salon_id, reads.connections), object_storage)


routes: Final = Router("/admin/salons", route_handlers=[list_any_salons, get_any_salon_by_id])
