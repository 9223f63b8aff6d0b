"""External calendars: set one's feeds, and record what was read from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.events import FeedAdded
from booking_domain.scheduling.feeds import (
    MAX_BUSY_TIMES,
    MAX_FEEDS,
    TOO_MANY_BUSY_TIMES,
    Feed,
    FeedRepository,
    FeedRule,
    OwnFeeds,
)
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, FeedId, ProviderId
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.scheduling.calendars import CalendarTx, own_provider


class FeedTx(CalendarTx, Protocol):
    """The repositories that external calendars need."""

    @property
    def feeds(self) -> FeedRepository: ...
    @property
    def outbox(self) -> Outbox: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFeeds:
    """Replace the actor's list of feeds, and the rule for feeds that fail.

    - At most `MAX_FEEDS` feeds; a URL that is listed twice is one feed.
    - A feed that stays in the list keeps its busy times.
    """

    urls: tuple[str, ...]
    rule: FeedRule
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReading:
    """Record the result of reading a feed: its busy times, or why it failed. The reading started at `began`.

    - A feed with more than `MAX_BUSY_TIMES` busy times counts as failed.
    """

    feed_id: FeedId
    began: datetime
    took: timedelta = timedelta()
    busy: Sequence[TimeRange] = ()
    failure: str | None = None


async def _set(command: SetFeeds, tx: FeedTx, context: UseCaseContext) -> OwnFeeds:

    urls = tuple(dict.fromkeys(command.urls))
    if len(urls) > MAX_FEEDS:
        raise InvalidValue(field="urls", problem=f"at most {MAX_FEEDS} external calendars")
    provider_id = await own_provider(tx, context)
    before = await tx.feeds.feeds_of(provider_id)
    require_expected_version(before.version, command.expected_version)
    known = {feed.url: feed for feed in before.feeds}
    feeds = [known.get(url) or Feed(id=FeedId(context.entropy.new_id()), url=url) for url in urls]
    await tx.feeds.save_feeds(provider_id, command.rule, feeds, due_at=context.now)
    await tx.outbox.put([_added(feed, provider_id, context) for feed in feeds if feed.url not in known])
    in_order = tuple(sorted(feeds, key=lambda feed: feed.id))
    return replace(before, rule=command.rule, feeds=in_order, version=before.version + 1)


def _added(feed: Feed, provider_id: ProviderId, context: UseCaseContext) -> FeedAdded:
    return FeedAdded(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        provider_id=provider_id,
        feed_id=feed.id,
    )


async def _record(command: RecordReading, tx: FeedTx, context: UseCaseContext) -> Feed | None:
    """Ignore the result if the feed was removed, or if a reading that started later was recorded already."""
    kept = await tx.feeds.lock_feed(command.feed_id)
    if kept is None:
        return None
    before = kept.feed
    if before.read_at is not None and command.began < before.read_at <= context.now:
        return before
    failure = TOO_MANY_BUSY_TIMES if len(command.busy) > MAX_BUSY_TIMES else command.failure
    after = before.read(command.busy, command.began) if failure is None else before.failed(failure)
    await tx.feeds.save_reading(after, due_at=after.next_reading(context.now, command.took))
    return after


set_feeds: Final = UseCase(
    Permission.MANAGE_CALENDAR, _set, raises=(ProviderNotFound, InvalidValue, StaleVersion), outlasts_session=True
)
record_reading: Final = UseCase(Permission.RUN_PLATFORM, _record)
