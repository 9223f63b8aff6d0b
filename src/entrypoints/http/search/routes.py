"""`/search`, and the list of `/providers`: providers by what, where and when."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, Router, get
from msgspec import Raw
from msgspec.json import encode

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.queries import list_providers as list_published
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.portfolio.commands import search_portfolios
from booking_domain.use_cases.search.check import list_search_findings
from booking_domain.use_cases.search.queries import (
    Hit,
    SearchPage,
    find_providers,
    search_again,
    search_providers,
    search_salons,
    search_services,
    search_works,
    suggest,
)
from booking_domain.use_cases.search.recommendations import recommend_providers
from entrypoints.http.kit.answers import Answer, Answers, Lifetime, Listed
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfNoneMatch
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import OPTIONAL, PUBLIC
from entrypoints.http.providers.schemas import ProvidersJson, provider_json
from entrypoints.http.search.schemas import (
    ProvidersQuery,
    RecommendationJson,
    RecommendationsJson,
    RecommendedQuery,
    SalonSearchJson,
    SalonsQuery,
    SearchFindingsJson,
    SearchFindingsQuery,
    SearchJson,
    SearchQuery,
    ServiceSearchJson,
    ServiceSearchQuery,
    SuggestionsJson,
    SuggestionsQuery,
    WorkSearchJson,
    WorksQuery,
    chosen_findings,
    finding_json,
    hit_json,
    listed_works_json,
    page_members,
    salon_hit_json,
    search_cursor,
    service_hit_json,
    suggestion_json,
    work_hit_json,
)


@get("/", opt=PUBLIC | documented(search_providers, raises=(InvalidValue,)))
async def search(
    request: Request[Any, Any, Any],
    params: Injected[SearchQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SearchJson]:
    """Search providers by what, where and when, each with its next free slots and why it ranks where it does.

    If nobody matches everything, the answer has those who match most, and `relaxed` says what was given up. All pages
    are as of the moment of the first one.
    """

    async def make() -> Listed:
        page = await search_providers(params.criteria(clock.now()), reads)
        zone = time_zone(params.time_zone)
        shows = _Shows(SearchJson, lambda each: hit_json(each, zone, object_storage), reads, clock)
        return shows.listed(page)

    return await answers.listed(request, Lifetime.SEARCH, make, if_none_match=if_none_match)


@dataclass(frozen=True, slots=True)
class _Shows:
    """How a search is shown, and shown again."""

    schema: Callable[..., Json]
    item: Callable[[Hit], Json]
    reads: Reads
    clock: Clock

    def listed(self, page: SearchPage, items: tuple[Raw, ...] | None = None) -> Listed:
        """The answer; `items`: its hits, if they are encoded already."""
        shown = tuple(map(self._encoded, page.hits)) if items is None else items

        async def again(changed: frozenset[UUID]) -> Listed | None:
            found = await search_again(page, changed, self.reads, self.clock.now())
            if found is None:
                return None
            pairs = zip(found.hits, page.hits, shown, strict=True)
            return self.listed(found, tuple(was if hit is former else self._encoded(hit) for hit, former, was in pairs))

        answer = Answer(encode(self.schema(items=shown, **page_members(page))), page.until)
        return Listed(answer, page.about, exact=not page.relaxed, again=again)

    def _encoded(self, hit: Hit) -> Raw:
        return Raw(encode(self.item(hit)))


@get("/search", opt=PUBLIC | documented(search_salons, raises=(InvalidValue,)))
async def list_found_salons(
    request: Request[Any, Any, Any],
    params: Injected[SalonsQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SalonSearchJson]:
    """Search salons by what, where and when: by their names and places, and by what their members offer.

    A salon is found if one of its members matches everything but the text. Each word of the text may be one of another
    member.
    """

    async def make() -> Listed:
        page = await search_salons(params.criteria(clock.now()), reads)
        zone = time_zone(params.time_zone)
        shows = _Shows(SalonSearchJson, lambda each: salon_hit_json(each, zone, object_storage), reads, clock)
        return shows.listed(page)

    return await answers.listed(request, Lifetime.SEARCH, make, if_none_match=if_none_match)


@get("/search", opt=PUBLIC | documented(search_services, raises=(InvalidValue,)))
async def list_found_services(
    request: Request[Any, Any, Any],
    params: Injected[ServiceSearchQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[ServiceSearchJson]:
    """Search services by what, where and when, each with its provider and the next slots for it.

    A service of a salon is found once for each member who offers it. Add-ons are not found.
    """

    async def make() -> Listed:
        page = await search_services(params.criteria(clock.now()), reads)
        zone = time_zone(params.time_zone)
        shows = _Shows(ServiceSearchJson, lambda each: service_hit_json(each, zone, object_storage), reads, clock)
        return shows.listed(page)

    return await answers.listed(request, Lifetime.SEARCH, make, if_none_match=if_none_match)


@get("/search", opt=PUBLIC | documented(search_portfolios, search_works, raises=(InvalidValue,)))
async def list_found_works(
    request: Request[Any, Any, Any],
    params: Injected[WorksQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[WorkSearchJson]:
    """List the public items of portfolios, newest first, or search them by what, where and when."""

    async def make() -> Listed:
        if not params.searches:
            found = await search_portfolios(params.listed(), reads.portfolios)
            listed = listed_works_json(found, params.limit, object_storage)
            return Listed(Answer(encode(listed)), frozenset(each.item.provider_id for each in found))
        page = await search_works(params.criteria(clock.now()), reads)
        zone = time_zone(params.time_zone)
        shows = _Shows(WorkSearchJson, lambda each: work_hit_json(each, zone, object_storage), reads, clock)
        return shows.listed(page)

    return await answers.listed(request, Lifetime.SEARCH, make, if_none_match=if_none_match)


@get("/suggestions", opt=PUBLIC | documented(suggest))
async def list_suggestions(params: Injected[SuggestionsQuery], reads: Injected[Reads]) -> SuggestionsJson:
    """Suggest names, services, styles and places while somebody types."""
    found = await suggest(params.text, params.limit, reads)
    return SuggestionsJson(items=tuple(map(suggestion_json, found)))


@get("/admin/search/findings", opt=documented(list_search_findings))
async def list_findings(
    params: Injected[SearchFindingsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> SearchFindingsJson:
    """List what the nightly check of search found in the last 90 days, newest first; for admins.

    It compares the stored free time of some providers with their slots, and repairs it.
    """
    found = await list_search_findings(actor, chosen_findings(params), reads.search)
    return SearchFindingsJson.of(found, params.limit, finding_json, lambda each: each.id)


admin_routes: Final = Router(
    "/", route_handlers=[list_findings], opt=about("search", "Find providers by what, where and when.")
)


@get("/", opt=PUBLIC | documented(list_published, find_providers, raises=(InvalidValue,)))
async def list_providers(
    request: Request[Any, Any, Any],
    params: Injected[ProvidersQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[ProvidersJson]:
    """List the providers that take bookings, or those that match the criteria of a search.

    Unlike `/search`, it gives nothing up: who does not match everything is not listed.
    """
    if not params.searches:
        found = await list_published(params.listed(), reads.providers)
        listed = ProvidersJson.of(
            found, params.limit, lambda view: provider_json(view, object_storage), lambda view: view.profile.id
        )
        return Response(listed)

    async def make() -> Listed:
        criteria = params.criteria(clock.now())
        page = await find_providers(criteria, reads)
        shown = ProvidersJson(
            items=tuple(provider_json(each.view, object_storage) for each in page.hits),
            next_cursor=None if page.next is None else search_cursor(page.next, criteria.at),
        )
        return Listed(Answer(encode(shown), page.until), page.about)

    return await answers.listed(request, Lifetime.SEARCH, make, if_none_match=if_none_match)


@get("/recommended", opt=OPTIONAL | documented(recommend_providers, raises=(InvalidValue,)))
async def list_recommended_providers(
    params: Injected[RecommendedQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
) -> RecommendationsJson:
    """Recommend providers: those to book again, similar ones, those with the caller's styles, and popular ones nearby.

    Without sign-in, and to those without bookings, it recommends popular ones. An account that has opted out
    (`recommendations` of `PUT /users/me/preferences`) gets none.
    """
    found = await recommend_providers(actor, params.near(), params.limit, reads, clock)
    zone = time_zone(params.time_zone)
    return RecommendationsJson(
        items=tuple(
            RecommendationJson(reason=each.reason, hit=hit_json(each.hit, zone, object_storage)) for each in found
        )
    )


providers: Final = Router("/providers", route_handlers=[list_providers, list_recommended_providers])
salons: Final = Router("/salons", route_handlers=[list_found_salons])
services: Final = Router("/services", route_handlers=[list_found_services])
works: Final = Router("/portfolio", route_handlers=[list_found_works])
routes: Final = Router(
    "/search",
    route_handlers=[search, list_suggestions],
    opt=about("search", "Find providers by what, where and when."),
)
