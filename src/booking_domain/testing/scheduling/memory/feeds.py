"""External calendars in memory, and a feed reader without a network."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.feeds import (
    UNREACHABLE,
    DueFeed,
    Feed,
    FeedReader,
    FeedReads,
    FeedRepository,
    FeedRule,
    FeedUnreadable,
    OwnFeeds,
    StoredFeed,
)
from booking_domain.shared import time
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import InMemory, MissingRow, State
from booking_domain.testing.scheduling.memory.tables import CALENDARS, FEEDS, FEEDS_DUE


class MemoryFeeds(InMemory, FeedRepository):
    """The external calendars of one database transaction."""

    async def feeds_of(self, provider_id: ProviderId) -> OwnFeeds:
        if provider_id not in self._state[PROFILES]:
            return OwnFeeds()
        own = self._state[FEEDS].get(provider_id, OwnFeeds())
        shown = tuple(replace(feed, busy=()) for feed in own.feeds)
        return replace(own, feeds=shown, accepting=_accepting(self._state, provider_id))

    async def save_feeds(
        self, provider_id: ProviderId, rule: FeedRule, feeds: Sequence[Feed], *, due_at: datetime
    ) -> None:
        self._state.require(PROFILES, provider_id)
        before = self._state[FEEDS].get(provider_id, OwnFeeds())
        known = {feed.url: feed for feed in before.feeds}
        chosen = {feed.url: known.get(feed.url) or Feed(id=feed.id, url=feed.url) for feed in feeds}
        after = sorted(chosen.values(), key=lambda feed: feed.id)
        for gone in {feed.id for feed in before.feeds} - {feed.id for feed in after}:
            del self._state[FEEDS_DUE][gone]
        for feed in after:
            self._state[FEEDS_DUE].setdefault(feed.id, due_at)
        self._state[FEEDS][provider_id] = OwnFeeds(rule=rule, feeds=tuple(after), version=before.version + 1)

    async def lock_feed(self, feed_id: FeedId) -> StoredFeed | None:
        self._state.lock()
        return self._found(feed_id)

    def _found(self, feed_id: FeedId) -> StoredFeed | None:
        for provider_id, own in self._state[FEEDS].items():
            for feed in own.feeds:
                if feed.id == feed_id:
                    calendar = self._state[CALENDARS][provider_id]
                    return StoredFeed(
                        feed=feed,
                        provider_id=provider_id,
                        time_zone=calendar.time_zone,
                        horizon_days=calendar.settings.horizon_days,
                        due_at=self._state[FEEDS_DUE][feed_id],
                        accepting=_accepting(self._state, provider_id),
                    )
        return None

    async def get(self, feed_id: FeedId) -> StoredFeed | None:
        """A feed without its busy times."""
        kept = self._found(feed_id)
        return None if kept is None else replace(kept, feed=replace(kept.feed, busy=()))

    async def save_reading(self, feed: Feed, *, due_at: datetime) -> None:
        kept = self._found(feed.id)
        if kept is None:
            raise MissingRow(f"there is no feed {feed.id}")
        own = self._state[FEEDS][kept.provider_id]
        after = tuple(feed if each.id == feed.id else each for each in own.feeds)
        self._state[FEEDS][kept.provider_id] = replace(own, feeds=after)
        self._state[FEEDS_DUE][feed.id] = due_at


class MemoryFeedReader(FeedReader):
    """Reads the feeds in `published`. With `available = False` it raises `Unavailable`.

    Published ranges are busy as the port defines it: no transparent or cancelled events, and instants only.
    """

    def __init__(self) -> None:
        self.published: dict[str, Sequence[TimeRange]] = {}
        """Busy ranges by URL. Other URLs cannot be read."""
        self.available = True
        self.requests: list[tuple[str, TimeRange, str]] = []
        """URL, window and time zone of each reading, oldest first."""

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
        time.time_zone(time_zone)
        self.requests.append((url, window, time_zone))
        await asyncio.sleep(0)  # yield to other tasks, as a request to a real server does
        if not self.available:
            raise FeedUnreadable(why=UNREACHABLE)
        if url not in self.published:
            raise FeedUnreadable(why="the server answered 404")
        return [busy for busy in _merged(self.published[url]) if busy.overlaps(window)]


def _accepting(state: State, provider_id: ProviderId) -> bool:
    profile = state[PROFILES].get(provider_id)
    return profile is not None and profile.status is ProfileStatus.APPROVED


def _merged(busy: Sequence[TimeRange]) -> list[TimeRange]:
    merged: list[TimeRange] = []
    for each in sorted(busy):
        if merged and each.start <= merged[-1].end:
            merged[-1] = TimeRange(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return merged


class MemoryFeedReads(InMemory, FeedReads):
    """Committed external calendars."""

    async def of_provider(self, provider_id: ProviderId) -> OwnFeeds:
        return await MemoryFeeds(self._current).feeds_of(provider_id)

    async def get(self, feed_id: FeedId) -> StoredFeed | None:
        return await MemoryFeeds(self._current).get(feed_id)

    async def due(self, now: datetime, limit: int) -> Sequence[DueFeed]:
        state = self._state
        due = sorted(
            (state[FEEDS_DUE][feed.id], DueFeed(feed.id, provider_id))
            for provider_id, own in state[FEEDS].items()
            for feed in own.feeds
            if state[FEEDS_DUE][feed.id] <= now and _accepting(state, provider_id)
        )
        return [found for _, found in due[:limit]]
