"""Authorises and authenticates WebSockets, as `RequestGuard` does for requests.

A browser lets a page of any site open a WebSocket to any host, and attaches the host's cookies (cross-site WebSocket
hijacking). So a handshake with an `Origin` other than the web app's is refused, and a cookie counts only with an
`Origin`.
"""

from collections.abc import Collection
from typing import Final

from litestar.connection import ASGIConnection
from litestar.types import Scope

from booking_domain.identity.errors import InvalidToken, ProfileIncomplete, SecondFactorRequired
from booking_domain.identity.ports import AccessTokens, Bearer
from booking_domain.shared.actor import Role
from booking_domain.shared.clock import Clock
from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.live_sessions import LiveSessions
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.refusals import Refusal
from entrypoints.http.kit.request_guard import bearer_token
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.http.kit.transport import Https

_ORIGIN: Final = b"origin"


class SocketGuard:
    """Checks handshakes and tokens."""

    def __init__(
        self,
        tokens: AccessTokens,
        live_sessions: LiveSessions,
        clock: Clock,
        *,
        https: Https,
        limits: RouteLimits,
        addresses: AddressGuard,
        clients: Clients,
        two_factors: frozenset[Role],
        origins: Collection[str],
    ) -> None:
        self._tokens = tokens
        self._live_sessions = live_sessions
        self._clock = clock
        self._https = https
        self._limits = limits
        self._addresses = addresses
        self._clients = clients
        self._two_factors = two_factors
        self._origins = frozenset(origin.encode() for origin in origins)

    async def admit(self, scope: Scope) -> None:
        """Check a handshake, before it is accepted.

        Raises:
            Refusal: it came unencrypted, or from a page of another site.
            AddressBlocked, RateLimited: the client's address is blocked or over quota.
        """
        if self._https.concerns(scope):
            raise Refusal(status=403, code="http.https_required", detail="Use HTTPS.")
        if any(origin not in self._origins for origin in _origins(scope)):
            raise Refusal(status=403, code="http.refused", detail="Pages of this origin may not use the API.")
        await self._addresses.require_unblocked(scope)
        await self._limits.count(scope)

    def token_of(self, scope: Scope) -> str | None:
        """The access token of the handshake: in `Authorization`, or in the cookie of a page of the web app."""
        given = bearer_token(scope["headers"])
        if given is not None or not _origins(scope):
            return given
        cookies: dict[str, str] = ASGIConnection(scope).cookies
        return cookies.get(ACCESS_COOKIE)

    async def bearer(self, token: str, scope: Scope) -> Bearer:
        """The bearer of an access token.

        Raises:
            InvalidToken: the token is invalid or has expired, or its session is not live.
            ProfileIncomplete, SecondFactorRequired, AddressNotAllowed: its account may not follow events.
        """
        bearer = self._tokens.read(token, self._clock.now())
        if bearer.pending:
            raise ProfileIncomplete
        if bearer.actor.role in self._two_factors and not bearer.second_factor:
            raise SecondFactorRequired
        self._addresses.require_allowed(bearer.actor, scope)
        await self._live_sessions.require(bearer.actor, bearer.session_id)
        return bearer

    def address(self, scope: Scope) -> str:
        """The address under which clients without a token are counted."""
        return f"address {self._clients.counted_as(scope)}"

    async def known(self, scope: Scope) -> Bearer | None:
        """The bearer of the handshake's token; None without one. An invalid cookie counts as none."""
        token = self.token_of(scope)
        if token is None:
            return None
        try:
            return await self.bearer(token, scope)
        except InvalidToken:
            if bearer_token(scope["headers"]) is None:  # browsers attach cookies to every handshake
                return None
            raise


def _origins(scope: Scope) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == _ORIGIN]
