"""Response compression: zstd (RFC 8878) or gzip, as `Accept-Encoding` asks.

Not compressed are small responses, compressed media types, responses with a strong `ETag` (it identifies bytes, RFC
9110 §8.8.1, and a weak one would not work with `If-Match`) and, unless the route is `COMPRESSIBLE`, responses to
methods other than GET. Only responses to POST carry tokens and secret URLs, so the length of a compressed response
reveals no secret next to text that an attacker chose (BREACH).
"""

import gzip
from asyncio import to_thread
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send
from zstandard import ZstdCompressor

from entrypoints.http.kit.quality_values import quality_values

SMALLEST: Final = 1_024
LARGE: Final = 128 * 1_024
"""Larger bodies take milliseconds, so they are compressed in a thread, which releases the GIL."""
_GZIP_LEVEL: Final = 4
"""Level 9 takes three times as long for a few percent."""
_ZSTD_LEVEL: Final = 3
_OPT: Final = "compressible"
COMPRESSIBLE: Final[dict[str, Any]] = {_OPT: True}
"""The `opt` of routes other than GET whose responses contain no secrets."""
_PACKED: Final = (b"image/png", b"image/jpeg", b"image/webp", b"image/gif", b"application/zip", b"application/gzip")


def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


def _zstandard(body: bytes) -> bytes:
    return ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType({"zstd": _zstandard, "gzip": _gzipped})
"""Preferred codings first."""


class Compression(ASGIMiddleware):
    """Compresses complete responses; streamed responses pass unchanged."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Hold the start of the response until its length is known."""
        if scope["method"] != "GET" and not scope["route_handler"].opt.get(_OPT):  # type: ignore[typeddict-item]
            await next_app(scope, receive, send)
            return
        start: HTTPResponseStartEvent | None = None

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] == "http.response.body" and start is not None:
                begun, start = start, None
                if not message["more_body"] and _may_be(begun, message["body"]):
                    message["body"] = await _negotiated(begun, message["body"], scope["headers"])
                await send(begun)
            await send(message)

        await next_app(scope, receive, sent)


def _may_be(start: HTTPResponseStartEvent, body: bytes) -> bool:
    """Whether the response may be compressed."""
    headers = MutableScopeHeaders.from_message(start)
    return (
        len(body) >= SMALLEST
        and "content-encoding" not in headers
        and headers.get("etag", "W/").startswith("W/")
        and not headers.get("content-type", "").encode().startswith(_PACKED)
    )


async def _negotiated(start: HTTPResponseStartEvent, body: bytes, params: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The body in the negotiated coding; the headers name the coding and add `Vary`."""
    headers = MutableScopeHeaders.from_message(start)
    headers.extend_header_value("vary", "Accept-Encoding")
    coding = chosen(params)
    if coding is None:
        return body
    compress = CODINGS[coding]
    body = compress(body) if len(body) < LARGE else await to_thread(compress, body)
    headers["content-encoding"] = coding
    headers["content-length"] = str(len(body))
    return body


def chosen(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The coding of `Accept-Encoding` with the highest quality (RFC 9110 §12.5.3); the preferred one of equals."""
    return _chosen(b",".join([value for name, value in headers if name == b"accept-encoding"]))


@lru_cache(maxsize=256)
def _chosen(wanted: bytes) -> str | None:
    weights = dict(quality_values(wanted))
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    best = max(CODINGS, key=lambda coding: weights.get(coding, weights.get("*", 0.0)))
    best_weight = weights.get(best, weights.get("*", 0.0))
    return best if best_weight > 0 and best_weight >= weights.get("identity", 0.0) else None
