"""What waits to be done, read from the tables of jobs, bookings and payments."""

from typing import Final

from sqlalchemy import text

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.shared.heartbeats import Waiting

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


async def read_waiting(work: Work) -> list[Waiting]:
    """What waits, by kind; nothing of a kind of which nothing waits."""
    return [
        Waiting(what=what, count=count, oldest_seconds=max(0.0, float(seconds)))
        for what, count, seconds in await work.all(_WAITING)
    ]
