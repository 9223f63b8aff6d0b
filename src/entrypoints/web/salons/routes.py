"""`/salons/{slug}`: the page of a salon."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from booking_domain.files.ports import ObjectLinks, ObjectStorage
from booking_domain.shared.clock import Clock
from booking_domain.shared.documents import Documents
from booking_domain.use_cases.catalogue.salon_queries import find_salon, get_salon_page
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.turns import Turn
from entrypoints.web.kit.link_pictures import FILE, LinkPictures
from entrypoints.web.kit.pages import Page
from entrypoints.web.packages.offers import MOST
from entrypoints.web.salons.salon import link_picture, salon_page


@get("/salons/{slug:str}", opt=PUBLIC)
async def salon(
    slug: FromPath[str],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
) -> Response[Any]:
    """A salon: pictures, team, services, hours."""
    found = await find_salon(slug, reads.salons)
    if found.slug != slug:
        return page.see(page.link(f"/salons/{found.slug}"), status=301)
    facts = await get_salon_page(found.id, reads.salons, reads.providers, reads.services)
    offers = await reads.packages.on_sale(None, found.id, None, MOST)
    plans = await reads.plans.on_offer(None, found.id, None, MOST)
    return page.render(salon_page(facts, page, offers=offers, plans=plans, links=object_storage, now=clock.now()))


@get(f"/salons/{{slug:str}}/{FILE}", opt=PUBLIC)
async def salon_picture(
    slug: FromPath[str],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    documents: Injected[Documents],
    turn: Injected[Turn],
    object_storage: Injected[ObjectStorage],
    link_pictures: Injected[LinkPictures],
) -> Response[Any]:
    """What others show beside a link to the page."""
    found = await find_salon(slug, reads.salons)
    facts = await get_salon_page(found.id, reads.salons, reads.providers, reads.services)
    return await link_pictures.answer(
        request, link_picture(facts, page), documents=documents, turn=turn, storage=object_storage
    )


handlers: Final = (salon, salon_picture)
