"""`/bookings/{id}/ideas`: what both sides of a booking write about it, with pictures."""

from contextlib import suppress
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.ideas import IdeaContent, IdeaNotFound
from booking_domain.files.model import Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId, IdeaId
from booking_domain.use_cases.bookings.ideas import NewIdea, ShareIdea, delete_idea, list_ideas, share_idea
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, FORM_WITH_FILES, MOST_BYTES_OF_FILES, files_of, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UPLOADS, limited_as
from entrypoints.web.booking.idea import IDEA
from entrypoints.web.bookings.desk import BookingDesk
from entrypoints.web.ideas.ideas import ideas_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.uploads import PICTURES, PictureDesk, field_of, kept_pictures

_AT: Final = "/bookings/{booking_id:str}/ideas"


@get(_AT)
async def show_ideas(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> Response[Any]:
    """The ideas, oldest first, and a form for another one until the appointment is over."""
    acting = await desk.open(booking_id)
    ideas = await list_ideas(acting.actor, booking_id, reads)
    return page.render(ideas_page(acting, ideas, page, object_storage, kept=kept_pictures(page.refused)), public=False)


@post(_AT, status_code=303, opt=FORM_WITH_FILES | limited_as(UPLOADS), request_max_body_size=MOST_BYTES_OF_FILES)
async def add_idea(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    pictures: Injected[PictureDesk],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    object_storage: Injected[ObjectLinks],
) -> Response[Any]:
    """Add an idea with its pictures."""
    acting, form = await desk.open(booking_id), form_of(request)
    text = said(form, IDEA)
    stored = await pictures.store(files_of(request, PICTURES), Folder.IDEAS, acting.actor, kept=kept_pictures(form))
    try:
        if stored.error is not None:
            raise stored.error
        idea = NewIdea(content=IdeaContent(description=text), file_ids=stored.file_ids)
        command = ShareIdea(booking_id=booking_id, idea=idea)
        await executor.run(share_idea, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        ideas = await list_ideas(acting.actor, booking_id, reads)
        shown = ideas_page(acting, ideas, page, object_storage, text=text, kept=stored)
        field = PICTURES if error is stored.error else field_of(error).replace("description", IDEA)
        return page.refuse(shown.failed(error, page, field=field), error, at=page.path)
    return page.see(page.link(f"{acting.path}/ideas"))


@post(f"{_AT}/{{idea_id:str}}/remove", status_code=303, opt=FORM)
async def remove_idea(
    booking_id: FromPath[BookingId],
    idea_id: FromPath[IdeaId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Remove one's own; what is removed already, by a form that was sent twice, stays so."""
    acting = await desk.open(booking_id)
    with suppress(IdeaNotFound):
        await executor.run(delete_idea, idea_id, actor=acting.actor, session_id=acting.session_id)
    return page.see(page.link(f"{acting.path}/ideas"))


handlers: Final = (show_ideas, add_idea, remove_idea)
