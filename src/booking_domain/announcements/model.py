"""An announcement of the platform: its texts, whom it is for, and when it is current."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from booking_domain.shared.actor import Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.shared.time import instant

AnnouncementId = NewType("AnnouncementId", UUID)

MAX_TITLE: Final = 120
MAX_TEXT: Final = 2_000
MOST_TO_COME: Final = 50
"""Announcements that are current or to come."""


class AnnouncementNotFound(NotFound, code="announcement.not_found"):
    """There is no such announcement."""


class TooManyAnnouncements(Conflict, code="announcement.too_many"):
    __doc__ = f"{MOST_TO_COME} announcements are current or to come; delete one first."


class Audience(StrEnum):
    """Whom an announcement is for."""

    EVERYONE = "everyone"
    """Also people who are not signed in."""
    CUSTOMERS = "customers"
    PROVIDERS = "providers"
    MANAGERS = "managers"

    @property
    def role(self) -> Role | None:
        """The role of its people; None: any, or none at all."""
        return _ROLES.get(self)

    def includes(self, role: Role | None) -> bool:
        """Whether people of a role belong to it (None: who is not signed in)."""
        return self.role is None or self.role is role


_ROLES: Final = {
    Audience.CUSTOMERS: Role.CUSTOMER,
    Audience.PROVIDERS: Role.PROVIDER,
    Audience.MANAGERS: Role.MANAGER,
}


class AnnouncementLevel(StrEnum):
    """How urgent an announcement is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementText:
    """What an announcement says in one language."""

    language: str
    title: str
    text: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InvalidValue(field="language", problem="a language that the platform speaks", allowed=LANGUAGES)
        for name, value, most in (("title", self.title, MAX_TITLE), ("text", self.text, MAX_TEXT)):
            if not 1 <= len(value.strip()) <= most:
                raise InvalidValue(field=name, problem=f"1 to {most} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Announcement:
    """What the platform tells its audience for a time."""

    id: AnnouncementId
    texts: tuple[AnnouncementText, ...]
    """One for each language; at least one."""
    audience: Audience
    level: AnnouncementLevel
    starts_at: datetime
    ends_at: datetime | None = None
    """None: until it is deleted."""
    published: bool = False
    """Whether clients were notified that it is current, and not yet that it is no longer."""
    version: int = 1
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        languages = [each.language for each in self.texts]
        if not languages or len(set(languages)) < len(languages):
            raise InvalidValue(field="texts", problem="one text or more, each in another language")
        object.__setattr__(self, "starts_at", instant(self.starts_at, field="from"))
        if self.ends_at is not None:
            object.__setattr__(self, "ends_at", instant(self.ends_at, field="to"))
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise InvalidValue(field="to", problem="it must end after it begins")

    def current(self, now: datetime) -> bool:
        """Whether its time has come and has not passed."""
        return self.starts_at <= now and not self.ended(now)

    def ended(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.ends_at is not None and self.ends_at <= now

    def text_in(self, language: str) -> AnnouncementText:
        """Its text in a language; else in English, else in the first language in which it has one."""
        by_language = {each.language: each for each in self.texts}
        return by_language.get(language) or by_language.get(FALLBACK) or self.texts[0]

    def has_same_content(self, other: "Announcement") -> bool:
        """Whether people who have dismissed one need not read the other."""
        return (_by_language(self.texts), self.level) == (_by_language(other.texts), other.level)


def _by_language(texts: Collection[AnnouncementText]) -> list[tuple[str, str, str]]:
    return sorted((each.language, each.title, each.text) for each in texts)
