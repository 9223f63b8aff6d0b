"""External calendars: busy times from iCalendar feeds, and what applies while a feed fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, Self

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, Unavailable
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.shared.time import TimeRange

MAX_FEED_URL: Final = 2_000
MAX_FEEDS: Final = 5
MAX_TRUST_HOURS: Final = 30 * 24
MAX_BUSY_TIMES: Final = 5_000
"""Busy times of one feed, after those that touch were merged: 7 a day over the longest horizon."""
TOO_MANY_BUSY_TIMES: Final = f"it holds more than {MAX_BUSY_TIMES:,} busy times"
UNREACHABLE: Final = "it could not be reached"
"""The same text whether a name is unknown, its address not public, or nothing answers there: the provider chose the
address, and is not told what our network knows about it."""
REST_PER_READING: Final = 30
"""A feed rests for this many times as long as its reading took, so that slow ones leave time for others."""
READ_EVERY: Final = timedelta(minutes=10)
FIRST_PAUSE: Final = timedelta(minutes=1)
"""The delay after the first failed reading. It doubles with each further failure."""
LONGEST_PAUSE: Final = timedelta(minutes=60)
STALE_AFTER: Final = 3 * READ_EVERY
"""A feed that was not read for this long counts as failing, because readings are no longer attempted."""
ALWAYS: Final = TimeRange(datetime(1970, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC))


class WhenFeedFails(StrEnum):
    """What applies while a feed fails."""

    CLOSED = "closed"
    """Offer no slots."""
    TRUST = "trust"
    """Use the last busy times for `trust_hours`, then offer no slots."""
    OPEN = "open"
    """Offer slots as if the feed were empty."""


@dataclass(frozen=True, slots=True)
@checks_enums
class FeedRule:
    """The provider's choice for failing feeds."""

    when_failing: WhenFeedFails = WhenFeedFails.TRUST
    trust_hours: int = 24

    def __post_init__(self) -> None:
        if not 1 <= self.trust_hours <= MAX_TRUST_HOURS:
            raise InvalidValue(field="trust_hours", problem=f"1 to {MAX_TRUST_HOURS} hours")


DEFAULT_FEED_RULE: Final = FeedRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An external calendar and its last imported busy times."""

    id: FeedId
    url: str = field(repr=False)
    """Secret: it gives read access to the calendar."""
    busy: tuple[TimeRange, ...] = ()
    read_at: datetime | None = None
    """When the feed was last read successfully; None: never."""
    failure: str | None = None
    """Why the last reading failed; None if it succeeded."""
    failures: int = 0
    """How many readings have failed since the last success."""

    def __post_init__(self) -> None:
        if len(self.url) > MAX_FEED_URL or _place(self.url) is None:
            raise InvalidValue(field="urls", problem=f"an http(s) or webcal URL of at most {MAX_FEED_URL} characters")

    @property
    def masked_url(self) -> str:
        """The URL without the parts that give access.

        >>> from uuid import uuid4
        >>> Feed(id=FeedId(uuid4()), url="https://calendar.example.com/private-7d1f3c0e/basic.ics").masked_url
        'https://calendar.example.com/…'
        """
        return f"{_place(self.url)}/…"

    def failing(self, now: datetime) -> bool:
        """Whether the busy times may be out of date."""
        return self.failure is not None or self.read_at is None or now - self.read_at > STALE_AFTER

    def read(self, busy: Sequence[TimeRange], now: datetime) -> Self:
        """The feed after a successful reading."""
        return replace(self, busy=tuple(busy), read_at=now, failure=None, failures=0)

    def failed(self, failure: str) -> Self:
        """The feed after a failed reading. The busy times stay."""
        return replace(self, failure=failure, failures=self.failures + 1)

    def next_reading(self, now: datetime, took: timedelta = timedelta()) -> datetime:
        """When to read the feed next, after a reading that ended at `now`. A slow reading delays the next one."""
        rest = min(REST_PER_READING * took, LONGEST_PAUSE)
        if not self.failures:
            return now + max(READ_EVERY, rest)
        return now + max(min(FIRST_PAUSE * (1 << min(self.failures - 1, 10)), LONGEST_PAUSE), rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeeds:
    """A provider's external calendars, and the rule for feeds that fail."""

    rule: FeedRule = DEFAULT_FEED_RULE
    feeds: tuple[Feed, ...] = ()
    """Ordered by id."""
    version: int = 1
    """The version of the rule and of the list of feeds. Readings do not change it."""
    accepting: bool = True
    """Whether the provider takes bookings. The feeds of others wait: they are not read."""


def _place(url: str) -> str | None:
    """The scheme and host of a feed URL; None if it is not a valid one."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - the core imports this module, and has no URLs

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
    """Return the busy times to apply, and a sentence about each failing feed."""
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


class FeedUnreadable(Unavailable, code="calendar.feed_unreadable"):
    """The external calendar could not be read: {why}."""

    why: str
    """For the provider."""
    detail: str = ""
    """For the operator's log only."""


class FeedReader(Protocol):
    """Reads external calendars over the network."""

    async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
        """The busy times that overlap `window`, ordered, and merged where they touch or overlap.

        Transparent and cancelled events are not busy. Times without a zone, and all-day events, are in `time_zone`.

        Raises:
            FeedUnreadable: a timeout, an error status, a file that is too large or not iCalendar, or an address that is
                not public.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeed:
    """A feed together with the facts that its reader needs."""

    feed: Feed
    provider_id: ProviderId
    time_zone: str
    """The provider's."""
    horizon_days: int
    """The provider's booking horizon."""
    due_at: datetime
    """When to read the feed next."""
    accepting: bool = True
    """Whether the provider takes bookings."""


class DueFeed(NamedTuple):
    """A feed to read, and whose it is."""

    feed_id: FeedId
    provider_id: ProviderId


class FeedRepository(Protocol):
    """External calendars inside a database transaction. All lists of feeds are ordered by id."""

    async def feeds_of(self, provider_id: ProviderId) -> OwnFeeds:
        """The provider's rule and feeds, without busy times; the defaults if nothing was set."""
        ...

    async def save_feeds(
        self, provider_id: ProviderId, rule: FeedRule, feeds: Sequence[Feed], *, due_at: datetime
    ) -> None:
        """Replace the rule and the list, and increment their version; needs the provider's lock.

        A feed whose URL is already in the list keeps its id and busy times. A new feed is due at `due_at`. A feed that
        is no longer in the list is deleted with its busy times.
        """
        ...

    async def lock_feed(self, feed_id: FeedId) -> StoredFeed | None:
        """One feed with its busy times, locked until the database transaction ends."""
        ...

    async def save_reading(self, feed: Feed, *, due_at: datetime) -> None:
        """Replace a feed that this database transaction has locked. Rows of unchanged busy times are not written.

        Does not need the provider's lock: a concurrent read of the schedule sees all of the old feed or all of the new.
        """
        ...


class FeedReads(Protocol):
    """Reads of external calendars, outside any database transaction."""

    async def of_provider(self, provider_id: ProviderId) -> OwnFeeds:
        """The same as `FeedRepository.feeds_of`."""
        ...

    async def get(self, feed_id: FeedId) -> StoredFeed | None:
        """One feed, without busy times."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[DueFeed]:
        """The feeds that are due at `now` of providers who take bookings, longest overdue first."""
        ...
