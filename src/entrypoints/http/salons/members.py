"""`/salons/{id}/members`: members and invitations."""

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.turns import Turn
from booking_domain.use_cases.catalogue import salon_queries as salons
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    SetTurn,
    accept_invitation,
    decline_invitation,
    end_membership,
    invite_provider,
    set_member_turn,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run, nothing
from entrypoints.http.salons.schemas import (
    INVITE,
    TURN,
    InvitationsJson,
    InviteBody,
    InvitedJson,
    MembershipJson,
    MembersJson,
    TurnBody,
    TurnJson,
    invitation_json,
    invited_json,
    member_json,
    salon_json,
    turn_json,
)


@get("/{salon_id:str}/members", opt=OPTIONAL | documented(salons.list_salon_members))
async def list_salon_members(
    salon_id: FromPath[SalonId], actor: Injected[Actor | None], reads: Injected[Reads]
) -> MembersJson:
    """List the members of a salon.

    Invitations are visible to the manager and to the invited provider.
    """
    members = await salons.list_salon_members(actor, salon_id, reads.salons, reads.providers)
    return MembersJson(items=tuple(map(member_json, members)))


@post("/{salon_id:str}/members", opt=documented(invite_provider, body=INVITE))
async def invite_into_salon(
    salon_id: FromPath[SalonId], data: JSONBody[InviteBody], run: Injected[Run]
) -> Response[InvitedJson]:
    """Invite a provider to a salon, and notify them. The salon's hours apply once the provider has accepted."""
    return await run(invite_provider, Membership(salon_id=salon_id, provider_id=data.provider_id), answer=invited_json)


@get("/invitations", opt=documented(salons.list_invitations))
async def list_salon_invitations(
    actor: Injected[Actor], reads: Injected[Reads], object_storage: Injected[ObjectLinks], clock: Injected[Clock]
) -> InvitationsJson:
    """List the invitations to the profile of the caller and to their verified contacts, newest first."""
    found = await salons.list_invitations(actor, reads.salons, now=clock.now())
    return InvitationsJson(items=tuple(invitation_json(each, object_storage) for each in found))


@get("/membership", opt=documented(salons.get_own_membership))
async def get_salon_membership(
    actor: Injected[Actor], reads: Injected[Reads], object_storage: Injected[ObjectLinks]
) -> MembershipJson:
    """Return the salon that the caller is a member of, if there is one."""
    found = await salons.get_own_membership(actor, reads.salons, reads.providers)
    return MembershipJson(salon=None if found is None else salon_json(found, object_storage))


@post("/{salon_id:str}/members/me/accept", status_code=200, opt=documented(accept_invitation))
async def accept_salon_invitation(salon_id: FromPath[SalonId], run: Injected[Run]) -> Response[InvitedJson]:
    """Accept an invitation to a salon.

    From then on, you are open only while the salon is open. The salon's manager sees your bookings and what customers
    pay for them, answers requests, reschedules and cancels, and can change your hours, time off and services.
    """
    return await run(accept_invitation, salon_id, answer=invited_json)


@post("/{salon_id:str}/members/me/decline", status_code=204, opt=documented(decline_invitation))
async def decline_salon_invitation(salon_id: FromPath[SalonId], run: Injected[Run]) -> Response[None]:
    """Decline an invitation to a salon. Its manager is notified."""
    return await run(decline_invitation, salon_id, answer=nothing)


@put("/{salon_id:str}/members/{provider_id:str}/turn", opt=documented(set_member_turn, body=TURN))
async def set_salon_member_turn(
    salon_id: FromPath[SalonId], provider_id: FromPath[ProviderId], data: JSONBody[TurnBody], run: Injected[Run]
) -> TurnJson:
    """Set how a member comes to the appointments that are booked with any provider of the salon; for its manager.

    Of the free members, those with the highest `priority` come first. Of equal ones it is the one who has the least to
    do for their `weight`: twice the weight, twice the work. What is left out is as for members of whom nothing is said.
    """
    turn = Turn(weight=data.weight, priority=data.priority)
    command = SetTurn(salon_id=salon_id, provider_id=provider_id, turn=turn)
    return turn_json(await run(set_member_turn, command))


@delete(
    "/{salon_id:str}/members/{provider_id:str}",
    opt=documented(end_membership),
)
async def end_salon_membership(
    salon_id: FromPath[SalonId], provider_id: FromPath[ProviderId], run: Injected[Run]
) -> None:
    """End a membership or an invitation. Bookings stay.

    The manager can end any membership of the salon; a provider only their own.
    """
    membership = Membership(salon_id=salon_id, provider_id=provider_id)
    await run(end_membership, membership)
