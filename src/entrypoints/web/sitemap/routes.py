"""`/robots.txt`, `/sitemap.xml` and its parts, without a language."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioView
from booking_domain.shared.clock import Clock
from booking_domain.shared.slugs import slug_of
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.answers import digest_of
from entrypoints.http.kit.etags import matches
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import ANY_QUERY, PUBLIC
from entrypoints.web.kit.pages import Site
from entrypoints.web.kit.typed import id_of
from entrypoints.web.sitemap.sitemap import index, part, robots

_OPT: Final = {**PUBLIC, **ANY_QUERY, "hidden": True}
_IN_A_PART: Final = 2_000
"""Things, each in three languages: 6,000 addresses in 4 MB, of 50,000 in 50 MB that a part may have."""
_KEPT_FOR: Final = timedelta(minutes=5)
_HOME: Final = "/sitemap/home.xml"

Paths = Callable[[UUID | None, int], Awaitable[Sequence[tuple[UUID, str]]]]
"""Reads the ids and the addresses of things after one."""


class SiteMap:
    """The parts that there are: found by reading all names, page by page, and known for some minutes."""

    def __init__(self) -> None:
        self._parts: tuple[str, ...] = ()
        self._until: datetime | None = None

    async def parts(self, reads: Reads, now: datetime) -> tuple[str, ...]:
        """The addresses of the parts. A part itself is always read anew."""
        if self._until is None or now >= self._until:
            found = [_HOME]
            for kind, paths in _kinds(reads).items():
                after: UUID | None = None
                while page := await paths(after, _IN_A_PART):
                    found.append(f"/sitemap/{kind}.xml" + ("" if after is None else f"?after={after}"))
                    after = page[-1][0]
            self._parts, self._until = tuple(found), now + _KEPT_FOR
        return self._parts


@get("/robots.txt", opt=_OPT, sync_to_thread=False)
def show_robots(request: Request[Any, Any, Any], site: Injected[Site]) -> Response[bytes]:
    """What search engines may read."""
    return _answer(request, robots(site.url), "text/plain; charset=utf-8")


@get("/sitemap.xml", opt=_OPT)
async def show_index(
    request: Request[Any, Any, Any],
    site: Injected[Site],
    site_map: Injected[SiteMap],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> Response[bytes]:
    """The index of the parts."""
    return _answer(request, index(site.url, await site_map.parts(reads, clock.now())))


@get("/sitemap/{name:str}", opt=_OPT)
async def show_part(
    name: FromPath[str], request: Request[Any, Any, Any], site: Injected[Site], reads: Injected[Reads]
) -> Response[bytes]:
    """A part: the home page, or so many providers, salons or works that are public after the one of the address."""
    if name == _HOME.rpartition("/")[2]:
        return _answer(request, part(site.url, ["/"]))
    kind = name.removesuffix(".xml")
    paths = _kinds(reads).get(kind)
    if paths is None or kind == name:
        raise NotFoundException
    found = await paths(id_of(request.query_params.get("after", "")), _IN_A_PART)
    return _answer(request, part(site.url, (path for _, path in found)))


def _kinds(reads: Reads) -> dict[str, Paths]:
    async def providers(after: UUID | None, most: int) -> Sequence[tuple[UUID, str]]:
        return [(each.id, f"/providers/{each.slug}") for each in await reads.providers.names(after, most)]

    async def salons(after: UUID | None, most: int) -> Sequence[tuple[UUID, str]]:
        return [(each.id, f"/salons/{each.slug}") for each in await reads.salons.names(after, most)]

    async def works(after: UUID | None, most: int) -> Sequence[tuple[UUID, str]]:
        """The newest first."""
        criteria = PortfolioFilter(after=None if after is None else PortfolioItemId(after), limit=most)
        return [(each.item.id, _path_of(each)) for each in await reads.portfolios.search(criteria)]

    return {"providers": providers, "salons": salons, "works": works}


def _path_of(work: PortfolioView) -> str:
    slug = slug_of(work.provider_name, work.item.provider_id)
    return f"/providers/{slug}/works/{work.item.id}"


def _answer(
    request: Request[Any, Any, Any], text: str, media_type: str = "application/xml; charset=utf-8"
) -> Response[bytes]:
    body = text.encode()
    headers = {"Cache-Control": "public, no-cache", "ETag": f'W/"{digest_of(body)}"'}
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


handlers: Final = (show_robots, show_index, show_part)
