"""`/venues`: where else than at their own place providers give appointments."""

from typing import Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Way
from booking_domain.scheduling.services import Service
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

STUDIO: Final = {"name": "Zaisan studio", "address": "Zaisan street 4"}


async def venue(world: World, who: str) -> Ids:
    """Of their profile."""
    await world.token(who)
    return {"venue_id": (await world.done("POST", "/venues", who, **STUDIO))["id"]}


async def new_venue(api: Api) -> Request:
    owner, _ = await api.open_provider()
    return owner, "/venues", dict(STUDIO)


async def address(api: Api) -> Edit:
    owner, path, body = await new_venue(api)
    path = f"{path}/{(await api.post(path, owner, json=body)).json()['id']}"
    return Edit(owner, path, {"address": "Zaisan street 6"}, path, owner)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A venue of the provider."""
    await tx.venues.add(make.venue(cast.profile, f"{CANARY} studio"))


VENUE: Final = Kind(venue, ("provider",), "/venues/{venue_id}")
_MANAGE: Final = Permission.MANAGE_SERVICES

FEATURE: Final = Feature(
    routes={
        "POST /venues": Row(_MANAGE, once=new_venue, example_refused=True),
        "GET /venues": Row(PUBLIC, query="providerId=0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", tagged=True),
        "GET /venues/{venue_id}": Row(PUBLIC, VENUE, tagged=True),
        "PATCH /venues/{venue_id}": Row(_MANAGE, VENUE, edit=address),
        "DELETE /venues/{venue_id}": Row(_MANAGE, VENUE),
    },
    samples={
        (Service, "venue_id"): st.none() | st.uuids(),
        (Claim, "venue"): st.just("") | st.uuids().map(str),
        (Way, "venues"): st.tuples(st.just("home"), st.just("salon")),
        (Way, "minutes"): st.integers(0, 90),
    },
    personal_data=personal_data,
    seeded={"venues": 1},
)
