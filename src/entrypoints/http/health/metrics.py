"""`GET /metrics`: the worker's heartbeat and the outbox, for Prometheus."""

from hmac import compare_digest
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from booking_domain.identity.errors import InvalidToken
from booking_domain.shared.heartbeats import STALE_AFTER, stale
from entrypoints.http.health.worker import WorkerRecord
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.settings import Settings

_HIDDEN: Final = {**PUBLIC, **documented(raises=(InvalidToken,)), "hidden": True}


@get("/metrics", opt=_HIDDEN)
async def metrics(
    request: Request[Any, Any, Any], settings: Injected[Settings], database: Injected[WorkerRecord]
) -> Response[str]:
    """The metrics of the installation, for whoever has a token of `BOOKING_METRICS_TOKEN`; without one, 404."""
    if not settings.metrics_tokens:
        raise NotFoundException
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    known = [compare_digest(given.strip().encode(), token.encode()) for token in settings.metrics_tokens]
    if scheme.lower() != "bearer" or not any(known):
        raise InvalidToken
    return Response(generate_latest(await _measured(database)).decode(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _measured(database: WorkerRecord) -> CollectorRegistry:
    heartbeats, backlog = await database.heartbeats(), await database.backlog()
    registry = CollectorRegistry(auto_describe=False)
    last = Gauge(
        "booking_worker_last_activity_timestamp_seconds",
        "When the worker last did this; 0: never.",
        ["activity"],
        registry=registry,
    )
    is_stale = Gauge(
        "booking_worker_stale", "1 if the worker has not done this for too long.", ["activity"], registry=registry
    )
    for activity in STALE_AFTER:
        heartbeat = heartbeats.get(activity)
        last.labels(activity).set(0 if heartbeat is None else heartbeat.at.timestamp())
        is_stale.labels(activity).set(activity in stale(heartbeats))
    messages = Gauge("booking_outbox_messages", "Messages in the outbox.", ["state"], registry=registry)
    messages.labels("waiting").set(backlog.waiting)
    messages.labels("parked").set(backlog.parked)
    oldest = Gauge("booking_outbox_oldest_seconds", "Age of the oldest message that waits.", registry=registry)
    oldest.set(backlog.oldest_seconds)
    return registry
