"""`/resources`: the rooms, chairs and machines of providers and salons."""

from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.scheduling.owned_resources import Resource
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

LASER: Final = {"name": "Laser", "quantity": 2}


async def resource(world: World, who: str) -> Ids:
    """Of their profile or, as a manager, of their salon."""
    await world.token(who)
    owned: dict[str, Any] = {}
    if "manager" in who:
        owned = {"salonId": (await world.done("POST", "/salons", who, name="Nomad", timeZone="UTC"))["id"]}
    return {"resource_id": (await world.done("POST", "/resources", who, **LASER, **owned))["id"]}


async def new_resource(api: Api) -> Request:
    owner, _ = await api.open_provider()
    return owner, "/resources", dict(LASER)


async def quantity(api: Api) -> Edit:
    owner, path, body = await new_resource(api)
    path = f"{path}/{(await api.post(path, owner, json=body)).json()['id']}"
    return Edit(owner, path, {"quantity": 3}, path, owner)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A resource of the provider."""
    await tx.resources.add(make.resource(provider_id=cast.profile.id, name=f"{CANARY} room"))


RESOURCE: Final = Kind(resource, ("provider", "manager"), "/resources/{resource_id}")
_MANAGE: Final = Permission.MANAGE_SERVICES

FEATURE: Final = Feature(
    routes={
        "POST /resources": Row(_MANAGE, once=new_resource, example_refused=True),
        "GET /resources": Row(_MANAGE),
        "GET /resources/{resource_id}": Row(_MANAGE, RESOURCE, tagged=True),
        "PATCH /resources/{resource_id}": Row(_MANAGE, RESOURCE, foreign=403, edit=quantity),
        "DELETE /resources/{resource_id}": Row(_MANAGE, RESOURCE, foreign=403),
    },
    samples={
        (Resource, "provider_id"): st.uuids(),
        (Resource, "salon_id"): st.none(),
        (Resource, "quantity"): st.integers(1, 100),
    },
    personal_data=personal_data,
)
