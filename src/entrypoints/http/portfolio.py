"""`/portfolio`: items of providers, public lists by provider, tag and text; for admins: list, take down and restore."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from msgspec.json import encode

from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.sessions import Client
from booking_domain.portfolio.model import (
    MAX_DESCRIPTION,
    MAX_IMAGES,
    MAX_ITEMS,
    MAX_REASON,
    MAX_TAG,
    MAX_TAGS,
    PortfolioItemId,
    PortfolioStatus,
)
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioView
from booking_domain.portfolio.views import ViewTally
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.portfolio import commands as portfolio
from booking_domain.use_cases.portfolio.commands import AddPortfolioItem, EditPortfolioItem, TakeDownItem
from entrypoints.http.kit.answers import Answer, Answers, Lifetime
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Timestamp, one_of
from entrypoints.http.kit.images import IMAGE, ImageJson, picture_json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import filled, members, projection
from entrypoints.http.kit.request_guard import OPTIONAL, PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.visitors import counts

FileIds = Annotated[
    tuple[FileId, ...],
    Meta(min_length=1, max_length=MAX_IMAGES, description="Files of the folder `portfolio`, in this order."),
]
Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION)]
Tag = Annotated[str, Meta(min_length=1, max_length=MAX_TAG)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=MAX_TAGS, description="Stored in lower case, without duplicates.")]


class AddItemBody(Body, frozen=True, kw_only=True):
    """A new item of the caller's portfolio."""

    file_ids: FileIds
    description: Description = ""
    tags: Tags = ()


class EditItemBody(Body, frozen=True, kw_only=True):
    """New values of an item; omitted members keep theirs. Images that the new list omits are deleted."""

    file_ids: FileIds | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


_add: Final = projection(AddItemBody, AddPortfolioItem)
_edit: Final = members(EditItemBody, EditPortfolioItem, given=("item_id", "expected_version"))


class OrderBody(Body, frozen=True, kw_only=True):
    """All items of the caller's portfolio, in their new order."""

    item_ids: Annotated[tuple[UUID, ...], Meta(max_length=MAX_ITEMS)]
    """All items, by id, in the new order."""


class TakeDownBody(Body, frozen=True, kw_only=True):
    """Why an item is taken down. Its provider gets this text."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


class ModerationQuery(PageQuery, frozen=True, kw_only=True):
    """A page of all items, for admins: with this tag, and with this text in the description or the tags."""

    tag: Tag | None = None
    text: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    status: PortfolioStatus | None = None
    provider_id: ProviderId | None = None


_chosen: Final = projection(ModerationQuery, PortfolioFilter, **PAGE_AND_ONE)


class PortfolioItemJson(Json, frozen=True, kw_only=True):
    """An item of a portfolio. `reason` says why an admin took it down; only its provider and admins see the reason."""

    id: UUID
    provider_id: UUID
    provider_name: str
    images: tuple[ImageJson, ...]
    description: str
    tags: tuple[str, ...]
    """Words to find it by."""
    status: Annotated[str, one_of(PortfolioStatus)]
    reason: str | None = None
    created_at: Timestamp
    version: int


class PortfolioJson(Page[PortfolioItemJson], frozen=True, kw_only=True):
    """A page of portfolio items."""


_members: Final = members(
    PortfolioView, PortfolioItemJson, given=("images",), within="item", reason=filled("item.reason")
)


def item_members(view: PortfolioView, links: ObjectLinks) -> dict[str, Any]:
    """Return the members of `PortfolioItemJson`."""
    return {"images": tuple(picture_json(image, links) for image in view.item.images), **_members(view)}


def portfolio_item_json(view: PortfolioView, links: ObjectLinks) -> PortfolioItemJson:
    """Show an item."""
    return PortfolioItemJson(**item_members(view, links))


def portfolio_json(found: Sequence[PortfolioView], limit: int, links: ObjectLinks) -> PortfolioJson:
    """A page of the `limit` + 1 items that were read."""
    return PortfolioJson.of(found, limit, lambda view: portfolio_item_json(view, links), lambda view: view.item.id)


async def _exported(source: ExportSource) -> list[PortfolioItemJson]:
    found = await source.reads.portfolios.of_owner(source.user.id, None, MAX_ITEMS)
    return [portfolio_item_json(view, source.links) for view in found]


PORTFOLIO: Final = value(
    "portfolio", tuple[PortfolioItemJson, ...], _exported, about="The items of the provider's portfolio."
)
"""The section of the export."""

# Examples for the API's documentation.
ADD: Final[dict[str, Any]] = {
    "fileIds": [IMAGE["fileId"]],
    "description": "A swallow in fine lines, two hours.",
    "tags": ["fine line", "birds"],
}
EDIT: Final[dict[str, Any]] = {"description": "A swallow in fine lines."}
ORDER: Final[dict[str, Any]] = {"itemIds": []}
TAKE_DOWN: Final[dict[str, Any]] = {"reason": "The picture is from another studio."}


@post("/portfolio", opt=documented(portfolio.add_portfolio_item, body=ADD))
async def add_portfolio_item(
    data: JSONBody[AddItemBody], run: Injected[Run], object_storage: Injected[ObjectLinks]
) -> Response[PortfolioItemJson]:
    """Add an item of one to ten uploaded images at the end of your portfolio."""
    return await run(
        portfolio.add_portfolio_item, _add(data), answer=lambda view: portfolio_item_json(view, object_storage)
    )


@get("/portfolio/me", opt=documented(portfolio.list_own_portfolio))
async def list_own_portfolio(
    params: Injected[PageQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> PortfolioJson:
    """List your portfolio in its order, including items that admins have taken down."""
    found = await portfolio.list_own_portfolio(actor, params.after(PortfolioItemId), params.limit + 1, reads.portfolios)
    return portfolio_json(found, params.limit, object_storage)


@get("/providers/{provider_id:str}/portfolio", opt=PUBLIC | documented(portfolio.list_portfolio))
async def list_portfolio(
    request: Request[Any, Any, Any],
    provider_id: FromPath[ProviderId],
    *,
    params: Injected[PageQuery],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[PortfolioJson]:
    """List the public portfolio of a provider, in its order."""

    async def make() -> Answer:
        found = await portfolio.list_portfolio(
            provider_id, params.after(PortfolioItemId), params.limit + 1, reads.portfolios, reads.providers
        )
        return Answer(encode(portfolio_json(found, params.limit, object_storage)))

    return await answers.answer(request, provider_id, Lifetime.PROFILES, make, if_none_match=if_none_match)


@get("/portfolio/{item_id:str}", opt=OPTIONAL | documented(portfolio.get_portfolio_item))
async def get_portfolio_item(
    item_id: FromPath[PortfolioItemId],
    request: Request[Any, Any, Any],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    client: Injected[Client],
    view_tally: Injected[ViewTally],
    object_storage: Injected[ObjectLinks],
    if_none_match: IfNoneMatch = None,
) -> Response[PortfolioItemJson]:
    """Return an item. Only its provider and admins can read one that is not public; others get 404.

    It counts as a view of the day, without who has looked; what bots, its provider and admins open does not.
    """
    view = await portfolio.get_portfolio_item(actor, item_id, reads.portfolios)
    if counts(request.method, client.user_agent) and not portfolio.sees_inside(actor, view):
        view_tally.add(view.item.provider_id, view.item.id)
    return unless_known(portfolio_item_json(view, object_storage), etag(view.item.version), if_none_match)


@patch(
    "/portfolio/{item_id:str}",
    opt=documented(portfolio.edit_portfolio_item, portfolio.get_portfolio_item, body=EDIT),
)
async def edit_portfolio_item(
    item_id: FromPath[PortfolioItemId],
    data: JSONBody[EditItemBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[PortfolioItemJson]:
    """Change an item of your portfolio."""
    command = EditPortfolioItem(item_id=item_id, expected_version=expected_version(if_match), **_edit(data))
    await run(portfolio.edit_portfolio_item, command)
    return await _shown(item_id, actor, reads, object_storage)


@delete("/portfolio/{item_id:str}", opt=documented(portfolio.remove_portfolio_item))
async def delete_portfolio_item(item_id: FromPath[PortfolioItemId], run: Injected[Run]) -> None:
    """Delete an item of your portfolio with its images."""
    await run(portfolio.remove_portfolio_item, item_id)


@put("/portfolio/order", status_code=204, opt=documented(portfolio.order_portfolio, body=ORDER))
async def order_portfolio(data: JSONBody[OrderBody], run: Injected[Run]) -> None:
    """Reorder the items of your portfolio."""
    wanted = tuple(map(PortfolioItemId, data.item_ids))
    await run(portfolio.order_portfolio, wanted)


@get("/admin/portfolio", opt=documented(portfolio.list_portfolio_items))
async def list_portfolio_items(
    params: Injected[ModerationQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> PortfolioJson:
    """List all items, newest first, including those taken down or not public; for admins."""
    found = await portfolio.list_portfolio_items(actor, _chosen(params), reads.portfolios)
    return portfolio_json(found, params.limit, object_storage)


@post(
    "/admin/portfolio/{item_id:str}/take-down",
    status_code=200,
    opt=documented(portfolio.take_down_item, portfolio.get_portfolio_item, body=TAKE_DOWN),
)
async def take_down_portfolio_item(
    item_id: FromPath[PortfolioItemId],
    data: JSONBody[TakeDownBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> Response[PortfolioItemJson]:
    """Remove an item from public view; for admins. Its provider is notified of the reason."""
    command = TakeDownItem(item_id=item_id, reason=data.reason)
    return await run(portfolio.take_down_item, command, then=lambda: _shown(item_id, actor, reads, object_storage))


@post(
    "/admin/portfolio/{item_id:str}/restore",
    status_code=200,
    opt=documented(portfolio.restore_item, portfolio.get_portfolio_item),
)
async def restore_portfolio_item(
    item_id: FromPath[PortfolioItemId],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> Response[PortfolioItemJson]:
    """Restore an item that was taken down; for admins. Its provider is notified."""
    return await run(portfolio.restore_item, item_id, then=lambda: _shown(item_id, actor, reads, object_storage))


async def _shown(
    item_id: PortfolioItemId, actor: Actor, reads: Reads, links: ObjectLinks
) -> Response[PortfolioItemJson]:
    view = await portfolio.get_portfolio_item(actor, item_id, reads.portfolios)
    return Response(portfolio_item_json(view, links), status_code=200, headers=etag(view.item.version))


routes: Final = Router(
    "/",
    route_handlers=[
        add_portfolio_item,
        list_own_portfolio,
        list_portfolio,
        get_portfolio_item,
        edit_portfolio_item,
        delete_portfolio_item,
        order_portfolio,
        list_portfolio_items,
        take_down_portfolio_item,
        restore_portfolio_item,
    ],
    opt=about("portfolio", "What providers show of their work.") | exporting(PORTFOLIO),
)
