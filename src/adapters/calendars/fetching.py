"""Fetches a file from an address that a stranger has given us."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import aclosing, suppress
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from adapters.calendars.addresses import Address, Destinations
from adapters.calendars.bodies import ACCEPT_ENCODING, read_body
from booking_domain.scheduling.feeds import FeedUnreadable

_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_ADDRESSES_TRIED: Final = 3
_AT_ONCE: Final = 100
_WEBCAL: Final = "webcal://"
_HEADERS: Final = {
    "accept": "text/calendar, */*;q=0.5",
    "accept-encoding": ACCEPT_ENCODING,
    "user-agent": "booking-calendar-reader/1",
}


class Fetcher:
    """One GET of one file, and of what it redirects to; nothing is kept between two.

    `timeout_seconds` bounds all of it, names and redirects too; `trust` says which certificates count, by default
    certifi's.
    """

    def __init__(
        self,
        destinations: Destinations,
        *,
        timeout_seconds: float,
        max_bytes: int,
        max_redirects: int,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._destinations = destinations
        self._timeout_seconds = timeout_seconds
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._trust = trust
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Be ready to fetch; nothing is sent yet."""
        trust = self._trust or httpx.create_ssl_context(trust_env=False)
        self._http = httpx.AsyncClient(
            verify=trust,
            trust_env=False,  # a proxy would resolve the name again, and a .netrc would give a password away
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeout_seconds, connect=self._timeout_seconds / _ADDRESSES_TRIED),
            # A connection is known by its IP address here: kept alive, it would serve another name than was verified.
            limits=httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=0),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # one feed's are not for another
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        self._http = None

    async def fetch(self, address: str) -> bytes:
        """The body of the answer 200 to a GET.

        Raises:
            FeedUnreadable: there was none, or one that may not be fetched; never says where or what.
        """
        if self._http is None:
            raise RuntimeError("the fetcher is not open")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._follow(self._http, _url(address))
        # `from None`: the address is a secret, and these say it.
        except (TimeoutError, httpx.TimeoutException):
            raise FeedUnreadable(why="there was no answer in time") from None
        except httpx.ConnectError:
            raise FeedUnreadable(why="no connection could be made") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise FeedUnreadable(why="the answer was not understood, or broke off") from None

    async def _follow(self, http: httpx.AsyncClient, url: httpx.URL) -> bytes:
        for _ in range(self._max_redirects + 1):
            addresses = await self._destinations.of(url)
            async with aclosing(await _ask(http, url, addresses)) as response:
                if response.status_code in _REDIRECTS:
                    url = _redirected(url, response.headers.get("location", ""))
                    continue
                if response.status_code != HTTPStatus.OK:
                    raise FeedUnreadable(why=f"the server answered {response.status_code}")
                return await read_body(response, max_bytes=self._max_bytes)
        raise FeedUnreadable(why="it redirects too often")


async def _ask(http: httpx.AsyncClient, url: httpx.URL, addresses: Sequence[Address]) -> httpx.Response:
    """Ask at the first of these very addresses that can be connected to."""
    *others, last = addresses[:_ADDRESSES_TRIED]
    for address in others:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await _ask_at(http, url, address)
    return await _ask_at(http, url, last)


async def _ask_at(http: httpx.AsyncClient, url: httpx.URL, address: Address) -> httpx.Response:
    """Ask at this address under the name that the URL gives: in `Host`, and in what the certificate has to say."""
    request = http.build_request(
        "GET",
        url.copy_with(host=str(address)),
        headers={**_HEADERS, "host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )
    return await http.send(request, stream=True)


def _url(address: str) -> httpx.URL:
    """Read an address; webcal is https by another name."""
    if address.lower().startswith(_WEBCAL):
        address = "https://" + address[len(_WEBCAL) :]
    try:
        return httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise FeedUnreadable(why="its address is not an http(s) or webcal address") from None


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    """Where the server sends us (RFC 9110 §10.2.2); never from https back to http, which would give the secret away."""
    try:
        target = url.join(_url(location))
    except (httpx.InvalidURL, ValueError):
        raise FeedUnreadable(why="it redirects to something that is not an address") from None
    if url.scheme == "https" and target.scheme == "http":
        raise FeedUnreadable(why="it redirects from https to http")
    return target
