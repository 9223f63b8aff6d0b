"""Authentication and rate limits: every route requires an access token unless its `opt` says otherwise."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote_plus

from litestar import Request, Response
from litestar.handlers.base import BaseRouteHandler

from booking_domain.identity.errors import InvalidToken, ProfileIncomplete, SecondFactorRequired
from booking_domain.identity.ports import AccessTokens, Bearer, SessionReads
from booking_domain.identity.queries import require_live_session
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import UseCase
from booking_domain.shared.permissions import Permission, needs_live_session
from booking_domain.shared.processes import Process
from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.auditing import Auditing
from entrypoints.http.kit.bodies import refuse_encoded
from entrypoints.http.kit.documentation import KEY, Documentation
from entrypoints.http.kit.problems import allowed_methods
from entrypoints.http.kit.queries import query_type
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.refusals import invalid_input
from entrypoints.http.kit.request_heads import refuse_nul, refuse_transfer_encoding
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE, BY_COOKIE, SessionCookies
from entrypoints.http.kit.transport import Https

ACCESS: Final = "access"
PUBLIC: Final[dict[str, Any]] = {ACCESS: "public"}
"""No token is required, and none is read."""
OPTIONAL: Final[dict[str, Any]] = {ACCESS: "optional"}
"""A token is optional; without one, `actor` is None."""

IF_VALID: Final[dict[str, Any]] = {ACCESS: "if valid"}
"""A token is optional, and one that is not valid counts as none: clients may attach an expired one anywhere."""

_FACTORS: Final = "factors"
ONE_FACTOR: Final[dict[str, Any]] = {_FACTORS: 1}
"""Roles that need a second factor may use the route without one, to set it up or to sign out."""

_PROFILE: Final = "profile"
PENDING_TOO: Final[dict[str, Any]] = {_PROFILE: "pending"}
"""An account whose profile is not complete may use the route."""

_SESSION: Final = "session"
ENDED_SESSION: Final[dict[str, Any]] = {_SESSION: "ended"}
"""The route accepts a token whose session has ended from everyone: it only signs out."""


def actions_of(handler: BaseRouteHandler) -> frozenset[Permission]:
    """The actions of the use cases and processes that the route runs."""
    said: Documentation = handler.opt.get(KEY, Documentation())
    actions = (operation.action for operation in said.runs if isinstance(operation, UseCase | Process))
    return frozenset(action for action in actions if action is not None)


def needs_one_factor(handler: BaseRouteHandler) -> bool:
    """Whether roles that need a second factor may use the route without one."""
    return handler.opt.get(_FACTORS) == 1


def serves_pending(handler: BaseRouteHandler) -> bool:
    """Whether an account whose profile is not complete may use the route."""
    return handler.opt.get(_PROFILE) == "pending"


class RequestGuard:
    """Runs before every handler: rejects unknown query parameters, authenticates, counts and audits the request."""

    def __init__(
        self,
        tokens: AccessTokens,
        sessions: SessionReads,
        clock: Clock,
        *,
        https: Https,
        limits: RouteLimits,
        addresses: AddressGuard,
        auditing: Auditing,
        two_factors: frozenset[Role],
        session_cookies: SessionCookies,
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._https = https
        self._limits = limits
        self._addresses = addresses
        self._auditing = auditing
        self._two_factors = two_factors
        self._session_cookies = session_cookies
        self._sessions = sessions
        self._actions: dict[int, frozenset[Permission]] = {}

    async def __call__(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """Return None to continue with the handler, or the response."""
        elsewhere = self._https.answer(request)
        if elsewhere is not None:
            return elsewhere
        if request.scope["method"] == "OPTIONS":
            return Response(None, status_code=204, headers={"Allow": allowed_methods(request)})
        self._auditing.begin(request)
        await self._addresses.require_unblocked(request.scope)
        try:
            self._authenticate(request)
        finally:
            # Count rejected requests too, and prefer 429 to 401: otherwise tokens could be guessed without limit.
            await self._limits.count(request.scope)
        self._addresses.require_allowed(request.scope.get("user"), request.scope)
        await self._require_live_session(request)
        refuse_nul(request)
        refuse_encoded(request.scope["headers"])
        await refuse_transfer_encoding(request)
        await self._auditing.note_read(request)
        return None

    def _authenticate(self, request: Request[Any, Any, Any]) -> None:
        scope = request.scope
        handler = scope["route_handler"]
        if scope["query_string"] and query_type(handler) is None:
            raise invalid_input(f"/query/{_first_name(scope['query_string'])}", "This route has no such parameter.")
        access = handler.opt.get(ACCESS)
        if access == "public":
            return
        optional = access in {"optional", "if valid"}
        bearer = self._bearer(request, access)
        if bearer is not None and bearer.pending and not serves_pending(handler):
            if not optional:
                raise ProfileIncomplete
            bearer = None
        if bearer is None:
            if not optional:
                raise InvalidToken
            scope["user"] = scope["auth"] = None
            return
        scope["user"], scope["auth"] = bearer.actor, bearer.session_id
        if bearer.actor.role in self._two_factors and not bearer.second_factor and not needs_one_factor(handler):
            raise SecondFactorRequired

    def _bearer(self, request: Request[Any, Any, Any], access: str | None) -> Bearer | None:
        """The bearer of the access token, which is in the header or in a cookie; None without one that counts."""
        given = bearer_token(request.scope["headers"])
        token = request.cookies.get(ACCESS_COOKIE) if given is None else given
        if token is None:
            return None
        try:
            bearer = self._tokens.read(token, self._clock.now())
        except InvalidToken:
            if access == "if valid" or (access == "optional" and given is None):  # browsers attach cookies to all
                return None
            raise
        if given is None:
            self._session_cookies.require_own_page(request, bearer.session_id)
            request.scope["state"][BY_COOKIE] = True
        return bearer

    async def _require_live_session(self, request: Request[Any, Any, Any]) -> None:
        """Read the session where the actor or the route needs a live one; see `needs_live_session`."""
        scope, handler = request.scope, request.scope["route_handler"]
        actor: Actor | None = scope.get("user")
        if actor is None or handler.opt.get(_SESSION) == "ended":
            return
        key = id(handler)  # handlers live as long as the application
        if key not in self._actions:
            self._actions[key] = actions_of(handler)
        if needs_live_session(actor, self._actions[key]):
            await require_live_session(actor, scope["auth"], self._sessions, now=self._clock.now())


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The access token of the header `Authorization`."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer":
                return token.strip()
            break
    return None


def _first_name(query: bytes) -> str:
    """The name of the first parameter; the others are not parsed."""
    first, _, _ = query.lstrip(b"&").partition(b"&")
    return unquote_plus(first.partition(b"=")[0].decode("latin-1"))
