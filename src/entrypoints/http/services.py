"""What handlers are given by name, over what the container provides."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from entrypoints.container import Container
from entrypoints.http.kit.auditing import Auditing
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.request_guard import RequestGuard
from entrypoints.http.kit.transport import Https


class Services:
    """Each is made when it is first asked for, and is the same one from then on; the request_guard is there at once."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.clients = Clients(container.settings().trusted_proxies)
        self.request_guard = _request_guard(container, self.clients)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The part that a handler's parameter names."""
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = SERVICES[name](self)
        return made


def _request_guard(container: Container, clients: Clients) -> RequestGuard:
    settings = container.settings()
    return RequestGuard(
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


SERVICES: Final[Mapping[str, Callable[[Services], Any]]] = {
    "settings": lambda services: services.container.settings(),
    "clients": lambda services: services.clients,
    "clock": lambda services: services.container.clock(),
    "database": lambda services: services.container.database(),
    "executor": lambda services: services.container.executor(),
    "reads": lambda services: services.container.reads(),
    "identity": lambda services: services.container.identity(),
    "gateway": lambda services: services.container.gateway(),
    "calendar_files": lambda services: services.container.calendar_files(),
    "callback_tokens": lambda services: services.container.callback_tokens(),
    "sms_callbacks": lambda services: services.container.sms_callbacks(),
}
"""How each is made, by the name of the handlers' parameter."""
