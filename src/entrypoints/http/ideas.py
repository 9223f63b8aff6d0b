"""`/ideas`: customers' wishes, and providers' notes and estimates."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from booking_domain.bookings.ideas import IdeaSide
from booking_domain.files.model import Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId, IdeaId
from booking_domain.use_cases.bookings import ideas
from booking_domain.use_cases.bookings.ideas import EditIdea, IdeaView, ShareIdea
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.bookings.schemas import WISH, Description, Detail, IdeaBody, IdeaFiles, new_idea
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.exporting import ExportSource, exporting, pages
from entrypoints.http.kit.fields import Amount, Body, Json, Timestamp
from entrypoints.http.kit.images import ImageJson, private_image_json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import filled, members
from entrypoints.http.kit.running import Run


class ShareIdeaBody(IdeaBody, frozen=True, kw_only=True):
    """An idea, and the booking that it is for."""

    booking_id: UUID


class EditIdeaBody(Body, frozen=True, kw_only=True):
    """New content; omitted members keep theirs, and null removes an amount."""

    description: Description | UnsetType = UNSET
    size: Detail | UnsetType = UNSET
    placement: Detail | UnsetType = UNSET
    colours: Detail | UnsetType = UNSET
    budget_amount: Amount | UnsetType | None = UNSET
    estimate_amount: Amount | UnsetType | None = UNSET
    file_ids: IdeaFiles | UnsetType = UNSET
    """All images, in order; omitted images are deleted."""


class IdeaJson(Json, frozen=True, kw_only=True):
    """An idea on a booking."""

    id: UUID
    booking_id: UUID
    by: IdeaSide
    """Who wrote it."""
    description: str
    size: str | None = None
    placement: str | None = None
    colours: str | None = None
    budget_amount: int | None = None
    estimate_amount: int | None = None
    currency: str
    images: tuple[ImageJson, ...]
    """Their URLs are valid for some minutes (by default five)."""
    created_at: Timestamp
    updated_at: Timestamp
    version: int


class IdeasJson(Json, frozen=True, kw_only=True):
    """All ideas on a booking, oldest first."""

    items: tuple[IdeaJson, ...]


_edit: Final = members(EditIdeaBody, EditIdea, given=("idea_id", "expected_version"))
_members: Final = members(
    IdeaView,
    IdeaJson,
    given=("images",),
    within=("idea", "idea.content"),
    by="idea.side",
    size=filled("idea.content.size"),
    placement=filled("idea.content.placement"),
    colours=filled("idea.content.colours"),
)


def idea_json(view: IdeaView, links: ObjectLinks) -> IdeaJson:
    """Show an idea to a party of its booking."""
    return IdeaJson(images=tuple(private_image_json(file.as_image, links) for file in view.images), **_members(view))


SHARE: Final[dict[str, Any]] = {"bookingId": "0199f3c1-2a44-7d1e-9b0a-5c6d7e8f9a0b", **WISH}
CHANGE: Final[dict[str, Any]] = {"size": "12 cm", "budgetAmount": None}


@post("/", opt=documented(ideas.share_idea, body=SHARE))
async def share_idea(
    data: JSONBody[ShareIdeaBody], run: Injected[Run], object_storage: Injected[ObjectLinks]
) -> Response[IdeaJson]:
    """Share an idea on a booking: the customer's wish, or the provider's notes with an estimate.

    Until the booking is over, its two sides can share up to 20 ideas. The manager of the provider's salon writes for
    the provider. The provider may also note the customer's wish. The other side is notified. An estimate does not
    change the price. `POST /bookings` accepts a first idea together with the booking.
    """
    command = ShareIdea(booking_id=BookingId(data.booking_id), idea=new_idea(data))
    return await run(ideas.share_idea, command, answer=lambda view: idea_json(view, object_storage))


@get("/{booking_id:str}", opt=documented(ideas.list_ideas))
async def list_ideas(
    booking_id: FromPath[BookingId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> IdeasJson:
    """List the ideas on a booking, oldest first. Only its parties, the salon's manager and admins see them."""
    found = await ideas.list_ideas(actor, booking_id, reads)
    return IdeasJson(items=tuple(idea_json(view, object_storage) for view in found))


@get("/{booking_id:str}/{idea_id:str}", opt=documented(ideas.get_idea))
async def get_idea(
    booking_id: FromPath[BookingId],
    idea_id: FromPath[IdeaId],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> Response[IdeaJson]:
    """Return an idea on a booking."""
    view = await ideas.get_idea(actor, booking_id, idea_id, reads)
    return Response(idea_json(view, object_storage), headers=etag(view.idea.version))


@patch("/{idea_id:str}", opt=documented(ideas.edit_idea, body=CHANGE))
async def edit_idea(
    idea_id: FromPath[IdeaId],
    data: JSONBody[EditIdeaBody],
    *,
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[IdeaJson]:
    """Change an idea until the booking is over: your own, or any if you are an admin.

    The other side is notified; of a change by an admin, both are, and the audit log has it.
    """
    return await run(
        ideas.edit_idea,
        EditIdea(idea_id=idea_id, expected_version=expected_version(if_match), **_edit(data)),
        answer=lambda view: idea_json(view, object_storage),
    )


@delete("/{idea_id:str}", opt=documented(ideas.delete_idea))
async def delete_idea(idea_id: FromPath[IdeaId], run: Injected[Run]) -> None:
    """Delete an idea with its images: your own, or any if you are an admin. The other side, or both, are notified."""
    await run(ideas.delete_idea, idea_id)


async def _own(source: ExportSource) -> AsyncIterator[Sequence[IdeaJson]]:
    after: IdeaId | None = None
    while found := await source.reads.ideas.by_author(source.user.id, after, source.page):
        images = await source.reads.files.of_each(Folder.IDEAS, [each.id for each in found])
        yield [idea_json(IdeaView(idea=each, images=images.get(each.id, ())), source.links) for each in found]
        after = found[-1].id


routes: Final = Router(
    "/ideas",
    route_handlers=[share_idea, list_ideas, get_idea, edit_idea, delete_idea],
    opt=about("ideas", "What customers wish for their bookings, and what providers note and estimate.")
    | exporting(pages("ideas", IdeaJson, _own, about="The ideas that the user wrote.")),
)
