import asyncio
import ssl

from tests.unit.adapters.calendars.certificates import CERTIFICATE
from tests.unit.adapters.calendars.feed_server import FEED, HOME, Names, feeds, fetching, http, redirect, why_not


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=CERTIFICATE)


async def securely(host: str, trust: ssl.SSLContext | None) -> bytes:
    async with feeds(http(FEED), secure=True) as server, fetching(Names([[HOME]]), trust=trust) as fetcher:
        return await fetcher.fetch(server.url(host=host, scheme="https"))


def test_a_certificate_is_held_to_the_name_and_not_to_the_address() -> None:
    assert asyncio.run(securely("feed.test", trusting())) == FEED
    assert asyncio.run(why_not(securely("other.test", trusting()))) == "no connection could be made"
    assert asyncio.run(why_not(securely(HOME, trusting()))) == "no connection could be made"


def test_a_certificate_of_nobody_is_refused() -> None:
    assert asyncio.run(why_not(securely("feed.test", None))) == "no connection could be made"


def test_webcal_is_https() -> None:
    async def play() -> bytes:
        async with feeds(http(FEED), secure=True) as server, fetching(Names([[HOME]]), trust=trusting()) as fetcher:
            return await fetcher.fetch(server.url(host="feed.test", scheme="webcal"))

    assert asyncio.run(play()) == FEED


def test_two_names_at_one_address_do_not_share_a_connection() -> None:
    async def keep_alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(FEED))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"what the certificate does not speak for"))

    async def play() -> str:
        async with (
            feeds(keep_alive, secure=True) as server,
            fetching(Names([[HOME]]), trust=trusting()) as fetcher,
        ):
            assert await fetcher.fetch(server.url(host="feed.test", scheme="https")) == FEED
            return await why_not(fetcher.fetch(server.url(host="other.test", scheme="https")))

    assert asyncio.run(play()) == "no connection could be made"


def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    async def play() -> tuple[str, list[str]]:
        async with (
            feeds(http(FEED)) as plain,
            feeds(redirect(plain.url(host="feed.test")), secure=True) as server,
            fetching(Names([[HOME]]), trust=trusting()) as fetcher,
        ):
            return await why_not(fetcher.fetch(server.url(host="feed.test", scheme="https"))), plain.requests

    assert asyncio.run(play()) == ("it redirects from https to http", [])
