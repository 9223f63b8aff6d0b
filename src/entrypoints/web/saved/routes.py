"""`/saved`: the saved providers, and saving one."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SessionId
from booking_domain.use_cases.catalogue.queries import get_provider_page
from booking_domain.use_cases.favourites.commands import list_favourites, remove_favourite, save_favourite
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM
from entrypoints.http.kit.injection import Injected
from entrypoints.web.kit.pages import Page
from entrypoints.web.saved.saved import save_page, saved_page

_MOST: Final = 100


@get("/saved")
async def show_saved(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """The saved providers, the last saved first."""
    found = await list_favourites(actor, None, _MOST, reads.favourites)
    return page.render(saved_page(found, page, csrf=csrf), public=False)


@get("/saved/{provider_id:str}")
async def show_save(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask whether to save a provider."""
    facts = await get_provider_page(provider_id, reads)
    return page.render(save_page(facts, page, csrf=csrf), public=False)


@post("/saved/{provider_id:str}", status_code=303, opt=FORM)
async def save(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Save a provider."""
    await executor.run(save_favourite, provider_id, actor=actor, session_id=session_id)
    return page.see(page.link("/saved"))


@post("/saved/{provider_id:str}/remove", status_code=303, opt=FORM)
async def remove(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Remove a saved provider."""
    await executor.run(remove_favourite, provider_id, actor=actor, session_id=session_id)
    return page.see(page.link("/saved"))


handlers: Final = (show_saved, show_save, save, remove)
