"""`/schema` and `/docs`."""

from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from swagger_ui_bundle import swagger_ui_path

from entrypoints.http.kit.openapi.document import document_of
from entrypoints.http.kit.openapi.older import as_openapi_30
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC

_HIDDEN: Final = {**PUBLIC, **UNLIMITED, "hidden": True}
_HERE: Final = Path(__file__).parent
_ASSETS: Final[dict[str, tuple[Path, str]]] = {
    "swagger-ui.css": (Path(swagger_ui_path), "text/css"),
    "swagger-ui-bundle.js": (Path(swagger_ui_path), "text/javascript"),
    "favicon-32x32.png": (Path(swagger_ui_path), "image/png"),
    "page.js": (_HERE, "text/javascript"),
}


@get("/schema", sync_to_thread=False, opt=_HIDDEN)
def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    return Response(msgspec.json.encode(document_of(request.app)), media_type=MediaType.JSON)


@get("/docs/openapi-3.0.json", sync_to_thread=False, opt=_HIDDEN)
def older_schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The document in OpenAPI 3.0, which the page can show."""
    return Response(msgspec.json.encode(as_openapi_30(document_of(request.app))), media_type=MediaType.JSON)


@get("/docs", sync_to_thread=False, opt=_HIDDEN)
def page() -> Response[bytes]:
    """The documentation as a page."""
    return Response((_HERE / "page.html").read_bytes(), media_type=MediaType.HTML)


@get("/docs/assets/{name:str}", sync_to_thread=False, opt=_HIDDEN)
def asset(name: FromPath[str]) -> Response[bytes]:
    """A file of the page."""
    folder, media_type = _ASSETS.get(name, (None, ""))
    if folder is None:
        raise NotFoundException
    return Response((folder / name).read_bytes(), media_type=media_type)


routes: Final = Router("/", route_handlers=[schema, older_schema, page, asset])
