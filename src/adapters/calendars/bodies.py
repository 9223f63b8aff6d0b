"""Reads response bodies with a size limit on both the compressed and the decompressed data."""

import zlib
from collections.abc import AsyncIterator
from typing import Final, Protocol

import httpx

from booking_domain.scheduling.feeds import FeedUnreadable

ACCEPT_ENCODING: Final = "gzip, identity"
_GZIP: Final = 16 + zlib.MAX_WBITS


class _Decoder(Protocol):
    def decode(self, data: bytes, most: int) -> bytes:
        """Decode `data` to at most `most` bytes."""
        ...

    def finish(self) -> None:
        """Raise `FeedUnreadable` if the data is truncated."""
        ...


class _Plain:
    def decode(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def finish(self) -> None:
        pass


class _Gzip:
    """One gzip layer; zlib's output limit stops a decompression bomb."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_GZIP)

    def decode(self, data: bytes, most: int) -> bytes:
        try:
            decoded = self._inflate.decompress(data, most)
        except zlib.error:
            raise FeedUnreadable(why="its compression is broken") from None
        if self._inflate.unused_data:
            raise FeedUnreadable(why="its compression is broken")
        return decoded

    def finish(self) -> None:
        if not self._inflate.eof:
            raise FeedUnreadable(why="its compression is broken")


async def read_body(response: httpx.Response, *, max_bytes: int) -> bytes:
    """Return the decompressed body.

    httpx's own decoder is not used: it decompresses whole chunks, and as many layers as the server applies.

    Raises:
        FeedUnreadable: the body exceeds `max_bytes`, is truncated, or its content encoding was not requested.
    """
    decoder = _decoder(response)
    received, body = 0, bytearray()
    chunks: AsyncIterator[bytes] = response.aiter_raw()
    async for chunk in chunks:
        received += len(chunk)
        body += decoder.decode(chunk, max_bytes + 1 - len(body))
        if max(received, len(body)) > max_bytes:
            raise FeedUnreadable(why=f"it is larger than {max_bytes:,} bytes")
    decoder.finish()
    return bytes(body)


def _decoder(response: httpx.Response) -> _Decoder:
    match response.headers.get("content-encoding", "").strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
        case _:
            raise FeedUnreadable(why="it is compressed in a way that was not asked for")
