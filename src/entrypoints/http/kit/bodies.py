"""Request bodies as they come in: not compressed, and whole within some seconds."""

from asyncio import get_running_loop, timeout_at
from collections.abc import Iterable
from typing import Final, cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from entrypoints.http.kit.refusals import Refusal, invalid_input

_AS_IT_IS: Final = frozenset({b"", b"identity"})
_NO_LENGTH: Final = frozenset({b"", b"0"})
_CLOSE: Final = {"Connection": "close"}
FEW_PIECES: Final = 1_000
_SMALL_PIECE: Final = 256
"""Bytes; a network's packets have more. Each piece is a turn of the event loop: 100,000 took over a second."""


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


def bound_reading(app: Litestar, *, seconds: float, most_bytes: int) -> None:
    """Give each request so long, and so many pieces, for its body, which is refused unless it comes in whole."""
    app.asgi_handler = _bounded(app.asgi_handler, seconds, FEW_PIECES + most_bytes // _SMALL_PIECE)


def _bounded(app: ASGIApp, seconds: float, most_pieces: int) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        until = get_running_loop().time() + seconds
        pieces: int | None = 0

        async def received() -> HTTPReceiveMessage:
            nonlocal pieces
            if pieces is None:  # the body is there
                return cast("HTTPReceiveMessage", await receive())
            pieces += 1
            try:
                async with timeout_at(until):
                    message = cast("HTTPReceiveMessage", await receive())
            except TimeoutError:
                raise Refusal(
                    status=408, code="http.request_timeout", detail="The body did not come in time.", headers=_CLOSE
                ) from None
            if message["type"] == "http.disconnect":
                raise invalid_input("", "The body ended too soon.")
            if pieces > most_pieces:
                raise invalid_input("", "The body comes in too many pieces.")
            if not message["more_body"]:
                pieces = None
            return message

        await app(scope, received, send)

    return handle
