"""`POST /auth/token` and `POST /auth/refresh`, and the guard of all other routes."""

import base64
import binascii
import hmac
from typing import Any, cast

from litestar import Response, Router, post
from litestar.connection import ASGIConnection

from simulators.qpay.api.errors import authentication_failed, no_credentials
from simulators.qpay.api.responses import json_response
from simulators.qpay.config import SimulatorConfig
from simulators.qpay.simulation import AnyRequest, Simulation, simulation_of
from simulators.qpay.state.tokens import Token

AnyConnection = ASGIConnection[Any, Any, Any, Any]


@post("/token", status_code=200)
async def log_in(request: AnyRequest) -> Response[bytes]:
    """Issue a token for HTTP Basic credentials; this revokes the merchant's previous token."""
    simulation = simulation_of(request)
    if not _is_merchant(_credential(request, "basic"), simulation.config):
        raise authentication_failed()
    return _token_response(simulation.tokens.issue(now=simulation.now()))


@post("/refresh", status_code=200)
async def refresh(request: AnyRequest) -> Response[bytes]:
    """Rotate both tokens; the Bearer credential is the refresh token."""
    simulation = simulation_of(request)
    if not simulation.tokens.grants_refresh(_credential(request, "bearer"), now=simulation.now()):
        raise no_credentials()
    return _token_response(simulation.tokens.issue(now=simulation.now()))


async def require_token(connection: AnyConnection, _: object) -> None:
    """Guard a route.

    Raises:
        Refusal: 401 NO_CREDENDIALS, the Bearer token is not the live one.
    """
    simulation = cast("Simulation", connection.app.state.simulation)
    if not simulation.tokens.grants_access(_credential(connection, "bearer"), now=simulation.now()):
        raise no_credentials()


def _credential(connection: AnyConnection, scheme: str) -> str:
    received, _, credential = connection.headers.get("authorization", "").partition(" ")
    if received.lower() != scheme or not credential:
        raise no_credentials()
    return credential.strip()


def _is_merchant(credential: str, config: SimulatorConfig) -> bool:
    try:
        decoded = base64.b64decode(credential, validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(decoded, f"{config.username}:{config.password}".encode())


def _token_response(token: Token) -> Response[bytes]:
    """As seen on live traffic, `expires_in` is a Unix timestamp, not a duration."""
    return json_response(
        {
            "token_type": "bearer",
            "refresh_expires_in": token.expires_at,
            "refresh_token": token.refresh,
            "access_token": token.access,
            "expires_in": token.expires_at,
            "scope": "get_token",
            "not-before-policy": "0",
            "session_state": "simulator",
        }
    )


router = Router(path="/auth", route_handlers=[log_in, refresh])
