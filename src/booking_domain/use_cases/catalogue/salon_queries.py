"""Salons are public; invitations are visible to the salon's manager and to the invited provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.catalogue.invitation_links import InvalidInvitation, InvitationLink
from booking_domain.catalogue.model import RECOMMENDED, ProfileStatus, ProviderFilter
from booking_domain.catalogue.salons import (
    MAX_MEMBERS,
    MemberStatus,
    NotYourSalon,
    Salon,
    SalonNotFound,
)
from booking_domain.scheduling.services import ServiceReads, ServiceView
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import SalonId, ServiceId
from booking_domain.shared.permissions import Permission, Relation, authorise, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.slugs import id_in, tail_in
from booking_domain.use_cases.platform.connections import ConnectionReads, SalonConnections, SalonSearch
from booking_domain.use_cases.platform.ports import ProviderReads, Reads, SalonReads
from booking_domain.use_cases.platform.views import (
    Invitation,
    ManagedSalon,
    MemberView,
    ProviderView,
    SalonView,
)


async def _get_salon(salon_id: SalonId, salons: SalonReads) -> SalonView:
    return required(await salons.get(salon_id), SalonNotFound)


async def _find_salon(slug: str, salons: SalonReads) -> Salon:
    """The salon of a slug, a former slug or an id. If ids end alike, the whole slug decides."""
    found, tail = id_in(slug), tail_in(slug)
    if found is not None:
        return (await _get_salon(SalonId(found), salons)).salon
    alike = [] if tail is None else await salons.with_tail(tail)
    if not alike:
        raise SalonNotFound
    return next((each for each in alike if each.slug == slug), alike[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonPage:
    """A salon, its opening hours, its services and its published members, as recommended."""

    view: SalonView
    providers: Sequence[ProviderView]
    services: tuple[tuple[ServiceView, tuple[ServiceView, ...]], ...]
    """The active services, each with the offers of the members who can be booked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """An invitation that can be accepted, and the salon that invites."""

    link: InvitationLink
    salon: Salon


async def _get_salon_page(
    salon_id: SalonId, salons: SalonReads, providers: ProviderReads, services: ServiceReads
) -> SalonPage:
    members = ProviderFilter(status=ProfileStatus.APPROVED, salon_id=salon_id, order=RECOMMENDED, limit=MAX_MEMBERS)
    view = await _get_salon(salon_id, salons)
    offers: dict[ServiceId, list[ServiceView]] = {}
    for offer in await services.offers_in(salon_id):
        offers.setdefault(offer.service.id, []).append(offer)
    return SalonPage(
        view=view,
        providers=await providers.page(members),
        services=tuple(
            (each, tuple(offers.get(each.service.id, ())))
            for each in await services.of_salon(salon_id)
            if each.bookable
        ),
    )


async def _list_salon_members(
    actor: Actor | None, salon_id: SalonId, salons: SalonReads, providers: ProviderReads
) -> tuple[MemberView, ...]:
    """Members, and the invitations that the actor may see, by id of the provider."""
    view = await _get_salon(salon_id, salons)
    own = None if actor is None else await providers.by_owner(actor.id)

    def visible(member: MemberView) -> bool:
        relation = owned(actor, view.salon.manager_id)
        if own is not None and own.profile.id == member.provider_id:
            relation = Relation.MEMBER
        return member.status is MemberStatus.MEMBER or may(actor, Permission.SEE_SALON_INVITATIONS, relation)

    return tuple(member for member in await salons.members(salon_id) if visible(member))


async def _list_own_salons(actor: Actor, salons: SalonReads) -> Sequence[ManagedSalon]:
    authorise(actor, Permission.MANAGE_SALONS)
    return await salons.managed_by(actor.id)


async def _list_invitations(actor: Actor, salons: SalonReads, *, now: datetime) -> Sequence[Invitation]:
    """The invitations to the actor's profile and to their verified contacts, newest first, one of each salon."""
    authorise(actor, Permission.JOIN_SALONS)
    return await salons.invitations_of(actor.id, now)


async def _list_invitation_links(actor: Actor, salon_id: SalonId, reads: Reads) -> Sequence[InvitationLink]:
    """The invitations of the actor's salon to contacts and by links, newest first."""
    authorise(actor, Permission.MANAGE_SALONS)
    view = await _get_salon(salon_id, reads.salons)
    if not may(actor, Permission.MANAGE_SALONS, owned(actor, view.salon.manager_id)):
        raise NotYourSalon
    return list(reversed(await reads.invitation_links.of_salon(salon_id)))


async def _open_invitation(token: str, reads: Reads, *, now: datetime) -> OpenInvitation:
    """What an invitation link shows to whoever has it."""
    link = required(await reads.invitation_links.by_token(token), InvalidInvitation)
    view = await reads.salons.get(link.salon_id)
    if view is None or not link.is_open(now):
        raise InvalidInvitation
    return OpenInvitation(link=link, salon=view.salon)


async def _get_own_membership(actor: Actor, salons: SalonReads, providers: ProviderReads) -> Salon | None:
    """The salon that the actor's provider is a member of."""
    authorise(actor, Permission.JOIN_SALONS)
    own = await providers.by_owner(actor.id)
    return None if own is None else await salons.of_provider(own.profile.id)


async def _list_all_salons(
    actor: Actor, criteria: SalonSearch, connections: ConnectionReads
) -> Sequence[SalonConnections]:
    """A page of all salons with their people, newest first; for admins."""
    authorise(actor, Permission.SEE_USERS)
    return await connections.salons(criteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSalon:
    """What an admin sees of one salon."""

    connections: SalonConnections
    view: SalonView
    invitations: Sequence[InvitationLink]
    """To contacts and by links, newest first."""


async def _get_any_salon(actor: Actor, salon_id: SalonId, reads: Reads) -> WholeSalon:
    """One salon with its people, hours and invitations; for admins."""
    found = await _list_all_salons(actor, SalonSearch(salon_id=salon_id, limit=1), reads.connections)
    return WholeSalon(
        connections=required(next(iter(found), None), SalonNotFound),
        view=await _get_salon(salon_id, reads.salons),
        invitations=list(reversed(await reads.invitation_links.of_salon(salon_id))),
    )


find_salon: Final = Query(_find_salon, (SalonNotFound,))
get_salon_page: Final = Query(_get_salon_page, (SalonNotFound,))
get_salon: Final = Query(_get_salon, (SalonNotFound,))
list_salon_members: Final = Query(_list_salon_members, (SalonNotFound,))
list_own_salons: Final = Query(_list_own_salons, (NotPermitted,))
list_invitations: Final = Query(_list_invitations, (NotPermitted,))
list_all_salons: Final = Query(_list_all_salons, (NotPermitted,))
get_any_salon: Final = Query(_get_any_salon, (NotPermitted, SalonNotFound))
list_invitation_links: Final = Query(_list_invitation_links, (NotPermitted, SalonNotFound, NotYourSalon))
open_invitation: Final = Query(_open_invitation, (InvalidInvitation,))
get_own_membership: Final = Query(_get_own_membership, (NotPermitted,))
