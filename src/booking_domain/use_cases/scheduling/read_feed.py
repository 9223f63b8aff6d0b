"""Read an external calendar, and record its busy times or why reading failed."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.scheduling.feeds import Feed, FeedReader, FeedUnreadable, StoredFeed
from booking_domain.scheduling.model import CLAIM_MARGIN, length_margin
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import FeedId
from booking_domain.shared.time import LONGEST_APPOINTMENT, TimeRange
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.scheduling.feeds import RecordReading, record_reading

A_DAY: Final = timedelta(days=1)


async def read_feed(
    feed_id: FeedId, *, clock: Clock, reads: Reads, executor: Executor[Repositories], reader: FeedReader
) -> Feed | None:
    """Read the feed if it is due, and return it after that; None if it is gone or not due.

    The feed of a provider who takes no bookings yet waits: the time to read feeds belongs to those who do.

    The network request runs outside any database transaction; the result is recorded in one. An unreadable feed raises
    nothing: the failure is recorded, and the feed is due again later.
    """
    now = clock.now()
    kept = await reads.feeds.get(feed_id)
    if kept is None or kept.due_at > now or not kept.accepting:
        return None
    try:
        busy = await reader.read(kept.feed.url, window=_window(kept, now), time_zone=kept.time_zone)
    except FeedUnreadable as unreadable:
        reading = RecordReading(feed_id=feed_id, began=now, took=clock.now() - now, failure=unreadable.why)
    else:
        reading = RecordReading(feed_id=feed_id, began=now, took=clock.now() - now, busy=busy)
    return await executor.run(record_reading, reading, actor=SYSTEM)


def _window(kept: StoredFeed, now: datetime) -> TimeRange:
    """All busy times that can affect a slot: from yesterday (buffers) to the margin after the last date."""
    after = A_DAY + CLAIM_MARGIN + length_margin(LONGEST_APPOINTMENT)
    return TimeRange(now - A_DAY, now + timedelta(days=kept.horizon_days) + after)
