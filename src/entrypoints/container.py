"""The composition root: the only place that knows which adapter implements which port.

Tests and tools override a provider (`container.database.override(...)`) before the application is made from it.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from dependency_injector import containers, providers

from adapters.calendars.files import ICalendarFiles
from adapters.calendars.reader import HttpFeedReader
from adapters.circuit_breaker import GuardedGateway
from adapters.clamav import ClamAv, NoScanner
from adapters.console.codes import ConsoleCodeMessenger
from adapters.console.files import MessageFiles
from adapters.console.sender import ConsoleMessageSender
from adapters.console.sms import ConsoleSmsSender
from adapters.destinations import literal_is_allowed
from adapters.documents.renderer import TemplateDocuments
from adapters.images.sandboxed import SandboxedImages
from adapters.object_storage.local import LocalStorage
from adapters.openid.clients import AppleKey, Clients, OpenIdClient, apple, google
from adapters.openid.services import HttpOpenIdProviders
from adapters.phone_numbers import LibPhoneNumbers
from adapters.postgres.database import Database
from adapters.postgres.edge_nonces import PostgresNonces
from adapters.postgres.gateway_tokens import PostgresTokenStore
from adapters.postgres.rate_limits import PostgresRateLimiter
from adapters.qpay.gateway import QPayGateway
from adapters.qpay_edge.gateway import QPayEdgeGateway
from adapters.qpay_edge.notifications import EdgeNotifications
from adapters.qpay_edge.signatures import CallVerifier
from adapters.security.access_tokens import JwtAccessTokens
from adapters.security.action_link_tokens import HmacActionLinkTokens
from adapters.security.callback_tokens import HmacCallbackTokens
from adapters.security.clock import SystemClock
from adapters.security.common_passwords import CommonPasswords
from adapters.security.encryption import AesGcmFieldCipher
from adapters.security.entropy import SystemEntropy
from adapters.security.keys import derived_key, derived_keys
from adapters.security.link_codes import HmacLinkCodes
from adapters.security.not_me_tokens import HmacNotMeTokens
from adapters.security.one_time_codes import HmacSecretCodes
from adapters.security.passkeys import WebAuthnCeremonies
from adapters.security.passwords import Argon2PasswordHasher
from adapters.security.rate_limits import ProcessRateLimiter
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from adapters.security.time_codes import TotpTimeCodes
from adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from adapters.sms.codes import SmsCodeMessenger
from adapters.sms.disabled import DisabledSmsSender
from adapters.sms.kavenegar import KavenegarSmsSender
from adapters.sms.sender import SmsMessageSender
from adapters.sms.twilio import TwilioCallbacks, TwilioSmsSender
from adapters.smtp.bounces import SignedBounceReports
from adapters.smtp.codes import SmtpCodeMessenger
from adapters.smtp.mailer import SmtpMailer
from adapters.smtp.references import HmacDeliveryReferences
from adapters.smtp.sender import SmtpMessageSender
from adapters.telegram.assertions import TelegramBotAssertions
from adapters.telegram.bot_api import TelegramBotApi
from adapters.web_push import WebPush, public_key
from adapters.webhooks.sender import HttpWebhookSender
from booking_domain.files.model import MEGABYTE, UploadLimits
from booking_domain.files.ports import MalwareScanner
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.login_quota import LoginQuota
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.preferences import Unsubscription
from booking_domain.identity.security import Identity, SecurityPorts
from booking_domain.identity.unsubscribing import UnsubscribeTokens
from booking_domain.notifications.codes import CodesByAddress
from booking_domain.notifications.push import PushRules
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.ports import CallbackTokens, GatewayEvents, PaymentGateway
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PaymentId, SmsId, UserId
from booking_domain.webhooks.model import EndpointRules
from booking_domain.workflows.action_links import ActionLinkLines
from booking_domain.workflows.enclosures import Enclosures
from booking_domain.workflows.files import FileChecks
from booking_domain.workflows.not_me_lines import NotMeLines
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.remind import MAPS
from booking_domain.workflows.send_push import PushMessageSender
from entrypoints.languages.notices import GettextTranslator
from entrypoints.message_senders import SenderByChannel
from entrypoints.messaging_settings import PushSettings, SmsProvider
from entrypoints.openid_settings import OpenIdSettings
from entrypoints.origins import current_origin
from entrypoints.payment_settings import QPAY, QPAY_EDGE, STRIPE, EdgeSettings, StripeSettings
from entrypoints.security_log import StructuredSecurityLog
from entrypoints.settings import Settings
from entrypoints.storage_settings import StorageSettings
from entrypoints.telegram.bot import Bot
from entrypoints.telegram.messages import TelegramMessageSender
from entrypoints.telegram.screens import Parts


def unsubscribe_urls(public_url: str, tokens: UnsubscribeTokens) -> Callable[[UserId, Unsubscription], str]:
    """The address that ends a user's messages of a kind over a channel."""

    def url(user_id: UserId, unsubscription: Unsubscription) -> str:
        return f"{public_url}/api/v1/notifications/unsubscribe?token={tokens.issue(user_id, unsubscription)}"

    return url


def organizer(sender: str) -> str:
    """The sender address of calendar invitations."""
    return sender or "bookings@localhost"


def own_urls(public_url: str, web_url: str) -> tuple[str, ...]:
    """The bases of the links in e-mails: of the platform, and of the maps to which it links."""
    return tuple(filter(None, (public_url, web_url, MAPS)))


def callback_urls(public_url: str, tokens: CallbackTokens) -> Callable[[PaymentId], str]:
    """The callback URL of each payment, which contains an unguessable token."""

    def callback_url(payment_id: PaymentId) -> str:
        return f"{public_url}/api/v1/webhooks/qpay/{payment_id}?token={tokens.issue(payment_id)}"

    return callback_url


def stripe_gateway(stripe: StripeSettings) -> PaymentGateway:
    """The gateway Stripe. Its SDK is imported only where it is used, because that takes a second."""
    from adapters.stripe.gateway import StripeGateway  # noqa: PLC0415

    return StripeGateway(secret_key=stripe.secret_key, base_url=stripe.base_url)


def stripe_events(webhook_secrets: tuple[str, ...]) -> GatewayEvents:
    """The verifier of Stripe's events."""
    from adapters.stripe.events import StripeEvents  # noqa: PLC0415

    return StripeEvents(webhook_secrets)


def gateways_of(
    default: PaymentGateway,
    further: Iterable[str],
    by_name: Mapping[str, Callable[[], PaymentGateway]],
    *,
    authorise_deposits: bool,
) -> Gateways:
    """The gateway for new payments, and the others, each behind a circuit breaker."""
    further_ones = (GuardedGateway(by_name[name]()) for name in further)
    return Gateways(
        GuardedGateway(default),
        *further_ones,
        aliases={QPAY: QPAY_EDGE, QPAY_EDGE: QPAY},
        authorise_deposits=authorise_deposits,
    )


def edge_notification_url(public_url: str) -> str:
    """The URL that the Worker in front of QPay calls."""
    return f"{public_url}/api/v1/webhooks/qpay-edge"


def edge_keys(edge: EdgeSettings) -> tuple[str, ...]:
    """The keys with which the Worker may sign."""
    return (edge.key, *edge.accepted_keys)


def issuer_of(public_url: str) -> str:
    """The issuer that authenticator apps show: the host of the public URL."""
    return urlsplit(public_url).hostname or "booking"


def sms_status_callbacks(public_url: str) -> Callable[[SmsId], str]:
    """The status callback URL of each message; Twilio signs its requests."""

    def status_callback(message_id: SmsId) -> str:
        return f"{public_url}/api/v1/webhooks/sms/twilio?message={message_id}"

    return status_callback


def openid_clients(openid: OpenIdSettings) -> Clients:
    """The platform's clients at the services that are configured."""
    found: dict[IdentityProvider, OpenIdClient] = {}
    if openid.google_client_id:
        found[IdentityProvider.GOOGLE] = google(
            openid.google_issuer, openid.google_client_id, openid.google_client_secret
        )
    if openid.apple_client_id:
        key = AppleKey(team_id=openid.apple_team_id, key_id=openid.apple_key_id, private_key=openid.apple_private_key)
        found[IdentityProvider.APPLE] = apple(openid.apple_issuer, openid.apple_client_id, key)
    return found


def endpoint_rules(allow_private: bool) -> EndpointRules:  # noqa: FBT001 - a setting, passed by the container
    """Which URLs may be webhook endpoints."""
    if allow_private:
        return EndpointRules(schemes=frozenset({"http", "https"}))
    return EndpointRules(allows_host=literal_is_allowed)


def push_rules(push: PushSettings, *, allow_private: bool) -> PushRules:
    """Whether and where notifications are pushed."""
    key = public_key(push.key) if push.key else ""
    if allow_private:
        return PushRules(public_key=key, schemes=frozenset({"http", "https"}))
    return PushRules(public_key=key, services=push.services)


def push_contact(contact: str, public_url: str) -> str:
    """The address at which push services can reach the operator."""
    return contact or public_url


def s3_storage(storage: StorageSettings) -> Any:
    """The storage that speaks the S3 API. Its SDK is imported only where it is used, because that takes a second."""
    from adapters.object_storage.s3 import S3Storage  # noqa: PLC0415

    return S3Storage(
        endpoint=storage.endpoint,
        access_key=storage.access_key,
        secret_key=storage.secret_key,
        bucket=storage.bucket,
        public_bucket=storage.public_bucket,
        public_url=storage.public_url,
        region=storage.region,
    )


def malware_scanner(address: tuple[str, int] | None) -> MalwareScanner:
    """ClamAV, if its address is configured."""
    return NoScanner() if address is None else ClamAv(*address)


def upload_limits(quota_megabytes: int) -> UploadLimits:
    """The limits of uploads for each account."""
    return UploadLimits(bytes=quota_megabytes * MEGABYTE)


class Container(containers.DeclarativeContainer):
    """Every object that lives as long as the process: `Container(settings=...)`."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    entropy = providers.Singleton(SystemEntropy)

    field_cipher = providers.Singleton(
        AesGcmFieldCipher,
        settings.provided.encryption_key,
        settings.provided.blind_index_key,
        previous=settings.provided.previous_encryption_keys,
    )
    database = providers.Singleton(
        Database,
        settings.provided.database_url,
        cipher=field_cipher,
        pool_size=settings.provided.pool_size,
        pool_timeout=settings.provided.pool_timeout,
    )
    reads: providers.Singleton[Reads] = providers.Singleton(operator.attrgetter("reads"), database)
    process_rate_limiter = providers.Singleton(ProcessRateLimiter)
    postgres_rate_limiter = providers.Singleton(PostgresRateLimiter, database)
    shared_rate_limiter = providers.Selector(
        settings.provided.rate_limit_storage, memory=process_rate_limiter, postgres=postgres_rate_limiter
    )

    password_hasher = providers.Singleton(Argon2PasswordHasher)
    password_policy = providers.Singleton(
        PasswordPolicy, known=providers.Singleton(CommonPasswords), composition=settings.provided.password_composition
    )
    secret_codes = providers.Singleton(
        HmacSecretCodes, providers.Callable(derived_key, settings.provided.secret_key, "one-time-codes")
    )
    time_codes = providers.Singleton(TotpTimeCodes, providers.Callable(issuer_of, settings.provided.public_url))
    access_tokens = providers.Singleton(
        JwtAccessTokens,
        providers.Callable(derived_key, settings.provided.secret_key, "access-tokens"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "access-tokens"),
    )
    refresh_tokens = providers.Singleton(OpaqueRefreshTokens)
    telegram_assertions = providers.Singleton(
        TelegramBotAssertions,
        settings.provided.telegram.bot_tokens,
        freshness=settings.provided.telegram.freshness,
    )
    openid_providers = providers.Singleton(
        HttpOpenIdProviders,
        providers.Callable(openid_clients, settings.provided.openid),
        redirect_uri=providers.Callable("{}/api/v1/auth/openid/callback".format, settings.provided.public_url),
        key=providers.Callable(derived_key, settings.provided.secret_key, "openid-flows"),
    )
    documents = providers.Singleton(TemplateDocuments)
    phone_numbers = providers.Singleton(LibPhoneNumbers, settings.provided.phone_country)
    login_quota = providers.Singleton(
        LoginQuota,
        settings.provided.quotas,
        limiter=shared_rate_limiter,
        clock=clock,
        on=settings.provided.rate_limits,
    )
    legal_documents = providers.Callable(operator.attrgetter("legal_documents"), settings)
    passkey_ceremonies = providers.Singleton(
        WebAuthnCeremonies,
        settings.provided.passkeys.domain,
        settings.provided.passkeys.origins,
    )
    security_ports = providers.Singleton(
        SecurityPorts,
        secret_codes=secret_codes,
        time_codes=time_codes,
        refresh_tokens=refresh_tokens,
        password_policy=password_policy,
        passkeys=passkey_ceremonies,
        second_factor_roles=settings.provided.second_factor_roles,
    )
    callback_tokens = providers.Singleton(
        HmacCallbackTokens,
        providers.Callable(derived_key, settings.provided.secret_key, "payment-callbacks"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "payment-callbacks"),
    )

    qpay_gateway = providers.Singleton(
        QPayGateway,
        base_url=settings.provided.qpay.base_url,
        username=settings.provided.qpay.username,
        password=settings.provided.qpay.password,
        invoice_code=settings.provided.qpay.invoice_code,
        callback_url=providers.Callable(callback_urls, settings.provided.public_url, callback_tokens),
        token_store=providers.Singleton(PostgresTokenStore, database, "qpay"),
    )

    qpay_edge_gateway = providers.Singleton(
        QPayEdgeGateway,
        base_url=settings.provided.edge.url,
        key=settings.provided.edge.key,
        clock=clock,
        return_url=settings.provided.public_url,
        notify_url=providers.Callable(edge_notification_url, settings.provided.public_url),
    )
    edge_nonces = providers.Singleton(PostgresNonces, database)
    edge_notifications = providers.Singleton(
        EdgeNotifications,
        providers.Singleton(
            CallVerifier, providers.Callable(edge_keys, settings.provided.edge), nonces=edge_nonces, clock=clock
        ),
    )

    stripe_gateway = providers.Singleton(stripe_gateway, settings.provided.stripe)
    _gateways: Final[dict[str, providers.Provider[Any]]] = {
        QPAY: qpay_gateway,
        QPAY_EDGE: qpay_edge_gateway,
        STRIPE: stripe_gateway,
    }
    gateway = providers.Selector(settings.provided.gateway, **_gateways)
    gateways = providers.Singleton(
        gateways_of,
        gateway,
        settings.provided.further_gateways,
        providers.Dict(
            {
                QPAY: qpay_gateway.provider,
                QPAY_EDGE: qpay_edge_gateway.provider,
                STRIPE: stripe_gateway.provider,
            }
        ),
        authorise_deposits=settings.provided.authorise_deposits,
    )
    stripe_events = providers.Singleton(stripe_events, settings.provided.stripe.webhook_secrets)

    push_rules = providers.Singleton(
        push_rules, settings.provided.push, allow_private=settings.provided.webhooks_allow_private
    )
    executor: providers.Singleton[Executor[Repositories]] = providers.Singleton(
        Executor,
        begin=database.provided.begin,
        clock=clock,
        entropy=entropy,
        origin=providers.Object(current_origin),
        ports=providers.List(
            security_ports,
            legal_documents,
            gateways.provided.chargeable,
            providers.Callable(endpoint_rules, settings.provided.webhooks_allow_private),
            providers.Callable(upload_limits, settings.provided.storage.quota_megabytes),
            push_rules,
            settings.provided.upcoming,
            settings.provided.review_bursts,
        ),
    )
    identity = providers.Singleton(
        Identity,
        executor=executor,
        reads=reads,
        clock=clock,
        default_locale=settings.provided.default_language,
        security=security_ports,
        password_hasher=password_hasher,
        access_tokens=access_tokens,
        telegram=telegram_assertions,
        openid=openid_providers,
        phone_numbers=phone_numbers,
        login_quota=login_quota,
        log=providers.Singleton(StructuredSecurityLog),
        phone_codes=providers.Callable(operator.ne, settings.provided.sms.service, SmsProvider.NONE),
    )
    link_codes = providers.Singleton(
        HmacLinkCodes,
        providers.Callable(derived_key, settings.provided.secret_key, "telegram-links"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "telegram-links"),
    )
    chats = providers.Singleton(
        TelegramBotApi, settings.provided.telegram.bot_token, api_url=settings.provided.telegram.api_url
    )
    bot = providers.Singleton(
        Bot,
        chats,
        providers.Singleton(
            Parts,
            executor=executor,
            reads=reads,
            clock=clock,
            gateways=gateways,
            payment_window=settings.provided.payment_window,
        ),
        link_codes,
        name=settings.provided.telegram.bot_name,
        refused=settings.provided.second_factor_roles,
    )
    local_storage = providers.Singleton(
        LocalStorage,
        providers.Callable(operator.truediv, settings.provided.data_dir, "objects"),
        base_url=providers.Callable("{}/objects".format, settings.provided.public_url),
        key=providers.Callable(derived_key, settings.provided.secret_key, "local-objects"),
        clock=clock,
    )
    object_storage = providers.Selector(
        settings.provided.storage.service,
        local=local_storage,
        r2=providers.Singleton(s3_storage, settings.provided.storage),
    )
    image_encoder = providers.Singleton(SandboxedImages)
    file_checks = providers.Singleton(
        FileChecks,
        storage=object_storage,
        images=image_encoder,
        scanner=providers.Singleton(malware_scanner, settings.provided.storage.clamav),
    )
    calendar_files = providers.Singleton(ICalendarFiles)
    feed_reader = providers.Singleton(HttpFeedReader, allow_private=settings.provided.feeds_allow_private)
    webhook_sender = providers.Singleton(HttpWebhookSender, allow_private=settings.provided.webhooks_allow_private)

    message_folder = providers.Callable(operator.truediv, settings.provided.data_dir, "messages")
    link_bases = providers.Callable(own_urls, settings.provided.public_url, settings.provided.web_url)
    message_files = providers.Singleton(MessageFiles, message_folder, link_bases)
    translator = providers.Singleton(GettextTranslator, settings.provided.default_language)
    sms_sender = providers.Selector(
        settings.provided.sms.service,
        console=providers.Singleton(ConsoleSmsSender, message_folder, clock),
        none=providers.Singleton(DisabledSmsSender),
        twilio=providers.Singleton(
            TwilioSmsSender,
            account_sid=settings.provided.sms.twilio_account_sid,
            auth_token=settings.provided.sms.twilio_auth_token,
            sender=settings.provided.sms.twilio_from,
            messaging_service_sid=settings.provided.sms.twilio_messaging_service_sid,
            status_callback=providers.Callable(sms_status_callbacks, settings.provided.public_url),
            base_url=settings.provided.sms.twilio_base_url,
            timeout_seconds=settings.provided.sms.timeout_seconds,
        ),
        kavenegar=providers.Singleton(
            KavenegarSmsSender,
            api_key=settings.provided.sms.kavenegar_api_key,
            sender=settings.provided.sms.kavenegar_sender,
            base_url=settings.provided.sms.kavenegar_base_url,
            timeout_seconds=settings.provided.sms.timeout_seconds,
        ),
    )
    sms_callbacks = providers.Singleton(TwilioCallbacks, settings.provided.sms.twilio_auth_token)
    csrf_key = providers.Callable(derived_key, settings.provided.secret_key, "csrf-tokens")
    previous_csrf_keys = providers.Callable(derived_keys, settings.provided.previous_secret_keys, "csrf-tokens")
    link_visitor_key = providers.Callable(derived_key, settings.provided.secret_key, "booking-link-visitors")
    sms_recipient_key = providers.Callable(derived_key, settings.provided.secret_key, "sms-recipients")
    mailer = providers.Singleton(
        SmtpMailer,
        host=settings.provided.email.smtp_host,
        port=settings.provided.email.smtp_port,
        security=settings.provided.email.smtp_security,
        username=settings.provided.email.smtp_username,
        password=settings.provided.email.smtp_password,
        sender=settings.provided.email.sender,
        timeout_seconds=settings.provided.email.timeout_seconds,
        bounce_address=settings.provided.email.bounce_address,
        own_urls=link_bases,
    )
    delivery_references = providers.Singleton(
        HmacDeliveryReferences,
        providers.Callable(derived_key, settings.provided.secret_key, "delivery-references"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "delivery-references"),
    )
    bounce_reports = providers.Singleton(
        SignedBounceReports, settings.provided.email.bounce_secret, delivery_references
    )
    console_sender = providers.Singleton(ConsoleMessageSender, message_folder)
    sms_message_sender = providers.Singleton(
        SmsMessageSender,
        sender=sms_sender,
        executor=executor,
        recipient_key=sms_recipient_key,
        most_per_day=settings.provided.sms.most_per_day,
    )
    web_push = providers.Singleton(
        WebPush,
        settings.provided.push.key,
        contact=providers.Callable(push_contact, settings.provided.push.contact, settings.provided.public_url),
        clock=clock,
        allow_private=settings.provided.webhooks_allow_private,
    )
    message_sender = providers.Singleton(
        SenderByChannel,
        providers.Dict(
            email=providers.Selector(
                settings.provided.email.service,
                console=console_sender,
                smtp=providers.Singleton(SmtpMessageSender, mailer, delivery_references),
            ),
            sms=providers.Selector(
                settings.provided.sms.service,
                console=console_sender,
                twilio=sms_message_sender,
                kavenegar=sms_message_sender,
                none=providers.Object(None),
            ),
            telegram=providers.Selector(
                settings.provided.telegram.messages,
                on=providers.Singleton(TelegramMessageSender, chats),
                off=providers.Object(None),
            ),
            push=providers.Selector(
                settings.provided.push.service,
                on=providers.Singleton(
                    PushMessageSender,
                    push=web_push,
                    reads=reads.provided.push_subscriptions,
                    executor=executor,
                    clock=clock,
                ),
                off=providers.Object(None),
            ),
        ),
    )
    unsubscribe_tokens = providers.Singleton(
        HmacUnsubscribeTokens,
        providers.Callable(derived_key, settings.provided.secret_key, "unsubscribe"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "unsubscribe"),
    )
    action_link_tokens = providers.Singleton(
        HmacActionLinkTokens,
        providers.Callable(derived_key, settings.provided.secret_key, "action-links"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "action-links"),
    )
    not_me_tokens = providers.Singleton(
        HmacNotMeTokens,
        providers.Callable(derived_key, settings.provided.secret_key, "not-me-links"),
        previous=providers.Callable(derived_keys, settings.provided.previous_secret_keys, "not-me-links"),
    )
    enclosures = providers.Singleton(
        Enclosures,
        files=calendar_files,
        organizer=providers.Callable(organizer, settings.provided.email.sender),
        unsubscribe_url=providers.Callable(unsubscribe_urls, settings.provided.public_url, unsubscribe_tokens),
        action_links=providers.Factory(
            ActionLinkLines, web_url=settings.provided.web_url, tokens=action_link_tokens, translator=translator
        ),
        not_me=providers.Factory(
            NotMeLines, web_url=settings.provided.web_url, tokens=not_me_tokens, translator=translator
        ),
    )
    code_messenger = providers.Singleton(
        CodesByAddress,
        to_email=providers.Selector(
            settings.provided.email.service,
            console=providers.Singleton(ConsoleCodeMessenger, message_folder, clock, translator),
            smtp=providers.Singleton(SmtpCodeMessenger, mailer, clock=clock, entropy=entropy, translator=translator),
        ),
        to_phone=providers.Singleton(
            SmsCodeMessenger,
            sender=sms_sender,
            executor=executor,
            recipient_key=sms_recipient_key,
            most_per_day=settings.provided.sms.most_per_day,
            translator=translator,
        ),
    )
