"""Errors of notifications."""

from booking_domain.shared.errors import Forbidden, NotFound, RuleViolated, Unavailable


class SmsUnavailable(Unavailable, code="sms.unavailable"):
    """No text message can be sent at the moment ({provider} gives no usable response); please try again."""

    provider: str


class SmsCapReached(Unavailable, code="sms.cap_reached"):
    """The limit of text messages in 24 hours is reached; please try again later."""


class UnverifiedNumberLimited(RuleViolated, code="sms.unverified_number_limited"):
    """Too many text messages were sent to a number that is not verified, or by this account to such numbers."""


class SmsRefused(RuleViolated, code="sms.refused"):
    """No text message can be sent to this number: {provider} rejects it permanently ({reason})."""

    provider: str
    reason: str


class EmailUnavailable(Unavailable, code="email.unavailable"):
    """No e-mail can be sent at the moment; please try again."""


class EmailRefused(RuleViolated, code="email.refused"):
    """No e-mail can be sent to this address: its server rejects it permanently ({reason})."""

    reason: str


class ChannelOff(RuleViolated, code="message.channel_off"):
    """This installation sends no messages by {channel}."""

    channel: str


class InvalidSmsSignature(Forbidden, code="sms.invalid_signature"):
    """The callback lacks a valid signature of the SMS provider."""


class InvalidBounceSignature(Forbidden, code="email.invalid_bounce_signature"):
    """The request lacks a valid signature of the mail server that reports bounces, made within five minutes."""


class ChatUnavailable(Unavailable, code="chat.unavailable"):
    """No message can be sent to this chat at the moment; please try again."""


class ChatBlocked(RuleViolated, code="chat.blocked"):
    """This chat accepts no messages."""


class InvalidWebhookSecret(Forbidden, code="telegram.invalid_secret"):
    """The request lacks the secret that Telegram was given."""


class MessageTemplateNotFound(NotFound, code="message.template_not_found"):
    """There is no such message template."""
