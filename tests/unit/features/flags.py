"""Feature flags."""

from typing import Final

from hypothesis import strategies as st
from tests.unit.features.declarations import PUBLIC, Feature, Ids, Kind, Row, World

from booking_domain.flags.model import SERIES_ON_PAGES, FlagRule
from booking_domain.shared.permissions import Permission


async def flag(_: World, __: str) -> Ids:
    return {"name": SERIES_ON_PAGES.name}


FLAG: Final = Kind(flag, ("admin",))
FEATURE: Final = Feature(
    routes={
        "GET /flags": Row(PUBLIC),
        "GET /admin/flags": Row(Permission.MANAGE_FLAGS),
        "PUT /admin/flags/{name}": Row(Permission.MANAGE_FLAGS, FLAG, unversioned="a rule; the last one stays"),
        "DELETE /admin/flags/{name}": Row(Permission.MANAGE_FLAGS, FLAG),
    },
    permissions="flag.manage admin:any",
    samples={(FlagRule, "percent"): st.integers(0, 100)},
)
