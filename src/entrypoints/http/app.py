"""The application: routes, what surrounds them, and what lives as long as they do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from litestar import Litestar, Request, Response, Router
from litestar.di import Provide

from entrypoints.container import Container
from entrypoints.http.accounts import routes as accounts
from entrypoints.http.accounts import telegram
from entrypoints.http.administration import routes as administration
from entrypoints.http.availability import routes as availability
from entrypoints.http.bodies import bound_reading
from entrypoints.http.bookings import routes as bookings
from entrypoints.http.calendars import routes as calendars
from entrypoints.http.compression import Compression
from entrypoints.http.cross_origin import CrossOrigin
from entrypoints.http.docs import routes as docs
from entrypoints.http.envelope import seal
from entrypoints.http.heads import answer_head
from entrypoints.http.health import routes as health
from entrypoints.http.holds import routes as holds
from entrypoints.http.identities import provide_actor, provide_client, provide_session_id
from entrypoints.http.injection import one_after_the_other
from entrypoints.http.languages.catalogues import read_catalogues
from entrypoints.http.once import provide_once
from entrypoints.http.parts import PARTS, Parts
from entrypoints.http.payments import routes as payments
from entrypoints.http.payments import webhooks
from entrypoints.http.problems import answer_exception
from entrypoints.http.providers import admin
from entrypoints.http.providers import routes as providers
from entrypoints.http.queries import read_query
from entrypoints.http.salons import routes as salons
from entrypoints.http.scheduling import routes as scheduling
from entrypoints.http.sms import webhooks as sms_webhooks
from entrypoints.http.strict_json import StrictJson
from entrypoints.http.users import routes as users
from entrypoints.http.waitlist import routes as waitlist

PREFIX: Final = "/api/v1"


API: Final = Router(
    PREFIX,
    route_handlers=[
        accounts.routes,
        telegram.routes,
        providers.routes,
        admin.routes,
        administration.routes,
        availability.routes,
        salons.routes,
        scheduling.routes,
        holds.routes,
        bookings.routes,
        users.routes,
        calendars.routes,
        waitlist.routes,
        payments.routes,
        webhooks.routes,
        sms_webhooks.routes,
        health.routes(),
    ],
)
"""What is below the prefix. Litestar copies it into each application."""


def create_app(container: Container) -> Litestar:
    """Make the application over what the container provides, overridden or not; its state has the `parts`."""
    settings = container.settings()
    parts = Parts(container)
    read_catalogues()
    app = Litestar(
        route_handlers=[API, health.routes(), docs.routes],
        dependencies=_dependencies(parts),
        dto=StrictJson,
        return_dto=None,
        before_request=_let_in(parts),
        before_send=[seal, CrossOrigin(settings.cors_origins)],
        middleware=[Compression()],
        exception_handlers={Exception: answer_exception},
        lifespan=[_lifespan],
        request_max_body_size=settings.max_body_bytes,
        openapi_config=None,
        logging_config=None,
    )
    app.state.parts = parts
    one_after_the_other(app)
    answer_head(app)
    bound_reading(app, seconds=settings.body_timeout, most_bytes=settings.max_body_bytes)
    return app


def _dependencies(parts: Parts) -> dict[str, Provide]:
    return {
        **{name: _part(parts, name) for name in PARTS},
        "actor": Provide(provide_actor, sync_to_thread=False),
        "session_id": Provide(provide_session_id, sync_to_thread=False),
        "client": Provide(provide_client, sync_to_thread=False),
        "asked": Provide(read_query, sync_to_thread=False),
        "once": Provide(provide_once, sync_to_thread=False),
    }


def _part(parts: Parts, name: str) -> Provide:
    def provide() -> Any:
        return parts[name]

    return Provide(provide, sync_to_thread=False)


def _let_in(parts: Parts) -> Callable[[Request[Any, Any, Any]], Awaitable[Response[Any] | None]]:
    async def let_in(request: Request[Any, Any, Any]) -> Response[Any] | None:
        return await parts.doorkeeper(request)

    return let_in


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    container: Container = app.state.parts.container
    async with AsyncExitStack() as opened:
        for part in (container.database(), container.gateway(), container.sms_sender()):
            await part.open()
            opened.push_async_callback(part.close)
        container.password_hasher()  # makes a hash for itself, for which no request is to wait
        yield
