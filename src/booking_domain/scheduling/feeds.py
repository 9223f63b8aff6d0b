"""External calendars: busy times read from iCalendar feeds, and what holds while a feed cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from booking_domain.shared.errors import InvalidValue, Unavailable
from booking_domain.shared.ids import FeedId
from booking_domain.shared.time import TimeRange

MAX_FEED_URL: Final = 2_000
MAX_TRUST_HOURS: Final = 30 * 24
READ_EVERY: Final = timedelta(minutes=10)
STALE_AFTER: Final = 3 * READ_EVERY
"""A feed that has not been read for this long is failing, whatever the last attempt said: nobody tries any more."""
ALWAYS: Final = TimeRange(datetime(1970, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC))


class WhenFeedFails(StrEnum):
    """What a provider wants while an external calendar cannot be read."""

    CLOSED = "closed"
    """Offer nothing: better no booking than a double one."""
    TRUST = "trust"
    """Go on with what was read last for so many hours, then offer nothing."""
    OPEN = "open"
    """Offer everything, as if the feed were empty."""


@dataclass(frozen=True, slots=True)
class FeedRule:
    """The provider's choice."""

    when_failing: WhenFeedFails = WhenFeedFails.TRUST
    trust_hours: int = 24

    def __post_init__(self) -> None:
        if not 1 <= self.trust_hours <= MAX_TRUST_HOURS:
            raise InvalidValue(field="trust_hours", problem=f"1 to {MAX_TRUST_HOURS} hours")


DEFAULT_FEED_RULE: Final = FeedRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One external calendar, and what was last read from it."""

    id: FeedId
    url: str
    """A secret, as whoever knows it can read the calendar."""
    busy: tuple[TimeRange, ...] = ()
    read_at: datetime | None = None
    """When it was last read successfully; None: never."""
    failure: str | None = None
    """Why the last attempt failed; None: it did not."""

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://", "webcal://")) or len(self.url) > MAX_FEED_URL:
            raise InvalidValue(field="url", problem=f"an http(s) or webcal URL of at most {MAX_FEED_URL} characters")

    def failing(self, now: datetime) -> bool:
        """Whether what is known of it may be wrong."""
        return self.failure is not None or self.read_at is None or now - self.read_at > STALE_AFTER

    def read(self, busy: Sequence[TimeRange], now: datetime) -> Self:
        """After a successful reading."""
        return replace(self, busy=tuple(busy), read_at=now, failure=None)

    def failed(self, failure: str) -> Self:
        """After an attempt that failed; what was read before is kept."""
        return replace(self, failure=failure)


def imported(feeds: Sequence[Feed], rule: FeedRule, now: datetime) -> tuple[tuple[TimeRange, ...], tuple[str, ...]]:
    """Return the busy times of all feeds, and a sentence on each feed that is failing."""
    busy: list[TimeRange] = []
    degraded: list[str] = []
    for feed in feeds:
        if not feed.failing(now):
            busy += feed.busy
            continue
        since = "was never read" if feed.read_at is None else f"was last read at {feed.read_at:%Y-%m-%dT%H:%M:%SZ}"
        trusted = feed.read_at is not None and now - feed.read_at <= timedelta(hours=rule.trust_hours)
        match rule.when_failing:
            case WhenFeedFails.OPEN:
                meaning = "its busy times are not known"
            case WhenFeedFails.TRUST if trusted:
                busy += feed.busy
                meaning = "its busy times may be out of date"
            case _:
                busy.append(ALWAYS)
                meaning = "nothing is offered"
        degraded.append(f"An external calendar {since}: {meaning}.")
    return tuple(busy), tuple(degraded)


@dataclass(eq=False, kw_only=True)
class FeedUnreadable(Unavailable):
    """The external calendar could not be read: {why}."""

    code: ClassVar[str] = "calendar.feed_unreadable"
    why: str


class FeedReader(Protocol):
    """Reads external calendars over the network."""

    async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
        """The busy times that meet `window`, in order, those that touch or overlap made one.

        Events that are transparent or cancelled are not busy. Times without a zone, and whole days, are on the clock of
        `time_zone`.

        Raises:
            FeedUnreadable: no answer in time, a refusal, too large, not an iCalendar file, or an address that is not
                public.
        """
        ...
