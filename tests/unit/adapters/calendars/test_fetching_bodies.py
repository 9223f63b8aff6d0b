import gzip
import zlib
from functools import cache

import pytest
from tests.unit.adapters.calendars.feed_server import FEED, fetched, http, refused

MAX_BYTES = 100_000
ZIPPED = gzip.compress(FEED, mtime=0)
BROKEN = "its compression is broken"
TOO_LARGE = "it is larger than 100,000 bytes"


@cache
def gzip_bomb() -> bytes:
    return gzip.compress(bytes(200_000_000), mtime=0)


def zipped(body: bytes, encoding: str = "gzip") -> bytes:
    return http(body, headers=f"content-encoding: {encoding}\r\n")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
async def test_a_compressed_file_is_fetched(encoding: str) -> None:
    assert await fetched(zipped(ZIPPED, encoding)) == FEED


async def test_a_file_of_exactly_the_maximum_size_is_fetched() -> None:
    assert len(await fetched(http(bytes(MAX_BYTES)))) == MAX_BYTES
    assert len(await fetched(zipped(gzip.compress(bytes(MAX_BYTES))))) == MAX_BYTES


@pytest.mark.parametrize(
    "response",
    [
        http(bytes(MAX_BYTES + 1)),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(10_000_000),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"10000\r\n%b\r\n" % bytes(65_536) * 160,
        zipped(gzip.compress(bytes(MAX_BYTES + 1))),
    ],
    ids=["one byte over", "no content length", "chunked", "one byte over, compressed"],
)
async def test_a_file_over_the_maximum_size_is_unreadable(response: bytes) -> None:
    assert await refused(response) == TOO_LARGE


async def test_a_gzip_bomb_is_unreadable() -> None:
    assert await refused(zipped(gzip_bomb())) == TOO_LARGE


async def test_a_gzip_bomb_is_not_inflated_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts the bytes that zlib returns."""
    inflated: list[int] = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, bits: int) -> None:
            self._real = real(bits)

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            out = self._real.decompress(data, most)
            inflated.append(len(out))
            return out

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert await refused(zipped(gzip_bomb())) == TOO_LARGE
    assert 0 < sum(inflated) <= MAX_BYTES + 1


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "zstd", "compress"])
async def test_an_unrequested_content_encoding_is_unreadable(encoding: str) -> None:
    assert await refused(zipped(ZIPPED, encoding)) == "it is compressed in a way that was not asked for"


@pytest.mark.parametrize(
    "body",
    [FEED, ZIPPED[:-9], ZIPPED + b"more", ZIPPED * 2, b""],
    ids=["not compressed", "truncated", "trailing data", "two members", "empty"],
)
async def test_invalid_gzip_data_is_unreadable(body: bytes) -> None:
    assert await refused(zipped(body)) == BROKEN
