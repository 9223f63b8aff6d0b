"""Headers of every response: the request id, the rate limit, and security headers for browsers."""

import re
from typing import Any, Final

from litestar.types import Message, Scope
from uuid_utils import uuid7

from entrypoints.http.kit.rate_limits import rate_limit_headers

DOCS: Final = "/docs"
_GOOD_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
)
_API: Final = (
    *_ALWAYS,
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_MAY_DIFFER: Final = frozenset({b"cache-control", b"content-security-policy"})
"""Headers that a response may have of its own."""
_PAGES_MAY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGES: Final = (*_ALWAYS, (b"content-security-policy", _PAGES_MAY))


def request_id(scope: Scope) -> str:
    """The client's `X-Request-Id` if it is well formed, else a new UUIDv7; the same throughout the request."""
    state: dict[str, Any] = scope["state"]
    known = state.get("request_id")
    if known is None:
        known = next(
            (
                value.decode()
                for name, value in scope["headers"]
                if name == b"x-request-id" and _GOOD_ID.fullmatch(value)
            ),
            None,
        ) or str(uuid7())
        state["request_id"] = known
    return str(known)


async def add_response_headers(message: Message, scope: Scope) -> None:
    """Add the headers. Litestar calls this before it sends any response, its own 404 included."""
    if message["type"] == "http.response.start":
        common = _PAGES if scope["path"] == "/" or scope["path"].startswith(DOCS) else _API
        given = {name.lower() for name, _ in message["headers"]} & _MAY_DIFFER
        message["headers"] = [
            *message["headers"],
            (b"x-request-id", request_id(scope).encode()),
            *rate_limit_headers(scope["state"]),
            *(each for each in common if each[0] not in given),
        ]
