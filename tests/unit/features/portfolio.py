"""`/portfolio`: items of providers, and their moderation."""

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Edit, Feature, Ids, Kind, Request, Row, World, asked
from tests.unit.features.providers import PROVIDER

from booking_domain.portfolio.model import PortfolioItem
from booking_domain.shared.ids import FileId
from booking_domain.shared.images import Image
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.portfolio.contracts import an_item
from booking_domain.use_cases.platform.ports import Repositories


async def image(world: World, who: str) -> Ids:
    """A file of theirs that nothing uses."""
    token = await world.token(who)
    assert token is not None
    return {"file_id": await world.api.uploaded(token, "portfolio")}


async def item(world: World, who: str) -> Ids:
    file_id = (await image(world, who))["file_id"]
    return {"item_id": (await world.done("POST", "/portfolio", who, fileIds=[file_id]))["id"]}


async def taken_down(world: World, who: str) -> Ids:
    made = await item(world, who)
    await world.done("POST", f"/admin/portfolio/{made['item_id']}/take-down", "admin", reason="Stolen")
    return made


async def new_item(api: Api) -> Request:
    token, _ = await api.open_provider()
    return token, "/portfolio", {"fileIds": [await api.uploaded(token, "portfolio")], "tags": ["Birds"]}


async def change(api: Api) -> Edit:
    token, path, body = await new_item(api)
    path = f"{path}/{(await api.post(path, token, json=body)).json()['id']}"
    return Edit(token, path, {"description": "A swallow"}, path, None)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """An item of the provider."""
    await tx.portfolio_items.add(
        an_item(make, cast.profile.id, description=f"{CANARY} description", tags=(CANARY,), reason=f"{CANARY} reason")
    )


ITEM = Kind(item, ("provider",), "/portfolio/{item_id}")
_MANAGE = Permission.MANAGE_PORTFOLIO
_MODERATE = Permission.MODERATE_PORTFOLIOS

FEATURE = Feature(
    routes={
        "POST /portfolio": Row(_MANAGE, Kind(image, ("provider",)), once=new_item, example_refused=True),
        "GET /portfolio/me": Row(_MANAGE),
        "GET /providers/{provider_id}/portfolio": Row(PUBLIC, PROVIDER, tagged=True),
        "GET /portfolio/{item_id}": Row(PUBLIC, ITEM, tagged=True),
        "PATCH /portfolio/{item_id}": Row(_MANAGE, ITEM, foreign=403, edit=change),
        "DELETE /portfolio/{item_id}": Row(_MANAGE, ITEM, foreign=403),
        "PUT /portfolio/order": Row(_MANAGE, unversioned="names all items, or is refused"),
        "GET /admin/portfolio": Row(_MODERATE),
        "POST /admin/portfolio/{item_id}/take-down": Row(
            _MODERATE,
            ITEM,
            once=asked("admin", "/admin/portfolio/{item_id}/take-down", item, "provider", reason="Stolen"),
        ),
        "POST /admin/portfolio/{item_id}/restore": Row(
            _MODERATE,
            ITEM,
            example_refused=True,
            once=asked("admin", "/admin/portfolio/{item_id}/restore", taken_down, "provider"),
        ),
    },
    permissions="""
        portfolio.manage     provider:own
        portfolio.moderate   admin:any
    """,
    events={f"portfolio.{past}": {"itemId"} for past in ("taken_down", "restored")},
    samples={
        (PortfolioItem, "images"): st.lists(
            st.builds(Image, file_id=st.uuids().map(FileId), width=st.integers(1, 1_080), height=st.integers(1, 1_080)),
            min_size=1,
            max_size=10,
        ).map(tuple),
        (PortfolioItem, "tags"): st.sampled_from([(), ("fine line", "хээ")]),
    },
    personal_data=personal_data,
)
