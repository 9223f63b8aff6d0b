"""Whom Telegram speaks of, as far as we want to know."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from booking_domain.identity.model import MAX_NAME
from booking_domain.notifications.codes import language_of

NAMELESS: Final = "Telegram"
"""What those are called who have nothing in their name that can be seen."""
_ID: Final = re.compile(r"[1-9][0-9]{0,15}")
_JOINERS: Final = "\u200c\u200d"
"""They are not printed themselves, and what is written around them would be spelt another way without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at Telegram."""

    subject: str
    given_name: str | None
    family_name: str | None
    locale: str = "en"
    is_bot: bool = False

    @property
    def name(self) -> str:
        """As others see it."""
        return " ".join(filter(None, (self.given_name, self.family_name)))[:MAX_NAME].strip() or NAMELESS


def person_of_json(text: str) -> Person | None:
    """Whom the `user` of init data is about."""
    try:
        user = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(user, dict):
        return None
    number = user.get("id")
    if not isinstance(number, int):
        return None
    return _person(
        str(number),
        user,
        locale=language_of(str(user.get("language_code"))),
        is_bot=user.get("is_bot", False) is not False,
    )


def person_of_widget(fields: Mapping[str, str]) -> Person | None:
    """Whom the fields of a widget are about."""
    return _person(fields.get("id", ""), fields)


def _person(subject: str, names: Mapping[str, Any], **more: Any) -> Person | None:
    if _ID.fullmatch(subject) is None:
        return None
    given_name, family_name = _shown(names.get("first_name")), _shown(names.get("last_name"))
    return Person(subject=subject, given_name=given_name, family_name=family_name, **more)


def _shown(text: Any) -> str | None:
    """A name without what cannot be printed; None if there is nothing to be seen of it."""
    if not isinstance(text, str):
        return None
    words = " ".join(text.split())
    kept = "".join(letter for letter in words if letter.isprintable() or letter in _JOINERS)[:MAX_NAME].strip()
    return kept if kept.strip(_JOINERS + " ") else None
