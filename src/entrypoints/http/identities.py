"""Who asks, for handlers."""

from typing import Any

from litestar import Request

from booking_domain.shared.actor import Actor


def provide_actor(request: Request[Any, Any, Any]) -> Actor | None:
    """Provide `actor`, whom the doorkeeper has found out; None only where a handler's access is optional."""
    actor: Actor | None = request.scope["user"]
    return actor
