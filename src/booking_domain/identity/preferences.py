"""What an account wants to be told, and over which channels.

News of bookings go out over a channel that is on, and over none that is off: with all of them off there are no news.
One-time codes, and notices of changes to the account itself, go out in any case.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Which channels news may come over."""

    email: bool = True
    sms: bool = True
    telegram: bool = True
    push: bool = True


EVERYWHERE: Final = Channels()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Which news are wanted, and how."""

    channels: Channels = EVERYWHERE
    reminders: bool = True
    marketing: bool = False


DEFAULT_PREFERENCES: Final = Preferences()
