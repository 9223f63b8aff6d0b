"""Configuration of text messages, e-mail, Web Push and Telegram."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from booking_domain.identity.model import normal_email
from booking_domain.use_cases.messages.send_messages import EMAILS_TO_UNVERIFIED
from entrypoints.settings.environment import Environ

_PUSH_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BOT_TOKEN: Final = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{30,100}")
_BOT_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,28}[Bb][Oo][Tt]")
_WEBHOOK_SECRET: Final = "BOOKING_TELEGRAM_WEBHOOK_SECRET"  # noqa: S105 - the name of a setting
_BOUNCE_ADDRESS: Final = "BOOKING_EMAIL_BOUNCE_ADDRESS"
_BOUNCE_SECRET: Final = "BOOKING_EMAIL_BOUNCE_SECRET"  # noqa: S105 - the name of a setting
_BOUNCES_TO: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,10}@[a-z0-9-]+(\.[a-z0-9-]+)+")
"""With `+` and a reference of 52 characters, the part before the @ has 64 at most (RFC 5321 §4.5.3.1.1)."""
_SECRET_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32,256}")


class SmsProvider(StrEnum):
    """The provider that sends text messages."""

    CONSOLE = "console"
    TWILIO = "twilio"
    KAVENEGAR = "kavenegar"
    NONE = "none"


_REAL_SMS: Final = tuple(provider for provider in SmsProvider if provider is not SmsProvider.CONSOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """The SMS provider with its address and credentials; settings of the other providers are unused."""

    service: SmsProvider = SmsProvider.CONSOLE
    """BOOKING_SMS_PROVIDER: `twilio`, `kavenegar`, `none` (no text messages and no codes to phones), or `console`
    (writes them to files in the data folder; development only)."""
    timeout_seconds: float = 10.0
    """BOOKING_SMS_TIMEOUT_SECONDS: the deadline for a response of the provider."""
    most_per_day: int = 10_000
    """BOOKING_SMS_PER_DAY: the maximum number of text messages to all numbers in any 24 hours."""
    twilio_base_url: str = "https://api.twilio.com"
    """TWILIO_BASE_URL: Twilio's API."""
    twilio_account_sid: str = ""
    """TWILIO_ACCOUNT_SID: the account."""
    twilio_auth_token: str = field(default="", repr=False)
    """TWILIO_AUTH_TOKEN: the account's token; it also signs callbacks."""
    twilio_from: str = ""
    """TWILIO_FROM: the sender's number (E.164) or name, unless a Messaging Service chooses it."""
    twilio_messaging_service_sid: str = ""
    """TWILIO_MESSAGING_SERVICE_SID: the Messaging Service."""
    kavenegar_base_url: str = "https://api.kavenegar.com"
    """KAVENEGAR_BASE_URL: Kavenegar's API."""
    kavenegar_api_key: str = field(default="", repr=False)
    """KAVENEGAR_API_KEY: the account's key."""
    kavenegar_sender: str = ""
    """KAVENEGAR_SENDER: the sender's line; empty means the account's default."""


class EmailProvider(StrEnum):
    """The provider that sends e-mail."""

    CONSOLE = "console"
    SMTP = "smtp"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """The e-mail provider, and the address and credentials of its server."""

    service: EmailProvider = EmailProvider.CONSOLE
    """BOOKING_EMAIL_PROVIDER: `smtp`, or `console` (writes messages to files in the data folder; development only)."""
    sender: str = ""
    """BOOKING_EMAIL_FROM: the sender's address."""
    smtp_host: str = ""
    """SMTP_HOST: the server's host name."""
    smtp_port: int = 587
    """SMTP_PORT: the server's port."""
    smtp_security: str = "starttls"
    """SMTP_SECURITY: `starttls`, `tls` from the first byte (port 465), or `none`, in development only."""
    smtp_username: str = ""
    """SMTP_USERNAME: the account at the server; empty means no authentication."""
    smtp_password: str = field(default="", repr=False)
    """SMTP_PASSWORD: the account's password."""
    timeout_seconds: float = 15.0
    """SMTP_TIMEOUT_SECONDS: the deadline for a response of the server."""
    unverified_per_day: int = EMAILS_TO_UNVERIFIED
    """BOOKING_EMAIL_UNVERIFIED_PER_DAY: the maximum number of messages, codes apart, to an address that its account has
    not verified, in any 24 hours."""
    bounce_address: str = ""
    """BOOKING_EMAIL_BOUNCE_ADDRESS: the address for bounces; each e-mail adds `+` and a reference before the `@`.
    Empty: bounces go to the sender."""
    bounce_secret: str = field(default="", repr=False)
    """BOOKING_EMAIL_BOUNCE_SECRET: the key with which the mail server signs bounces; empty: no bounce is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """The key that signs pushed notifications, and the allowed push services."""

    key: str = field(default="", repr=False)
    """BOOKING_VAPID_PRIVATE_KEY: the private key, as `python -m entrypoints.cli vapid-key` prints it; empty: nothing is
    pushed."""
    contact: str = ""
    """BOOKING_VAPID_CONTACT: a `mailto:` or `https:` URL at which push services can reach the operator; default:
    BOOKING_PUBLIC_URL."""
    services: tuple[str, ...] = (
        "fcm.googleapis.com",
        "push.services.mozilla.com",
        "push.apple.com",
        "notify.windows.com",
    )
    """BOOKING_PUSH_SERVICES: the hosts of push services, separated by commas; their subdomains are included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """The Telegram bot, with which users sign in and chat."""

    bot_tokens: tuple[str, ...] = field(default=(), repr=False)
    """BOOKING_TELEGRAM_BOT_TOKEN: the token that BotFather issued; empty: sign-in with Telegram is off.
    BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS: earlier tokens, separated by commas, whose signatures are still accepted."""
    freshness: timedelta = timedelta(minutes=5)
    """BOOKING_TELEGRAM_FRESHNESS_SECONDS: how long an assertion of Telegram is valid."""
    bot_name: str = ""
    """BOOKING_TELEGRAM_BOT_NAME: the bot's user name, without `@`; empty: the bot neither answers nor sends
    messages."""
    webhook_secret: str = field(default="", repr=False)
    """BOOKING_TELEGRAM_WEBHOOK_SECRET: the secret that Telegram sends with each update; empty: no update is
    accepted."""
    api_url: str = "https://api.telegram.org"
    """BOOKING_TELEGRAM_API_URL: the base URL of the Bot API."""

    @property
    def bot_token(self) -> str:
        """The current token; empty without a bot."""
        return self.bot_tokens[0] if self.bot_tokens else ""


def sms_settings(read: Environ) -> SmsSettings:
    """Read the settings of text messages."""
    service = SmsProvider(read.choice("BOOKING_SMS_PROVIDER", tuple(SmsProvider), SmsProvider.CONSOLE))
    found = SmsSettings(
        service=service,
        timeout_seconds=float(read.number("BOOKING_SMS_TIMEOUT_SECONDS", 10, 1, 60)),
        most_per_day=read.number("BOOKING_SMS_PER_DAY", SmsSettings().most_per_day, 1, 10_000_000),
        twilio_base_url=read.url("TWILIO_BASE_URL", SmsSettings().twilio_base_url).rstrip("/"),
        twilio_account_sid=read.optional("TWILIO_ACCOUNT_SID") or "",
        twilio_auth_token=read.optional("TWILIO_AUTH_TOKEN") or "",
        twilio_from=read.optional("TWILIO_FROM") or "",
        twilio_messaging_service_sid=read.optional("TWILIO_MESSAGING_SERVICE_SID") or "",
        kavenegar_base_url=read.url("KAVENEGAR_BASE_URL", SmsSettings().kavenegar_base_url).rstrip("/"),
        kavenegar_api_key=read.optional("KAVENEGAR_API_KEY") or "",
        kavenegar_sender=read.optional("KAVENEGAR_SENDER") or "",
    )
    if read.production and service is SmsProvider.CONSOLE:
        read.refuse(
            "BOOKING_SMS_PROVIDER", f"must be one of {', '.join(_REAL_SMS)} in production: console only writes files"
        )
    base_urls = {"TWILIO_BASE_URL": found.twilio_base_url, "KAVENEGAR_BASE_URL": found.kavenegar_base_url}
    for name, base_url in base_urls.items():
        if read.production and base_url.startswith("http://"):
            read.refuse(name, "must begin with https:// in production, because credentials are sent there")
    sid = found.twilio_account_sid
    if sid and not (sid.isascii() and sid.isalnum()):
        read.refuse("TWILIO_ACCOUNT_SID", "must consist of letters and digits")
    needed = {
        SmsProvider.CONSOLE: {},
        SmsProvider.NONE: {},
        SmsProvider.TWILIO: {
            "TWILIO_ACCOUNT_SID": sid,
            "TWILIO_AUTH_TOKEN": found.twilio_auth_token,
            "TWILIO_FROM": found.twilio_from or found.twilio_messaging_service_sid,
        },
        SmsProvider.KAVENEGAR: {"KAVENEGAR_API_KEY": found.kavenegar_api_key},
    }[service]
    for name, value in needed.items():
        if not value:
            read.refuse(name, f"is required with BOOKING_SMS_PROVIDER={service}")
    return found


def email_settings(read: Environ) -> EmailSettings:
    """Read the settings of e-mail."""
    service = EmailProvider(read.choice("BOOKING_EMAIL_PROVIDER", tuple(EmailProvider), EmailProvider.CONSOLE))
    found = EmailSettings(
        service=service,
        sender=normal_email(read.optional("BOOKING_EMAIL_FROM") or ""),
        smtp_host=read.optional("SMTP_HOST") or "",
        smtp_port=read.port("SMTP_PORT", 587),
        smtp_security=read.choice("SMTP_SECURITY", ("starttls", "tls", "none"), "starttls"),
        smtp_username=read.optional("SMTP_USERNAME") or "",
        smtp_password=read.optional("SMTP_PASSWORD") or "",
        timeout_seconds=float(read.number("SMTP_TIMEOUT_SECONDS", 15, 1, 60)),
        unverified_per_day=read.number("BOOKING_EMAIL_UNVERIFIED_PER_DAY", EMAILS_TO_UNVERIFIED, 1, 10_000),
        bounce_address=read.optional(_BOUNCE_ADDRESS) or "",
        bounce_secret=read.optional(_BOUNCE_SECRET) or "",
    )
    if found.bounce_address and _BOUNCES_TO.fullmatch(found.bounce_address) is None:
        read.refuse(_BOUNCE_ADDRESS, "must be an address with at most 11 letters and digits before the @")
    if found.bounce_secret and _SECRET_TOKEN.fullmatch(found.bounce_secret) is None:  # the error does not show it
        read.refuse(_BOUNCE_SECRET, "must be 32 to 256 letters, digits, - and _")
    for name, value in ((_BOUNCE_ADDRESS, found.bounce_address), (_BOUNCE_SECRET, found.bounce_secret)):
        if not value and (found.bounce_address or found.bounce_secret):
            other = _BOUNCE_SECRET if name == _BOUNCE_ADDRESS else _BOUNCE_ADDRESS
            read.refuse(name, f"is required with {other}")
    if read.production and service is EmailProvider.CONSOLE:
        read.refuse("BOOKING_EMAIL_PROVIDER", "must be smtp in production: console only writes files")
    read.only_in_development("SMTP_SECURITY", given=found.smtp_security == "none")
    if service is EmailProvider.SMTP:
        for name, value in (("BOOKING_EMAIL_FROM", found.sender), ("SMTP_HOST", found.smtp_host)):
            if not value:
                read.refuse(name, "is required with BOOKING_EMAIL_PROVIDER=smtp")
    return found


def push_settings(read: Environ) -> PushSettings:
    """Read the settings of Web Push."""
    key, contact = read.optional("BOOKING_VAPID_PRIVATE_KEY") or "", read.optional("BOOKING_VAPID_CONTACT") or ""
    services = read.optional("BOOKING_PUSH_SERVICES")
    if key and not _is_push_key(key):  # the error does not show it
        read.refuse("BOOKING_VAPID_PRIVATE_KEY", "must be a key that `python -m entrypoints.cli vapid-key` printed")
    if contact and not contact.startswith(("mailto:", "https://")):
        read.refuse("BOOKING_VAPID_CONTACT", "must begin with mailto: or https://")
    if services is None:
        return PushSettings(key=key, contact=contact)
    hosts = tuple(each.strip().lower() for each in services.split(",") if each.strip())
    if not hosts:
        read.refuse("BOOKING_PUSH_SERVICES", "must name a host")
    return PushSettings(key=key, contact=contact, services=hosts)


def _is_push_key(key: str) -> bool:
    if _PUSH_KEY.fullmatch(key) is None:
        return False
    return 0 < int.from_bytes(urlsafe_b64decode(key + "="), "big") < _P256_ORDER


def telegram_settings(read: Environ) -> TelegramSettings:
    """Read the settings of the bot."""
    current, previous = "BOOKING_TELEGRAM_BOT_TOKEN", "BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS"
    token = read.optional(current)
    earlier = tuple(each.strip() for each in (read.optional(previous) or "").split(",") if each.strip())
    for name, tokens in ((current, () if token is None else (token,)), (previous, earlier)):
        if not all(map(_BOT_TOKEN.fullmatch, tokens)):  # the error does not show them
            read.refuse(name, "must be like 123456789:AAE…, as BotFather issues it")
    if token is None and earlier:
        read.refuse(current, f"is required with {previous}")
    name, secret = read.optional("BOOKING_TELEGRAM_BOT_NAME") or "", read.optional(_WEBHOOK_SECRET) or ""
    if name and _BOT_NAME.fullmatch(name) is None:
        read.refuse("BOOKING_TELEGRAM_BOT_NAME", "must be the bot's user name without @, which ends with bot")
    if name and token is None:
        read.refuse(current, "is required with BOOKING_TELEGRAM_BOT_NAME")
    if secret and _SECRET_TOKEN.fullmatch(secret) is None:
        read.refuse(_WEBHOOK_SECRET, "must be 32 to 256 letters, digits, - and _")
    if secret and not name:
        read.refuse("BOOKING_TELEGRAM_BOT_NAME", f"is required with {_WEBHOOK_SECRET}")
    return TelegramSettings(
        bot_tokens=earlier if token is None else (token, *earlier),
        freshness=timedelta(seconds=read.number("BOOKING_TELEGRAM_FRESHNESS_SECONDS", 300, 1, 86_400)),
        bot_name=name,
        webhook_secret=secret,
        api_url=read.url("BOOKING_TELEGRAM_API_URL", TelegramSettings().api_url).rstrip("/"),
    )
