"""What waits to be done, read from the tables of jobs, bookings and payments, and who receives the log."""

from typing import Final

from sqlalchemy import text

from adapters.postgres.kit.backups import SLOT
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.shared.heartbeats import ReceivedLog, Waiting

# Each part reads through a partial index: of jobs to do, of bookings with a deadline, of pending payments.
_WAITING: Final = Statement(
    text("""
    WITH found AS (
        SELECT 'jobs ' || queue_name AS what, coalesce(scheduled_at, clock_timestamp()) AS since
        FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp())
        UNION ALL
        SELECT 'expiries', due_at FROM bookings WHERE due_at <= clock_timestamp()
        UNION ALL
        SELECT 'payments', created_at FROM payments WHERE status = 'pending'
    )
    SELECT what, count(*), extract(epoch FROM clock_timestamp() - min(since)) FROM found GROUP BY what
    """)
)

_LOG: Final = Statement(
    text("""
    SELECT active AND wal_status IS DISTINCT FROM 'lost',
        coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint,
        current_setting('archive_mode') <> 'off',
        last_failed_time > coalesce(last_archived_time, '-infinity')
    FROM pg_stat_archiver LEFT JOIN pg_replication_slots ON slot_name = :slot
    """)
)


async def read_waiting(work: Work) -> list[Waiting]:
    """What waits, by kind; nothing of a kind of which nothing waits."""
    return [
        Waiting(what=what, count=count, oldest_seconds=max(0.0, float(seconds)))
        for what, count, seconds in await work.all(_WAITING)
    ]


async def read_log(work: Work) -> ReceivedLog:
    """Who receives the write-ahead log."""
    [(receives, waiting, archives, failed)] = await work.all(_LOG, slot=SLOT)
    return ReceivedLog(
        receiver=None if receives is None and archives else bool(receives),
        archiver=not failed if archives else None,
        waiting_bytes=waiting,
    )
