"""Whether the worker works and back-ups are made: the last time of each activity, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Activity(StrEnum):
    """What the worker does again and again, also while there is nothing to do, and the back-up beside it."""

    RELAY = "relay"
    """The outbox was read, and its messages were handed on."""
    JOBS = "jobs"
    """A job of the default queue has ended."""
    REMOTE_JOBS = "remote_jobs"
    """A job of the queue of jobs that call servers of third parties has ended."""
    WEBHOOK_JOBS = "webhook_jobs"
    """A job of the queue of jobs that send webhooks has ended."""
    MESSAGE_JOBS = "message_jobs"
    """A job of the queue of jobs that send messages to people has ended."""
    SWEEP = "sweep"
    """Every sweep has succeeded."""
    BACKUP = "backup"
    """A verified copy of the database and the objects of files is complete; not by the worker."""


STALE_AFTER: Final[Mapping[Activity, timedelta]] = {
    Activity.RELAY: timedelta(seconds=30),
    # A sweep runs every minute, and with it at least one job of each queue.
    Activity.JOBS: timedelta(minutes=3),
    Activity.REMOTE_JOBS: timedelta(minutes=3),
    Activity.WEBHOOK_JOBS: timedelta(minutes=3),
    Activity.MESSAGE_JOBS: timedelta(minutes=3),
    Activity.SWEEP: timedelta(minutes=3),
}
"""The activities of the worker, and how long each may take to happen again."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last time of an activity, and how long ago that is, by one clock."""

    at: datetime
    age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The messages of the outbox."""

    waiting: int
    parked: int
    oldest_seconds: float
    """The age of the oldest message that waits; 0 if none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits to be done, of one kind."""

    what: str
    count: int
    oldest_seconds: float
    """How long the first has waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLog:
    """Who copies the write-ahead log of the database."""

    receiver: bool | None
    """Whether `receive-wal` receives it now; None if only the server archives it."""
    archiver: bool | None
    """Whether the server's last attempt to archive a part succeeded; None if it archives nothing."""
    waiting_bytes: int
    """What the server keeps for `receive-wal`; 0 without it."""


def stale(heartbeats: Mapping[Activity, Heartbeat]) -> list[Activity]:
    """Return the activities of the worker that never happened, or not for too long."""
    return [
        activity
        for activity, limit in STALE_AFTER.items()
        if activity not in heartbeats or heartbeats[activity].age > limit
    ]
