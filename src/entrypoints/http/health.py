"""`/health`, at the root (for load balancers) and below the API's prefix."""

from collections.abc import Mapping
from typing import Final, Literal, Protocol

from litestar import Router, get

from booking_domain.shared.errors import ProcessStopping
from booking_domain.shared.heartbeats import STALE_AFTER, Activity, Heartbeat, stale
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.stopping import Draining
from entrypoints.http.kit.transport import UNENCRYPTED
from entrypoints.settings.main import Settings


class WorkerRecord(Protocol):
    """The worker's record in the database."""

    async def heartbeats(self) -> Mapping[Activity, Heartbeat]:
        """Return when the worker last did each of its activities; raise `StorageUnavailable` without a database."""
        ...


class ReplicaState(Protocol):
    """Whether the replica can be read."""

    @property
    def up(self) -> bool: ...
    @property
    def lag_seconds(self) -> float: ...


class ReplicaRecord(Protocol):
    """What is known of the replica."""

    async def state(self) -> ReplicaState: ...


StaleActivity = Literal["relay", "jobs", "remoteJobs", "webhookJobs", "messageJobs", "sweep"]


class HealthJson(Json, frozen=True, kw_only=True):
    """The process is healthy."""

    status: Literal["ok"]


class WorkerJson(Json, frozen=True, kw_only=True):
    """The times of the worker's last activities. Absent: never."""

    relay: Timestamp | None = None
    """The relay of events."""
    jobs: Timestamp | None = None
    """Jobs of the general queue."""
    remote_jobs: Timestamp | None = None
    """Jobs that call other services."""
    webhook_jobs: Timestamp | None = None
    """Jobs that send webhooks."""
    message_jobs: Timestamp | None = None
    """Jobs that send messages."""
    sweep: Timestamp | None = None
    """The periodic check for what was missed."""


class ReadyJson(Json, frozen=True, kw_only=True):
    """The process can serve. `degraded`: the worker is stale, so messages and the expiry of bookings may wait."""

    status: Literal["ok", "degraded"]
    stale: tuple[StaleActivity, ...]
    """The parts of the worker that have not worked for too long."""
    worker: WorkerJson
    """The state of the worker."""
    replica: Literal["ok", "late", "down"] | None = None
    """The replica. If it is late or down, the primary is read. Absent: there is none."""


_NAMES: Final[Mapping[Activity, StaleActivity]] = {
    Activity.RELAY: "relay",
    Activity.JOBS: "jobs",
    Activity.REMOTE_JOBS: "remoteJobs",
    Activity.WEBHOOK_JOBS: "webhookJobs",
    Activity.MESSAGE_JOBS: "messageJobs",
    Activity.SWEEP: "sweep",
}
_ALWAYS: Final = PUBLIC | UNLIMITED | UNENCRYPTED


@get("/live", sync_to_thread=False, opt=_ALWAYS | documented(), operation_id="getLiveness")
def live() -> HealthJson:
    """Report that the process runs. Checks nothing else."""
    return HealthJson(status="ok")


@get("/ready", opt=_ALWAYS | documented(raises=(ProcessStopping,)), operation_id="getReadiness")
async def ready(
    database: Injected[WorkerRecord],
    draining: Injected[Draining],
    replica: Injected[ReplicaRecord | None],
    settings: Injected[Settings],
) -> ReadyJson:
    """Report whether the database answers, and whether a worker works.

    If the worker is stale, the status is `degraded` instead of an error 503: this process still serves bookings. A
    process that was asked to stop is not ready, 503 `service.stopping`, while it finishes what has begun.
    """
    if draining.begun:
        raise ProcessStopping
    heartbeats = await database.heartbeats()
    late = stale(heartbeats)
    state = None if replica is None else await replica.state()
    last = {str(activity): heartbeat.at for activity, heartbeat in heartbeats.items()}
    return ReadyJson(
        status="degraded" if late else "ok",
        stale=tuple(_NAMES[activity] for activity in late),
        worker=WorkerJson(**{str(activity): last.get(activity) for activity in STALE_AFTER}),
        replica=None if state is None else _of_replica(state, settings.replica_lag),
    )


def _of_replica(state: ReplicaState, most_seconds: float) -> Literal["ok", "late", "down"]:
    if not state.up:
        return "down"
    return "ok" if state.lag_seconds <= most_seconds else "late"


def routes() -> Router:
    """Return a new router, because it is registered twice."""
    return Router("/health", route_handlers=[live, ready])
