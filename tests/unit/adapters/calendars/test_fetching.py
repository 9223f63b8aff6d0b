import asyncio
import time

import pytest
from tests.unit.adapters.calendars.feed_server import (
    ELSEWHERE,
    FEED,
    HOME,
    Names,
    feeds,
    fetched,
    fetching,
    http,
    linger,
    literally,
    redirect,
    refused,
    why_not,
)

from adapters.calendars.addresses import is_any


def test_a_file_is_fetched_whole() -> None:
    assert asyncio.run(fetched(http(FEED))) == FEED


def test_a_file_in_chunks_is_fetched_whole() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nBEGIN\r\n5\r\n:VCAL\r\n0\r\n\r\n"
    assert asyncio.run(fetched(chunked)) == b"BEGIN:VCAL"


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "304 Not Modified", "404 Not Found", "500 Oops"])
def test_an_answer_other_than_200_is_a_refusal(status: str) -> None:
    assert refused(http(status=status)) == f"the server answered {status[:3]}"


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nBEGIN", b"HTTP/1.1 200 OK\r\nx:"],
)
def test_what_is_no_http_or_breaks_off_is_unreadable(answer: bytes) -> None:
    assert refused(answer) == "the answer was not understood, or broke off"


def test_ten_megabytes_of_a_header_are_not_read() -> None:
    assert refused(b"HTTP/1.1 200 OK\r\nx: " + b"x" * 10_000_000) == "the answer was not understood, or broke off"


def test_nobody_there_is_unreadable() -> None:
    async def play() -> str:
        async with feeds(FEED) as server:
            url = server.url()
        async with fetching() as fetcher:
            return await why_not(fetcher.fetch(url))

    assert asyncio.run(play()) == "no connection could be made"


def test_an_answer_that_drips_is_given_up_in_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await linger(reader, 0.01)

    async def play() -> tuple[str, float]:
        async with feeds(drip) as server, fetching(timeout_seconds=0.5) as fetcher:
            begun = time.monotonic()
            return await why_not(fetcher.fetch(server.url())), time.monotonic() - begun

    reason, took = asyncio.run(play())
    assert reason == "there was no answer in time"
    assert 0.4 <= took < 5


def test_redirects_do_not_add_to_the_time() -> None:
    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await linger(reader, 0.3)
        writer.write(redirect("/again"))

    async def play() -> str:
        async with feeds(dawdle) as server, fetching(timeout_seconds=0.7, max_redirects=100) as fetcher:
            return await why_not(fetcher.fetch(server.url()))

    assert asyncio.run(play()) == "there was no answer in time"


def test_a_name_server_that_stalls_is_given_up_in_time() -> None:
    async def stall(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async def play() -> str:
        async with fetching(stall, timeout_seconds=0.2) as fetcher:
            return await why_not(fetcher.fetch("http://feed.test/"))

    assert asyncio.run(play()) == "there was no answer in time"


def test_what_was_checked_is_what_is_connected_to_under_the_name_that_was_asked_for() -> None:
    async def play() -> tuple[bytes, list[str], list[str]]:
        rebinding = Names([[HOME], [ELSEWHERE]])
        async with feeds(http(FEED)) as server, fetching(rebinding) as fetcher:
            file = await fetcher.fetch(server.url("/a?key=b", host="feed.test"))
            assert f"\r\nhost: feed.test:{server.port}\r\n" in server.requests[0].lower()
            return file, rebinding.asked, [head.split("\r\n")[0] for head in server.requests]

    assert asyncio.run(play()) == (FEED, ["feed.test"], ["GET /a?key=b HTTP/1.1"])


def test_an_address_where_nobody_is_gives_way_to_the_next() -> None:
    async def play() -> bytes:
        names = Names([["::1", HOME]])
        async with feeds(http(FEED)) as server, fetching(names, is_allowed=is_any) as fetcher:
            return await fetcher.fetch(server.url(host="feed.test"))

    assert asyncio.run(play()) == FEED


def test_nothing_is_remembered_of_a_feed() -> None:
    async def play() -> list[str]:
        setting = http(FEED, headers="set-cookie: a=b; path=/\r\n")
        async with feeds(setting) as server, fetching() as fetcher:
            await fetcher.fetch(server.url())
            await fetcher.fetch(server.url())
            return server.requests

    assert not any("cookie" in head.lower() for head in asyncio.run(play()))


def test_the_environment_puts_no_proxy_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.3:9")
    assert asyncio.run(fetched(http(FEED))) == FEED


@pytest.mark.parametrize(
    "url", ["", "feed", "https://", "http://[", "http://a b/", "http://feed.test:99999/", "ht\ntp:x"]
)
def test_what_is_no_address_is_unreadable(url: str) -> None:
    async def play() -> str:
        async with fetching(literally) as fetcher:
            return await why_not(fetcher.fetch(url))

    assert asyncio.run(play()) in {"its address is not an http(s) or webcal address", "its host name is not known"}


def test_an_error_does_not_say_the_address() -> None:
    async def play() -> BaseException:
        async with feeds(b"") as server, fetching() as fetcher:
            with pytest.raises(Exception, match="could not be read") as caught:
                await fetcher.fetch(server.url("/secret.ics"))
            return caught.value

    error = asyncio.run(play())
    assert "secret" not in str(error)
    assert error.__suppress_context__


def test_a_fetcher_that_is_not_open_is_a_bug() -> None:
    async def play() -> None:
        async with fetching() as fetcher:
            await fetcher.close()
            await fetcher.fetch("http://feed.test/")

    with pytest.raises(RuntimeError, match="not open"):
        asyncio.run(play())
