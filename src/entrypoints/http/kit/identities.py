"""The caller, for handlers."""

import hmac
from typing import Any, Final

from litestar import Request

from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import counted
from entrypoints.http.kit.session_cookies import CLIENT_COOKIE

PLATFORM: Final = "X-Client-Platform"
"""The header in which a client names what it runs on."""
CLIENT_TOKEN: Final = "X-Client-Token"  # noqa: S105 - a header
"""The header in which a known client without cookies shows its token."""
Caller = str
"""Whom a request counts against: an account, or the address of a caller without an access token."""


def provide_actor(request: Request[Any, Any, Any]) -> Actor | None:
    """Provide `actor`, the authenticated caller; None only where the route's access is optional."""
    actor: Actor | None = request.scope["user"]
    return actor


def provide_session_id(request: Request[Any, Any, Any]) -> SessionId | None:
    """Provide `session_id`, the session of the access token; None only if the route's access is optional."""
    session_id: SessionId | None = request.scope["auth"]
    return session_id


def provide_client(request: Request[Any, Any, Any], clients: Injected[Clients]) -> Client:
    """Provide `client`: the address, user agent and platform of the request."""
    headers = request.headers
    return Client.seen(clients.address(request.scope), headers.get("user-agent", ""), headers.get(PLATFORM, ""))


def provide_counted_as(request: Request[Any, Any, Any], clients: Injected[Clients]) -> str:
    """Provide `counted_as`, the address that quotas count: an IPv4 address, or the /64 network of an IPv6 address."""
    return clients.counted_as(request.scope)


def provide_client_trace(
    request: Request[Any, Any, Any], clients: Injected[Clients], familiar_network_key: Injected[bytes]
) -> ClientTrace:
    """Provide `client_trace`: what the request shows of its client, for the limits on guessing."""
    token = request.headers.get(CLIENT_TOKEN) or request.cookies.get(CLIENT_COOKIE, "")
    address = clients.counted_as(request.scope)
    network = hmac.digest(familiar_network_key, address.encode(), "sha256").hex() if address else ""
    return ClientTrace(network, token)


def provide_caller(request: Request[Any, Any, Any], clients: Injected[Clients]) -> Caller:
    """Provide `caller`, as the rate limits count them."""
    known = counted(request.scope["state"])
    return known.who if known is not None else f"address {clients.counted_as(request.scope)}"
