"""Messages over each channel, codes, and webhooks."""

from collections.abc import Mapping
from typing import Final, Protocol

import structlog

from adapters.console.files import MessageFiles
from adapters.console.sender import ConsoleMessageSender
from adapters.console.sms import ConsoleSmsSender
from adapters.kit.destinations import literal_is_allowed
from adapters.kit.email_page import Brand
from adapters.sms.disabled import DisabledSmsSender
from adapters.sms.kavenegar import KavenegarSmsSender
from adapters.sms.sender import SmsMessageSender
from adapters.sms.twilio import TwilioSmsSender
from adapters.smtp.bounces import HmacDeliveryReferences
from adapters.smtp.sender import SmtpMessageSender
from adapters.telegram.bot_api import TelegramBotApi
from adapters.web_push import WebPush, public_key
from booking_domain.identity.preferences import Unsubscription
from booking_domain.notifications.errors import ChannelOff
from booking_domain.notifications.ports import MessageSender, OutgoingMessage, SmsSender
from booking_domain.notifications.push import PushRules
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import RuleViolated
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.bookings.action_links import ActionLinkLines
from booking_domain.use_cases.bookings.appointment_details import MAPS
from booking_domain.use_cases.calendars.files import CalendarFiles
from booking_domain.use_cases.identity.unsubscribe import UnsubscribeTokens
from booking_domain.use_cases.messages.attachments import Attachments
from booking_domain.use_cases.messages.send_push import PushMessageSender
from booking_domain.use_cases.payments.not_me_lines import NotMeLines
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.webhooks.model import EndpointRules
from entrypoints.settings.main import Settings
from entrypoints.settings.messaging import EmailProvider, SmsProvider
from entrypoints.telegram.messages import TelegramMessageSender
from entrypoints.wiring.typed import Openable

log: Final = structlog.get_logger()


class OpenableSmsSender(SmsSender, Openable, Protocol): ...


class SenderByChannel(MessageSender):
    """Sends a message by the sender of its channel. Refuses a message for a channel that is off; logs refusals."""

    def __init__(self, senders: Mapping[str, MessageSender | None]) -> None:
        self._senders = senders

    async def send(self, message: OutgoingMessage) -> None:
        try:
            await self._send(message)
        except RuleViolated as refusal:
            log.warning("message.refused", channel=message.channel, id=str(message.id), code=refusal.code)
            raise

    async def _send(self, message: OutgoingMessage) -> None:
        sender = self._senders[message.channel]
        if sender is None:
            raise ChannelOff(channel=message.channel)
        await sender.send(message)


def _link_bases(settings: Settings) -> tuple[str, ...]:
    """The bases of the links in e-mails: of the platform, and of the maps to which it links."""
    return tuple(filter(None, (settings.public_url, settings.web_url, MAPS)))


def make_brand(settings: Settings) -> Brand:
    return Brand(settings.brand.name, settings.brand.colour, settings.brand.logo_url)


def make_message_files(settings: Settings) -> MessageFiles:
    return MessageFiles(settings.message_folder, make_brand(settings), _link_bases(settings))


def make_sms_sender(settings: Settings, clock: Clock) -> OpenableSmsSender:
    sms = settings.sms
    match sms.service:
        case SmsProvider.CONSOLE:
            return ConsoleSmsSender(settings.message_folder, clock)
        case SmsProvider.NONE:
            return DisabledSmsSender()
        case SmsProvider.TWILIO:
            return TwilioSmsSender(
                account_sid=sms.twilio_account_sid,
                auth_token=sms.twilio_auth_token,
                sender=sms.twilio_from,
                messaging_service_sid=sms.twilio_messaging_service_sid,
                status_callback=settings.sms_status_callback_url,
                base_url=sms.twilio_base_url,
                timeout_seconds=sms.timeout_seconds,
            )
        case SmsProvider.KAVENEGAR:
            return KavenegarSmsSender(
                api_key=sms.kavenegar_api_key,
                sender=sms.kavenegar_sender,
                base_url=sms.kavenegar_base_url,
                timeout_seconds=sms.timeout_seconds,
            )


def make_web_push(settings: Settings, clock: Clock) -> WebPush:
    return WebPush(
        settings.push.key,
        contact=settings.push.contact or settings.public_url,
        clock=clock,
        allow_private=settings.webhooks_allow_private,
    )


def make_push_rules(settings: Settings) -> PushRules:
    """Whether and where notifications are pushed."""
    key = public_key(settings.push.key) if settings.push.key else ""
    if settings.webhooks_allow_private:
        return PushRules(public_key=key, schemes=frozenset({"http", "https"}))
    return PushRules(public_key=key, services=settings.push.services)


def make_endpoint_rules(settings: Settings) -> EndpointRules:
    """Which URLs may be webhook endpoints."""
    if settings.webhooks_allow_private:
        return EndpointRules(schemes=frozenset({"http", "https"}))
    return EndpointRules(allows_host=literal_is_allowed)


def make_email_sender(settings: Settings, references: HmacDeliveryReferences) -> MessageSender:
    email = settings.email
    match email.service:
        case EmailProvider.CONSOLE:
            return ConsoleMessageSender(settings.message_folder)
        case EmailProvider.SMTP:
            return SmtpMessageSender(
                references,
                host=email.smtp_host,
                port=email.smtp_port,
                security=email.smtp_security,
                username=email.smtp_username,
                password=email.smtp_password,
                sender=email.sender,
                timeout_seconds=email.timeout_seconds,
                brand=make_brand(settings),
                bounce_address=email.bounce_address,
                own_urls=_link_bases(settings),
            )


def make_push_sender(
    settings: Settings, push: WebPush, reads: Reads, executor: Executor[Repositories], clock: Clock
) -> MessageSender | None:
    """None if nothing is pushed."""
    if not settings.push.key:
        return None
    return PushMessageSender(push=push, reads=reads.push_subscriptions, executor=executor, clock=clock)


def make_message_sender(
    settings: Settings,
    *,
    email: MessageSender,
    sms: SmsMessageSender,
    push: MessageSender | None,
    chats: TelegramBotApi,
) -> SenderByChannel:
    """Senders of channels that are off are None."""
    telegram = TelegramMessageSender(chats) if settings.telegram.bot_name else None
    texts: Mapping[SmsProvider, MessageSender | None] = {
        SmsProvider.CONSOLE: ConsoleMessageSender(settings.message_folder),
        SmsProvider.NONE: None,
    }
    text = texts.get(settings.sms.service, sms)
    return SenderByChannel({"email": email, "sms": text, "telegram": telegram, "push": push})


def make_attachments(
    settings: Settings,
    files: CalendarFiles,
    unsubscribing: UnsubscribeTokens,
    action_links: ActionLinkLines,
    not_me: NotMeLines,
) -> Attachments:
    def unsubscribe_url(user_id: UserId, unsubscription: Unsubscription) -> str:
        return settings.unsubscribe_url(unsubscribing.issue(user_id, unsubscription))

    return Attachments(
        files=files,
        organizer=settings.email.sender or "bookings@localhost",
        unsubscribe_url=unsubscribe_url,
        action_links=action_links,
        not_me=not_me,
    )
