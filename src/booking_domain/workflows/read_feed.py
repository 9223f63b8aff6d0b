"""Read an external calendar, and keep what was read or why it could not be."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.scheduling.feeds import Feed, FeedReader, FeedUnreadable, KeptFeed
from booking_domain.scheduling.ports import CLAIM_MARGIN
from booking_domain.scheduling.use_cases.feeds import RecordReading, record_reading
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import FeedId
from booking_domain.shared.time import TimeRange
from booking_domain.workflows.ports import Reads, Repositories

A_DAY: Final = timedelta(days=1)


async def read_feed(
    feed_id: FeedId, *, now: datetime, reads: Reads, executor: Executor[Repositories], reader: FeedReader
) -> Feed | None:
    """Read the feed if it is due; return it as it is then, None if there is nothing to read.

    The network is asked outside of any transaction; what it says is then kept in one, all or nothing. A feed that
    cannot be read is no error here: its failure is kept, and it is due again later.
    """
    kept = await reads.feeds.get(feed_id)
    if kept is None or kept.due_at > now:
        return None
    try:
        busy = await reader.read(kept.feed.url, window=_window(kept, now), time_zone=kept.time_zone)
    except FeedUnreadable as unreadable:
        reading = RecordReading(feed_id=feed_id, began=now, failure=unreadable.why)
    else:
        reading = RecordReading(feed_id=feed_id, began=now, busy=busy)
    return await executor.run(record_reading, reading, actor=SYSTEM)


def _window(kept: KeptFeed, now: datetime) -> TimeRange:
    """From yesterday, which a buffer may reach, to what may touch an appointment on the horizon's last date."""
    return TimeRange(now - A_DAY, now + timedelta(days=kept.horizon_days) + A_DAY + CLAIM_MARGIN)
