"""The container of the API process: everything of `Container`, and the HTTP kit over it."""

from collections.abc import Callable, Iterable, Iterator
from inspect import signature
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Router
from litestar.di import Provide
from litestar.routes import HTTPRoute

from booking_domain.flags.ports import Flags
from entrypoints.container import Container
from entrypoints.http.docs.inbox import Inbox, Pages
from entrypoints.http.docs.routes import ASSETS
from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.answers import Answers, Lifetime
from entrypoints.http.kit.auditing import Auditing
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.computers import ProcessComputer
from entrypoints.http.kit.cross_origin import CrossOrigin
from entrypoints.http.kit.flags import KnownFlags
from entrypoints.http.kit.identities import (
    provide_actor,
    provide_caller,
    provide_client,
    provide_client_trace,
    provide_counted_as,
    provide_session_id,
)
from entrypoints.http.kit.injection import Dependency
from entrypoints.http.kit.known_answers import KnownAnswers
from entrypoints.http.kit.listening import Listening
from entrypoints.http.kit.live_sessions import LiveSessions
from entrypoints.http.kit.public_versions import KnownVersions
from entrypoints.http.kit.queries import read_query
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.request_guard import RequestGuard
from entrypoints.http.kit.running import provide_run
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.session_modes import provide_session_mode
from entrypoints.http.kit.stopping import Draining
from entrypoints.http.kit.transport import Https
from entrypoints.http.kit.turns import MAX_READING, MAX_READING_PER_CALLER, READING_AT_ONCE, Turns, provide_turn
from entrypoints.http.live.hub import LiveHub
from entrypoints.http.live.socket_guard import SocketGuard
from entrypoints.http.live.sockets import LiveSockets
from entrypoints.observe.port import MetricsPort
from entrypoints.settings.main import Environment
from entrypoints.wiring.root import single

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


class HttpContainer(Container):
    """A handler's parameter names what it receives: a provider of this container, or a value of the request."""

    process = "api"

    @single
    def computing(self) -> ProcessComputer:
        return ProcessComputer()

    @single
    def metrics_port(self) -> MetricsPort:
        given = self.settings()
        return self._metrics_port(given.observe.port, given.api_processes)

    @single
    def turns(self) -> Turns:
        return Turns(self.computing())

    @single
    def reading_turns(self) -> Turns:
        return Turns(
            self.computing(),
            at_once=READING_AT_ONCE,
            max_waiting=MAX_READING,
            max_cost_per_caller=MAX_READING_PER_CALLER,
        )

    @single
    def upload_turns(self) -> Turns:
        return Turns(self.computing())

    @single
    def draining(self) -> Draining:
        return Draining(self.settings().drain_seconds)

    @single
    def clients(self) -> Clients:
        return Clients(self.settings().trusted_proxies)

    @single
    def session_cookies(self) -> SessionCookies:
        return SessionCookies(
            self.key("csrf-tokens"),
            previous=self.previous_keys("csrf-tokens"),
            origins=self._own_origins(),
            life=self.settings().sign_in.refresh_token,
        )

    @single
    def address_guard(self) -> AddressGuard:
        return AddressGuard(
            self.reads().blocked_networks, self.clients(), self.clock(), admins=self.settings().admin_networks
        )

    @single
    def cross_origin(self) -> CrossOrigin:
        return CrossOrigin(self.settings().cors_origins)

    @single
    def https(self) -> Https:
        given = self.settings()
        return Https(self.clients(), given.public_url, required=given.require_https)

    @single
    def route_limits(self) -> RouteLimits:
        given = self.settings()
        return RouteLimits(
            given.quotas,
            shared=self.shared_rate_limiter(),
            own=self.process_rate_limiter(),
            clients=self.clients(),
            clock=self.clock(),
            on=given.rate_limits,
        )

    @single
    def live_sessions(self) -> LiveSessions:
        return LiveSessions(self.reads().sessions, self.clock(), seconds=self.settings().session_cache_seconds)

    @single
    def known_versions(self) -> KnownVersions:
        return KnownVersions(self.reads().public_versions, seconds=self.settings().cache.version_seconds)

    @single
    def known_flags(self) -> KnownFlags:
        return KnownFlags(self.reads().flag_rules)

    @single
    def flags(self) -> Flags:
        return self.known_flags()

    @single
    def answers(self) -> Answers:
        seconds = {each: getattr(self.settings().cache, each.value) for each in Lifetime}
        return Answers(
            self.answer_cache(), self.known_versions(), self.clock(), own=self.process_cache(), seconds=seconds
        )

    @single
    def known_answers(self) -> KnownAnswers:
        return KnownAnswers(self.answers(), self.https(), self.address_guard(), self.cross_origin())

    @single
    def request_guard(self) -> RequestGuard:
        return RequestGuard(
            self.access_tokens(),
            self.live_sessions(),
            self.clock(),
            https=self.https(),
            limits=self.route_limits(),
            addresses=self.address_guard(),
            auditing=Auditing(self.executor(), self.clients()),
            two_factors=self.settings().second_factor_roles,
            session_cookies=self.session_cookies(),
        )

    @single
    def live_hub(self) -> LiveHub:
        return LiveHub(self.reads(), self.clock(), self.settings().live_streams)

    @single
    def listening(self) -> Listening:
        return Listening(
            self.database().signals(),
            self.known_versions(),
            self.known_flags(),
            self.live_sessions(),
            self.live_hub(),
        )

    @single
    def live_sockets(self) -> LiveSockets:
        guard = SocketGuard(
            self.access_tokens(),
            self.live_sessions(),
            self.clock(),
            https=self.https(),
            limits=self.route_limits(),
            addresses=self.address_guard(),
            clients=self.clients(),
            two_factors=self.settings().second_factor_roles,
            origins=self._own_origins(),
        )
        return LiveSockets(self.live_hub(), guard)

    @single
    def inbox_pages(self) -> Pages:
        return Pages(ASSETS)

    @single
    def inbox(self) -> Inbox | None:
        """The messages that development writes to files; None in production."""
        return None if self.settings().environment is Environment.PRODUCTION else self.message_files()

    def _own_origins(self) -> tuple[str, ...]:
        """The origins of web pages that may use the API: its own, and the configured ones."""
        given = self.settings()
        own = urlsplit(given.public_url)
        return (f"{own.scheme}://{own.netloc}", *given.cors_origins)


def dependencies(container: HttpContainer, routers: Iterable[Router]) -> dict[str, Provide]:
    """Litestar's dependencies by name: values of a request, and the container's providers that the routers name.

    Litestar resolves all of them for each handler, so providers that nothing names would only delay the API's start.
    """
    named = {name for function in set(_functions(routers)) for name in signature(function).parameters}
    providers = {name: _provider(made) for name, made in container.providers.items() if name in named}
    return providers | {name: Dependency(read) for name, read in _OF_REQUEST.items()}


def _functions(routers: Iterable[Router]) -> Iterator[Callable[..., Any]]:
    """All that Litestar calls with values by name: handlers, and the dependencies of the request and of routers."""
    yield from _OF_REQUEST.values()
    for route in (route for router in routers for route in router.routes):
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]:
            yield handler.fn
            for layer in handler.ownership_layers:
                dependencies = (layer.dependencies or {}).values()
                yield from (each.dependency for each in dependencies if isinstance(each, Provide))


def _provider(provider: Callable[[], object]) -> Provide:
    def provide() -> object:
        return provider()

    return Dependency(provide)
