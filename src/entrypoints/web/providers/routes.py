"""`/providers/{slug}`: the page of a provider."""

from functools import partial
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from booking_domain.files.ports import ObjectLinks, ObjectStorage
from booking_domain.identity.sessions import Client
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.portfolio.ports import PortfolioView
from booking_domain.portfolio.views import ViewTally
from booking_domain.reviews.ports import ReviewOrder
from booking_domain.scheduling.effort import steps_to_first
from booking_domain.scheduling.model import Slot
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.documents import Documents
from booking_domain.use_cases.catalogue.queries import ProviderPage as Facts
from booking_domain.use_cases.catalogue.queries import find_provider, get_provider_page
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.portfolio.commands import get_portfolio_item, sees_inside
from booking_domain.use_cases.reviews.commands import list_provider_reviews
from booking_domain.use_cases.scheduling.queries import get_calendar, get_schedule_to_come, to_come
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID, PUBLIC
from entrypoints.http.kit.turns import Computation, Turn
from entrypoints.http.kit.visitors import counts
from entrypoints.web.kit.link_pictures import FILE, LinkPictures
from entrypoints.web.kit.pages import Page
from entrypoints.web.packages.offers import MOST
from entrypoints.web.providers.provider import REVIEWS_SHOWN, first_slots, link_picture, provider_page
from entrypoints.web.providers.work import work_page, work_path, work_picture


@get("/providers/{slug:str}", opt=PUBLIC)
async def provider(
    slug: FromPath[str],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
    object_storage: Injected[ObjectLinks],
) -> Response[Any]:
    """A provider: pictures, services, free times, reviews, hours."""
    found = (await find_provider(slug, reads.providers)).profile
    provider_id, now = found.id, clock.now()
    if found.slug != slug:
        return page.see(page.link(f"/providers/{found.slug}"), status=301)
    facts = await get_provider_page(provider_id, reads)

    async def read() -> Computation[list[Slot]]:
        schedule = await get_schedule_to_come(
            None, provider_id, reads.schedules, reads.salons, now=now, services=facts.quickest
        )
        return Computation(partial(first_slots, schedule, now), steps_to_first(schedule, to_come(now)))

    slots = await turn.compute(read)
    shown = await get_calendar(None, provider_id, reads.schedules, reads.providers, reads.salons)
    reviews = await list_provider_reviews(provider_id, ReviewOrder.NEWEST, None, REVIEWS_SHOWN, reads.reviews)
    salon_id = None if facts.salon is None else facts.salon.id
    offers = await reads.packages.on_sale(provider_id, salon_id, None, MOST)
    plans = await reads.plans.on_offer(provider_id, salon_id, None, MOST)
    model = provider_page(
        facts, slots, shown.calendar, reviews, page, offers=offers, plans=plans, links=object_storage, now=now
    )
    return page.render(model)


@get(f"/providers/{{slug:str}}/{FILE}", opt=PUBLIC)
async def provider_picture(
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
    found = (await find_provider(slug, reads.providers)).profile
    facts = await get_provider_page(found.id, reads)
    return await link_pictures.answer(
        request, link_picture(facts, page), documents=documents, turn=turn, storage=object_storage
    )


@get("/providers/{slug:str}/works/{item_id:str}", opt=IF_VALID)
async def show_work(
    slug: FromPath[str],
    item_id: FromPath[PortfolioItemId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor | None],
    client: Injected[Client],
    reads: Injected[Reads],
    view_tally: Injected[ViewTally],
    object_storage: Injected[ObjectLinks],
) -> Response[Any]:
    """A work. It counts as a view of the day, as a read of the API does."""
    view, facts = await _work(actor, item_id, reads)
    path = work_path(facts, view.item)
    if facts.view.profile.slug != slug:
        return page.see(page.link(path), status=301)
    inside = sees_inside(actor, view)
    if counts(request.method, client.user_agent) and not inside:
        view_tally.add(view.item.provider_id, view.item.id)
    return page.render(work_page(facts, view.item, page, object_storage), public=not inside)


@get(f"/providers/{{slug:str}}/works/{{item_id:str}}/{FILE}", opt=PUBLIC)
async def picture_of_work(
    slug: FromPath[str],  # noqa: ARG001 - of the address
    item_id: FromPath[PortfolioItemId],
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
    view, facts = await _work(None, item_id, reads)
    return await link_pictures.answer(
        request, work_picture(facts, view.item, page), documents=documents, turn=turn, storage=object_storage
    )


async def _work(actor: Actor | None, item_id: PortfolioItemId, reads: Reads) -> tuple[PortfolioView, Facts]:
    view = await get_portfolio_item(actor, item_id, reads.portfolios)
    provider_id = view.item.provider_id
    return view, await get_provider_page(provider_id, reads)


handlers: Final = (provider, provider_picture, show_work, picture_of_work)
