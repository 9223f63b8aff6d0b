import asyncio
import ssl

from tests.unit.adapters.calendars.certificates import CERTIFICATE
from tests.unit.adapters.calendars.feed_server import (
    FEED,
    PUBLIC_ADDRESS,
    FakeResolver,
    failure_reason,
    feeds,
    fetching,
    http,
    redirect,
)


def trusting_context() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=CERTIFICATE)


async def fetch_over_tls(host: str, trust: ssl.SSLContext | None) -> bytes:
    async with (
        feeds(http(FEED), secure=True) as server,
        fetching(FakeResolver([[PUBLIC_ADDRESS]]), trust=trust) as fetcher,
    ):
        return await fetcher.fetch(server.url(host=host, scheme="https"))


async def test_the_certificate_is_verified_against_the_host_name() -> None:
    assert await fetch_over_tls("feed.test", trusting_context()) == FEED
    assert await failure_reason(fetch_over_tls("other.test", trusting_context())) == "no connection could be made"
    assert await failure_reason(fetch_over_tls(PUBLIC_ADDRESS, trusting_context())) == "no connection could be made"


async def test_an_untrusted_certificate_is_refused() -> None:
    assert await failure_reason(fetch_over_tls("feed.test", None)) == "no connection could be made"


async def test_webcal_is_https() -> None:
    async with (
        feeds(http(FEED), secure=True) as server,
        fetching(FakeResolver([[PUBLIC_ADDRESS]]), trust=trusting_context()) as fetcher,
    ):
        result = await fetcher.fetch(server.url(host="feed.test", scheme="webcal"))
    assert result == FEED


async def test_two_host_names_at_one_address_do_not_share_a_connection() -> None:
    async def keep_alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(FEED))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"what the certificate does not speak for"))

    async with (
        feeds(keep_alive, secure=True) as server,
        fetching(FakeResolver([[PUBLIC_ADDRESS]]), trust=trusting_context()) as fetcher,
    ):
        assert await fetcher.fetch(server.url(host="feed.test", scheme="https")) == FEED
        result = await failure_reason(fetcher.fetch(server.url(host="other.test", scheme="https")))
    assert result == "no connection could be made"


async def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    async with (
        feeds(http(FEED)) as plain,
        feeds(redirect(plain.url(host="feed.test")), secure=True) as server,
        fetching(FakeResolver([[PUBLIC_ADDRESS]]), trust=trusting_context()) as fetcher,
    ):
        result = await failure_reason(fetcher.fetch(server.url(host="feed.test", scheme="https"))), plain.requests
    assert result == ("it redirects from https to http", [])
