"""`/holds`: slots held for a few minutes."""

from dataclasses import replace
from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import a_slot
from tests.unit.features.declarations import Feature, Ids, Kind, Request, Row, World

from booking_domain.scheduling.claims import ClaimKind
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def hold(world: World, who: str) -> Ids:
    made = await world.done("POST", "/holds", who, providerId=await world.provider_id("studio"), slot=world.slot())
    return {"hold_id": made["id"]}


async def new_hold(api: Api) -> Request:
    customer, slot = await a_slot(api)
    return customer, "/holds", slot


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    await tx.claims.acquire(make.hold(cast.profile, cast.customer, TOMORROW + 6 * HOUR), NOW)
    yoga = make.service(provider_id=cast.profile.id).id
    place = make.place(yoga, cast.profile, cast.customer, TOMORROW + 8 * HOUR)
    await tx.claims.acquire(replace(place, kind=ClaimKind.HOLD, expires_at=NOW + HOUR), NOW)


HOLD: Final = Kind(hold, removed_by="/holds/{hold_id}")

FEATURE: Final = Feature(
    routes={
        "POST /holds": Row(Permission.HOLD_SLOTS, once=new_hold),
        "DELETE /holds/{hold_id}": Row(Permission.HOLD_SLOTS, HOLD),
    },
    permissions="hold.place customer:own provider:own manager:own admin:own",
    personal_data=personal_data,
)
