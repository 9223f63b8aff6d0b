"""`/objects`: serves the objects of the local storage. The signature in the URL grants access."""

from typing import Any, Final, Protocol

from litestar import Request, Response, Router, get, put
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from booking_domain.files.model import MAX_BYTES, ObjectKey, UrlRefused
from booking_domain.shared.errors import InvalidValue
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Query
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.settings.main import Settings
from entrypoints.settings.storage import LOCAL

_HIDDEN: Final = {**PUBLIC, **documented(raises=(UrlRefused,)), "hidden": True}
_FOREVER: Final = "public, max-age=31536000, immutable"
_PRIVATE: Final = "private, no-store"


class ServedStorage(Protocol):
    """The storage whose objects the API serves."""

    def may_upload(self, key: ObjectKey, *, content_type: str, size: int, expires: int, signature: str) -> bool:
        """Whether a PUT is signed."""
        ...

    def may_download(self, key: ObjectKey, *, expires: int, signature: str) -> bool:
        """Whether a GET is signed or the object is public."""
        ...

    async def found(self, key: ObjectKey) -> tuple[bytes, str] | None:
        """The object and its type."""
        ...

    async def write(self, key: ObjectKey, content: bytes, *, content_type: str) -> None:
        """Store an object."""
        ...


class SignedQuery(Query, frozen=True, kw_only=True):
    """The signature of a URL."""

    expires: int = 0
    signature: str = ""


@put("/{space:str}/{name:path}", status_code=200, request_max_body_size=max(MAX_BYTES.values()), opt=_HIDDEN)
async def put_object(
    space: FromPath[str],
    name: FromPath[str],
    *,
    request: Request[Any, Any, Any],
    params: Injected[SignedQuery],
    local_storage: Injected[ServedStorage],
    settings: Injected[Settings],
) -> Response[None]:
    """Upload an object at a signed URL."""
    # The body is read before an address is refused: a proxy that was still sending it would answer 502.
    content_type, content = request.headers.get("Content-Type", ""), await request.body()
    key = _key(space, name, settings)
    if not local_storage.may_upload(
        key, content_type=content_type, size=len(content), expires=params.expires, signature=params.signature
    ):
        raise UrlRefused
    await local_storage.write(key, content, content_type=content_type)
    return Response(None, status_code=200)


@get("/{space:str}/{name:path}", opt=_HIDDEN)
async def get_object(
    space: FromPath[str],
    name: FromPath[str],
    params: Injected[SignedQuery],
    local_storage: Injected[ServedStorage],
    settings: Injected[Settings],
) -> Response[Any]:
    """Read an object that is public, or at a signed URL."""
    key = _key(space, name, settings)
    if not local_storage.may_download(key, expires=params.expires, signature=params.signature):
        raise UrlRefused
    found = await local_storage.found(key)
    if found is None:
        raise NotFoundException
    content, content_type = found
    return Response(content, media_type=content_type, headers={"Cache-Control": _FOREVER if key.public else _PRIVATE})


def _key(space: str, name: str, settings: Settings) -> ObjectKey:
    if settings.storage.service != LOCAL or space not in {"public", "private"}:
        raise NotFoundException
    try:
        return ObjectKey(name=name.removeprefix("/"), public=space == "public")
    except InvalidValue:
        raise NotFoundException from None


routes: Final = Router("/objects", route_handlers=[put_object, get_object])
