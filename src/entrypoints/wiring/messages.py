"""Messages over each channel, codes, and webhooks."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

import structlog

from adapters.calendars.files import ICalendarFiles
from adapters.console.files import MessageFiles
from adapters.console.sender import ConsoleMessageSender
from adapters.console.sms import ConsoleSmsSender
from adapters.documents.renderer import TemplateDocuments
from adapters.kit.email_page import Brand
from adapters.sms.disabled import DisabledSmsSender
from adapters.sms.kavenegar import KavenegarSmsSender
from adapters.sms.sender import SmsMessageSender
from adapters.sms.twilio import TwilioCallbacks, TwilioSmsSender
from adapters.smtp.bounces import HmacDeliveryReferences, SignedBounceReports
from adapters.smtp.sender import SmtpMessageSender
from adapters.telegram.bot_api import TelegramBotApi
from adapters.web_push import WebPush
from adapters.webhooks.sender import HttpWebhookSender
from booking_domain.identity.preferences import Unsubscription
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.errors import ChannelOff
from booking_domain.notifications.ports import MessageSender, OutgoingMessage, SmsSender
from booking_domain.notifications.sms import SmsPrices
from booking_domain.shared.documents import Document
from booking_domain.shared.errors import RuleViolated
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.bookings.action_links import ActionLinkLines
from booking_domain.use_cases.bookings.appointment_details import MAPS
from booking_domain.use_cases.messages.attachments import Attachments
from booking_domain.use_cases.messages.send_push import PushMessageSender
from booking_domain.use_cases.payments.not_me_lines import NotMeLines
from entrypoints.http.statistics.report import report_file
from entrypoints.languages.documents import said
from entrypoints.languages.notices import GettextTranslator
from entrypoints.settings.messaging import EmailProvider, SmsProvider
from entrypoints.telegram.messages import TelegramMessageSender
from entrypoints.wiring.root import Openable, single
from entrypoints.wiring.use_cases import UseCases

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


class Messages(UseCases):
    @single
    def translator(self) -> GettextTranslator:
        return GettextTranslator(self.settings().default_language)

    @single
    def brand(self) -> Brand:
        brand = self.settings().brand
        return Brand(brand.name, brand.colour, brand.logo_url)

    @single
    def message_files(self) -> MessageFiles:
        return MessageFiles(self.settings().message_folder, self.brand(), self._link_bases())

    @single
    def chats(self) -> TelegramBotApi:
        telegram = self.settings().telegram
        return TelegramBotApi(telegram.bot_token, api_url=telegram.api_url)

    @single
    def webhook_sender(self) -> HttpWebhookSender:
        return HttpWebhookSender(allow_private=self.settings().webhooks_allow_private)

    @single
    def sms_sender(self) -> OpenableSmsSender:
        given, sms = self.settings(), self.settings().sms
        match sms.service:
            case SmsProvider.CONSOLE:
                return ConsoleSmsSender(given.message_folder, self.clock())
            case SmsProvider.NONE:
                return DisabledSmsSender()
            case SmsProvider.TWILIO:
                return TwilioSmsSender(
                    account_sid=sms.twilio_account_sid,
                    auth_token=sms.twilio_auth_token,
                    sender=sms.twilio_from,
                    messaging_service_sid=sms.twilio_messaging_service_sid,
                    status_callback=given.sms_status_callback_url,
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

    @single
    def sms_callbacks(self) -> TwilioCallbacks:
        return TwilioCallbacks(self.settings().sms.twilio_auth_token)

    @single
    def sms_message_sender(self) -> SmsMessageSender:
        return SmsMessageSender(
            sender=self.sms_sender(),
            executor=self.executor(),
            recipient_key=self.key("sms-recipients"),
            most_per_day=self.settings().sms.most_per_day,
            country_of=self.phone_numbers().country,
        )

    @single
    def sms_prices(self) -> SmsPrices:
        return SmsPrices(dict(self.settings().sms.prices))

    @single
    def delivery_references(self) -> HmacDeliveryReferences:
        return self.keyed(HmacDeliveryReferences, "delivery-references")

    @single
    def bounce_reports(self) -> SignedBounceReports:
        return SignedBounceReports(self.settings().email.bounce_secret, self.delivery_references())

    @single
    def email_message_sender(self) -> MessageSender:
        email = self.settings().email
        match email.service:
            case EmailProvider.CONSOLE:
                return ConsoleMessageSender(self.settings().message_folder, self.clock().now())
            case EmailProvider.SMTP:
                return SmtpMessageSender(
                    self.delivery_references(),
                    host=email.smtp_host,
                    port=email.smtp_port,
                    security=email.smtp_security,
                    username=email.smtp_username,
                    password=email.smtp_password,
                    sender=email.sender,
                    timeout_seconds=email.timeout_seconds,
                    brand=self.brand(),
                    bounce_address=email.bounce_address,
                    own_urls=self._link_bases(),
                )

    @single
    def web_push(self) -> WebPush:
        given = self.settings()
        return WebPush(
            given.push.key,
            contact=given.push.contact or given.public_url,
            clock=self.clock(),
            allow_private=given.webhooks_allow_private,
        )

    @single
    def message_sender(self) -> MessageSender:
        """Senders of channels that are off are None."""
        given, push = self.settings(), None
        if given.push.key:
            push = PushMessageSender(
                push=self.web_push(),
                reads=self.reads().push_subscriptions,
                executor=self.executor(),
                clock=self.clock(),
            )
        by_channel = SenderByChannel(
            {
                "email": self.email_message_sender(),
                "sms": self._text_sender(),
                "telegram": TelegramMessageSender(self.chats()) if given.telegram.bot_name else None,
                "push": push,
            }
        )
        return self.metrics().counted(by_channel)

    @single
    def attachments(self) -> Attachments:
        given, unsubscribing, translator = self.settings(), self.unsubscribe_tokens(), self.translator()

        def unsubscribe_url(user_id: UserId, unsubscription: Unsubscription) -> str:
            return given.unsubscribe_url(unsubscribing.issue(user_id, unsubscription))

        def unsubscribe_page(user_id: UserId, unsubscription: Unsubscription) -> str:
            return f"{given.public_url}/unsubscribe#{unsubscribing.issue(user_id, unsubscription)}"

        return Attachments(
            files=self.calendar_files(),
            say=said,
            organizer=given.email.sender or "bookings@localhost",
            unsubscribe_url=unsubscribe_url,
            unsubscribe_page=unsubscribe_page if given.pages else None,
            action_links=ActionLinkLines(
                web_url=given.web_url,
                tokens=self.action_link_tokens(),
                translator=translator,
                charges=self.gateways().chargeable.accepts,
            ),
            not_me=NotMeLines(
                web_url=given.web_url,
                tokens=self.not_me_tokens(),
                life=given.sign_in.not_me_link,
                translator=translator,
            ),
            file_of=partial(report_file, pdf=self._pdf),
        )

    async def _pdf(self, document: Document) -> bytes:
        return await asyncio.to_thread(TemplateDocuments().pdf, document)

    @single
    def calendar_files(self) -> ICalendarFiles:
        return ICalendarFiles()

    @single
    def code_messenger(self) -> MessageCodes:
        return MessageCodes(
            brand=self.settings().brand.name,
            email=self.metrics().counted(self.email_message_sender()),
            sms=self.metrics().counted(self.sms_message_sender()),
            translator=self.translator(),
            clock=self.clock(),
            entropy=self.entropy(),
        )

    def _text_sender(self) -> MessageSender | None:
        match self.settings().sms.service:
            case SmsProvider.CONSOLE:
                return ConsoleMessageSender(self.settings().message_folder, self.clock().now())
            case SmsProvider.NONE:
                return None
            case _:
                return self.sms_message_sender()

    def _link_bases(self) -> tuple[str, ...]:
        """The bases of the links in e-mails: of the platform, and of the maps to which it links."""
        return tuple(filter(None, (self.settings().public_url, self.settings().web_url, MAPS)))
