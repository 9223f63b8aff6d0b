"""What handlers are given by name, over what the container provides."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from entrypoints.container import Container
from entrypoints.http.accounts.attempts import LoginAttempts
from entrypoints.http.accounts.code_desk import CodeDesk
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.password_desk import PasswordDesk
from entrypoints.http.accounts.proofs import Prover
from entrypoints.http.accounts.second_factor_desk import SecondFactorDesk
from entrypoints.http.accounts.sessions import SignInDesk
from entrypoints.http.accounts.telegram_desk import TelegramDesk
from entrypoints.http.kit.auditing import Auditing
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.rate_limits import RouteLimits
from entrypoints.http.kit.request_guard import RequestGuard
from entrypoints.http.kit.transport import Https
from entrypoints.http.users.desk import AccountDesk


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


def _sign_in_desk(services: Services) -> SignInDesk:
    container, settings = services.container, services["settings"]
    return SignInDesk(
        executor=services["executor"],
        reads=services["reads"].users,
        hasher=container.password_hasher(),
        access_tokens=container.access_tokens(),
        refresh_tokens=container.refresh_tokens(),
        time_codes=container.time_codes(),
        clock=services["clock"],
        attempts=LoginAttempts(
            settings.quotas, limiter=container.shared_rate_limiter(), clock=services["clock"], on=settings.rate_limits
        ),
        contacts=ContactReader(settings.phone_country),
        secrets=container.secret_codes(),
        policy=container.password_policy(),
    )


def _code_desk(services: Services) -> CodeDesk:
    sign_in_desk: SignInDesk = services["sign_in_desk"]
    return CodeDesk(
        executor=services["executor"],
        reads=services["reads"].users,
        secrets=services.container.secret_codes(),
        contacts=sign_in_desk.contacts,
        sign_in_desk=sign_in_desk,
    )


def _password_desk(services: Services) -> PasswordDesk:
    return PasswordDesk(
        executor=services["executor"],
        reads=services["reads"].users,
        hasher=services.container.password_hasher(),
        secrets=services.container.secret_codes(),
        policy=services.container.password_policy(),
        codes=services["code_desk"],
    )


def _prover(services: Services) -> Prover:
    return Prover(services["reads"].users, services.container.password_hasher())


def _account_desk(services: Services) -> AccountDesk:
    return AccountDesk(
        executor=services["executor"],
        reads=services["reads"],
        prover=_prover(services),
        secrets=services.container.secret_codes(),
        contacts=services["code_desk"].contacts,
    )


def _telegram_desk(services: Services) -> TelegramDesk:
    return TelegramDesk(
        executor=services["executor"],
        reads=services["reads"],
        assertions=services.container.telegram_assertions(),
        clock=services["clock"],
        sign_in_desk=services["sign_in_desk"],
        prover=_prover(services),
    )


def _second_factor_desk(services: Services) -> SecondFactorDesk:
    return SecondFactorDesk(
        executor=services["executor"],
        prover=_prover(services),
        time_codes=services.container.time_codes(),
        required_of=services["settings"].second_factor_roles,
    )


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
    "gateway": lambda services: services.container.gateway(),
    "calendar_files": lambda services: services.container.calendar_files(),
    "callback_tokens": lambda services: services.container.callback_tokens(),
    "sms_callbacks": lambda services: services.container.sms_callbacks(),
    "sign_in_desk": _sign_in_desk,
    "code_desk": _code_desk,
    "password_desk": _password_desk,
    "account_desk": _account_desk,
    "telegram_desk": _telegram_desk,
    "second_factor_desk": _second_factor_desk,
}
"""How each is made, by the name of the handlers' parameter."""
