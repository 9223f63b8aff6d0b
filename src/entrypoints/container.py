"""The composition root: the only place that knows which adapter stands behind which port.

Tests and tools override a provider (`container.database.override(...)`) before the application is made from it.
"""

import operator
from collections.abc import Callable

from dependency_injector import containers, providers

from adapters.calendars.files import ICalendarFiles
from adapters.calendars.reader import HttpFeedReader
from adapters.console.codes import ConsoleCodeMessenger
from adapters.console.notifier import ConsoleNotifier
from adapters.postgres.database import Database
from adapters.postgres.gateway_tokens import PostgresTokenStore
from adapters.qpay.gateway import QPayGateway
from adapters.security.access_tokens import JwtAccessTokens
from adapters.security.callback_tokens import HmacCallbackTokens
from adapters.security.clock import SystemClock
from adapters.security.common_passwords import CommonPasswords
from adapters.security.entropy import SystemEntropy
from adapters.security.keys import derived_key
from adapters.security.one_time_codes import HmacSecretCodes
from adapters.security.passwords import Argon2PasswordHasher
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.permissions import authorise
from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import TransactionId
from booking_domain.workflows.ports import Repositories
from entrypoints.settings import Settings


def callback_urls(public_url: str, tokens: CallbackTokens) -> Callable[[TransactionId], str]:
    """Where the gateway tells that a transaction was paid: an address that nobody else can guess."""

    def callback_url(transaction_id: TransactionId) -> str:
        return f"{public_url}/api/v1/webhooks/qpay/{transaction_id}?token={tokens.issue(transaction_id)}"

    return callback_url


class Container(containers.DeclarativeContainer):
    """Everything that lives as long as the process. `Container(settings=...)` makes one."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    entropy = providers.Singleton(SystemEntropy)

    database = providers.Singleton(
        Database,
        settings.provided.database_url,
        pool_size=settings.provided.pool_size,
        pool_timeout=settings.provided.pool_timeout,
    )
    reads = database.provided.reads
    executor: providers.Singleton[Executor[Repositories]] = providers.Singleton(
        Executor, begin=database.provided.begin, clock=clock, entropy=entropy, authorise=providers.Object(authorise)
    )

    password_hasher = providers.Singleton(Argon2PasswordHasher)
    password_policy = providers.Singleton(
        PasswordPolicy, known=providers.Singleton(CommonPasswords), composition=settings.provided.password_composition
    )
    secret_codes = providers.Singleton(
        HmacSecretCodes, providers.Callable(derived_key, settings.provided.secret_key, "one-time-codes")
    )
    access_tokens = providers.Singleton(
        JwtAccessTokens, providers.Callable(derived_key, settings.provided.secret_key, "access-tokens")
    )
    refresh_tokens = providers.Singleton(OpaqueRefreshTokens)
    callback_tokens = providers.Singleton(
        HmacCallbackTokens, providers.Callable(derived_key, settings.provided.secret_key, "payment-callbacks")
    )

    gateway = providers.Singleton(
        QPayGateway,
        base_url=settings.provided.qpay.base_url,
        username=settings.provided.qpay.username,
        password=settings.provided.qpay.password,
        invoice_code=settings.provided.qpay.invoice_code,
        callback_url=providers.Callable(callback_urls, settings.provided.public_url, callback_tokens),
        token_store=providers.Singleton(PostgresTokenStore, database, "qpay"),
    )

    calendar_files = providers.Singleton(ICalendarFiles)
    feed_reader = providers.Singleton(HttpFeedReader, allow_private=settings.provided.feeds_allow_private)

    notifier = providers.Singleton(
        ConsoleNotifier, providers.Callable(operator.truediv, settings.provided.data_dir, "messages")
    )
    code_messenger = providers.Singleton(
        ConsoleCodeMessenger, providers.Callable(operator.truediv, settings.provided.data_dir, "messages"), clock
    )
