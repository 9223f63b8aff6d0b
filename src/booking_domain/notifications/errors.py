"""Errors of notifications."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.shared.errors import Forbidden, NotFound, RuleViolated, Unavailable


@dataclass(eq=False, kw_only=True)
class SmsUnavailable(Unavailable):
    """No text message can be sent at the moment ({provider} gives no usable response); please try again."""

    code: ClassVar[str] = "sms.unavailable"
    provider: str


class SmsCapReached(Unavailable):
    """The limit of text messages in 24 hours is reached; please try again later."""

    code: ClassVar[str] = "sms.cap_reached"


class UnverifiedNumberLimited(RuleViolated):
    """Too many text messages were sent to a number that is not verified, or by this account to such numbers."""

    code: ClassVar[str] = "sms.unverified_number_limited"


@dataclass(eq=False, kw_only=True)
class SmsRefused(RuleViolated):
    """No text message can be sent to this number: {provider} rejects it permanently ({reason})."""

    code: ClassVar[str] = "sms.refused"
    provider: str
    reason: str


class EmailUnavailable(Unavailable):
    """No e-mail can be sent at the moment; please try again."""

    code: ClassVar[str] = "email.unavailable"


@dataclass(eq=False, kw_only=True)
class EmailRefused(RuleViolated):
    """No e-mail can be sent to this address: its server rejects it permanently ({reason})."""

    code: ClassVar[str] = "email.refused"
    reason: str


@dataclass(eq=False, kw_only=True)
class ChannelOff(RuleViolated):
    """This installation sends no messages by {channel}."""

    code: ClassVar[str] = "message.channel_off"
    channel: str


class InvalidSmsSignature(Forbidden):
    """The callback lacks a valid signature of the SMS provider."""

    code: ClassVar[str] = "sms.invalid_signature"


class InvalidBounceSignature(Forbidden):
    """The request lacks a valid signature of the mail server that reports bounces, made within five minutes."""

    code: ClassVar[str] = "email.invalid_bounce_signature"


class ChatUnavailable(Unavailable):
    """No message can be sent to this chat at the moment; please try again."""

    code: ClassVar[str] = "chat.unavailable"


class ChatBlocked(RuleViolated):
    """This chat accepts no messages."""

    code: ClassVar[str] = "chat.blocked"


class InvalidWebhookSecret(Forbidden):
    """The request lacks the secret that Telegram was given."""

    code: ClassVar[str] = "telegram.invalid_secret"


class MessageTemplateNotFound(NotFound):
    """There is no such message template."""

    code: ClassVar[str] = "message.template_not_found"
