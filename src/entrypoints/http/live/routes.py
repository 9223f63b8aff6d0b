"""`/events`: live events as server-sent events; `/ws`: over a WebSocket."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import HeaderParameter
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage
from msgspec import Meta

from booking_domain.identity.errors import InvalidToken
from booking_domain.live.model import Channel, Follower, LiveEvent, TooManyStreams
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from booking_domain.shared.rate_limits import ServiceBusy
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Query
from entrypoints.http.kit.heads import wants_head
from entrypoints.http.kit.identities import Caller
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.refusals import invalid_input
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.live.feed import (
    EVENT_ID,
    HEARTBEAT_SECONDS,
    MOST_CHANNELS,
    MOST_PROVIDERS,
    follower_of,
    live_event_json,
)
from entrypoints.http.live.hub import LiveHub, Stream
from entrypoints.http.live.sockets import follow_over_socket

EVENT_STREAM: Final = "text/event-stream"
_ID: Final = re.compile(EVENT_ID)
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]


class EventsQuery(Query, frozen=True, kw_only=True):
    """What to follow."""

    channels: Annotated[
        tuple[Channel, ...], Meta(min_length=1, max_length=MOST_CHANNELS, description="May be repeated.")
    ]
    provider_id: Annotated[
        tuple[UUID, ...],
        Meta(max_length=MOST_PROVIDERS, description="The providers whose availability to follow; may be repeated."),
    ] = ()

    def follower(self, actor: Actor | None, session_id: SessionId | None) -> Follower:
        """Return the follower. A channel that is not public needs a token, and `availability` needs a provider."""
        return follower_of(self.channels, self.provider_id, actor, session_id, named_at="/query/providerId")


def message_of(event: LiveEvent) -> ServerSentEventMessage:
    """Write an event."""
    return ServerSentEventMessage(
        id=event.id, event=event.what.channel, data=msgspec.json.encode(live_event_json(event))
    )


async def messages(stream: Stream, hub: LiveHub, begins_after: int) -> AsyncIterator[ServerSentEventMessage]:
    """Yield the messages of a stream: `ready` or `reset`, then events and heartbeats, then the reason why it ends."""
    try:
        # Send an id, so that a client that gets no event can resume here.
        yield ServerSentEventMessage(id=begins_after, event="reset" if stream.missed else "ready", data="{}")
        while True:
            event = await stream.next(HEARTBEAT_SECONDS)
            if event is not None:
                yield message_of(event)
            elif stream.end is not None:
                yield ServerSentEventMessage(event="end", data=msgspec.json.encode({"reason": stream.end}))
                return
            else:
                # Nothing waits for this client, so it has all events up to this one.
                yield ServerSentEventMessage(comment="", id=hub.last_id, data=None)
    finally:
        hub.close(stream)


_EXAMPLE: Final = (
    'id: 41\r\nevent: ready\r\ndata: {}\r\n\r\nid: 42\r\nevent: bookings\r\ndata: {"type":"booking.confirmed",'
    '"at":"2026-11-23T01:02:03Z","about":{"bookingId":"0199f3d0-1f10-7c55-9e66-3a4b5c6d7e8f","status":"confirmed"}}'
    "\r\n\r\n"
)


@get(
    "/events",
    media_type=EVENT_STREAM,
    opt=OPTIONAL | documented(raises=(InvalidToken, ProviderNotFound, TooManyStreams, ServiceBusy), answer=_EXAMPLE),
    operation_id="followEvents",
)
async def follow_events(
    request: Request[Any, Any, Any],
    params: Injected[EventsQuery],
    caller: Injected[Caller],
    live_hub: Injected[LiveHub],
    last_event_id: LastEventId = None,
) -> Response[str]:
    """Follow what happens, as server-sent events, until you close the stream or your session ends.

    The channels are `bookings` and `payments` (those to which you are a party), your `notifications`, the
    `availability` of providers, and `system`. Without a token, only the last two are open. The name of an event is its
    channel; its data are `type`, `at` and `about` (ids, codes and dates). With `Last-Event-ID`, the stream resumes
    where the last one ended, up to ten minutes later. After that it begins with `reset` instead of `ready`: reload what
    you show. The event `end` gives the reason why the stream ends.
    """
    follower = params.follower(request.scope["user"], request.scope["auth"])
    after = _read(last_event_id)
    if wants_head(request.scope):
        return Response("", media_type=EVENT_STREAM)
    stream = await live_hub.open(follower, caller, after=after)
    begins_after = live_hub.last_id if after is None or stream.missed else after
    return cast("Response[str]", ServerSentEvent(messages(stream, live_hub, begins_after)))


def _read(last_event_id: str | None) -> int | None:
    if not last_event_id:
        return None
    if not _ID.fullmatch(last_event_id):
        raise invalid_input("/header/Last-Event-ID", "An id of an event.")
    return int(last_event_id)


routes: Final = Router(
    "/", route_handlers=[follow_events, follow_over_socket], opt=about("events", "What happens, as it happens.")
)
