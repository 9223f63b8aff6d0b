"""An HTTP client for URLs that users supply: it connects only to addresses that `Destinations` has checked."""

import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Self

import httpx

from adapters.kit.destinations import (
    WEB_PORTS,
    Address,
    Destinations,
    Resolver,
    SystemResolver,
    allow_any,
    is_public,
)
from adapters.kit.http_client import WatchedClient, trusted_certificates

_MAX_ADDRESSES: Final = 3
_MAX_CONNECTIONS: Final = 100


class PinnedClient:
    """No proxies, redirects, cookies, or connections kept alive. Open and close it.

    `timeout_seconds` bounds each phase of a request; bound a whole one with `asyncio.timeout`. `trust` defaults to
    certifi's certificates.
    """

    def __init__(
        self, destinations: Destinations, *, timeout_seconds: float, trust: ssl.SSLContext | None = None
    ) -> None:
        self._destinations = destinations
        self._timeout_seconds = timeout_seconds
        self._trust = trust
        self._resolver: SystemResolver | None = None
        self._http: httpx.AsyncClient | None = None

    @classmethod
    def public(
        cls,
        *,
        timeout_seconds: float,
        schemes: frozenset[str],
        allow_private: bool = False,
        resolve: Resolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> Self:
        """A client for public addresses, on the ports of the web.

        `allow_private`, for tests and development only, allows http, every address and every port. The system resolves
        names, unless `resolve` does.
        """
        resolver = SystemResolver()
        destinations = Destinations(
            resolve or resolver,
            is_allowed=allow_any if allow_private else is_public,
            ports=None if allow_private else WEB_PORTS,
            schemes=schemes | {"http"} if allow_private else schemes,
        )
        client = cls(destinations, timeout_seconds=timeout_seconds, trust=trust)
        client._resolver = resolver
        return client

    async def open(self) -> None:
        self._http = WatchedClient(
            verify=self._trust or trusted_certificates(),
            trust_env=False,  # a proxy would resolve the name again, and a .netrc would leak a password
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeout_seconds, connect=self._timeout_seconds / _MAX_ADDRESSES),
            # The pool keys connections by IP address; a kept-alive one could serve a host that TLS did not verify.
            limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=0),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # store no cookies: users share this client
        )

    async def close(self) -> None:
        """Cancel queued lookups of names; the client cannot be reopened."""
        if self._http is not None:
            await self._http.aclose()
        self._http = None
        if self._resolver is not None:
            self._resolver.close()

    async def send(
        self, method: str, url: httpx.URL, *, headers: Mapping[str, str], content: bytes | None = None
    ) -> httpx.Response:
        """Send a request to the first checked address that accepts a connection; stream the response.

        The URL's host name is used in `Host`, in SNI and for certificate verification.

        Raises:
            DestinationRefused: the URL may not be contacted.
        """
        if self._http is None:
            raise RuntimeError("the client is not open")
        addresses = await self._destinations.resolve(url)
        return await _sent(self._http, method, url, addresses, headers=headers, content=content)


async def _sent(
    http: httpx.AsyncClient,
    method: str,
    url: httpx.URL,
    addresses: Sequence[Address],
    *,
    headers: Mapping[str, str],
    content: bytes | None,
) -> httpx.Response:
    *others, last = addresses[:_MAX_ADDRESSES]

    async def sent_to(address: Address) -> httpx.Response:
        request = http.build_request(
            method,
            url.copy_with(host=str(address)),
            headers={**headers, "host": url.netloc.decode("ascii")},
            content=content,
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        try:
            return await http.send(request, stream=True)
        except UnicodeError:  # httpx parses the `Location` of a redirect that it does not follow
            raise httpx.RemoteProtocolError("a redirect to a name that cannot be decoded", request=request) from None

    for address in others:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await sent_to(address)
    return await sent_to(last)
