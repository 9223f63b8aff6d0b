"""`/account/picture`: the picture of one's account, checked and stored as the API does."""

from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.files.model import FileNotFound, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.files.pictures import edit_account
from booking_domain.use_cases.identity.accounts import EditAccount
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, FORM_WITH_FILES, MOST_BYTES_OF_FILES, files_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UPLOADS, limited_as
from entrypoints.settings.main import Settings
from entrypoints.web.account.picture import PicturePage, own_picture, picture_page
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.uploads import PICTURES, PictureDesk, Stored

PATH: Final = "/account/picture"


@get(PATH)
async def show_picture(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    settings: Injected[Settings],
    csrf: Injected[str],
) -> Response[Any]:
    """The picture, and the form to choose another one."""
    return page.render(
        await _shown(page, actor, reads=reads, links=object_storage, settings=settings, csrf=csrf), public=False
    )


async def _shown(
    page: Page, actor: Actor, *, reads: Reads, links: ObjectLinks, settings: Settings, csrf: str
) -> PicturePage:
    user = await get_own_account(actor, reads.users)
    return picture_page(own_picture(user, links, page), settings.storage.upload_limits, page, csrf=csrf)


@post(PATH, status_code=303, opt=FORM_WITH_FILES | limited_as(UPLOADS), request_max_body_size=MOST_BYTES_OF_FILES)
async def save_picture(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    pictures: Injected[PictureDesk],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    settings: Injected[Settings],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Take another picture; the former one is deleted."""
    files = [each for each in files_of(request, PICTURES) if each.filename]
    try:
        stored = await pictures.store(files[:1], Folder.AVATARS, actor, kept=Stored())
        if stored.error is not None:
            raise stored.error
        if not stored.file_ids:
            raise FileNotFound
        command = EditAccount(picture_file_id=stored.file_ids[0], current=session_id)
        await executor.run(edit_account, command, actor=actor, session_id=session_id)
    except DomainError as error:
        shown = await _shown(page, actor, reads=reads, links=object_storage, settings=settings, csrf=csrf)
        return page.refuse(shown.failed(error, page), error, at=page.path)
    return page.see(page.link("/account", done="picture"))


@post(f"{PATH}/remove", status_code=303, opt=FORM)
async def remove_picture(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Remove it."""
    command = EditAccount(picture_file_id=None, current=session_id)
    await executor.run(edit_account, command, actor=actor, session_id=session_id)
    return page.see(page.link("/account", done="removed"))


handlers: Final = (show_picture, save_picture, remove_picture)
