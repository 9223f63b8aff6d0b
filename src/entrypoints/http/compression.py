"""Compressed answers: gzip, for those who ask for it and where it pays."""

from collections.abc import Iterable
from typing import Final

from litestar.config.compression import CompressionConfig
from litestar.enums import CompressionEncoding
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import Message, Receive, Scope, Send

SMALLEST: Final = 1_024
_LEVEL: Final = 4
"""Level 9 takes three times as long for a few percent, and everybody waits meanwhile."""


class Compression(CompressionMiddleware):
    """Litestar's, but for two things.

    `gzip;q=0` means no. And an answer with a strong `ETag` is left as it is: its tag stands for its bytes (RFC 9110
    §8.8.1), and as a weak one it would no longer do for `If-Match`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compress the answer, or see to it that it goes out as it is."""
        if accepts_gzip(scope["headers"]):
            send = self._unless_tagged(send, scope)
        await self.app(scope, receive, send)

    def _unless_tagged(self, send: Send, scope: Scope) -> Send:
        compressed = self.create_compression_send_wrapper(send, CompressionEncoding.GZIP, scope)
        chosen = compressed

        async def sent(message: Message) -> None:
            nonlocal chosen
            if message["type"] == "http.response.start" and _has_strong_tag(message["headers"]):
                chosen = send
            await chosen(message)

        return sent


def compression() -> CompressionConfig:
    """The configuration of the application."""
    return CompressionConfig(
        backend="gzip", minimum_size=SMALLEST, gzip_compress_level=_LEVEL, middleware_class=Compression
    )


def accepts_gzip(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether `Accept-Encoding` has gzip, with a weight that is not 0."""
    for name, value in headers:
        if name == b"accept-encoding":
            weights = dict(_weighted(part) for part in value.decode("latin-1").lower().split(","))
            if weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0:
                return True
    return False


def _weighted(part: str) -> tuple[str, float]:
    coding, _, parameter = part.partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
    except ValueError:
        weight = 0.0
    return coding.strip(), weight


def _has_strong_tag(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"etag" and not value.startswith(b"W/") for name, value in headers)
