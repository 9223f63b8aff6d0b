"""SSRF protection: a feed URL supplied by a user must not reach the internal network."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

from booking_domain.scheduling.feeds import UNREACHABLE, FeedUnreadable

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves a host name and port to IP addresses; raises `OSError` or returns none if the name is unknown."""

WEB_PORTS: Final = frozenset({80, 443})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_SPECIAL_IPV4: Final = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
)
_SPECIAL_IPV6: Final = (
    IPv6Network("2001::/23"),  # IETF protocol assignments; Teredo, which holds an IPv4 address, RFC 4380
    IPv6Network("2001:db8::/32"),  # documentation, RFC 3849
    IPv6Network("2002::/16"),  # 6to4, which holds an IPv4 address, RFC 3056
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


def is_public(address: Address) -> bool:
    """Whether this is a publicly routable unicast address (IANA special-purpose address registries).

    Stricter than `ipaddress.is_global`, whose result varies between Python patch releases: an IPv6 address must be
    global unicast, which excludes addresses that embed an IPv4 address (mapped, NAT64, 6to4, Teredo).
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_IPV6)


def allow_any(_: Address) -> bool:
    """Allow every address; for tests and development."""
    return True


class SystemResolver:
    """The system resolver on a dedicated thread pool, so that a stalled name server delays only feeds."""

    def __init__(self, *, threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="feed-names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _resolve_blocking, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Cancel queued lookups; a running lookup finishes in its thread."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _resolve_blocking(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Destinations:
    """Decides which IP addresses may be contacted for a URL; `ports=None` allows every port."""

    def __init__(
        self,
        resolve: Resolver,
        *,
        is_allowed: Callable[[Address], bool] = is_public,
        ports: frozenset[int] | None = WEB_PORTS,
    ) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._ports = ports

    async def resolve(self, url: httpx.URL) -> Sequence[Address]:
        """Return at least one allowed address of the URL's host.

        The caller must connect to these addresses without resolving the name again (DNS rebinding).

        Raises:
            FeedUnreadable: the URL is not http(s) or has credentials, its host is unknown, or its port or any of its
                addresses is not allowed.
        """
        if url.scheme not in _DEFAULT_PORTS or not url.host:
            raise FeedUnreadable(why="its address is not an http(s) or webcal address")
        if url.userinfo:
            raise FeedUnreadable(why="its address holds a user name or a password")
        port = _DEFAULT_PORTS[url.scheme] if url.port is None else url.port
        if self._ports is not None and port not in self._ports:
            raise FeedUnreadable(why="its address names a port other than 80 and 443")
        try:
            addresses = [ip_address(found) for found in await self._resolve(url.raw_host.decode("ascii"), port)]
        except (OSError, ValueError):
            addresses = []
        if not addresses:
            raise FeedUnreadable(why=UNREACHABLE, detail="its host name is not known")
        if not all(map(self._is_allowed, addresses)):
            raise FeedUnreadable(why=UNREACHABLE, detail="its address is not on the public internet")
        return addresses
