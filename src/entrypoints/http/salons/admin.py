"""`/admin/salons`: salons with their people, for admins."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath
from msgspec import Meta

from booking_domain.catalogue.invitation_links import InvitationLink, InvitationState
from booking_domain.catalogue.salons import MAX_MEMBERS, MAX_SEARCH_TEXT, MemberStatus
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId
from booking_domain.shared.phones import masked_contact
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
from entrypoints.http.kit.fields import Json, Timestamp, one_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.salons.schemas import SalonHoursJson, SalonJson, hours_json, salon_members


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


class AdminInvitationJson(Json, frozen=True, kw_only=True):
    """An invitation of a salon to a contact, or by a link, without what opens it."""

    id: UUID
    sent_to: str | None = None
    """The contact to which it was sent, masked; absent for a link that the manager passes on."""
    state: Annotated[str, one_of(InvitationState)]
    """What has become of it: `open` can be accepted."""
    uses: int
    """How many people have accepted it."""
    sent_at: Timestamp | None = None
    """When it was last sent."""
    expires_at: Timestamp


class WholeSalonJson(AnySalonJson, frozen=True, kw_only=True):
    """A salon, for admins: with its people, opening hours and invitations."""

    hours: SalonHoursJson
    """The weekly opening hours."""
    invitations: tuple[AdminInvitationJson, ...]
    """The invitations to contacts and by links, newest first, until 30 days after they expire."""


class AnySalonsJson(Page[AnySalonJson], frozen=True, kw_only=True):
    """A page of salons, for admins."""


_person_json: Final = projection(SalonPerson, SalonPersonJson, profile=linked_profile_json, account=linked_account_json)


def _salon_json(found: SalonConnections, links: ObjectLinks) -> AnySalonJson:
    return AnySalonJson(**_members(found, links))


def _members(found: SalonConnections, links: ObjectLinks) -> dict[str, Any]:
    """The members of `AnySalonJson`."""
    return {
        **salon_members(found.salon, links),
        "manager": linked_account_json(found.manager),
        "members": tuple(map(_person_json, found.members)),
    }


def _invitation_json(link: InvitationLink, now: datetime) -> AdminInvitationJson:
    return AdminInvitationJson(
        id=link.id,
        sent_to=None if link.contact is None else masked_contact(link.contact),
        state=link.state(now).value,
        uses=link.uses,
        sent_at=link.sent_at,
        expires_at=link.expires_at,
    )


class AnySalonsQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of salons."""

    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=MAX_SEARCH_TEXT,
                description="A part of the salon's name, address, city, e-mail address or number, or of its manager's "
                "name or contacts.",
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
    salon_id: FromPath[SalonId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    clock: Injected[Clock],
) -> WholeSalonJson:
    """Return a salon with its manager, providers, opening hours and invitations; for admins.

    Its day and its takings are at `/salons/{salonId}/day` and `…/takings`, also for admins.
    """
    found = await get_any_salon(actor, salon_id, reads)
    return WholeSalonJson(
        **_members(found.connections, object_storage),
        hours=hours_json(found.view),
        invitations=tuple(_invitation_json(each, clock.now()) for each in found.invitations),
    )


routes: Final = Router("/admin/salons", route_handlers=[list_any_salons, get_any_salon_by_id])
