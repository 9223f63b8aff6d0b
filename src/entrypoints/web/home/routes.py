"""`/`: the search of providers by what and when. Filters are links, so that every search has an address."""

from typing import Final

from litestar import Response, get

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.clock import Clock
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.search.queries import search_providers
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.settings.main import Settings
from entrypoints.web.home.home import Asked, home_page
from entrypoints.web.kit.pages import Page


@get("/", opt=PUBLIC)
async def home(
    page: Injected[Page],
    reads: Injected[Reads],
    clock: Injected[Clock],
    settings: Injected[Settings],
    object_storage: Injected[ObjectLinks],
) -> Response[bytes]:
    """Search, and what is found."""
    asked, now = Asked.of(page), clock.now()
    found = await search_providers(asked.criteria(now, page.site.zone, settings.default_currency), reads)
    return page.render(home_page(asked, found, page, object_storage, now))


handlers: Final = (home,)
