"""Limits on request bodies: uncompressed, complete within a deadline, in a bounded number of chunks."""

from asyncio import get_running_loop, timeout_at
from collections.abc import Awaitable, Iterable
from typing import Final, cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from entrypoints.http.kit.forms import MOST_BYTES_OF_FILES, takes_files
from entrypoints.http.kit.refusals import Refusal, invalid_input

_UNCOMPRESSED: Final = frozenset({b"", b"identity"})
_NO_LENGTH: Final = frozenset({b"", b"0"})
_CLOSE: Final = {"Connection": "close"}
MIN_CHUNKS: Final = 1_000
_SMALL_CHUNK: Final = 256
"""Bytes; network packets are larger. Each chunk is one iteration of the event loop: 100,000 chunks took over 1 s."""

_SECONDS_WITH_FILES: Final = 120.0
"""For a form with pictures from a phone with a slow network; only who is signed in may send one."""
_MOST_CHUNKS_WITH_FILES: Final = MIN_CHUNKS + MOST_BYTES_OF_FILES // 1_024


def refuse_encoded(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Reject a body with a content coding (RFC 9110 §15.5.16): its decompressed size is not known in advance."""
    said = dict(headers)
    has_body = said.get(b"content-length", b"") not in _NO_LENGTH or b"transfer-encoding" in said
    codings = (value for name, value in headers if name == b"content-encoding")
    if has_body and any(coding.strip().lower() not in _UNCOMPRESSED for coding in codings):
        raise Refusal(
            status=415,
            code="validation.unsupported_media_type",
            detail="The body must not be compressed.",
            headers={"Accept-Encoding": "identity"},
        )


def bound_reading(app: Litestar, *, seconds: float, most_bytes: int) -> None:
    """Reject a body that is incomplete after `seconds` or arrives in too many chunks."""
    app.asgi_handler = _bounded(app.asgi_handler, seconds, MIN_CHUNKS + most_bytes // _SMALL_CHUNK)


def _bounded(app: ASGIApp, seconds: float, max_chunks: int) -> ASGIApp:
    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP:
            return app(scope, receive, send)
        begun = get_running_loop().time()
        chunks: int | None = 0

        async def received() -> HTTPReceiveMessage:
            nonlocal chunks
            if chunks is None:  # the body is complete
                return cast("HTTPReceiveMessage", await receive())
            chunks += 1
            with_files = takes_files(scope.get("route_handler"))
            most, within = (_MOST_CHUNKS_WITH_FILES, _SECONDS_WITH_FILES) if with_files else (max_chunks, seconds)
            try:
                async with timeout_at(begun + within):
                    message = cast("HTTPReceiveMessage", await receive())
            except TimeoutError:
                raise Refusal(
                    status=408, code="http.request_timeout", detail="The body did not arrive in time.", headers=_CLOSE
                ) from None
            if message["type"] == "http.disconnect":
                raise invalid_input("", "The body is incomplete.")
            if chunks > most:
                raise invalid_input("", "The body arrives in too many chunks.")
            if not message["more_body"]:
                chunks = None
            return message

        return app(scope, received, send)

    return handle
