"""Where a feed may be fetched from: whoever gives us an address must not reach our own network with it (SSRF)."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

from booking_domain.scheduling.feeds import FeedUnreadable

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, for a port; an `OSError` or none where it is not known."""

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
    """Whether anybody on the internet can reach this unicast address (the IANA special-purpose registries).

    Stricter than `ipaddress.is_global`, which differs from one patch release of Python to the next: an IPv6 address
    has to be a global unicast one, so that one with an IPv4 address inside (mapped, NAT64, 6to4, Teredo) never is.
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_IPV6)


def is_any(_: Address) -> bool:
    """Allow every address: for tests and laptops."""
    return True


class SystemResolver:
    """The system's resolver on threads of its own: a name server that stalls holds up nobody but feeds."""

    def __init__(self, *, threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="feed-names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Stop; a look-up under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Destinations:
    """The addresses that one may connect to for a URL; `ports` None allows each."""

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

    async def of(self, url: httpx.URL) -> Sequence[Address]:
        """The addresses of the URL's host, at least one; connect to these, and to nothing that is looked up again.

        Raises:
            FeedUnreadable: not a plain web address, a name that is not known, or any of its addresses is not allowed.
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
            raise FeedUnreadable(why="its host name is not known")
        if not all(map(self._is_allowed, addresses)):
            raise FeedUnreadable(why="its address is not on the public internet")
        return addresses
