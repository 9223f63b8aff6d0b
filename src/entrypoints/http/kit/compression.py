"""Compressed answers: zstd (RFC 8878) or gzip, for those who ask for it and where it pays.

Not compressed: what is small; what is compressed already; an answer with a strong `ETag`, which stands for its bytes
(RFC 9110 §8.8.1) and as a weak one would no longer do for `If-Match`; and, as a rule, answers to anything but GET.
Tokens, secret addresses and the like are given out in answers to POST alone, so the length of a compressed answer never
tells of a secret beside something that a stranger has chosen (BREACH). A route without secrets says `COMPRESSIBLE`.
"""

import gzip
from asyncio import to_thread
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send
from zstandard import ZstdCompressor

from entrypoints.http.kit.quality_values import quality_values

SMALLEST: Final = 1_024
LARGE: Final = 128 * 1_024
"""From here on it takes milliseconds, in which nobody else is to wait: on a thread, without the interpreter's lock."""
_GZIP_LEVEL: Final = 4
"""Level 9 takes three times as long for a few percent, and everybody waits meanwhile."""
_ZSTD_LEVEL: Final = 3
_OPT: Final = "compressible"
COMPRESSIBLE: Final[dict[str, Any]] = {_OPT: True}
"""The `opt` of routes that are no GET and answer without secrets."""
_PACKED: Final = (b"image/png", b"image/jpeg", b"image/webp", b"image/gif", b"application/zip", b"application/gzip")


def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


def _zstandard(body: bytes) -> bytes:
    return ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType({"zstd": _zstandard, "gzip": _gzipped})
"""The one that is liked better comes first."""


class Compression(ASGIMiddleware):
    """Compresses whole answers; what is sent in parts goes out as it is."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on, and hold the start of its answer until the length is known."""
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
    """Whether the answer is compressed for those who ask for it."""
    headers = MutableScopeHeaders.from_message(start)
    return (
        len(body) >= SMALLEST
        and "content-encoding" not in headers
        and headers.get("etag", "W/").startswith("W/")
        and not headers.get("content-type", "").encode().startswith(_PACKED)
    )


async def _negotiated(start: HTTPResponseStartEvent, body: bytes, asked: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The body as it goes out; its headers say so, and that somebody else may get it otherwise."""
    headers = MutableScopeHeaders.from_message(start)
    headers.extend_header_value("vary", "Accept-Encoding")
    coding = chosen(asked)
    if coding is None:
        return body
    compress = CODINGS[coding]
    body = compress(body) if len(body) < LARGE else await to_thread(compress, body)
    headers["content-encoding"] = coding
    headers["content-length"] = str(len(body))
    return body


def chosen(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The coding of `Accept-Encoding` with the most weight (RFC 9110 §12.5.3); of two alike, the one liked better."""
    weights = dict(quality_values(b",".join(value for name, value in headers if name == b"accept-encoding")))
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    best = max(CODINGS, key=lambda coding: weights.get(coding, weights.get("*", 0.0)))
    best_weight = weights.get(best, weights.get("*", 0.0))
    return best if best_weight > 0 and best_weight >= weights.get("identity", 0.0) else None
