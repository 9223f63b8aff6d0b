"""Users."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking_domain.identity.errors import ContactMissing
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.shared.time import time_zone

MIN_PASSWORD: Final = 8
MAX_PASSWORD: Final = 256
MAX_NAME: Final = 120
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@(?:[^@\s.]+\.)+[^@\s.]{2,63}")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class UserStatus(StrEnum):
    """Whether an account can be used."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account."""

    id: UserId
    email: str | None
    """Lower case; unique."""
    phone: str | None
    """E.164; unique."""
    name: str
    role: Role
    status: UserStatus = UserStatus.ACTIVE
    locale: str = "en"
    time_zone: str = "Asia/Ulaanbaatar"
    password_hash: str
    created_at: datetime
    email_verified_at: datetime | None = None
    """When a code that went to the address was last used to verify it."""
    phone_verified_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.email is None and self.phone is None:
            raise ContactMissing
        if self.email is not None and not _EMAIL.fullmatch(self.email):
            raise InvalidValue(field="email", problem="not an e-mail address")
        if self.phone is not None and not _E164.fullmatch(self.phone):
            raise InvalidValue(field="phone", problem="a phone number is written as +97699112233 (E.164)")
        if not 1 <= len(self.name.strip()) <= MAX_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_NAME} characters")
        time_zone(self.time_zone)

    @property
    def actor(self) -> Actor:
        """The user as one who asks."""
        return Actor(self.id, self.role)


def normal_email(email: str) -> str:
    """The form in which addresses are compared: `Dorj@Example.com ` and `dorj@example.com` are one account."""
    return email.strip().lower()
