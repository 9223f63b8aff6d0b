"""Request bodies as they come in: not compressed, and whole within some seconds."""

from asyncio import get_running_loop, timeout_at
from collections.abc import Iterable
from typing import Final

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from entrypoints.http.refusals import Refusal

_AS_IT_IS: Final = frozenset({b"", b"identity"})
_NO_LENGTH: Final = frozenset({b"", b"0"})


def refuse_encoded(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse a body with a content coding (RFC 9110 §15.5.16): how much it would become is not known beforehand."""
    said = dict(headers)
    has_body = said.get(b"content-length", b"") not in _NO_LENGTH or b"transfer-encoding" in said
    codings = (value for name, value in headers if name == b"content-encoding")
    if has_body and any(coding.strip().lower() not in _AS_IT_IS for coding in codings):
        raise Refusal(
            status=415,
            code="validation.unsupported_media_type",
            detail="The body must not be compressed.",
            headers={"Accept-Encoding": "identity"},
        )


def bound_reading(app: Litestar, seconds: float) -> None:
    """Give each request so long for its body: one that trickles is refused with 408, and its connection is closed."""
    app.asgi_handler = _in_time(app.asgi_handler, seconds)


def _in_time(app: ASGIApp, seconds: float) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        until: float | None = get_running_loop().time() + seconds

        async def received() -> HTTPReceiveMessage:
            nonlocal until
            if until is None:
                return await receive()  # type: ignore[return-value]
            try:
                async with timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise Refusal(
                    status=408,
                    code="http.request_timeout",
                    detail="The body did not come in time.",
                    headers={"Connection": "close"},
                ) from None
            if not message.get("more_body"):
                until = None
            return message  # type: ignore[return-value]

        await app(scope, received, send)

    return handle
