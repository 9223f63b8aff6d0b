"""External calendars on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, delete, func, not_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.scheduling.tables import busy_times, calendar_feeds
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.feeds import (
    DueFeed,
    Feed,
    FeedReads,
    FeedRepository,
    FeedRule,
    OwnFeeds,
    StoredFeed,
    WhenFeedFails,
)
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.shared.time import TimeRange

_p: Final = providers.c
_f: Final = calendar_feeds.c
_t: Final = busy_times.c
FEED: Final = Mapper(calendar_feeds, Feed, transient=("busy",), elsewhere=("provider_id", "due_at"))
_ACCEPTING: Final = _p.status == ProfileStatus.APPROVED.value
_KEPT: Final = (
    select(*FEED.columns, _f.provider_id, _p.time_zone, _p.horizon_days, _f.due_at, _ACCEPTING)
    .select_from(calendar_feeds.join(providers))
    .where(_f.id == bindparam("feed_id"))
)
_GET: Final = Statement(_KEPT)
_LOCK: Final = Statement(_KEPT.with_for_update(key_share=True, of=calendar_feeds))
_DUE: Final = Statement(
    select(_f.id, _f.provider_id)
    .select_from(calendar_feeds.join(providers))
    .where(_f.due_at <= bindparam("now"), _ACCEPTING)
    .order_by(_f.due_at, _f.id)
    .limit(bindparam("most"))
)
_RULE: Final = Statement(
    select(_p.when_feeds_fail, _p.trust_feeds_hours, _p.feeds_version, _ACCEPTING).where(_p.id == bindparam("owner"))
)
_FEEDS: Final = Statement(select(*FEED.columns).where(_f.provider_id == bindparam("owner")).order_by(_f.id))
_SAVE_RULE: Final = Statement(
    update(providers)
    .where(_p.id == bindparam("owner"))
    .values(
        when_feeds_fail=bindparam("when_failing"),
        trust_feeds_hours=bindparam("trust_hours"),
        feeds_version=_p.feeds_version + 1,
    )
)
_KEEP_ONLY: Final = Statement(
    delete(calendar_feeds).where(
        _f.provider_id == bindparam("owner"), not_(_f.url == func.any(bindparam("urls", type_=ARRAY(_f.url.type))))
    )
)
_ADD: Final = Statement(insert(calendar_feeds).on_conflict_do_nothing(index_elements=[_f.provider_id, _f.url]))
_SAVE: Final = Statement(
    update(calendar_feeds)
    .where(_f.id == bindparam("feed_id"))
    .values({name: bindparam(name) for name in ("read_at", "due_at", "failure", "failures")})
)
_BUSY: Final = Statement(
    select(_t.starts_at, _t.ends_at).where(_t.feed_id == bindparam("feed_id")).order_by(_t.starts_at)
)
_NOW_BUSY: Final = (
    func.unnest(bindparam("starts", type_=ARRAY(_t.starts_at.type)), bindparam("ends", type_=ARRAY(_t.ends_at.type)))
    .table_valued("starts_at", "ends_at", name="now_busy")
    .render_derived()
)
_FREE: Final = Statement(
    delete(busy_times).where(
        _t.feed_id == bindparam("feed_id"),
        not_(
            select(1)
            .where(and_(_NOW_BUSY.c.starts_at == _t.starts_at, _NOW_BUSY.c.ends_at == _t.ends_at))
            .correlate(busy_times)
            .exists()
        ),
    )
)
_ADD_BUSY: Final = Statement(
    insert(busy_times)
    .from_select(
        ["feed_id", "starts_at", "ends_at"],
        select(bindparam("feed_id", type_=_t.feed_id.type), _NOW_BUSY.c.starts_at, _NOW_BUSY.c.ends_at),
    )
    .on_conflict_do_nothing()
)


def _kept_of(row: Row) -> StoredFeed:
    *feed, provider_id, time_zone, horizon_days, due_at, accepting = row
    return StoredFeed(
        feed=FEED.read(feed),
        provider_id=ProviderId(provider_id),
        time_zone=time_zone,
        horizon_days=horizon_days,
        due_at=due_at,
        accepting=accepting,
    )


class PostgresFeeds(WithWork, FeedRepository):
    """`FeedRepository` in `calendar_feeds` and `busy_times`; the feed rule is in the provider's row."""

    async def feeds_of(self, provider_id: ProviderId) -> OwnFeeds:
        rule = await self._work.one(_RULE, owner=provider_id)
        if rule is None:
            return OwnFeeds()
        # Read the version first: a client that races a change may then get the new feeds under the old version, never
        # the old feeds under the new one.
        feeds = await self._work.all(_FEEDS, owner=provider_id)
        return OwnFeeds(
            rule=FeedRule(WhenFeedFails(rule[0]), rule[1]),
            feeds=tuple(map(FEED.read, feeds)),
            version=rule[2],
            accepting=rule[3],
        )

    async def save_feeds(
        self, provider_id: ProviderId, rule: FeedRule, feeds: Sequence[Feed], *, due_at: datetime
    ) -> None:
        # First what waits for a reader of a feed: the first change locks the public version, which the reader needs.
        await self._work.execute(_KEEP_ONLY, owner=provider_id, urls=[feed.url for feed in feeds])
        for feed in feeds:
            await self._work.execute(
                _ADD,
                id=feed.id,
                provider_id=provider_id,
                url=feed.url,
                read_at=None,
                due_at=due_at,
                failure=None,
                failures=0,
            )
        await self._work.execute(
            _SAVE_RULE, owner=provider_id, when_failing=rule.when_failing.value, trust_hours=rule.trust_hours
        )

    async def lock_feed(self, feed_id: FeedId) -> StoredFeed | None:
        row = await self._work.one(_LOCK, feed_id=feed_id)
        if row is None:
            return None
        busy = await self._work.all(_BUSY, feed_id=feed_id)  # after the lock is held
        kept = _kept_of(row)
        return replace(kept, feed=replace(kept.feed, busy=tuple(TimeRange(*each) for each in busy)))

    async def save_reading(self, feed: Feed, *, due_at: datetime) -> None:
        starts, ends = [busy.start for busy in feed.busy], [busy.end for busy in feed.busy]
        await self._work.execute(_FREE, feed_id=feed.id, starts=starts, ends=ends)
        await self._work.execute(_ADD_BUSY, feed_id=feed.id, starts=starts, ends=ends)
        await self._work.update_one(
            "external calendar",
            _SAVE,
            feed_id=feed.id,
            read_at=feed.read_at,
            due_at=due_at,
            failure=feed.failure,
            failures=feed.failures,
        )


class PostgresFeedReads(WithWork, FeedReads):
    """`FeedReads` of `calendar_feeds`."""

    async def of_provider(self, provider_id: ProviderId) -> OwnFeeds:
        return await PostgresFeeds(self._work).feeds_of(provider_id)

    async def get(self, feed_id: FeedId) -> StoredFeed | None:
        return await self._work.first(_kept_of, _GET, feed_id=feed_id)

    async def due(self, now: datetime, limit: int) -> list[DueFeed]:
        rows = await self._work.all(_DUE, now=now, most=limit)
        return [DueFeed(FeedId(id_), ProviderId(provider_id)) for id_, provider_id in rows]
