"""The application: routes, what surrounds them, and what lives as long as they do."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from litestar import Litestar, Router
from litestar.di import Provide

from entrypoints.container import Container
from entrypoints.http.accounts import routes as accounts
from entrypoints.http.accounts.attempts import LoginAttempts
from entrypoints.http.accounts.code_desk import CodeDesk
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.password_desk import PasswordDesk
from entrypoints.http.accounts.sessions import SignInDesk
from entrypoints.http.availability import routes as availability
from entrypoints.http.bookings import routes as bookings
from entrypoints.http.calendars import routes as calendars
from entrypoints.http.docs import routes as docs
from entrypoints.http.doorkeeper import Doorkeeper
from entrypoints.http.envelope import seal
from entrypoints.http.health import routes as health
from entrypoints.http.holds import routes as holds
from entrypoints.http.identities import provide_actor
from entrypoints.http.injection import one_after_the_other, singleton
from entrypoints.http.once import provide_once
from entrypoints.http.payments import routes as payments
from entrypoints.http.payments import webhooks
from entrypoints.http.problems import answer_exception
from entrypoints.http.providers import admin
from entrypoints.http.providers import routes as providers
from entrypoints.http.queries import read_query
from entrypoints.http.salons import routes as salons
from entrypoints.http.scheduling import routes as scheduling
from entrypoints.http.strict_json import StrictJson
from entrypoints.http.waitlist import routes as waitlist

PREFIX: Final = "/api/v1"


def create_app(container: Container) -> Litestar:
    """Make the application over what the container provides, overridden or not."""
    api = Router(
        PREFIX,
        route_handlers=[
            accounts.routes,
            providers.routes,
            admin.routes,
            availability.routes,
            salons.routes,
            scheduling.routes,
            holds.routes,
            bookings.routes,
            calendars.routes,
            waitlist.routes,
            payments.routes,
            webhooks.routes,
            health.routes(),
        ],
    )
    app = Litestar(
        route_handlers=[api, health.routes(), docs.routes],
        dependencies=_dependencies(container),
        dto=StrictJson,
        return_dto=None,
        before_request=Doorkeeper(container.access_tokens(), container.clock()),
        before_send=[seal],
        exception_handlers={Exception: answer_exception},
        lifespan=[_lifespan(container)],
        request_max_body_size=container.settings().max_body_bytes,
        openapi_config=None,
        logging_config=None,
    )
    one_after_the_other(app)
    return app


def _dependencies(container: Container) -> dict[str, Provide]:
    return {
        "settings": singleton(container.settings),
        "clock": singleton(container.clock),
        "database": singleton(container.database),
        "executor": singleton(container.executor),
        "reads": singleton(container.reads),
        "gateway": singleton(container.gateway),
        "calendar_files": singleton(container.calendar_files),
        "callback_tokens": singleton(container.callback_tokens),
        "sign_in_desk": singleton(lambda: _sign_in_desk(container)),
        "code_desk": singleton(lambda: _code_desk(container)),
        "password_desk": singleton(lambda: _password_desk(container)),
        "actor": Provide(provide_actor, sync_to_thread=False),
        "asked": Provide(read_query, sync_to_thread=False),
        "once": Provide(provide_once, sync_to_thread=False),
    }


def _sign_in_desk(container: Container) -> SignInDesk:
    return SignInDesk(
        executor=container.executor(),
        reads=container.reads(),
        hasher=container.password_hasher(),
        access_tokens=container.access_tokens(),
        refresh_tokens=container.refresh_tokens(),
        clock=container.clock(),
        attempts=LoginAttempts(on=container.settings().rate_limits),
        contacts=ContactReader(container.settings().phone_country),
        secrets=container.secret_codes(),
        policy=container.password_policy(),
    )


def _code_desk(container: Container) -> CodeDesk:
    return CodeDesk(
        executor=container.executor(),
        reads=container.reads(),
        secrets=container.secret_codes(),
        contacts=ContactReader(container.settings().phone_country),
        sign_in_desk=_sign_in_desk(container),
    )


def _password_desk(container: Container) -> PasswordDesk:
    return PasswordDesk(
        executor=container.executor(),
        reads=container.reads(),
        hasher=container.password_hasher(),
        refresh_tokens=container.refresh_tokens(),
        secrets=container.secret_codes(),
        policy=container.password_policy(),
        codes=_code_desk(container),
    )


def _lifespan(container: Container) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        database, gateway = container.database(), container.gateway()
        await database.open()
        try:
            await gateway.open()
            try:
                yield
            finally:
                await gateway.close()
        finally:
            await database.close()

    return lifespan
