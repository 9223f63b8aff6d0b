"""The application: routes, what surrounds them, and what lives as long as they do."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Final

from litestar import Litestar, Router
from litestar.di import Provide

from entrypoints.container import Container
from entrypoints.http.accounts import routes as accounts
from entrypoints.http.accounts import telegram
from entrypoints.http.accounts.attempts import LoginAttempts
from entrypoints.http.accounts.code_desk import CodeDesk
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.password_desk import PasswordDesk
from entrypoints.http.accounts.proofs import Prover
from entrypoints.http.accounts.second_factor_desk import SecondFactorDesk
from entrypoints.http.accounts.sessions import SignInDesk
from entrypoints.http.accounts.telegram_desk import TelegramDesk
from entrypoints.http.administration import routes as administration
from entrypoints.http.auditing import Auditing
from entrypoints.http.availability import routes as availability
from entrypoints.http.bodies import bound_reading
from entrypoints.http.bookings import routes as bookings
from entrypoints.http.calendars import routes as calendars
from entrypoints.http.clients import Clients
from entrypoints.http.compression import Compression
from entrypoints.http.cross_origin import CrossOrigin
from entrypoints.http.docs import routes as docs
from entrypoints.http.doorkeeper import Doorkeeper
from entrypoints.http.envelope import seal
from entrypoints.http.heads import answer_head
from entrypoints.http.health import routes as health
from entrypoints.http.holds import routes as holds
from entrypoints.http.identities import provide_actor, provide_client, provide_session_id
from entrypoints.http.injection import one_after_the_other, singleton
from entrypoints.http.languages.catalogues import read_catalogues
from entrypoints.http.once import provide_once
from entrypoints.http.payments import routes as payments
from entrypoints.http.payments import webhooks
from entrypoints.http.problems import answer_exception
from entrypoints.http.providers import admin
from entrypoints.http.providers import routes as providers
from entrypoints.http.queries import read_query
from entrypoints.http.rate_limits import RouteLimits
from entrypoints.http.salons import routes as salons
from entrypoints.http.scheduling import routes as scheduling
from entrypoints.http.sms import webhooks as sms_webhooks
from entrypoints.http.strict_json import StrictJson
from entrypoints.http.transport import Https
from entrypoints.http.users import routes as users
from entrypoints.http.users.desk import AccountDesk
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
    """Make the application over what the container provides, overridden or not."""
    settings = container.settings()
    clients = Clients(settings.trusted_proxies)
    read_catalogues()
    app = Litestar(
        route_handlers=[API, health.routes(), docs.routes],
        dependencies=_dependencies(container, clients),
        dto=StrictJson,
        return_dto=None,
        before_request=_doorkeeper(container, clients),
        before_send=[seal, CrossOrigin(settings.cors_origins)],
        middleware=[Compression()],
        exception_handlers={Exception: answer_exception},
        lifespan=[_lifespan(container)],
        request_max_body_size=settings.max_body_bytes,
        openapi_config=None,
        logging_config=None,
    )
    one_after_the_other(app)
    answer_head(app)
    bound_reading(app, seconds=settings.body_timeout, most_bytes=settings.max_body_bytes)
    return app


def _doorkeeper(container: Container, clients: Clients) -> Doorkeeper:
    settings = container.settings()
    return Doorkeeper(
        container.access_tokens(),
        container.clock(),
        https=Https(clients, settings.public_url, required=settings.require_https),
        limits=RouteLimits(
            settings.quotas,
            shared=container.shared_rate_limiter(),
            own=container.process_rate_limiter(),
            clients=clients,
            clock=container.clock(),
            on=settings.rate_limits,
        ),
        auditing=Auditing(container.executor(), clients),
        two_factors=settings.second_factor_roles,
    )


def _dependencies(container: Container, clients: Clients) -> dict[str, Provide]:
    sign_in_desk = cache(lambda: _sign_in_desk(container))
    code_desk = cache(lambda: _code_desk(container, sign_in_desk()))
    return {
        "settings": singleton(container.settings),
        "clients": singleton(lambda: clients),
        "clock": singleton(container.clock),
        "database": singleton(container.database),
        "executor": singleton(container.executor),
        "reads": singleton(container.reads),
        "gateway": singleton(container.gateway),
        "calendar_files": singleton(container.calendar_files),
        "callback_tokens": singleton(container.callback_tokens),
        "sms_callbacks": singleton(container.sms_callbacks),
        "sign_in_desk": singleton(sign_in_desk),
        "code_desk": singleton(code_desk),
        "password_desk": singleton(lambda: _password_desk(container, code_desk())),
        "account_desk": singleton(lambda: _account_desk(container, code_desk())),
        "telegram_desk": singleton(lambda: _telegram_desk(container, sign_in_desk())),
        "second_factor_desk": singleton(lambda: _second_factor_desk(container)),
        "actor": Provide(provide_actor, sync_to_thread=False),
        "session_id": Provide(provide_session_id, sync_to_thread=False),
        "client": Provide(provide_client, sync_to_thread=False),
        "asked": Provide(read_query, sync_to_thread=False),
        "once": Provide(provide_once, sync_to_thread=False),
    }


def _sign_in_desk(container: Container) -> SignInDesk:
    settings = container.settings()
    return SignInDesk(
        executor=container.executor(),
        reads=container.reads(),
        hasher=container.password_hasher(),
        access_tokens=container.access_tokens(),
        refresh_tokens=container.refresh_tokens(),
        time_codes=container.time_codes(),
        clock=container.clock(),
        attempts=LoginAttempts(
            settings.quotas, limiter=container.shared_rate_limiter(), clock=container.clock(), on=settings.rate_limits
        ),
        contacts=ContactReader(settings.phone_country),
        secrets=container.secret_codes(),
        policy=container.password_policy(),
    )


def _code_desk(container: Container, sign_in_desk: SignInDesk) -> CodeDesk:
    return CodeDesk(
        executor=container.executor(),
        reads=container.reads(),
        secrets=container.secret_codes(),
        contacts=sign_in_desk.contacts,
        sign_in_desk=sign_in_desk,
    )


def _password_desk(container: Container, codes: CodeDesk) -> PasswordDesk:
    return PasswordDesk(
        executor=container.executor(),
        reads=container.reads(),
        hasher=container.password_hasher(),
        secrets=container.secret_codes(),
        policy=container.password_policy(),
        codes=codes,
    )


def _prover(container: Container) -> Prover:
    return Prover(container.reads(), container.password_hasher())


def _account_desk(container: Container, codes: CodeDesk) -> AccountDesk:
    return AccountDesk(
        executor=container.executor(),
        reads=container.reads(),
        prover=_prover(container),
        secrets=container.secret_codes(),
        contacts=codes.contacts,
    )


def _telegram_desk(container: Container, sign_in_desk: SignInDesk) -> TelegramDesk:
    return TelegramDesk(
        executor=container.executor(),
        reads=container.reads(),
        assertions=container.telegram_assertions(),
        clock=container.clock(),
        sign_in_desk=sign_in_desk,
        prover=_prover(container),
    )


def _second_factor_desk(container: Container) -> SecondFactorDesk:
    return SecondFactorDesk(
        executor=container.executor(),
        prover=_prover(container),
        time_codes=container.time_codes(),
        required_of=container.settings().second_factor_roles,
    )


def _lifespan(container: Container) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            for part in (container.database(), container.gateway(), container.sms_sender()):
                await part.open()
                opened.push_async_callback(part.close)
            container.password_hasher()  # makes a hash for itself, for which no request is to wait
            yield

    return lifespan
