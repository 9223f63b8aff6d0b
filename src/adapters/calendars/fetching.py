"""Fetches a file from a user-supplied, untrusted URL."""

import asyncio
from contextlib import aclosing
from http import HTTPStatus
from typing import Final

import httpx

from adapters.calendars.bodies import ACCEPT_ENCODING, read_body
from adapters.kit.destinations import DestinationRefused, parsed_url
from adapters.kit.pinned_client import PinnedClient
from booking_domain.scheduling.feeds import UNREACHABLE, FeedUnreadable

_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_WEBCAL: Final = "webcal://"
_HEADERS: Final = {
    "accept": "text/calendar, */*;q=0.5",
    "accept-encoding": ACCEPT_ENCODING,
    "user-agent": "booking-calendar-reader/1",
}


class Fetcher:
    """Fetches a file with GET and follows redirects; keeps no state (cookies, connections) between fetches.

    `timeout_seconds` bounds a whole fetch, including name resolution and redirects. The caller opens and closes the
    client.
    """

    def __init__(self, http: PinnedClient, *, timeout_seconds: float, max_bytes: int, max_redirects: int) -> None:
        self._http = http
        self._timeout_seconds = timeout_seconds
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects

    async def fetch(self, address: str) -> bytes:
        """Return the body of the final 200 response.

        Raises:
            FeedUnreadable: the fetch failed or is not allowed. The error contains neither the URL nor the body.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._follow(_url(address))
        except DestinationRefused as refused:
            raise FeedUnreadable(why=refused.why or UNREACHABLE, detail=refused.detail) from None
        # `from None`: the URL is a secret, and httpx's errors contain it.
        except (TimeoutError, httpx.TimeoutException):
            raise FeedUnreadable(why=UNREACHABLE, detail="there was no answer in time") from None
        except httpx.ConnectError:
            raise FeedUnreadable(why=UNREACHABLE, detail="no connection could be made") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise FeedUnreadable(why="the answer was not understood, or broke off") from None

    async def _follow(self, url: httpx.URL) -> bytes:
        for _ in range(self._max_redirects + 1):
            async with aclosing(await self._http.send("GET", url, headers=_HEADERS)) as response:
                if response.status_code in _REDIRECTS:
                    url = _redirected(url, response.headers.get("location", ""))
                    continue
                if response.status_code != HTTPStatus.OK:
                    raise FeedUnreadable(why=f"the server answered {response.status_code}")
                return await read_body(response, max_bytes=self._max_bytes)
        raise FeedUnreadable(why="it redirects too often")


def _url(address: str) -> httpx.URL:
    """Parse a URL; `webcal` is an alias of `https`."""
    if address.lower().startswith(_WEBCAL):
        address = "https://" + address[len(_WEBCAL) :]
    return parsed_url(address)


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    """Resolve a redirect (RFC 9110 §10.2.2); reject https to http, which would expose the secret URL."""
    try:
        target = url.join(_url(location))
    except (httpx.InvalidURL, ValueError):
        raise FeedUnreadable(why="it redirects to something that is not an address") from None
    if url.scheme == "https" and target.scheme == "http":
        raise FeedUnreadable(why="it redirects from https to http")
    return target
