"""`/salons`: salons, their opening hours and their members."""

from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Edit, Feature, Ids, Kind, Request, Row, World, asked

from booking_domain.catalogue.invitation_links import InvitationLink
from booking_domain.catalogue.salons import Salon
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SalonId
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

_NOMAD: Final = {"name": "Nomad", "timeZone": "UTC"}
_CLOSED: Final[dict[str, Any]] = {"date": "2027-03-01", "closed": True}
_OFF: Final = {"start": "2027-03-01T00:00:00Z", "end": "2027-03-02T00:00:00Z"}


async def salon(world: World, who: str) -> Ids:
    return {"salon_id": (await world.done("POST", "/salons", who, **_NOMAD))["id"]}


async def invitation(world: World, who: str) -> Ids:
    """Of a provider."""
    found = await salon(world, "other manager")
    members = f"/salons/{found['salon_id']}/members"
    await world.done("POST", members, "other manager", providerId=await world.provider_id(who))
    return found


async def membership(world: World, who: str) -> Ids:
    """A manager's own salon, or one in which the provider is."""
    manager, provider = (who, "studio") if "manager" in who else ("other manager", who)
    found = await salon(world, manager)
    provider_id = await world.provider_id(provider)
    await world.done("POST", f"/salons/{found['salon_id']}/members", manager, providerId=provider_id)
    return {**found, "provider_id": provider_id}


async def member(world: World, who: str) -> Ids:
    """Who has just joined the manager's salon."""
    found, (token, provider_id) = await salon(world, who), await world.api.open_provider()
    world.tokens[provider_id] = token
    members = f"/salons/{found['salon_id']}/members"
    await world.done("POST", members, who, providerId=provider_id)
    await world.done("POST", f"{members}/me/accept", provider_id)
    return {**found, "provider_id": provider_id}


async def member_block(world: World, who: str) -> Ids:
    found = await member(world, who)
    path = "/salons/{salon_id}/members/{provider_id}/blocks".format(**found)
    return {**found, "block_id": (await world.done("POST", path, who, **_OFF))["id"]}


async def member_exception(world: World, who: str) -> Ids:
    found = await member(world, who)
    path = "/salons/{salon_id}/members/{provider_id}/exceptions".format(**found)
    return {**found, "exception_id": (await world.done("POST", path, who, **_CLOSED))["id"]}


async def invitation_link(world: World, who: str) -> Ids:
    """Which a manager passes on."""
    found = await salon(world, who)
    made = await world.done("POST", f"/salons/{found['salon_id']}/invitations", who, mostUses=2)
    return {**found, "invitation_id": made["id"]}


async def member_rules(api: Api) -> Edit:
    world = World(api)
    found = await member(world, "manager")
    path = "/salons/{salon_id}/members/{provider_id}/rules".format(**found)
    seen_at = f"/availability/{found['provider_id']}"
    rules = {"rules": [{"day": 1, "startTime": "20:00", "endTime": "21:00"}]}
    viewer = world.tokens[found["provider_id"]]
    return Edit(world.tokens["manager"], path, rules, seen_at, viewer, tag='"2"', again=False)


async def new_salon(api: Api) -> Request:
    return await api.joined("manager"), "/salons", dict(_NOMAD)


async def new_invitation(api: Api) -> Request:
    manager, path, body = await new_salon(api)
    salon_id = (await api.post(path, manager, json=body)).json()["id"]
    _, provider_id = await api.open_provider()
    return manager, f"/salons/{salon_id}/members", {"providerId": provider_id}


async def name(api: Api) -> Edit:
    manager, path, body = await new_salon(api)
    path = f"/salons/{(await api.post(path, manager, json=body)).json()['id']}"
    return Edit(manager, path, {"name": "Ordos"}, path, None)


async def hours(api: Api) -> Edit:
    edit = await name(api)
    path = f"{edit.path}/hours"
    rules = {"rules": [{"day": 1, "startTime": "10:00", "endTime": "11:00"}]}
    return Edit(edit.token, path, rules, path, None)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A membership and an invitation of the provider, and the contact of a salon that its owner manages."""
    manager = make.user(Role.MANAGER)
    await tx.users.add(manager)
    contact = Salon(
        id=SalonId(make.entropy.new_id()),
        manager_id=cast.owner.id,
        name="Nomad",
        time_zone="UTC",
        email=f"{CANARY}@nomad.mn",
        created_at=NOW,
    )
    await tx.salons.add(contact)
    link = InvitationLink.make(
        contact.id,
        contact=f"{CANARY}@nomad.mn",
        most_uses=1,
        language="mn",
        entropy=make.entropy,
        now=NOW,
        life=timedelta(days=14),
    )
    await tx.invitation_links.add(link)
    for joins in (True, False):
        salon_id = SalonId(make.entropy.new_id())
        await tx.salons.add(Salon(id=salon_id, manager_id=manager.id, name="Nomad", time_zone="UTC", created_at=NOW))
        await tx.salons.invite(salon_id, cast.profile.id, NOW)
        if joins:
            await tx.salons.add_member(salon_id, cast.profile.id)


_MANAGE: Final = Permission.MANAGE_SALONS
_TAKINGS: Final = Permission.SEE_TAKINGS
SALON: Final = Kind(salon, ("manager",))
_MEMBER: Final = "/salons/{salon_id}/members/{provider_id}"
_LINKS: Final = "/salons/{salon_id}/invitations"
LINK: Final = Kind(invitation_link, ("manager",))
INVITATION: Final = Kind(invitation, ("provider",), relations=(Relation.MEMBER,))
MEMBERSHIP: Final = Kind(
    membership,
    ("manager", "provider"),
    "/salons/{salon_id}/members/{provider_id}",
    relations=(Relation.MEMBER,),
    relations_of={Role.MANAGER: (Relation.OWN,)},
)

FEATURE: Final = Feature(
    routes={
        "POST /salons": Row(_MANAGE, once=new_salon),
        "GET /salons": Row(_MANAGE, query="mine"),
        "DELETE /salons/{salon_id}": Row(Permission.DELETE_SALONS, SALON, foreign=403),
        "GET /salons/invitations": Row(Permission.JOIN_SALONS),
        "GET /salons/membership": Row(Permission.JOIN_SALONS),
        "GET /salons/{salon_id}": Row(PUBLIC, SALON, tagged=True),
        "GET /admin/salons": Row(Permission.SEE_USERS),
        "GET /admin/salons/{salon_id}": Row(Permission.SEE_USERS, SALON),
        "GET /salons/{salon_id}/page": Row(PUBLIC, SALON, tagged=True),
        "PATCH /salons/{salon_id}": Row(_MANAGE, SALON, foreign=403, edit=name),
        "GET /salons/{salon_id}/hours": Row(PUBLIC, SALON, tagged=True),
        "PUT /salons/{salon_id}/hours": Row(_MANAGE, SALON, foreign=403, edit=hours),
        "GET /salons/{salon_id}/members": Row(PUBLIC, SALON),
        "POST /salons/{salon_id}/members": Row(_MANAGE, SALON, foreign=403, once=new_invitation),
        "POST /salons/{salon_id}/members/me/accept": Row(
            Permission.JOIN_SALONS,
            INVITATION,
            once=asked("provider", "/salons/{salon_id}/members/me/accept", invitation),
        ),
        "POST /salons/{salon_id}/members/me/decline": Row(
            Permission.JOIN_SALONS,
            INVITATION,
            once=asked("provider", "/salons/{salon_id}/members/me/decline", invitation),
        ),
        "DELETE /salons/{salon_id}/members/{provider_id}": Row(
            Permission.END_SALON_MEMBERSHIPS, MEMBERSHIP, foreign=403
        ),
        f"POST {_MEMBER}/blocks": Row(
            _MANAGE, Kind(member, ("manager",)), foreign=403, once=asked("manager", f"{_MEMBER}/blocks", member, **_OFF)
        ),
        f"DELETE {_MEMBER}/blocks/{{block_id}}": Row(
            _MANAGE, Kind(member_block, ("manager",), f"{_MEMBER}/blocks/{{block_id}}"), foreign=403
        ),
        f"PUT {_MEMBER}/rules": Row(_MANAGE, Kind(member, ("manager",)), foreign=403, edit=member_rules),
        f"PUT {_MEMBER}/turn": Row(
            _MANAGE, Kind(member, ("manager",)), foreign=403, unversioned="replaces the member's turn"
        ),
        f"POST {_MEMBER}/exceptions": Row(
            _MANAGE,
            Kind(member, ("manager",)),
            foreign=403,
            once=asked("manager", f"{_MEMBER}/exceptions", member, **_CLOSED),
        ),
        f"DELETE {_MEMBER}/exceptions/{{exception_id}}": Row(
            _MANAGE, Kind(member_exception, ("manager",), f"{_MEMBER}/exceptions/{{exception_id}}"), foreign=403
        ),
        f"POST {_LINKS}": Row(_MANAGE, SALON, foreign=403),
        f"GET {_LINKS}": Row(_MANAGE, SALON, foreign=403),
        f"POST {_LINKS}/{{invitation_id}}/resend": Row(_MANAGE, LINK, foreign=403),
        f"DELETE {_LINKS}/{{invitation_id}}": Row(_MANAGE, LINK, foreign=403),
        "POST /salons/invitations/open": Row(PUBLIC, by_secret=True),
        "POST /salons/invitations/accept": Row(Permission.JOIN_SALONS, by_secret=True),
        "GET /salons/{salon_id}/day": Row(_TAKINGS, SALON, foreign=403),
        "GET /salons/{salon_id}/takings": Row(_TAKINGS, SALON, foreign=403, query="from=2026-11-01&to=2026-12-01"),
        "GET /salons/{salon_id}/takings/export": Row(
            _TAKINGS, SALON, foreign=403, query="from=2026-11-01&to=2026-12-01"
        ),
        "GET /salons/{salon_id}/slots": Row(PUBLIC, SALON, query="from=2026-11-23&to=2026-11-24", tagged=True),
    },
    permissions="""
        salon.manage          manager:own
        salon.delete          manager:own admin:any
        salon.join            provider:member
        salon.end_membership  manager:own provider:member
        salon.see_invitations manager:own provider:member
        takings.see           manager:own admin:any
    """,
    samples={
        (Salon, "phone"): st.sampled_from(["", "+97699112233"]),
        (Salon, "email"): st.sampled_from(["", "hello@nomad.mn"]),
        (InvitationLink, "language"): st.sampled_from(LANGUAGES),
        (InvitationLink, "most_uses"): st.just(1),
    },
    events={
        "salon.invited": {"providerId", "salonId"},
        "salon.invitation_sent": {"salonId", "invitationId"},
        "salon.joined": {"providerId", "salonId"},
        "salon.left": {"providerId", "salonId", "was"},
        "salon.removed": {"providerId", "salonId", "was"},
        "salon.member_calendar_changed": {"providerId", "salonId"},
        "salon.rights_extended": {"providerId", "salonId"},
        "salon.deleted": {"providerId", "salonId", "salonName"},
    },
    personal_data=personal_data,
)
