import asyncio
import gzip
import zlib

import pytest
from tests.unit.adapters.calendars.feed_server import FEED, fetched, http, refused

MOST = 100_000
ZIPPED = gzip.compress(FEED, mtime=0)
A_BOMB = gzip.compress(bytes(200_000_000), mtime=0)
BROKEN = "its compression is broken"
TOO_LARGE = "it is larger than 100,000 bytes"


def zipped(body: bytes, encoding: str = "gzip") -> bytes:
    return http(body, headers=f"content-encoding: {encoding}\r\n")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_a_compressed_file_is_fetched(encoding: str) -> None:
    assert asyncio.run(fetched(zipped(ZIPPED, encoding))) == FEED


def test_a_file_may_be_as_large_as_it_may_be() -> None:
    assert len(asyncio.run(fetched(http(bytes(MOST))))) == MOST
    assert len(asyncio.run(fetched(zipped(gzip.compress(bytes(MOST)))))) == MOST


@pytest.mark.parametrize(
    "answer",
    [
        http(bytes(MOST + 1)),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(10_000_000),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"10000\r\n%b\r\n" % bytes(65_536) * 160,
        zipped(gzip.compress(bytes(MOST + 1))),
        zipped(A_BOMB),
    ],
    ids=["a byte", "without an end", "in chunks", "a byte, compressed", "a bomb"],
)
def test_a_file_that_is_larger_is_not_read(answer: bytes) -> None:
    assert refused(answer) == TOO_LARGE


def test_a_bomb_does_not_go_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What zlib gives out is counted at zlib itself."""
    given: list[int] = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, bits: int) -> None:
            self._real = real(bits)

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            out = self._real.decompress(data, most)
            given.append(len(out))
            return out

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert refused(zipped(A_BOMB)) == TOO_LARGE
    assert 0 < sum(given) <= MOST + 1


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "zstd", "compress"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    assert refused(zipped(ZIPPED, encoding)) == "it is compressed in a way that was not asked for"


@pytest.mark.parametrize(
    "body",
    [FEED, ZIPPED[:-9], ZIPPED + b"more", ZIPPED * 2, b""],
    ids=["not compressed", "broken off", "more behind it", "two of them", "nothing"],
)
def test_a_broken_compression_is_refused(body: bytes) -> None:
    assert refused(zipped(body)) == BROKEN
