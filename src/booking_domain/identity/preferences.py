"""Notification preferences of an account.

Booking notifications are sent over channels that are on; with all channels off, none are sent. One-time codes, and
notices of changes to the account itself, are always sent.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Self

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import MINUTES_A_DAY, WallTime, local_time, time_zone


class NewsKind(StrEnum):
    """What a user can unsubscribe from; codes and notices of the account itself are of no kind."""

    BOOKINGS = "bookings"
    """What happens to bookings, and around them."""
    REMINDERS = "reminders"
    REPORTS = "reports"
    """Monthly reports, which only subscribers get."""


class NewsChannel(StrEnum):
    """A channel of notifications; the names are those of `Channels`."""

    EMAIL = "email"
    SMS = "sms"
    TELEGRAM = "telegram"
    PUSH = "push"


class MemberNews(StrEnum):
    """What a manager is notified of about the members of the salon, and can turn off."""

    BOOKINGS = "bookings"
    PAYMENTS = "payments"
    """Payments, refunds and disputes."""
    REVIEWS = "reviews"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
@checks_enums
class Unsubscription:
    """A kind of notifications that a user does not want over a channel."""

    kind: NewsKind
    channel: NewsChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing that can wait is sent, on the user's clock: from `start` to `end`, perhaps past midnight."""

    start: WallTime
    end: WallTime

    def __post_init__(self) -> None:
        if self.start == self.end or MINUTES_A_DAY in {self.start.minutes, self.end.minutes}:
            raise InvalidValue(field="quiet_hours", problem="two different times from 00:00 to 23:59")

    def over_at(self, now: datetime, zone: str) -> datetime | None:
        """When the quiet hours of now are over; None if there are none now.

        >>> night = QuietHours(start=WallTime.parse("22:00"), end=WallTime.parse("07:30"))
        >>> str(night.over_at(datetime(2026, 11, 23, 15, tzinfo=UTC), "Asia/Ulaanbaatar"))
        '2026-11-23 23:30:00+00:00'
        """
        here = local_time(now, zone)
        minutes = here.hour * 60 + here.minute
        past_midnight = self.end < self.start
        before, after = minutes < self.end.minutes, minutes >= self.start.minutes
        if not (before or after if past_midnight else before and after):
            return None
        day = here.date() + timedelta(days=past_midnight and after)
        end = datetime.combine(day, time(*divmod(self.end.minutes, 60)), time_zone(zone))
        # Where clocks are set back, the time occurs twice.
        found = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return next((each for each in found if each > now), None)


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
    recommendations: bool = True
    """Whether providers are recommended, and the user's bookings and saved providers count for those of others."""
    bookings_of_members: bool = True
    """Whether a manager is notified of the bookings of members, as the provider is."""
    payments_of_members: bool = True
    """Whether a manager is notified of payments for members, of refunds and disputes."""
    reviews_of_members: bool = True
    """Whether a manager is notified of the reviews of members."""
    monthly_report: bool = False
    """Whether the figures of each month are sent by e-mail: of a provider's profile, of each salon of a manager."""
    unsubscribed: tuple[Unsubscription, ...] = ()
    quiet_hours: QuietHours | None = None

    def allows(self, kind: NewsKind, channel: NewsChannel) -> bool:
        """Whether notifications of this kind may use the channel."""
        on: bool = getattr(self.channels, channel.value)
        return on and Unsubscription(kind=kind, channel=channel) not in self.unsubscribed

    def wants(self, news: MemberNews) -> bool:
        """Whether a manager wants this of the members of the salon."""
        wanted: bool = getattr(self, f"{news.value}_of_members")
        return wanted

    def with_unsubscription(self, unsubscription: Unsubscription) -> Self:
        """The preferences after the user has unsubscribed."""
        return replace(self, unsubscribed=tuple(sorted({*self.unsubscribed, unsubscription})))

    def without_unsubscription(self, unsubscription: Unsubscription) -> Self:
        """The preferences after the user has taken it back."""
        return replace(self, unsubscribed=tuple(each for each in self.unsubscribed if each != unsubscription))


DEFAULT_PREFERENCES: Final = Preferences()
