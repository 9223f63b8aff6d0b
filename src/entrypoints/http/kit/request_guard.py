"""Authentication and rate limits: every route requires an access token unless its `opt` says otherwise.

A token counts only while its session is live, and its account usable and in the role that the token names.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote_plus

from litestar import Request, Response
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope

from booking_domain.identity.blocked_networks import AddressNotAllowed
from booking_domain.identity.errors import InvalidToken, ProfileIncomplete, SecondFactorRequired
from booking_domain.identity.ports import AccessTokens, Bearer
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.languages import language_of
from booking_domain.shared.rate_limits import RateLimited
from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.again import shows_again
from entrypoints.http.kit.auditing import Auditing
from entrypoints.http.kit.bodies import refuse_encoded
from entrypoints.http.kit.forms import read_form, takes_files, takes_form
from entrypoints.http.kit.live_sessions import LiveSessions
from entrypoints.http.kit.negotiation import ACCOUNT_LANGUAGE
from entrypoints.http.kit.problems import allowed_methods
from entrypoints.http.kit.queries import query_type
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.refusals import Reason, invalid_input
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

_QUERY: Final = "query"
ANY_QUERY: Final[dict[str, Any]] = {_QUERY: "any"}
"""Parameters that the route does not know are ignored, as those are that other sites append to links to pages."""

_FACTORS: Final = "factors"
ONE_FACTOR: Final[dict[str, Any]] = {_FACTORS: 1}
"""Roles that need a second factor may use the route without one, to set it up or to sign out."""

_PROFILE: Final = "profile"
PENDING_TOO: Final[dict[str, Any]] = {_PROFILE: "pending"}
"""An account whose profile is not complete may use the route."""

_ENDED_SESSION: Final = "ended session"


def ended_session_too(reason: str) -> dict[str, Any]:
    """The `opt` of a route that accepts a token whose session has ended; docs/develop/reference.md shows the reason."""
    return {_ENDED_SESSION: reason}


def serves_ended_sessions(handler: BaseRouteHandler) -> str:
    """The reason why the route accepts a token whose session has ended; empty: it does not."""
    reason: str = handler.opt.get(_ENDED_SESSION, "")
    return reason.strip()


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
        live_sessions: LiveSessions,
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
        self._live_sessions = live_sessions

    async def __call__(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """Return None to continue with the handler, or the response."""
        elsewhere = self._https.answer(request)
        if elsewhere is not None:
            return elsewhere
        if request.scope["method"] == "OPTIONS":
            return Response(None, status_code=204, headers={"Allow": allowed_methods(request)})
        self._auditing.begin(request)
        await self._addresses.require_unblocked(request.scope)
        sends_form = request.scope["method"] == "POST" and takes_form(request.scope["route_handler"])
        if sends_form or shows_again(request.scope):
            self._session_cookies.require_own_site(request)
            if takes_files(request.scope["route_handler"]):  # only who is signed in may send megabytes
                self._tokens.read(request.cookies.get(ACCESS_COOKIE, ""), self._clock.now())
            await read_form(request)
        try:
            await self._admit(request)
        except (RateLimited, SecondFactorRequired, AddressNotAllowed):
            await self._find_language(request.scope)
            raise
        await self._require_live_session(request)
        refuse_nul(request)
        refuse_encoded(request.scope["headers"])
        await refuse_transfer_encoding(request)
        await self._auditing.note_read(request)
        return None

    async def _admit(self, request: Request[Any, Any, Any]) -> None:
        try:
            self._authenticate(request)
        finally:
            # Count rejected requests too, and prefer 429 to 401: otherwise tokens could be guessed without limit.
            await self._limits.count(request.scope)
        self._addresses.require_allowed(request.scope.get("user"), request.scope)

    async def _find_language(self, scope: Scope) -> None:
        """Find the language of the account for a refusal that comes before its session is looked at."""
        actor: Actor | None = scope.get("user")
        if actor is not None:
            with suppress(InvalidToken, StorageUnavailable):
                holder = await self._live_sessions.require(actor, scope["auth"])
                scope["state"][ACCOUNT_LANGUAGE] = language_of(holder.locale)

    def _authenticate(self, request: Request[Any, Any, Any]) -> None:
        scope = request.scope
        handler = scope["route_handler"]
        if scope["query_string"] and _QUERY not in handler.opt and query_type(handler) is None:
            raise invalid_input(
                f"/query/{_first_name(scope['query_string'])}",
                "This route has no such parameter.",
                Reason.UNKNOWN_MEMBER,
            )
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
            if _counts_as_none(access, by_cookie=given is None):
                return None
            raise
        if given is None:
            self._session_cookies.require_own_page(request, bearer.session_id)
            request.scope["state"][BY_COOKIE] = True
        return bearer

    async def _require_live_session(self, request: Request[Any, Any, Any]) -> None:
        """Treat a token whose session is not live as one that is not valid."""
        scope, handler = request.scope, request.scope["route_handler"]
        actor: Actor | None = scope.get("user")
        if actor is None or serves_ended_sessions(handler):
            return
        try:
            holder = await self._live_sessions.require(actor, scope["auth"])
        except InvalidToken:
            by_cookie = scope["state"].pop(BY_COOKIE, False)
            if not _counts_as_none(handler.opt.get(ACCESS), by_cookie=by_cookie):
                raise
            scope["user"] = scope["auth"] = None
        else:
            scope["state"][ACCOUNT_LANGUAGE] = language_of(holder.locale)


def _counts_as_none(access: str | None, *, by_cookie: bool) -> bool:
    """Whether a token that is not valid counts as none on a route with this access: browsers attach cookies to all."""
    return access == "if valid" or (access == "optional" and by_cookie)


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
