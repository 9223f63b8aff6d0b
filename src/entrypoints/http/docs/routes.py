"""`/`, `/schema` and `/docs`: the start page, the OpenAPI document, the pages of the reference, and the guides."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.http.docs import inbox
from entrypoints.http.docs.reference import Reference
from entrypoints.http.kit.etags import NOT_MODIFIED, matches
from entrypoints.http.kit.openapi.document import document_of
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import ANY_QUERY, PUBLIC

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
_GUIDES: Final = Path(__file__).parents[4] / "docs"
_TYPES: Final = {".css": "text/css", ".svg": "image/svg+xml"}
_FILES: Final = {file.name: file.read_bytes() for file in sorted((_HERE / "assets").iterdir())}
_VERSION: Final = sha256(b"".join(_FILES.values())).hexdigest()[:16]
ASSETS: Final = f"/docs/assets/{_VERSION}"
"""The folder of the assets; its name changes with them, so they may be cached forever."""
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH: Final = {"Cache-Control": "no-cache"}
_LONGEST: Final = 100
"""Of what is searched for."""
_TITLE: Final = "Booking API"
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(assets=ASSETS, guides=GUIDES)


def _page(template: str, title: str, **values: object) -> bytes:
    return _TEMPLATES.get_template(template).render(title=title, **values).encode()


@lru_cache(maxsize=4)
def _reference(app: Litestar) -> Reference:
    return Reference(document_of(app))


@lru_cache(maxsize=64)
def _kept(app: Litestar, make: Callable[[Reference, str], bytes], name: str) -> tuple[bytes, str]:
    """A page, made once, with its tag."""
    made = make(_reference(app), name)
    return made, f'W/"{sha256(made).hexdigest()[:24]}"'


def _index(reference: Reference, _: str) -> bytes:
    return _listed(reference, "")


def _listed(reference: Reference, asked: str) -> bytes:
    return _page(
        "index.html",
        _TITLE,
        asked=asked,
        found=reference.found(asked) if asked else (),
        count=len(reference.operations),
        tags=[(name, about, len(reference.of(name))) for name, about in reference.tags.items()],
        description=reference.description,
    )


def _tag(reference: Reference, name: str) -> bytes:
    return _page(
        "tag.html",
        name,
        about=reference.tags[name],
        operations=reference.of(name),
        schemas=reference.schemas(name),
    )


def _problems(reference: Reference, _: str) -> bytes:
    return _page("problems.html", "Problems", problems=reference.problems())


def _shown(request: Request[Any, Any, Any], make: Callable[[Reference, str], bytes], name: str = "") -> Response[bytes]:
    body, tag = _kept(request.app, make, name)
    headers = {**_FRESH, "ETag": tag}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(b"", status_code=NOT_MODIFIED, headers=headers)
    return Response(body, media_type=MediaType.HTML, headers=headers)


@get("/schema", sync_to_thread=False, opt=_HIDDEN)
def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    return Response(msgspec.json.encode(document_of(request.app)), media_type=MediaType.JSON)


@get("/", sync_to_thread=False, opt=_HIDDEN)
def start() -> Response[bytes]:
    """The start page: names the service and links to the rest."""
    return Response(_page("start.html", "Booking"), media_type=MediaType.HTML, headers=_FRESH)


@get("/docs", sync_to_thread=True, opt={**_HIDDEN, **ANY_QUERY})
def index(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The tags, or the operations that `q` finds."""
    asked = request.query_params.get("q", "").strip()[:_LONGEST]
    if not asked:
        return _shown(request, _index)
    return Response(_listed(_reference(request.app), asked), media_type=MediaType.HTML, headers=_FRESH)


@get("/docs/problems", sync_to_thread=True, opt=_HIDDEN)
def problems(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The codes of problems, and what they mean."""
    return _shown(request, _problems)


@get("/docs/{tag:str}", sync_to_thread=True, opt=_HIDDEN)
def operations(request: Request[Any, Any, Any], tag: FromPath[str]) -> Response[bytes]:
    """The operations of a tag, with their parameters, answers, samples and schemas."""
    if tag not in _reference(request.app).tags:
        raise NotFoundException
    return _shown(request, _tag, tag)


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
routes: Final = Router("/", route_handlers=[schema, index, problems, operations, guide, asset, _inbox])
