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
from entrypoints.http.auditing import Auditing
from entrypoints.http.clients import Clients
from entrypoints.http.doorkeeper import Doorkeeper
from entrypoints.http.rate_limits import RouteLimits
from entrypoints.http.transport import Https
from entrypoints.http.users.desk import AccountDesk


class Parts:
    """Each is made when it is first asked for, and is the same one from then on; the doorkeeper is there at once."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.clients = Clients(container.settings().trusted_proxies)
        self.doorkeeper = _doorkeeper(container, self.clients)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The part that a handler's parameter names."""
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = PARTS[name](self)
        return made


def _sign_in_desk(parts: Parts) -> SignInDesk:
    container, settings = parts.container, parts["settings"]
    return SignInDesk(
        executor=parts["executor"],
        reads=parts["reads"].users,
        hasher=container.password_hasher(),
        access_tokens=container.access_tokens(),
        refresh_tokens=container.refresh_tokens(),
        time_codes=container.time_codes(),
        clock=parts["clock"],
        attempts=LoginAttempts(
            settings.quotas, limiter=container.shared_rate_limiter(), clock=parts["clock"], on=settings.rate_limits
        ),
        contacts=ContactReader(settings.phone_country),
        secrets=container.secret_codes(),
        policy=container.password_policy(),
    )


def _code_desk(parts: Parts) -> CodeDesk:
    sign_in_desk: SignInDesk = parts["sign_in_desk"]
    return CodeDesk(
        executor=parts["executor"],
        reads=parts["reads"].users,
        secrets=parts.container.secret_codes(),
        contacts=sign_in_desk.contacts,
        sign_in_desk=sign_in_desk,
    )


def _password_desk(parts: Parts) -> PasswordDesk:
    return PasswordDesk(
        executor=parts["executor"],
        reads=parts["reads"].users,
        hasher=parts.container.password_hasher(),
        secrets=parts.container.secret_codes(),
        policy=parts.container.password_policy(),
        codes=parts["code_desk"],
    )


def _prover(parts: Parts) -> Prover:
    return Prover(parts["reads"].users, parts.container.password_hasher())


def _account_desk(parts: Parts) -> AccountDesk:
    return AccountDesk(
        executor=parts["executor"],
        reads=parts["reads"],
        prover=_prover(parts),
        secrets=parts.container.secret_codes(),
        contacts=parts["code_desk"].contacts,
    )


def _telegram_desk(parts: Parts) -> TelegramDesk:
    return TelegramDesk(
        executor=parts["executor"],
        reads=parts["reads"],
        assertions=parts.container.telegram_assertions(),
        clock=parts["clock"],
        sign_in_desk=parts["sign_in_desk"],
        prover=_prover(parts),
    )


def _second_factor_desk(parts: Parts) -> SecondFactorDesk:
    return SecondFactorDesk(
        executor=parts["executor"],
        prover=_prover(parts),
        time_codes=parts.container.time_codes(),
        required_of=parts["settings"].second_factor_roles,
    )


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


PARTS: Final[Mapping[str, Callable[[Parts], Any]]] = {
    "settings": lambda parts: parts.container.settings(),
    "clients": lambda parts: parts.clients,
    "clock": lambda parts: parts.container.clock(),
    "database": lambda parts: parts.container.database(),
    "executor": lambda parts: parts.container.executor(),
    "reads": lambda parts: parts.container.reads(),
    "gateway": lambda parts: parts.container.gateway(),
    "calendar_files": lambda parts: parts.container.calendar_files(),
    "callback_tokens": lambda parts: parts.container.callback_tokens(),
    "sms_callbacks": lambda parts: parts.container.sms_callbacks(),
    "sign_in_desk": _sign_in_desk,
    "code_desk": _code_desk,
    "password_desk": _password_desk,
    "account_desk": _account_desk,
    "telegram_desk": _telegram_desk,
    "second_factor_desk": _second_factor_desk,
}
"""How each is made, by the name of the handlers' parameter."""
