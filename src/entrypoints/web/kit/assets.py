"""Styles, scripts and pictures of the pages: read and compressed at the start, at addresses that never change."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.http.kit.answers import digest_of
from entrypoints.http.kit.compression import CODINGS, chosen
from entrypoints.http.kit.etags import matches
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.web.kit.environment import FOLDER

LAYERS: Final = ("layers", "tokens", "reset", "base")
"""The first style sheets, in this order; then those of components and areas, then the utilities."""
UTILITIES: Final = "utilities"
STYLESHEET: Final = "styles.css"
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_FRESH: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file with its compressed forms."""

    media_type: str
    tag: str
    bodies: dict[str | None, bytes]


@cache
def assets() -> dict[str, Asset]:
    """All files, by name: the one style sheet, and the scripts and pictures as they lie in the folders."""
    files = {
        file.relative_to(FOLDER).as_posix(): file.read_bytes()
        for kind in (".js", ".svg")
        for file in sorted(FOLDER.rglob(f"*{kind}"))
    }
    files[STYLESHEET] = stylesheet().encode()
    return {name: _asset(name, content) for name, content in files.items()}


@cache
def base() -> str:
    """The folder of the assets. Its name changes with any of them, so they may be kept for ever."""
    tags = "".join(f"{name} {asset.tag}\n" for name, asset in sorted(assets().items()))
    return f"/assets/{digest_of(tags.encode())}"


def stylesheet() -> str:
    """The style sheets as one, in the order of the layers."""
    return "\n".join(file.read_text(encoding="utf-8") for file in style_files())


def style_files() -> list[Path]:
    """All style sheets, in order."""
    shared = FOLDER / "styles"
    first = [shared / f"{name}.css" for name in LAYERS]
    last = shared / f"{UTILITIES}.css"
    own = sorted(file for file in FOLDER.rglob("*.css") if file.parent != shared)
    rest = sorted(file for file in shared.glob("*.css") if file not in {*first, last})
    return [*first, *rest, *own, last]


def _asset(name: str, content: bytes) -> Asset:
    bodies: dict[str | None, bytes] = {None: content}
    bodies |= {coding: compress(content) for coding, compress in CODINGS.items()}
    return Asset(_TYPES[Path(name).suffix], digest_of(content), bodies)


@get("/assets/{version:str}/{name:path}", sync_to_thread=False, opt={**PUBLIC, **UNLIMITED, "hidden": True})
def asset(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file of the pages. Under a folder of another version it is the present one, which is not kept."""
    found = assets().get(name.removeprefix("/"))
    if found is None:
        raise NotFoundException
    headers = {
        "Cache-Control": _FOREVER if f"/assets/{version}" == base() else _FRESH,
        "ETag": f'W/"{found.tag}"',
        "Vary": "Accept-Encoding",
    }
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    coding = chosen(request.scope["headers"])
    if coding is not None:
        headers["Content-Encoding"] = coding
    return Response(found.bodies[coding], media_type=found.media_type, headers=headers)
