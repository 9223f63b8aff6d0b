"""`/providers/me/booking-links` and `/book`: booking links and their counts."""

from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Feature, Ids, Kind, Request, Row, World, asked

from booking_domain.catalogue.booking_links import BookingLink
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

_LINKS: Final = "/providers/me/booking-links"
_REGENERATE: Final = f"{_LINKS}/{{link_id}}/regenerate"


async def link(world: World, who: str) -> Ids:
    return {"link_id": (await world.done("POST", _LINKS, who, name="Flyer"))["id"]}


async def address(world: World, who: str) -> Ids:
    made = await world.done("POST", _LINKS, who, name="Flyer")
    return {"provider_id": await world.provider_id(who), "token": made["linkToken"]}


async def new_link(api: Api) -> Request:
    owner, _ = await api.open_provider()
    return owner, _LINKS, {"name": "Flyer"}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A link of the owner with a visitor and a booking."""
    own = BookingLink.make(cast.profile.id, CANARY, entropy=make.entropy, now=NOW)
    await tx.booking_links.add(own)
    await tx.booking_links.count_visitor(own.id, NOW.date(), CANARY.encode())
    await tx.booking_links.count_booking(own.id, NOW.date())


_OWN: Final = Permission.MANAGE_PROFILE
LINK: Final = Kind(link, ("provider",), f"{_LINKS}/{{link_id}}")
ADDRESS: Final = Kind(address, ("provider",))

FEATURE: Final = Feature(
    routes={
        f"POST {_LINKS}": Row(_OWN, once=new_link),
        f"GET {_LINKS}": Row(_OWN),
        f"POST {_REGENERATE}": Row(_OWN, LINK, once=asked("provider", _REGENERATE, link)),
        f"DELETE {_LINKS}/{{link_id}}": Row(_OWN, LINK),
        "GET /book/{provider_id}/{token}": Row(PUBLIC, ADDRESS),
    },
    personal_data=personal_data,
)
