"""`/waitlist`: the waiting list."""

from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import a_slot
from tests.unit.features.declarations import SIGNED_IN, Feature, Ids, Kind, Request, Row, World

from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def waiting(world: World, who: str) -> Ids:
    window = {"from": "2026-11-23T03:00:00Z", "to": "2026-11-23T03:30:00Z"}
    made = await world.done("POST", "/waitlist", who, providerId=await world.provider_id("studio"), **window)
    return {"waiting_id": made["id"]}


async def new_entry(api: Api) -> Request:
    customer, slot = await a_slot(api)
    return customer, "/waitlist", {"providerId": slot["providerId"], "from": "2026-11-23", "to": "2026-11-24"}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    await tx.waiting_list.add(make.waiting(cast.profile, cast.customer, TimeRange(TOMORROW, TOMORROW + 8 * HOUR)))


WAITING: Final = Kind(waiting, removed_by="/waitlist/{waiting_id}")

FEATURE: Final = Feature(
    routes={
        "GET /waitlist": Row(SIGNED_IN),
        "POST /waitlist": Row(Permission.WAIT, once=new_entry),
        "DELETE /waitlist/{waiting_id}": Row(Permission.WAIT, WAITING),
    },
    permissions="waitlist.join customer:own provider:own manager:own admin:own",
    events={"waitlist.offered": {"waitingId", "providerId", "customerId", "start", "until"}},
    personal_data=personal_data,
)
