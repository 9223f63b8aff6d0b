"""Notification preferences of an account.

Booking notifications are sent over channels that are on; with all channels off, none are sent. One-time codes, and
notices of changes to the account itself, are always sent.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self


class NewsKind(StrEnum):
    """What a user can unsubscribe from; codes and notices of the account itself are of no kind."""

    BOOKINGS = "bookings"
    """What happens to bookings, and around them."""
    REMINDERS = "reminders"


class NewsChannel(StrEnum):
    """A channel of notifications; the names are those of `Channels`."""

    EMAIL = "email"
    SMS = "sms"
    TELEGRAM = "telegram"
    PUSH = "push"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unsubscription:
    """A kind of notifications that a user does not want over a channel."""

    kind: NewsKind
    channel: NewsChannel


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
    unsubscribed: tuple[Unsubscription, ...] = ()

    def wants(self, kind: NewsKind, channel: NewsChannel) -> bool:
        """Whether notifications of this kind may use the channel."""
        on: bool = getattr(self.channels, channel.value)
        return on and Unsubscription(kind=kind, channel=channel) not in self.unsubscribed

    def without(self, unsubscription: Unsubscription) -> Self:
        """The preferences after the user has unsubscribed."""
        return replace(self, unsubscribed=tuple(sorted({*self.unsubscribed, unsubscription})))


DEFAULT_PREFERENCES: Final = Preferences()
