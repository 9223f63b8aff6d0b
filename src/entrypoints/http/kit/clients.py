"""The client's address, also behind trusted proxies.

`X-Forwarded-For` counts only if the peer is a trusted proxy. Each proxy appends the address of its own peer, so the
client is the rightmost address that is not a trusted proxy. Addresses left of it can be forged and are ignored.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from litestar.types import Scope

from booking_domain.identity.blocked_networks import Address, Network, lies_within

_NEIGHBOURS: Final = 64
"""The prefix length that network operators assign to one customer (RFC 6177)."""


class Clients:
    """Finds the client behind the trusted proxies, if any."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted)
        self._is_trusted = lru_cache(maxsize=1_024)(self._lies_within)

    def address(self, scope: Scope) -> str:
        """The client's address; empty if it has none, as on a Unix socket."""
        found = self.client(scope)
        return "" if found is None else str(found)

    def counted_as(self, scope: Scope) -> str:
        """The key for rate limits: an IPv4 address, or the /64 network of an IPv6 address."""
        found = self.client(scope)
        if isinstance(found, IPv6Address):
            return str(IPv6Network((int(found) >> _NEIGHBOURS << _NEIGHBOURS, _NEIGHBOURS)))
        return "" if found is None else str(found)

    def is_unencrypted(self, scope: Scope) -> bool:
        """Whether a trusted proxy reports that the client connected without TLS."""
        if not self.is_proxied(scope):
            return False
        said = [part for part in _forwarded(scope, b"x-forwarded-proto") if part]
        return bool(said) and said[-1].lower() == "http"

    def is_proxied(self, scope: Scope) -> bool:
        """Whether a trusted proxy passes the request on."""
        return bool(self._trusted) and self._is_trusted(_peer(scope))

    def client(self, scope: Scope) -> Address | None:
        """The client's address; None if it has none."""
        found = _peer(scope)
        if not self._trusted or not self._is_trusted(found):
            return found
        for text in reversed(list(_forwarded(scope, b"x-forwarded-for"))):
            address = _read(text)
            if address is None:
                break
            found = address
            if not self._is_trusted(found):
                break
        return found

    def _lies_within(self, address: Address | None) -> bool:
        return lies_within(address, self._trusted)


def _peer(scope: Scope) -> Address | None:
    client = scope.get("client")
    return _read(client[0]) if client else None


def _forwarded(scope: Scope, name: bytes) -> Iterator[str]:
    """The elements of a list header, which may occur several times."""
    for each, value in scope["headers"]:
        if each == name:
            for part in value.decode("latin-1").split(","):
                yield part.strip()


@lru_cache(maxsize=4_096)
def _read(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        # Drop the zone (`%eth0`): it is not part of the address.
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
