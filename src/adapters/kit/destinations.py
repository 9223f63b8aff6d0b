"""SSRF protection: a URL supplied by a user must not reach the internal network.

A name is resolved once, all its addresses are checked, and the connection goes to a checked address.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves a host name and port to IP addresses; raises `OSError` or returns none if the name is unknown."""

WEB_PORTS: Final = frozenset({80, 443})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"(?=.{{1,254}}\Z)(?:{_LABEL}\.)*{_LABEL}\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]{{1,44}}")
"""A name as resolvers know it, an IPv4 address in any notation, or an IPv6 address without a zone."""
_NO_ADDRESS: Final = "its address is not an http(s) or webcal address"
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_LAST_PORT: Final = 65_535
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


class DestinationRefused(Exception):
    """A URL that must not be contacted.

    `why` is for the user who gave the URL. It is empty if it would disclose results of the platform's name servers;
    `detail` is for the operator's log.
    """

    def __init__(self, *, why: str = "", detail: str = "") -> None:
        self.why = why
        self.detail = detail
        super().__init__(why or detail)


def is_public(address: Address) -> bool:
    """Whether this is a publicly routable unicast address (IANA special-purpose address registries).

    Stricter than `ipaddress.is_global`, whose result varies between Python patch releases: an IPv6 address must be
    global unicast, which excludes addresses that embed an IPv4 address (mapped, NAT64, 6to4, Teredo).
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    if address.scope_id is not None:  # a zone chooses an interface of this machine
        return False
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_IPV6)


def allow_any(_: Address) -> bool:
    """Allow every address; for tests and development."""
    return True


class SystemResolver:
    """The system resolver on a dedicated thread pool, so that a stalled name server delays nothing else."""

    def __init__(self, *, threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _resolve_blocking, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Cancel queued lookups; a running lookup finishes in its thread."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _resolve_blocking(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def parsed_url(text: str) -> httpx.URL:
    """Parse a URL, or raise `DestinationRefused`."""
    try:
        return httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise DestinationRefused(why=_NO_ADDRESS) from None


class Destinations:
    """Decides which IP addresses may be contacted for a URL; `ports=None` allows every port."""

    def __init__(
        self,
        resolve: Resolver,
        *,
        is_allowed: Callable[[Address], bool] = is_public,
        ports: frozenset[int] | None = WEB_PORTS,
        schemes: frozenset[str] = frozenset(_DEFAULT_PORTS),
    ) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._ports = ports
        self._schemes = schemes

    async def resolve(self, url: httpx.URL) -> Sequence[Address]:
        """Return at least one allowed address of the URL's host.

        The caller must connect to these addresses without resolving the name again (DNS rebinding).

        Raises:
            DestinationRefused: the URL has another scheme or credentials, its host is unknown, or its port or any of
                its addresses is not allowed.
        """
        host = url.raw_host.decode("ascii")  # `url.host` decodes a name, which can fail
        if url.scheme not in self._schemes or not host:
            raise DestinationRefused(why=_NO_ADDRESS)
        if url.userinfo:
            raise DestinationRefused(why="its address holds a user name or a password")
        port = _DEFAULT_PORTS[url.scheme] if url.port is None else url.port
        if port > _LAST_PORT:
            raise DestinationRefused(why=_NO_ADDRESS)
        if self._ports is not None and port not in self._ports:
            raise DestinationRefused(why="its address names a port other than 80 and 443")
        try:
            found = await self._resolve(host, port) if _HOST.fullmatch(host) else ()
            addresses = list(map(ip_address, found))
        except (OSError, ValueError):
            addresses = []
        if not addresses:
            raise DestinationRefused(detail="its host name is not known")
        if not all(map(self._is_allowed, addresses)):
            raise DestinationRefused(detail="its address is not on the public internet")
        return addresses


def literal_is_allowed(host: str) -> bool:
    """Whether a host is a name or a public address, judged by its text alone.

    Other names are checked when they are resolved. Names of the local host, and numbers that resolvers read as
    addresses (`127.1`, `0x7f000001`), are refused here.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return False
    try:
        return is_public(ip_address(name.partition("%")[0]))
    except ValueError:
        return not _looks_like_a_number(name.rpartition(".")[2])


def _looks_like_a_number(label: str) -> bool:
    """Whether the last label of a name makes it an address (WHATWG URL, "ends in a number")."""
    return label.isdigit() or label.startswith("0x")
