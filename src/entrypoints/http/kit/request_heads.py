"""Refuses requests that a proxy and this server could read differently (RFC 9112 §3.2, §6.1, §11.2)."""

import re
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Any, Final

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from entrypoints.http.kit.problems import answer_exception, camel
from entrypoints.http.kit.refusals import invalid_input

_HOST: Final = re.compile(rb"(?:[A-Za-z0-9._~-]{1,255}|\[([0-9A-Fa-f:.]{2,45})\])(?::([0-9]{0,5}))?")
"""A name, an IPv4 address or an IPv6 address in brackets, and a port (RFC 9110 §7.2, RFC 3986 §3.2.2)."""
_LAST_PORT: Final = 65_535
_HTTP_1_1: Final = "1.1"
"""Below it, `Host` is optional. The server speaks no HTTP/2."""


def require_one_host(app: Litestar) -> None:
    """Answer 400 before routing unless the request has exactly one valid `Host`; HTTP/1.0 may have none."""
    app.asgi_handler = _with_one_host(app.asgi_handler)


async def refuse_transfer_encoding(request: Request[Any, Any, Any]) -> None:
    """Refuse a body without `Content-Length`, after reading it, so that one that is too large stays 413.

    The server drops the `Content-Length` of a request that also has `Transfer-Encoding` (hyper, pull request 4124), so
    this cannot tell such a request from one with `Transfer-Encoding` alone, and refuses both.
    """
    if any(name == b"transfer-encoding" for name, _ in request.scope["headers"]):
        await request.body()
        raise invalid_input("/header/Transfer-Encoding", "Send a Content-Length instead.")


def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """Refuse a NUL character in a parameter of the path: PostgreSQL cannot store or compare it."""
    for name, value in request.scope["path_params"].items():
        if "\0" in value:
            raise invalid_input(f"/path/{camel(name)}", "A NUL character is not text.")


def sole_headers(request: Request[Any, Any, Any]) -> Mapping[str, str]:
    """The headers that the request has exactly once, by their names in lower case.

    Of two signatures or two timestamps, a proxy could check one and this server the other.
    """
    names = Counter(name for name, _ in request.scope["headers"])
    return {
        name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"] if names[name] == 1
    }


def _with_one_host(app: ASGIApp) -> ASGIApp:
    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP or has_one_host(scope):
            return app(scope, receive, send)
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        refusal = invalid_input("/header/Host", "One Host: a name or an address, and a port if needed.")
        response = answer_exception(request, refusal)
        return response.to_asgi_response(app=None, request=request)(scope, receive, send)

    return handle


def has_one_host(scope: HTTPScope) -> bool:
    """Whether the request has exactly one valid `Host`, or is of HTTP/1.0 and has none."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if _none(hosts) and scope["http_version"] != _HTTP_1_1:
        return True
    return len(hosts) == 1 and _is_valid(hosts[0])


def _none(hosts: Sequence[bytes]) -> bool:
    """Whether the request has no `Host`; the server then passes an empty one."""
    return not hosts or hosts == [b""]


@lru_cache(maxsize=256)
def _is_valid(host: bytes) -> bool:
    found = _HOST.fullmatch(host)
    if found is None or int(found[2] or 0) > _LAST_PORT:
        return False
    if found[1] is not None:
        try:
            IPv6Address(found[1].decode())
        except AddressValueError:
            return False
    return True
