"""The container of the API process: everything of `Container`, and the HTTP kit over it."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from dependency_injector import providers
from litestar.di import Provide

from entrypoints.container import Container
from entrypoints.http.docs.inbox import Inbox, Pages
from entrypoints.http.docs.routes import ASSETS
from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.auditing import Auditing
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.computers import ProcessComputer
from entrypoints.http.kit.identities import (
    provide_actor,
    provide_caller,
    provide_client,
    provide_client_trace,
    provide_counted_as,
    provide_session_id,
)
from entrypoints.http.kit.listening import Listening
from entrypoints.http.kit.live_sessions import LiveSessions
from entrypoints.http.kit.queries import read_query
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.request_guard import RequestGuard
from entrypoints.http.kit.running import provide_run
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.session_modes import provide_session_mode
from entrypoints.http.kit.transport import Https
from entrypoints.http.kit.turns import Turns, provide_turn
from entrypoints.http.live.hub import LiveHub
from entrypoints.http.live.socket_guard import SocketGuard
from entrypoints.http.live.sockets import LiveSockets
from entrypoints.settings.main import Environment, Settings
from entrypoints.wiring.typed import of, read, single

_OF_REQUEST: Final[dict[str, Callable[..., Any]]] = {
    "actor": provide_actor,
    "session_id": provide_session_id,
    "run": provide_run,
    "client": provide_client,
    "counted_as": provide_counted_as,
    "client_trace": provide_client_trace,
    "caller": provide_caller,
    "turn": provide_turn,
    "params": read_query,
    "session_mode": provide_session_mode,
}


def inbox_of(settings: Settings, files: Inbox) -> Inbox | None:
    """The messages that development writes to files; None in production."""
    return None if settings.environment is Environment.PRODUCTION else files


def own_origins(settings: Settings) -> tuple[str, ...]:
    """The origins of web pages that may use the API: its own, and the configured ones."""
    own = urlsplit(settings.public_url)
    return (f"{own.scheme}://{own.netloc}", *settings.cors_origins)


class HttpContainer(Container):
    """A handler's parameter names what it receives: a provider of this container, or a value of the request."""

    computing = single(ProcessComputer)
    turns = single(Turns, of(computing))
    upload_turns = single(Turns, of(computing))
    clients = single(Clients, read(Container.settings, lambda given: given.trusted_proxies))
    session_cookies = single(
        SessionCookies,
        of(Container.csrf_key),
        previous=of(Container.previous_csrf_keys),
        origins=read(Container.settings, own_origins),
    )
    address_guard = single(
        AddressGuard,
        read(Container.reads, lambda reads: reads.blocked_networks),
        of(clients),
        of(Container.clock),
        admins=read(Container.settings, lambda given: given.admin_networks),
    )
    https = single(
        Https,
        of(clients),
        read(Container.settings, lambda given: given.public_url),
        required=read(Container.settings, lambda given: given.require_https),
    )
    route_limits = single(
        RouteLimits,
        read(Container.settings, lambda given: given.quotas),
        shared=of(Container.shared_rate_limiter),
        own=of(Container.process_rate_limiter),
        clients=of(clients),
        clock=of(Container.clock),
        on=read(Container.settings, lambda given: given.rate_limits),
    )
    live_sessions = single(
        LiveSessions,
        read(Container.reads, lambda reads: reads.sessions),
        of(Container.clock),
        seconds=read(Container.settings, lambda given: given.session_cache_seconds),
    )
    request_guard = single(
        RequestGuard,
        of(Container.access_tokens),
        of(live_sessions),
        of(Container.clock),
        https=of(https),
        limits=of(route_limits),
        addresses=of(address_guard),
        auditing=of(single(Auditing, of(Container.executor), of(clients))),
        two_factors=read(Container.settings, lambda given: given.second_factor_roles),
        session_cookies=of(session_cookies),
    )
    live_hub = single(
        LiveHub,
        of(Container.reads),
        of(Container.clock),
        read(Container.settings, lambda given: given.live_streams),
    )
    listening = single(
        Listening, read(Container.database, lambda database: database.signals()), of(live_sessions), of(live_hub)
    )
    live_sockets = single(
        LiveSockets,
        of(live_hub),
        of(
            single(
                SocketGuard,
                of(Container.access_tokens),
                of(live_sessions),
                of(Container.clock),
                https=of(https),
                limits=of(route_limits),
                addresses=of(address_guard),
                clients=of(clients),
                two_factors=read(Container.settings, lambda given: given.second_factor_roles),
                origins=read(Container.settings, own_origins),
            )
        ),
    )
    inbox_pages = single(Pages, ASSETS)
    inbox = single(inbox_of, of(Container.settings), of(Container.message_files))


def dependencies(container: HttpContainer) -> dict[str, Provide]:
    """Litestar's dependencies: every provider of the container, and the values of a request, by name."""
    return {name: _provide(provider) for name, provider in container.providers.items()} | {
        name: _Dependency(read, sync_to_thread=False) for name, read in _OF_REQUEST.items()
    }


class _Dependency(Provide):
    """A dependency that equals only itself.

    For each handler, Litestar compares all dependencies with each other. Comparing them by attribute, as `Provide`
    does, takes a third of the API's start.
    """

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def _provide(provider: providers.Provider[object]) -> Provide:
    def provide() -> object:
        return provider()

    return _Dependency(provide, sync_to_thread=False)
