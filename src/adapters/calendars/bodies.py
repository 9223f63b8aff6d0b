"""A body that is read whole, and is never larger than it may be, on the wire or decompressed."""

import zlib
from collections.abc import AsyncIterator
from typing import Final, Protocol

import httpx

from booking_domain.scheduling.feeds import FeedUnreadable

ACCEPT_ENCODING: Final = "gzip, identity"
_GZIP: Final = 16 + zlib.MAX_WBITS


class _Decoder(Protocol):
    def decode(self, data: bytes, most: int) -> bytes:
        """At most `most` bytes of what `data` says."""
        ...

    def finish(self) -> None:
        """Refuse what broke off with `FeedUnreadable`."""
        ...


class _Plain:
    def decode(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def finish(self) -> None:
        pass


class _Gzip:
    """One layer; zlib is told how much it may give, so that a bomb never goes off."""

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
    """The decompressed body, of at most `max_bytes`.

    Not httpx's own decoding, which decompresses each chunk whole, and as many layers as the server likes.

    Raises:
        FeedUnreadable: larger, or in an encoding that was not asked for.
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
