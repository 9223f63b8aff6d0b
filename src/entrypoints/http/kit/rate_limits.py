"""Rate limits for every route, per class of routes and client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar.handlers.base import BaseRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from litestar.types import Scope

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.rate_limits import Limit, RateLimited, RateLimiter
from entrypoints.http.kit.clients import Clients

_CLASS: Final = "rate_limit"
_READING: Final = frozenset({"GET"})
_HEADERS: Final = "rate_limit_headers"
_COUNTED: Final = "counted"
AUTH: Final = "auth"
EXPORT: Final = "export"
FEEDS: Final = "feeds"
UPLOADS: Final = "uploads"
WEBHOOK_REQUESTS: Final = "webhook-requests"
_SHARED: Final = frozenset({AUTH, EXPORT, FEEDS, UPLOADS, WEBHOOK_REQUESTS})
UNLIMITED: Final[dict[str, Any]] = {_CLASS: None}
"""The `opt` of routes without a limit."""


def limited_as(name: str) -> dict[str, Any]:
    """The `opt` of routes whose class does not follow from their method."""
    return {_CLASS: name}


def class_of(handler: BaseRouteHandler) -> str | None:
    """The class in the `opt`, else `read` for GET, `create` for routes that answer 201, or `default`."""
    if _CLASS in handler.opt:
        name: str | None = handler.opt[_CLASS]
        return name
    if getattr(handler, "http_methods", None) == _READING:
        return "read"
    return "create" if getattr(handler, "status_code", None) == HTTP_201_CREATED else "default"


@dataclass(frozen=True, slots=True)
class _Policy:
    """The limit of a class."""

    name: str
    limit: Limit
    limiter: RateLimiter
    header: tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Counted:
    """The quota that a request counts against: of an account or of an address."""

    limit: str
    who: str


class RouteLimits:
    """Counts requests by account if the client is authenticated, else by address.

    Classes `auth` and `export` are shared by all processes; others are counted by each process.
    """

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
        self._clients = clients
        self._clock = clock
        self._on = on
        self._policies = {
            name: _Policy(name, limit, shared if name in _SHARED else own, _policy_header(name, limit))
            for name, limit in quotas.items()
        }
        self._of_handlers: dict[int, _Policy | None] = {}

    async def count(self, scope: Scope) -> None:
        """Count the request or raise `RateLimited`; the response headers report the remaining quota."""
        policy = self._policy_of(scope["route_handler"])
        actor: Actor | None = scope.get("user")
        who = f"account {actor.id}" if actor is not None else f"address {self._clients.counted_as(scope)}"
        scope["state"][_COUNTED] = Counted("none" if policy is None else policy.name, who)
        if policy is None or not self._on:
            return
        state = await policy.limiter.consume(f"{policy.name} {who}", policy.limit, self._clock.now())
        stands = f'"{policy.name}";r={state.remaining};t={state.resets_in_seconds}'
        scope["state"][_HEADERS] = (policy.header, (b"ratelimit", stands.encode()))
        if not state.allowed:
            raise RateLimited(retry_after_seconds=state.resets_in_seconds)

    def _policy_of(self, handler: BaseRouteHandler) -> _Policy | None:
        key = id(handler)  # handlers live as long as the application
        if key not in self._of_handlers:
            name = class_of(handler)
            self._of_handlers[key] = None if name is None else self._policies[name]
        return self._of_handlers[key]


def _policy_header(name: str, limit: Limit) -> tuple[bytes, bytes]:
    return b"ratelimit-policy", f'"{name}";q={limit.quota};w={int(limit.window.total_seconds())}'.encode()


def rate_limit_headers(state: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) of a counted request."""
    found: tuple[tuple[bytes, bytes], ...] = state.get(_HEADERS, ())
    return found


def count_as_address(scope: Scope, clients: Clients) -> None:
    """Name the address as the caller of a request that is refused before it is counted."""
    scope["state"][_COUNTED] = Counted("none", f"address {clients.counted_as(scope)}")


def counted(state: Mapping[str, Any]) -> Counted | None:
    """The quota that the request was counted against; None if it was not counted yet."""
    found: Counted | None = state.get(_COUNTED)
    return found
