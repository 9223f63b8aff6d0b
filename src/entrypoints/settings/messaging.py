"""Settings of text messages, e-mail, Web Push and Telegram."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from booking_domain.identity.model import normal_email
from booking_domain.notifications.sms import SmsCost
from booking_domain.shared.errors import InvalidValue
from booking_domain.use_cases.messages.send_messages import EMAILS_TO_UNVERIFIED
from entrypoints.settings.environment import (
    PORT,
    PRIVATE_TEXT,
    SECONDS,
    TEXT,
    TLS_URL,
    TOKEN,
    URL,
    Form,
    checked,
    duration,
    listed,
    matching,
    one_of,
    setting,
    whole,
)

_PUSH_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BOT_TOKEN: Final = matching(
    r"[0-9]{5,20}:[A-Za-z0-9_-]{30,100}", "must be like 123456789:AAE…, as BotFather issues it", secret=True
)
# With `+` and a reference of 52 characters, the part before the @ has 64 at most (RFC 5321 §4.5.3.1.1).
_BOUNCES_TO: Final = matching(
    r"[a-z0-9][a-z0-9._-]{0,10}@[a-z0-9-]+(\.[a-z0-9-]+)+",
    "must be an address with at most 11 letters and digits before the @",
)
_WITH_SMTP: Final = ("BOOKING_EMAIL_PROVIDER=smtp",)
_WITH_TWILIO: Final = ("BOOKING_SMS_PROVIDER=twilio",)


_PRICE_RULE: Final = "must be countries with the price of a segment and its currency, such as MN=0.05 USD, *=0.08 USD"


def _price(text: str) -> tuple[str, SmsCost]:
    found = re.fullmatch(r"([A-Z]{2}|\*) *= *([0-9]+(?:\.[0-9]{1,6})?) +([A-Z]{3})", text)
    if found is None:
        raise ValueError(text)
    try:
        return found[1], SmsCost.from_decimal(Decimal(found[2]), found[3])
    except InvalidValue as unknown:
        raise ValueError(text) from unknown


class SmsProvider(StrEnum):
    """The provider that sends text messages."""

    CONSOLE = "console"
    TWILIO = "twilio"
    KAVENEGAR = "kavenegar"
    NONE = "none"


class EmailProvider(StrEnum):
    """The provider that sends e-mail."""

    CONSOLE = "console"
    SMTP = "smtp"


def _is_push_key(key: str) -> bool:
    if _PUSH_KEY.fullmatch(key) is None:
        return False
    return 0 < int.from_bytes(urlsafe_b64decode(key + "="), "big") < _P256_ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """E-mail."""

    service: EmailProvider = setting(
        "BOOKING_EMAIL_PROVIDER",
        EmailProvider.CONSOLE,
        one_of(tuple(EmailProvider)).only_in_development(EmailProvider.CONSOLE),
        "`smtp`",
    )
    """`smtp`, or `console` (writes messages to files in the data folder; development only)."""
    sender: str = setting(
        "BOOKING_EMAIL_FROM",
        "",
        Form(parse=normal_email),
        "SPF, DKIM and DMARC of its domain are set up",
        required=_WITH_SMTP,
    )
    """The sender's address."""
    smtp_host: str = setting("SMTP_HOST", "", TEXT, required=_WITH_SMTP)
    """The server's host name."""
    smtp_port: int = setting("SMTP_PORT", 587, PORT)
    """The server's port."""
    smtp_security: str = setting(
        "SMTP_SECURITY", "starttls", one_of(("starttls", "tls", "none")).only_in_development("none")
    )
    """`starttls`, `tls` from the first byte (port 465), or `none`, in development only."""
    smtp_username: str = setting("SMTP_USERNAME", "", TEXT)
    """The account at the server; empty: no authentication."""
    smtp_password: str = setting("SMTP_PASSWORD", "", PRIVATE_TEXT)
    """The account's password."""
    timeout_seconds: float = setting("SMTP_TIMEOUT_SECONDS", 15, whole(1, 60))
    """The deadline for a response of the server."""
    unverified_per_day: int = setting("BOOKING_EMAIL_UNVERIFIED_PER_DAY", EMAILS_TO_UNVERIFIED, whole(1, 10_000))
    """The maximum number of messages, codes apart, to an address that its account has not verified, in any 24 hours."""
    bounce_address: str = setting(
        "BOOKING_EMAIL_BOUNCE_ADDRESS",
        "",
        _BOUNCES_TO,
        "`bounces@` a domain whose mail server passes bounces on; SPF of the domain is set up",
        required=("BOOKING_EMAIL_BOUNCE_SECRET",),
    )
    """The address for bounces; each e-mail adds `+` and a reference before the `@`. Empty: bounces go to the sender."""
    bounce_secret: str = setting(
        "BOOKING_EMAIL_BOUNCE_SECRET",
        "",
        TOKEN,
        "32 random letters and digits, the same at the mail server",
        required=("BOOKING_EMAIL_BOUNCE_ADDRESS",),
    )
    """The key with which the mail server signs bounces; empty: no bounce is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """Text messages.

    Only the variables of the chosen provider are used.
    """

    service: SmsProvider = setting(
        "BOOKING_SMS_PROVIDER",
        SmsProvider.CONSOLE,
        one_of(tuple(SmsProvider)).only_in_development(SmsProvider.CONSOLE),
        "`twilio`, `kavenegar` or `none`",
    )
    """`twilio`, `kavenegar`, `none` (no text messages and no codes to phones), or `console` (writes them to files in
    the data folder; development only)."""
    timeout_seconds: float = setting("BOOKING_SMS_TIMEOUT_SECONDS", 10, whole(1, 60))
    """The deadline for a response of the provider."""
    most_per_day: int = setting("BOOKING_SMS_PER_DAY", 10_000, whole(1, 10_000_000))
    """The maximum number of text messages to all numbers together in any 24 hours."""
    prices: tuple[tuple[str, SmsCost], ...] = setting("BOOKING_SMS_PRICES", (), listed(_price, _PRICE_RULE))
    """The price of a segment by country, for messages whose provider says no cost: `MN=0.05 USD, IR=1500 IRR, *=0.08
    USD`; `*` is any other country. Reports show it as an estimate."""
    twilio_account_sid: str = setting(
        "TWILIO_ACCOUNT_SID", "", matching(r"[A-Za-z0-9]+", "must consist of letters and digits"), required=_WITH_TWILIO
    )
    """The account at Twilio."""
    twilio_auth_token: str = setting("TWILIO_AUTH_TOKEN", "", PRIVATE_TEXT, required=_WITH_TWILIO)
    """The account's token; it also signs callbacks."""
    twilio_from: str = setting("TWILIO_FROM", "", TEXT, required=_WITH_TWILIO, unless="TWILIO_MESSAGING_SERVICE_SID")
    """The sender's number (E.164) or name, unless a Messaging Service chooses it."""
    twilio_messaging_service_sid: str = setting("TWILIO_MESSAGING_SERVICE_SID", "", TEXT)
    """The Messaging Service."""
    twilio_base_url: str = setting("TWILIO_BASE_URL", "https://api.twilio.com", TLS_URL)
    """Twilio's API."""
    kavenegar_api_key: str = setting(
        "KAVENEGAR_API_KEY", "", PRIVATE_TEXT, required=("BOOKING_SMS_PROVIDER=kavenegar",)
    )
    """The key of the account at Kavenegar."""
    kavenegar_sender: str = setting("KAVENEGAR_SENDER", "", TEXT)
    """The sender's line; empty: the account's default."""
    kavenegar_base_url: str = setting("KAVENEGAR_BASE_URL", "https://api.kavenegar.com", TLS_URL)
    """Kavenegar's API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """Notifications in browsers (Web Push)."""

    key: str = setting(
        "BOOKING_VAPID_PRIVATE_KEY",
        "",
        Form(
            parse=checked(_is_push_key),
            rule="must be a key that `make vapid-key` printed",
            secret=True,
        ),
    )
    """The private key that signs notifications, as `make vapid-key` prints it; empty: nothing is
    pushed."""
    contact: str = setting(
        "BOOKING_VAPID_CONTACT", "", matching(r"(mailto:|https://).*", "must begin with mailto: or https://")
    )
    """A `mailto:` or `https:` URL at which push services can reach the operator; default: `BOOKING_PUBLIC_URL`."""
    services: tuple[str, ...] = setting(
        "BOOKING_PUSH_SERVICES",
        ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"),
        listed(str.lower, "must name a host", shown=False),
    )
    """The hosts of push services, separated by commas; their subdomains are included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """The Telegram bot, with which users sign in and chat."""

    bot_token: str = setting(
        "BOOKING_TELEGRAM_BOT_TOKEN",
        "",
        _BOT_TOKEN,
        required=("BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS", "BOOKING_TELEGRAM_BOT_NAME"),
    )
    """The token that BotFather issued; empty: sign-in with Telegram is off."""
    previous_bot_tokens: tuple[str, ...] = setting(
        "BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS", (), listed(_BOT_TOKEN.parse, _BOT_TOKEN.rule, shown=False, secret=True)
    )
    """Earlier tokens, separated by commas, whose signatures are still accepted."""
    freshness: timedelta = setting(
        "BOOKING_TELEGRAM_FRESHNESS_SECONDS", timedelta(minutes=5), duration(SECONDS, 1, 86_400)
    )
    """How long an assertion of Telegram is valid."""
    bot_name: str = setting(
        "BOOKING_TELEGRAM_BOT_NAME",
        "",
        matching(
            r"[A-Za-z][A-Za-z0-9_]{1,28}[Bb][Oo][Tt]", "must be the bot's user name without @, which ends with bot"
        ),
        required=("BOOKING_TELEGRAM_WEBHOOK_SECRET",),
    )
    """The bot's user name, without `@`; empty: the bot neither answers nor sends messages."""
    webhook_secret: str = setting("BOOKING_TELEGRAM_WEBHOOK_SECRET", "", TOKEN)
    """The secret that Telegram sends with each update; empty: no update is accepted."""
    api_url: str = setting("BOOKING_TELEGRAM_API_URL", "https://api.telegram.org", URL)
    """The base URL of the Bot API."""

    @property
    def bot_tokens(self) -> tuple[str, ...]:
        """The current token and the earlier ones; empty without a bot."""
        return tuple(filter(None, (self.bot_token, *self.previous_bot_tokens)))
