"""External calendars: busy times read from iCalendar feeds, and what holds while a feed cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self
from urllib.parse import urlsplit

from booking_domain.shared.errors import InvalidValue, Unavailable
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.shared.time import TimeRange

MAX_FEED_URL: Final = 2_000
MAX_FEEDS: Final = 5
MAX_TRUST_HOURS: Final = 30 * 24
READ_EVERY: Final = timedelta(minutes=10)
FIRST_PAUSE: Final = timedelta(minutes=1)
"""After a reading that failed; twice as long after each further one."""
LONGEST_PAUSE: Final = timedelta(minutes=60)
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
    url: str = field(repr=False)
    """A secret, as whoever knows it can read the calendar."""
    busy: tuple[TimeRange, ...] = ()
    read_at: datetime | None = None
    """When it was last read successfully; None: never."""
    failure: str | None = None
    """Why the last attempt failed; None: it did not."""
    failures: int = 0
    """How many attempts have failed since it was last read."""

    def __post_init__(self) -> None:
        if len(self.url) > MAX_FEED_URL or _place(self.url) is None:
            raise InvalidValue(field="urls", problem=f"an http(s) or webcal URL of at most {MAX_FEED_URL} characters")

    @property
    def shown(self) -> str:
        """Where it is, without what gives access to it.

        >>> from uuid import uuid4
        >>> Feed(id=FeedId(uuid4()), url="https://calendar.example.com/private-7d1f3c0e/basic.ics").shown
        'https://calendar.example.com/…'
        """
        return f"{_place(self.url)}/…"

    def failing(self, now: datetime) -> bool:
        """Whether what is known of it may be wrong."""
        return self.failure is not None or self.read_at is None or now - self.read_at > STALE_AFTER

    def read(self, busy: Sequence[TimeRange], now: datetime) -> Self:
        """After a successful reading."""
        return replace(self, busy=tuple(busy), read_at=now, failure=None, failures=0)

    def failed(self, failure: str) -> Self:
        """After an attempt that failed; what was read before is kept."""
        return replace(self, failure=failure, failures=self.failures + 1)

    def next_reading(self, now: datetime) -> datetime:
        """When it is to be read after an attempt that ended now."""
        if not self.failures:
            return now + READ_EVERY
        return now + min(FIRST_PAUSE * (1 << min(self.failures - 1, 10)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeeds:
    """A provider's external calendars, and what holds while one of them cannot be read."""

    rule: FeedRule = DEFAULT_FEED_RULE
    feeds: tuple[Feed, ...] = ()
    """In the order of their ids."""
    version: int = 1
    """Of the rule and of which feeds there are; what is read from them makes no new one."""


def _place(url: str) -> str | None:
    """Scheme and host of a feed's URL; None for what is not one."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    if parts.scheme not in {"https", "http", "webcal"} or not parts.hostname or not url.isprintable() or " " in url:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFeed:
    """A feed, and what somebody who reads it has to know."""

    feed: Feed
    provider_id: ProviderId
    time_zone: str
    """The provider's."""
    horizon_days: int
    """How far ahead the provider takes bookings."""
    due_at: datetime
    """When it is to be read next."""


class FeedRepository(Protocol):
    """Where a provider's external calendars are kept. All lists of feeds are in the order of their ids."""

    async def feeds_of(self, provider_id: ProviderId) -> OwnFeeds:
        """The provider's rule and feeds, without busy times; what is usual for a provider who has set nothing."""
        ...

    async def save_feeds(
        self, provider_id: ProviderId, rule: FeedRule, feeds: Sequence[Feed], *, due_at: datetime
    ) -> None:
        """Replace the rule and the list of a provider whose lock this transaction has: their next version.

        A feed with a URL that is there already stays as it is, with its id and all that was read. One that is new
        has nothing read and is due at `due_at`; one that is no longer in the list goes, with its busy times.
        """
        ...

    async def lock_feed(self, feed_id: FeedId) -> KeptFeed | None:
        """One feed with its busy times, kept from other transactions to the end of this one."""
        ...

    async def save_reading(self, feed: Feed, *, due_at: datetime) -> None:
        """Replace a feed that this transaction has locked; rows of busy times that stay the same are not touched.

        Needs no lock of the provider: a diary has all of the feed as it was before, or all of it as it is then.
        """
        ...


class FeedReads(Protocol):
    """Reads of external calendars, outside any transaction."""

    async def of_provider(self, provider_id: ProviderId) -> OwnFeeds:
        """As `FeedRepository.feeds_of`."""
        ...

    async def get(self, feed_id: FeedId) -> KeptFeed | None:
        """One feed, without busy times."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[FeedId]:
        """The feeds that are to be read by now, those that have waited longest first."""
        ...
