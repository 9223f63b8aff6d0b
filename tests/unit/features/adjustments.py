"""Adjustments of the ledgers of bookings."""

from dataclasses import replace

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, Feature, Ids, Kind, Request, Row, World
from tests.unit.features.desk_payments import confirmed, due

from booking_domain.bookings.transitions import Status
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def a_confirmed_booking(world: World, _: str) -> Ids:
    return await due(world, "clinic")


async def add(api: Api) -> Request:
    _, _, made = await confirmed(api)
    return await api.an_admin(), f"/admin/bookings/{made['id']}/adjustments", {"amount": 1, "reason": "In cash."}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """An adjustment of a booking of both."""
    made = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(made, [make.event(made)])
    await tx.adjustments.add(replace(make.adjustment(made), reason=f"{CANARY} reason"))


FEATURE = Feature(
    routes={
        "POST /admin/bookings/{booking_id}/adjustments": Row(
            Permission.ADJUST_LEDGERS, Kind(a_confirmed_booking, owners=("admin",)), once=add, example_refused=True
        ),
    },
    permissions="ledger.adjust admin:any",
    events={"ledger.adjusted": {"bookingId", "adjustmentId"}},
    personal_data=personal_data,
)
