"""The parts of a Telegram user's profile that sign-in uses."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.kit.visible_names import visible_name
from booking_domain.identity.names import full_name
from booking_domain.shared.languages import language_of

FALLBACK_NAME: Final = "Telegram"
"""Display name of a user whose own name has no visible characters."""
_ID: Final = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramUser:
    subject: str
    given_name: str | None
    family_name: str | None
    locale: str | None = None
    is_bot: bool = False

    @property
    def name(self) -> str:
        """The display name."""
        return full_name(self.given_name, self.family_name, self.locale) or FALLBACK_NAME


def user_from_json(text: str) -> TelegramUser | None:
    """Read the JSON `user` field of init data; None if it is invalid."""
    try:
        user = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(user, dict):
        return None
    number = user.get("id")
    if not isinstance(number, int):
        return None
    return _user(
        str(number),
        user,
        locale=language_of(str(user.get("language_code")), None),
        is_bot=user.get("is_bot", False) is not False,
    )


def user_from_widget(fields: Mapping[str, str]) -> TelegramUser | None:
    """Read the fields of the login widget; None if they are invalid."""
    return _user(fields.get("id", ""), fields)


def _user(subject: str, names: Mapping[str, Any], **more: Any) -> TelegramUser | None:
    if _ID.fullmatch(subject) is None:
        return None
    given_name, family_name = visible_name(names.get("first_name")), visible_name(names.get("last_name"))
    return TelegramUser(subject=subject, given_name=given_name, family_name=family_name, **more)
