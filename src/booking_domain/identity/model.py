"""Users."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self
from urllib.parse import urlsplit

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.shared.phones import phone_number
from booking_domain.shared.time import time_zone

MIN_PASSWORD: Final = 8
MAX_PASSWORD: Final = 256
MAX_NAME: Final = 120
MAX_ADDRESS: Final = 300
MAX_PICTURE_URL: Final = 2_000
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@(?:[^@\s.]+\.)+[^@\s.]{2,63}")


class UserStatus(StrEnum):
    """Whether an account can be used."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. Without an e-mail address and a phone number it can be signed in to by other means only."""

    id: UserId
    email: str | None
    """Lower case; unique."""
    phone: str | None
    """E.164; unique."""
    name: str
    """As others see it."""
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    address: str | None = None
    """Where to write to, on as many lines as it needs."""
    picture_url: str | None = None
    role: Role
    status: UserStatus = UserStatus.ACTIVE
    locale: str = "en"
    time_zone: str = "Asia/Ulaanbaatar"
    password_hash: str | None = field(repr=False)
    """None: no password opens it."""
    created_at: datetime
    email_verified_at: datetime | None = None
    """When a code that went to the address was last used to verify it."""
    phone_verified_at: datetime | None = None
    version: int = 1
    """Goes up with every change."""

    def __post_init__(self) -> None:
        if self.email is not None and not _EMAIL.fullmatch(self.email):
            raise InvalidValue(field="email", problem="not an e-mail address")
        if self.phone is not None:
            phone_number(self.phone)
        for part, text, most in (
            ("name", self.name, MAX_NAME),
            ("given_name", self.given_name, MAX_NAME),
            ("family_name", self.family_name, MAX_NAME),
            ("address", self.address, MAX_ADDRESS),
        ):
            if text is not None and not 1 <= len(text.strip()) <= most:
                raise InvalidValue(field=part, problem=f"1 to {most} characters")
        if self.picture_url is not None and not _is_picture(self.picture_url):
            raise InvalidValue(field="picture_url", problem="an https:// address of at most 2,000 characters")
        time_zone(self.time_zone)

    def changed(self, **members: Any) -> Self:
        """The account with other members, in its next version."""
        return replace(self, **members, version=self.version + 1)

    @property
    def actor(self) -> Actor:
        """The user as one who asks."""
        return Actor(self.id, self.role)


def _is_picture(url: str) -> bool:
    """Whether others' apps may show what is there: over TLS, and not by an address that can do more."""
    try:
        parts = urlsplit(url)
        named = parts.hostname is not None and parts.username is None and parts.password is None
        return parts.scheme == "https" and named and len(url) <= MAX_PICTURE_URL and url.isascii() and " " not in url
    except ValueError:
        return False


def normal_email(email: str) -> str:
    """The form in which addresses are compared: `Dorj@Example.com ` and `dorj@example.com` are one account."""
    return email.strip().lower()
