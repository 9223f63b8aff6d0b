"""Loyalty accounts."""

from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.admin import USER
from tests.unit.features.declarations import CANARY, SIGNED_IN, Feature, Request, Row

from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.loyalty.contracts import add_points, loyalty_account, loyalty_cause
from booking_domain.use_cases.platform.ports import Repositories

ADJUSTMENTS: Final = "/admin/users/{user_id}/loyalty-adjustments"


async def adjusted(api: Api) -> Request:
    user_id = (await api.get("/users/me", await api.joined("customer"))).json()["id"]
    return await api.an_admin(), ADJUSTMENTS.format(user_id=user_id), {"points": 5, "reason": "For the wait."}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """Points of each, with an admin's reason."""
    for user in (cast.customer, cast.owner):
        why = loyalty_cause(make, "adjustment", reason=f"{CANARY} reason")
        await add_points(tx, loyalty_account(make, user.id), 100, why)


FEATURE: Final = Feature(
    routes={
        "GET /loyalty/me": Row(SIGNED_IN),
        "GET /loyalty/me/entries": Row(SIGNED_IN),
        f"POST {ADJUSTMENTS}": Row(Permission.ADJUST_LOYALTY, USER, once=adjusted),
    },
    permissions="loyalty.adjust admin:any",
    personal_data=personal_data,
)
