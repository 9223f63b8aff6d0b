"""When the worker last did its work, and when the last back-up was made: one row for each activity."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.kit.context import PostgresContext
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.shared.heartbeats import Activity, Heartbeat

worker_heartbeats: Final = Table(
    "worker_heartbeats",
    metadata,
    Column("activity", Text, primary_key=True),
    instant("last_at"),
    one_of("activity", Activity),
)

_h: Final = worker_heartbeats.c
_KNOWN: Final = [activity.value for activity in Activity]
"""A newer version may record more."""
_now: Final = func.clock_timestamp()
_first = insert(worker_heartbeats).values(activity=bindparam("activity"), last_at=_now)
_BEAT: Final = Statement(_first.on_conflict_do_update(index_elements=[_h.activity], set_={"last_at": _now}))
_BEATS: Final = Statement(select(_h.activity, _h.last_at, _now).where(_h.activity == func.any(bindparam("known"))))


async def beat(work: Work, activities: Iterable[Activity]) -> None:
    """Record that these activities happened now."""
    for activity in activities:
        await work.execute(_BEAT, activity=activity)


async def read_heartbeats(work: Work) -> dict[Activity, Heartbeat]:
    """Return the last heartbeat of each activity that has ever happened."""
    return {Activity(activity): Heartbeat(at, now - at) for activity, at, now in await work.all(_BEATS, known=_KNOWN)}


CONTEXT: Final = PostgresContext(tables=(worker_heartbeats,))
