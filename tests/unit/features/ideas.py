"""Ideas on bookings."""

from dataclasses import replace
from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import BOOKING, a_slot, booking
from tests.unit.features.declarations import CANARY, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.bookings.ideas import IdeaContent
from booking_domain.bookings.transitions import Status
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def idea(world: World, who: str) -> Ids:
    made = await booking(world, who)
    shared = await world.done("POST", "/ideas", who, bookingId=made["booking_id"], description="A swallow")
    return {**made, "idea_id": shared["id"]}


async def edit(api: Api) -> Edit:
    customer, path, body = await new_idea(api)
    made = (await api.post(path, customer, json=body)).json()
    seen_at = f"/ideas/{body['bookingId']}/{made['id']}"
    change = {"description": "Two swallows"}
    return Edit(customer, f"/ideas/{made['id']}", change, seen_at, customer, cached=False)


async def new_idea(api: Api) -> Request:
    customer, slot = await a_slot(api)
    made = (await api.post("/bookings", customer, json=slot)).json()
    return customer, "/ideas", {"bookingId": made["id"], "description": "A swallow"}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """An idea of each side."""
    made = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(made, [make.event(made)])
    words = IdeaContent(description=f"{CANARY} words", size=CANARY, placement=CANARY, colours=CANARY)
    for author in (cast.customer, cast.owner):
        await tx.ideas.add(replace(make.idea(made), author_id=author.id, content=words))


_CHANGED: Final = {"bookingId", "ideaId", "side"}
_PEOPLE: Final = ("customer", "provider", "manager")
IDEA: Final = Kind(
    idea,
    owners=_PEOPLE,
    removed_by="/ideas/{idea_id}",
    relations=(Relation.PARTY,),
    seen_with=Permission.DELETE_IDEAS,
)
SEEN: Final = replace(BOOKING, make=idea, owners=_PEOPLE)

FEATURE: Final = Feature(
    routes={
        "POST /ideas": Row(Permission.SHARE_IDEAS, BOOKING, once=new_idea),
        "GET /ideas/{booking_id}": Row(Permission.SEE_BOOKINGS, BOOKING),
        "GET /ideas/{booking_id}/{idea_id}": Row(Permission.SEE_BOOKINGS, SEEN),
        "PATCH /ideas/{idea_id}": Row(Permission.EDIT_IDEAS, replace(IDEA, relations=(Relation.OWN,)), edit=edit),
        "DELETE /ideas/{idea_id}": Row(Permission.DELETE_IDEAS, replace(IDEA, relations=(Relation.OWN,))),
    },
    permissions="""
        idea.share   customer:party provider:party manager:party|managed
        idea.edit    customer:own provider:own manager:own admin:any
        idea.delete  customer:own provider:own manager:own admin:any
    """,
    events={
        "idea.shared": _CHANGED | {"byAdmin"},
        "idea.deleted": _CHANGED | {"byAdmin"},
        "idea.image_deleted": _CHANGED,
    },
    personal_data=personal_data,
)
