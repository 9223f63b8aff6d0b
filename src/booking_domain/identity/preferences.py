"""Notification preferences of an account.

Booking notifications are sent over channels that are on; with all channels off, none are sent. One-time codes, and
notices of changes to the account itself, are always sent.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The channels that notifications may use."""

    email: bool = True
    sms: bool = True
    telegram: bool = True
    push: bool = True


EVERYWHERE: Final = Channels()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The notifications that the user wants, and their channels."""

    channels: Channels = EVERYWHERE
    reminders: bool = True
    marketing: bool = False


DEFAULT_PREFERENCES: Final = Preferences()
