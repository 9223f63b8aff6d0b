"""The composition root: the only place that knows which adapter implements which port.

Tests and tools override a provider (`container.database.override(...)`) before the application is made from it.
"""

from dependency_injector import containers, providers

from adapters.calendars.files import ICalendarFiles
from adapters.calendars.reader import HttpFeedReader
from adapters.documents.renderer import TemplateDocuments
from adapters.images.sandboxed import SandboxedImages
from adapters.phone_numbers import LibPhoneNumbers
from adapters.postgres.database import Database
from adapters.postgres.edge_nonces import PostgresNonces
from adapters.postgres.gateway_tokens import PostgresTokenStore
from adapters.postgres.rate_limits import PostgresRateLimiter
from adapters.security.access_tokens import JwtAccessTokens
from adapters.security.action_link_tokens import HmacActionLinkTokens
from adapters.security.callback_tokens import HmacCallbackTokens
from adapters.security.clock import SystemClock
from adapters.security.common_passwords import CommonPasswords
from adapters.security.entropy import SystemEntropy
from adapters.security.keys import derived_keys
from adapters.security.link_codes import HmacLinkCodes
from adapters.security.not_me_tokens import HmacNotMeTokens
from adapters.security.one_time_codes import HmacSecretCodes
from adapters.security.passkeys import WebAuthnCeremonies
from adapters.security.passwords import Argon2PasswordHasher
from adapters.security.rate_limits import ProcessRateLimiter
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from adapters.sms.sender import SmsMessageSender
from adapters.sms.twilio import TwilioCallbacks
from adapters.smtp.bounces import HmacDeliveryReferences, SignedBounceReports
from adapters.telegram.assertions import TelegramBotAssertions
from adapters.telegram.bot_api import TelegramBotApi
from adapters.webhooks.sender import HttpWebhookSender
from booking_domain.files.model import MEGABYTE, UploadLimits
from booking_domain.identity.legal import LegalDocuments
from booking_domain.identity.login_quota import LoginQuota
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.security import Identity, SecurityPorts
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.push import PushRules
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import Entropy
from booking_domain.use_cases.bookings.action_links import ActionLinkLines
from booking_domain.use_cases.payments.not_me_lines import NotMeLines
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.languages.notices import GettextTranslator
from entrypoints.security_log import StructuredSecurityLog
from entrypoints.settings.main import Settings
from entrypoints.settings.messaging import SmsProvider
from entrypoints.settings.origins import current_origin
from entrypoints.telegram.bot import Bot
from entrypoints.telegram.screens import Parts
from entrypoints.wiring import messages, payments, security, storage
from entrypoints.wiring.security import key_for, keyed
from entrypoints.wiring.typed import later, of, read, single


def make_executor(
    settings: Settings,
    *,
    database: Database,
    clock: Clock,
    entropy: Entropy,
    security_ports: SecurityPorts,
    legal_documents: LegalDocuments,
    gateways: Gateways,
    push_rules: PushRules,
) -> Executor[Repositories]:
    """What runs use cases, with the configuration that they find by `UseCaseContext.get`."""
    return Executor(
        begin=database.begin,
        clock=clock,
        entropy=entropy,
        origin=current_origin,
        ports=(
            security_ports,
            legal_documents,
            gateways.chargeable,
            messages.make_endpoint_rules(settings),
            UploadLimits(bytes=settings.storage.quota_megabytes * MEGABYTE),
            push_rules,
            settings.deadlines,
            settings.upcoming,
            settings.review_bursts,
        ),
    )


def make_legal_documents(settings: Settings) -> LegalDocuments:
    return settings.legal_documents


class Container(containers.DeclarativeContainer):
    """Every object that lives as long as the process: `Container(settings=...)`."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)

    clock = single(SystemClock)
    entropy = single(SystemEntropy)

    field_cipher = single(security.make_field_cipher, of(settings))
    database = single(storage.make_database, of(settings), of(field_cipher))
    reads = single(storage.make_reads, of(database))
    process_rate_limiter = single(ProcessRateLimiter)
    postgres_rate_limiter = single(PostgresRateLimiter, of(database))
    shared_rate_limiter = single(
        storage.make_shared_rate_limiter,
        of(settings),
        memory=later(process_rate_limiter),
        postgres=later(postgres_rate_limiter),
    )

    password_hasher = single(Argon2PasswordHasher)
    password_policy = single(
        PasswordPolicy,
        known=of(single(CommonPasswords)),
        composition=read(settings, lambda given: given.password_composition),
    )
    secret_codes = single(HmacSecretCodes, of(single(key_for("one-time-codes"), of(settings))))
    time_codes = single(security.make_time_codes, of(settings))
    access_tokens = single(keyed(JwtAccessTokens, "access-tokens"), of(settings))
    refresh_tokens = single(OpaqueRefreshTokens)
    telegram_assertions = single(
        TelegramBotAssertions,
        read(settings, lambda given: given.telegram.bot_tokens),
        freshness=read(settings, lambda given: given.telegram.freshness),
    )
    openid_providers = single(security.make_openid_providers, of(settings))
    documents = single(TemplateDocuments)
    phone_numbers = single(LibPhoneNumbers, read(settings, lambda given: given.phone_country))
    login_quota = single(
        LoginQuota,
        read(settings, lambda given: given.quotas),
        limiter=of(shared_rate_limiter),
        clock=of(clock),
        on=read(settings, lambda given: given.rate_limits),
    )
    legal_documents = single(make_legal_documents, of(settings))
    passkey_ceremonies = single(
        WebAuthnCeremonies,
        read(settings, lambda given: given.passkeys.domain),
        read(settings, lambda given: given.passkeys.origins),
        read(settings, lambda given: given.brand.name),
    )
    security_ports = single(
        SecurityPorts,
        secret_codes=of(secret_codes),
        time_codes=of(time_codes),
        refresh_tokens=of(refresh_tokens),
        password_policy=of(password_policy),
        passkeys=of(passkey_ceremonies),
        default_time_zone=read(settings, lambda given: given.default_time_zone),
        second_factor_roles=read(settings, lambda given: given.second_factor_roles),
    )
    callback_tokens = single(keyed(HmacCallbackTokens, "payment-callbacks"), of(settings))

    qpay_gateway = single(
        payments.make_qpay_gateway,
        of(settings),
        of(callback_tokens),
        of(single(PostgresTokenStore, of(database), "qpay")),
    )
    qpay_edge_gateway = single(payments.make_qpay_edge_gateway, of(settings), clock=of(clock))
    edge_nonces = single(PostgresNonces, of(database))
    edge_notifications = single(payments.make_edge_notifications, of(settings), of(edge_nonces), of(clock))
    stripe_gateway = single(payments.make_stripe_gateway, of(settings))
    stripe_events = single(payments.make_stripe_events, of(settings))
    gateway_makers = single(
        payments.gateway_makers,
        qpay=later(qpay_gateway),
        edge=later(qpay_edge_gateway),
        stripe=later(stripe_gateway),
    )
    gateway = single(payments.make_gateway, of(settings), of(gateway_makers))
    gateways = single(payments.make_gateways, of(settings), of(gateway), of(gateway_makers))

    push_rules = single(messages.make_push_rules, of(settings))
    executor = single(
        make_executor,
        of(settings),
        database=of(database),
        clock=of(clock),
        entropy=of(entropy),
        security_ports=of(security_ports),
        legal_documents=of(legal_documents),
        gateways=of(gateways),
        push_rules=of(push_rules),
    )
    identity = single(
        Identity,
        executor=of(executor),
        reads=of(reads),
        clock=of(clock),
        default_locale=read(settings, lambda given: given.default_language),
        security=of(security_ports),
        password_hasher=of(password_hasher),
        access_tokens=of(access_tokens),
        telegram=of(telegram_assertions),
        openid=of(openid_providers),
        phone_numbers=of(phone_numbers),
        login_quota=of(login_quota),
        log=of(single(StructuredSecurityLog)),
        phone_codes=read(settings, lambda given: given.sms.service != SmsProvider.NONE),
    )
    link_codes = single(keyed(HmacLinkCodes, "telegram-links"), of(settings))
    chats = single(
        TelegramBotApi,
        read(settings, lambda given: given.telegram.bot_token),
        api_url=read(settings, lambda given: given.telegram.api_url),
    )
    bot = single(
        Bot,
        of(chats),
        of(
            single(
                Parts,
                executor=of(executor),
                reads=of(reads),
                clock=of(clock),
                gateways=of(gateways),
            )
        ),
        of(link_codes),
        name=read(settings, lambda given: given.telegram.bot_name),
        refused=read(settings, lambda given: given.second_factor_roles),
    )
    local_storage = single(storage.make_local_storage, of(settings), of(clock))
    object_storage = single(storage.make_object_storage, of(settings), later(local_storage))
    image_encoder = single(SandboxedImages)
    file_checks = single(storage.make_file_checks, of(settings), of(object_storage), of(image_encoder))
    calendar_files = single(ICalendarFiles)
    feed_reader = single(HttpFeedReader, allow_private=read(settings, lambda given: given.feeds_allow_private))
    webhook_sender = single(HttpWebhookSender, allow_private=read(settings, lambda given: given.webhooks_allow_private))

    message_files = single(messages.make_message_files, of(settings))
    translator = single(GettextTranslator, read(settings, lambda given: given.default_language))
    sms_sender = single(messages.make_sms_sender, of(settings), of(clock))
    sms_callbacks = single(TwilioCallbacks, read(settings, lambda given: given.sms.twilio_auth_token))
    csrf_key = single(key_for("csrf-tokens"), of(settings))
    previous_csrf_keys = single(derived_keys, read(settings, lambda given: given.previous_secret_keys), "csrf-tokens")
    link_visitor_key = single(key_for("booking-link-visitors"), of(settings))
    familiar_network_key = single(key_for("familiar-networks"), of(settings))
    sms_recipient_key = single(key_for("sms-recipients"), of(settings))
    delivery_references = single(keyed(HmacDeliveryReferences, "delivery-references"), of(settings))
    bounce_reports = single(
        SignedBounceReports, read(settings, lambda given: given.email.bounce_secret), of(delivery_references)
    )
    web_push = single(messages.make_web_push, of(settings), of(clock))
    email_message_sender = single(messages.make_email_sender, of(settings), of(delivery_references))
    sms_message_sender = single(
        SmsMessageSender,
        sender=of(sms_sender),
        executor=of(executor),
        recipient_key=of(sms_recipient_key),
        most_per_day=read(settings, lambda given: given.sms.most_per_day),
    )
    message_sender = single(
        messages.make_message_sender,
        of(settings),
        email=of(email_message_sender),
        sms=of(sms_message_sender),
        push=of(single(messages.make_push_sender, of(settings), of(web_push), of(reads), of(executor), of(clock))),
        chats=of(chats),
    )
    unsubscribe_tokens = single(keyed(HmacUnsubscribeTokens, "unsubscribe"), of(settings))
    action_link_tokens = single(keyed(HmacActionLinkTokens, "action-links"), of(settings))
    not_me_tokens = single(keyed(HmacNotMeTokens, "not-me-links"), of(settings))
    attachments = single(
        messages.make_attachments,
        of(settings),
        of(calendar_files),
        of(unsubscribe_tokens),
        of(
            single(
                ActionLinkLines,
                web_url=read(settings, lambda given: given.web_url),
                tokens=of(action_link_tokens),
                translator=of(translator),
            )
        ),
        of(
            single(
                NotMeLines,
                web_url=read(settings, lambda given: given.web_url),
                tokens=of(not_me_tokens),
                translator=of(translator),
            )
        ),
    )
    code_messenger = single(
        MessageCodes,
        brand=read(settings, lambda given: given.brand.name),
        email=of(email_message_sender),
        sms=of(sms_message_sender),
        translator=of(translator),
        clock=of(clock),
        entropy=of(entropy),
    )
