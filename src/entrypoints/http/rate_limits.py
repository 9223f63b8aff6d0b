"""Rate limits for every route: by class, and by who asks."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.rate_limits import Limit, RateLimited, RateLimiter
from entrypoints.http.clients import Clients

_CLASS: Final = "rate_limit"
_READING: Final = frozenset({"GET"})
_HEADERS: Final = "rate_limit_headers"
AUTH: Final = "auth"
UNLIMITED: Final[dict[str, Any]] = {_CLASS: None}
"""The `opt` of routes without a limit."""


def limited_as(name: str) -> dict[str, Any]:
    """The `opt` of routes that are of another class than it seems."""
    return {_CLASS: name}


def class_of(handler: BaseRouteHandler) -> str | None:
    """The class of a route: what it says; else `read`, `create` where an `Idempotency-Key` is taken, or `default`."""
    if _CLASS in handler.opt:
        name: str | None = handler.opt[_CLASS]
        return name
    if getattr(handler, "http_methods", None) == _READING:
        return "read"
    return "create" if "once" in handler.parsed_fn_signature.parameters else "default"


class RouteLimits:
    """Counts each request: by account for those who are signed in, else by address; `auth` by address in any case."""

    def __init__(
        self,
        quotas: Mapping[str, Limit],
        *,
        shared: RateLimiter,
        own: RateLimiter,
        clients: Clients,
        clock: Clock,
        on: bool,
    ) -> None:
        self._quotas = quotas
        self._shared = shared
        self._own = own
        self._clients = clients
        self._clock = clock
        self._on = on
        self._classes: dict[int, str | None] = {}

    async def count(self, request: Request[Any, Any, Any]) -> None:
        """Let the request through, or raise `RateLimited`; its answer says how the caller stands."""
        scope = request.scope
        name = self._class_of(scope["route_handler"])
        if name is None or not self._on:
            return
        limit = self._quotas[name]
        actor: Actor | None = scope.get("user")
        who = f"account {actor.id}" if actor is not None else f"address {self._clients.counted_as(scope)}"
        limiter = self._shared if name == AUTH else self._own
        standing = await limiter.take(f"{name} {who}", limit, self._clock.now())
        window = int(limit.window.total_seconds())
        scope["state"][_HEADERS] = (
            (b"ratelimit-policy", b'"%s";q=%d;w=%d' % (name.encode(), limit.quota, window)),
            (b"ratelimit", b'"%s";r=%d;t=%d' % (name.encode(), standing.remaining, standing.resets_in_seconds)),
        )
        if not standing.allowed:
            raise RateLimited(retry_after_seconds=standing.resets_in_seconds)

    def _class_of(self, handler: BaseRouteHandler) -> str | None:
        key = id(handler)  # handlers live as long as the application
        if key not in self._classes:
            self._classes[key] = class_of(handler)
        return self._classes[key]


def rate_limit_headers(state: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) of a request that was counted."""
    found: tuple[tuple[bytes, bytes], ...] = state.get(_HEADERS, ())
    return found
