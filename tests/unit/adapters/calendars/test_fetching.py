import asyncio

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.calendars.feed_server import (
    FEED,
    PRIVATE_ADDRESS,
    PUBLIC_ADDRESS,
    FakeResolver,
    failure_reason,
    feeds,
    fetched,
    fetching,
    http,
    redirect,
    refused,
    resolve_literal,
    wait_for_disconnect,
)

from adapters.kit.destinations import allow_any


async def test_a_file_is_fetched_whole() -> None:
    assert await fetched(http(FEED)) == FEED


async def test_a_file_in_chunks_is_fetched_whole() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nBEGIN\r\n5\r\n:VCAL\r\n0\r\n\r\n"
    assert await fetched(chunked) == b"BEGIN:VCAL"


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "304 Not Modified", "404 Not Found", "500 Oops"])
async def test_a_status_other_than_200_is_unreadable(status: str) -> None:
    assert await refused(http(status=status)) == f"the server answered {status[:3]}"


@pytest.mark.parametrize(
    "response",
    [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nBEGIN", b"HTTP/1.1 200 OK\r\nx:"],
)
async def test_an_invalid_or_truncated_http_response_is_unreadable(response: bytes) -> None:
    assert await refused(response) == "the answer was not understood, or broke off"


async def test_a_ten_megabyte_header_is_rejected() -> None:
    assert await refused(b"HTTP/1.1 200 OK\r\nx: " + b"x" * 10_000_000) == "the answer was not understood, or broke off"


async def test_a_refused_connection_is_unreadable() -> None:
    async with feeds(FEED) as server:
        url = server.url()
    async with fetching() as fetcher:
        result = await failure_reason(fetcher.fetch(url))
    assert result == "no connection could be made"


async def test_a_response_that_trickles_is_abandoned_at_the_deadline() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await wait_for_disconnect(reader, 0.01)

    async with feeds(drip) as server, fetching(timeout_seconds=0.5) as fetcher, asyncio.timeout(PATIENCE_SECONDS):
        assert await failure_reason(fetcher.fetch(server.url())) == "there was no answer in time"


async def test_redirects_share_one_deadline() -> None:
    async def respond_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wait_for_disconnect(reader, 0.3)
        writer.write(redirect("/again"))

    async with feeds(respond_slowly) as server, fetching(timeout_seconds=0.7, max_redirects=100) as fetcher:
        result = await failure_reason(fetcher.fetch(server.url()))
    assert result == "there was no answer in time"


async def test_a_stalled_name_server_is_abandoned_at_the_deadline() -> None:
    async def stall(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with fetching(stall, timeout_seconds=0.2) as fetcher:
        assert await failure_reason(fetcher.fetch("http://feed.test/")) == "there was no answer in time"


async def test_the_checked_address_is_contacted_with_the_original_host_name() -> None:
    rebinding = FakeResolver([[PUBLIC_ADDRESS], [PRIVATE_ADDRESS]])
    async with feeds(http(FEED)) as server, fetching(rebinding) as fetcher:
        file = await fetcher.fetch(server.url("/a?key=b", host="feed.test"))
        assert f"\r\nhost: feed.test:{server.port}\r\n" in server.requests[0].lower()
        result = file, rebinding.hosts, [head.split("\r\n")[0] for head in server.requests]
    assert result == (FEED, ["feed.test"], ["GET /a?key=b HTTP/1.1"])


async def test_an_unreachable_address_falls_back_to_the_next() -> None:
    names = FakeResolver([["::1", PUBLIC_ADDRESS]])
    async with feeds(http(FEED)) as server, fetching(names, is_allowed=allow_any) as fetcher:
        result = await fetcher.fetch(server.url(host="feed.test"))
    assert result == FEED


async def test_cookies_are_not_stored() -> None:
    setting = http(FEED, headers="set-cookie: a=b; path=/\r\n")
    async with feeds(setting) as server, fetching() as fetcher:
        await fetcher.fetch(server.url())
        await fetcher.fetch(server.url())
        result = server.requests
    assert not any("cookie" in head.lower() for head in result)


async def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.3:9")
    assert await fetched(http(FEED)) == FEED


@pytest.mark.parametrize(
    "url", ["", "feed", "https://", "http://[", "http://a b/", "http://feed.test:99999/", "ht\ntp:x"]
)
async def test_an_invalid_url_is_unreadable(url: str) -> None:
    async with fetching(resolve_literal) as fetcher:
        assert await failure_reason(fetcher.fetch(url)) in {
            "its address is not an http(s) or webcal address",
            "its host name is not known",
        }


async def test_errors_do_not_contain_the_url() -> None:
    async with feeds(b"") as server, fetching() as fetcher:
        with pytest.raises(Exception, match="could not be read") as caught:
            await fetcher.fetch(server.url("/secret.ics"))
        error = caught.value
    assert "secret" not in str(error)
    assert error.__suppress_context__


async def test_using_a_closed_client_raises_runtime_error() -> None:
    async with fetching() as fetcher:
        pass
    with pytest.raises(RuntimeError, match="not open"):
        await fetcher.fetch("http://feed.test/")
