"""`/`, `/schema` and `/docs`: the start page, the OpenAPI document, the page that shows it, and the guides."""

from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.http.docs import inbox
from entrypoints.http.kit.openapi.document import document_of
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC

GUIDES: Final = {
    "use/api.md": "Using the API",
    "use/payments.md": "Payments",
    "use/webhooks.md": "Webhooks",
    "use/disputes.md": "Disputes",
    "use/earnings.md": "Earnings",
    "glossary.md": "Glossary",
}
"""The files of `docs/` for users of the API, and their titles."""
_HIDDEN: Final = {**PUBLIC, **UNLIMITED, "hidden": True}
_HERE: Final = Path(__file__).parent
FOLDER: Final = _HERE / "assets"
_GUIDES: Final = Path(__file__).parents[4] / "docs"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}
_FILES: Final = {file.name: file.read_bytes() for file in sorted(FOLDER.iterdir()) if file.suffix in _TYPES}
_VERSION: Final = sha256(b"".join(_FILES.values())).hexdigest()[:16]
ASSETS: Final = f"/docs/assets/{_VERSION}"
"""The folder of the assets; its name changes with them, so they may be cached forever."""
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH: Final = {"Cache-Control": "no-cache"}


def _page(name: str, guide: str) -> bytes:
    links = "\n        ".join(
        guide.format(link=f'<a href="/docs/guides/{name}">{escape(title)}</a>') for name, title in GUIDES.items()
    )
    text = (_HERE / name).read_text(encoding="utf-8")
    return text.replace("{assets}", ASSETS).replace("{guides}", links).encode()


_START: Final = _page("start.html", "<li>{link}</li>")
_DOCS: Final = _page("page.html", "{link}")


@get("/schema", sync_to_thread=False, opt=_HIDDEN)
def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    return Response(msgspec.json.encode(document_of(request.app)), media_type=MediaType.JSON)


@get("/", sync_to_thread=False, opt=_HIDDEN)
def start() -> Response[bytes]:
    """The start page: names the service and links to the rest."""
    return Response(_START, media_type=MediaType.HTML, headers=_FRESH)


@get("/docs", sync_to_thread=False, opt=_HIDDEN)
def page() -> Response[bytes]:
    """The documentation as a page."""
    return Response(_DOCS, media_type=MediaType.HTML, headers=_FRESH)


@get("/docs/guides/{name:path}", sync_to_thread=True, opt=_HIDDEN)
def guide(name: FromPath[str]) -> Response[bytes]:
    """A guide, as Markdown that browsers show."""
    file = name.removeprefix("/")
    if file not in GUIDES:
        raise NotFoundException
    return Response((_GUIDES / file).read_bytes(), media_type="text/plain; charset=utf-8", headers=_FRESH)


@get("/docs/assets/{version:str}/{name:str}", sync_to_thread=False, opt=_HIDDEN)
def asset(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file of the pages."""
    if version != _VERSION or name not in _FILES:
        raise NotFoundException
    return Response(_FILES[name], media_type=_TYPES[Path(name).suffix], headers=_FOREVER)


_inbox: Final = Router(
    inbox.ADDRESS,
    route_handlers=[inbox.inbox_page, inbox.message_page, inbox.message_html, inbox.message_calendar],
)
routes: Final = Router("/", route_handlers=[schema, page, guide, asset, _inbox])
