"""`/ws`: live events over a WebSocket (RFC 6455), from the same hub as `/events`.

The client first sends `{"subscribe": [channels], "providerIds": […], "after": id, "token": access token}` as JSON text.
To follow something else, it sends the same without `after` and `token`; it may also send `{"ping": text}`. It gets
`ready` or `reset`, then events with ids, heartbeats and `pong`, and finally `end` with a reason, which the close frame
repeats.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from msgspec import UNSET, Meta, UnsetType

from booking_domain.identity.ports import Bearer
from booking_domain.live.model import Channel, EndReason, LiveEvent, TooManyStreams
from booking_domain.shared.errors import DomainError
from booking_domain.shared.rate_limits import ServiceBusy
from entrypoints.http.kit.fields import Body, Json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.problems import status_of
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.refusals import Refusal
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.security_events import note
from entrypoints.http.kit.strict_json import read_json
from entrypoints.http.live.feed import (
    EVENT_ID,
    HEARTBEAT_SECONDS,
    MOST_CHANNELS,
    MOST_PROVIDERS,
    LiveEventJson,
    follower_of,
    live_event_json,
)
from entrypoints.http.live.hub import STUCK_SECONDS, LiveHub, Stream
from entrypoints.http.live.socket_guard import SocketGuard

MOST_SOCKETS: Final = 1_000
"""WebSockets of one process, including those that have not subscribed yet."""
MOST_SILENT: Final = 8
"""WebSockets of one address that have not subscribed yet and sent no token."""
MOST_BYTES: Final = 16_384
"""The size limit of a client's message. granian has read up to 64 MiB by then, so connections are limited too."""
MOST_MESSAGES: Final = 60
"""How many messages a client may send in a minute."""
FIRST_SECONDS: Final = 10
"""How long a client may take to subscribe."""
_MINUTE: Final = 60

POLICY: Final = 1_008
BINARY: Final = 1_003
TOO_BIG: Final = 1_009
RESTART: Final = 1_012
TRY_LATER: Final = 1_013
OWN: Final = 4_000
"""Close codes of the application: this plus the status of the equivalent HTTP answer (RFC 6455 §7.4.2)."""
ENDS: Final[Mapping[EndReason, int]] = {
    EndReason.SESSION_ENDED: OWN + HTTPStatus.UNAUTHORIZED,
    EndReason.PROVIDER_NOT_FOUND: OWN + HTTPStatus.NOT_FOUND,
    EndReason.TOO_SLOW: OWN + HTTPStatus.REQUEST_TIMEOUT,
    EndReason.TOO_OLD: OWN,
    EndReason.SHUTDOWN: RESTART,
}
"""The close code for each reason why a stream ends."""


class ClientMessage(Body, frozen=True, kw_only=True):
    """A message of a client: a subscription that replaces the former one, or a ping."""

    subscribe: Annotated[tuple[Channel, ...], Meta(min_length=1, max_length=MOST_CHANNELS)] | UnsetType = UNSET
    provider_ids: Annotated[tuple[UUID, ...], Meta(max_length=MOST_PROVIDERS)] = ()
    """Whose availability to follow."""
    after: Annotated[str, Meta(pattern=f"^{EVENT_ID}$")] | None = None
    """The last id that the client has; only in its first message."""
    token: Annotated[str, Meta(max_length=4_096)] | None = None
    """The access token; only in the first message."""
    ping: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET


class SocketMessage(Json, frozen=True, kw_only=True):
    """A message to a client. `event` is a channel, `ready`, `reset`, `heartbeat`, `pong` or `end`."""

    event: str
    id: str | None = None
    data: LiveEventJson | dict[str, str] | None = None


class _Closed(Exception):
    """The connection ends, with this close code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Left(Exception):
    """The client has closed the connection."""


class LiveSockets:
    """The WebSockets of this process."""

    def __init__(self, hub: LiveHub, guard: SocketGuard) -> None:
        self._hub = hub
        self._guard = guard
        self._open = 0
        self._silent: Counter[str] = Counter()
        """The clients that have not subscribed yet, by address."""
        self._stopping = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def stop(self) -> None:
        """Close the connections whose clients have not subscribed yet; the hub ends the others."""
        self._stopping.set()

    async def drained(self) -> None:
        """Return once no connection is open."""
        await self._empty.wait()

    async def serve(self, socket: WebSocket[Any, Any, Any]) -> None:
        """Serve a connection until it is closed."""
        scope = socket.scope
        try:
            await self._guard.admit(scope)
        except (DomainError, Refusal) as error:
            if isinstance(error, DomainError):
                note(scope, error)
            await socket.receive()  # the request to connect
            await socket.close(POLICY)  # before it is accepted: the client gets 403
            return
        await socket.accept()
        self._open += 1
        self._empty.clear()
        try:
            await self._talk(socket)
        except (_Left, WebSocketDisconnect):
            return
        except _Closed as closed:
            await _close(socket, closed.code, closed.reason)
        except Refusal as refusal:
            await _close(socket, OWN + refusal.status, refusal.code)
        except DomainError as error:
            note(scope, error)
            status = status_of(type(error))
            await _close(socket, TRY_LATER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else OWN + status, error.code)
        finally:
            self._open -= 1
            if not self._open:
                self._empty.set()

    async def _talk(self, socket: WebSocket[Any, Any, Any]) -> None:
        if self._open > MOST_SOCKETS:
            raise ServiceBusy
        bearer = await self._guard.known(socket.scope)
        client = _Client(socket)
        try:
            subscription = await self._first(client)
            if subscription.token is not None:
                bearer = await self._guard.bearer(subscription.token, socket.scope)
            if bearer is not None:
                socket.scope["user"], socket.scope["auth"] = bearer.actor, bearer.session_id
            await self._follow(client, subscription, bearer)
        finally:
            await client.stop_reading()

    async def _first(self, client: "_Client") -> ClientMessage:
        """Read the first message: what the client follows."""
        address = self._guard.address(client.scope)
        if self._silent[address] >= MOST_SILENT:
            raise TooManyStreams(most=MOST_SILENT)
        self._silent[address] += 1
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({client.reading, stopping}, timeout=FIRST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            self._silent[address] -= 1
            if not self._silent[address]:
                del self._silent[address]
        if client.reading.done():
            return client.read()
        if self._stopping.is_set():
            raise _Closed(ENDS[EndReason.SHUTDOWN], EndReason.SHUTDOWN)
        raise _Closed(OWN + HTTPStatus.REQUEST_TIMEOUT, "not_subscribed")

    async def _follow(self, client: "_Client", subscription: ClientMessage, bearer: Bearer | None) -> None:
        after = None if subscription.after is None else int(subscription.after)
        while True:
            stream = await self._opened(client, subscription, bearer, after)
            try:
                begins_after = self._hub.last_id if after is None or stream.missed else after
                await client.send("reset" if stream.missed else "ready", begins_after)
                subscription = await self._pass_on(stream, client)
                # Until the next stream opens, the hub keeps the announced events.
                after = self._hub.position(stream)
            finally:
                self._hub.close(stream)

    async def _opened(
        self, client: "_Client", subscription: ClientMessage, bearer: Bearer | None, after: int | None
    ) -> Stream:
        if isinstance(subscription.subscribe, UnsetType):
            raise _invalid()
        actor, session_id = (None, None) if bearer is None else (bearer.actor, bearer.session_id)
        follower = follower_of(
            subscription.subscribe, subscription.provider_ids, actor, session_id, named_at="/providerIds"
        )
        who = self._guard.address(client.scope) if actor is None else f"account {actor.id}"
        return await self._hub.open(follower, who, after=after)

    async def _pass_on(self, stream: Stream, client: "_Client") -> ClientMessage:
        """Send events until the client sends another subscription."""
        coming = asyncio.create_task(stream.next(HEARTBEAT_SECONDS))
        try:
            while True:
                await asyncio.wait({client.reading, coming}, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    await self._send_next(coming.result(), stream, client)
                    coming = asyncio.create_task(stream.next(HEARTBEAT_SECONDS))
                if client.reading.done():
                    message = client.read()
                    if isinstance(message.subscribe, UnsetType):
                        await client.pong(message)
                    elif message.after is not None or message.token is not None:
                        raise _invalid()
                    else:
                        return message
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming

    async def _send_next(self, event: LiveEvent | None, stream: Stream, client: "_Client") -> None:
        if event is not None:
            await client.send(event.what.channel, event.id, live_event_json(event))
        elif stream.end is not None:
            raise _Closed(ENDS[stream.end], stream.end)
        else:
            # Nothing waits for this client, so it has all events up to this one.
            await client.send("heartbeat", self._hub.last_id)


class _Client:
    """Reads the messages of a client one at a time, and writes to it."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket
        self._times: list[float] = []
        self.scope = socket.scope
        self.reading = asyncio.create_task(self._receive())

    def read(self) -> ClientMessage:
        """Return the message that has been read, and begin to read the next one."""
        message = self.reading.result()
        now = asyncio.get_running_loop().time()
        self._times = [*(at for at in self._times if now - at < _MINUTE), now]
        if len(self._times) > MOST_MESSAGES:
            raise _Closed(OWN + HTTPStatus.TOO_MANY_REQUESTS, "too_many_messages")
        self.reading = asyncio.create_task(self._receive())
        return message

    async def stop_reading(self) -> None:
        """Read nothing more."""
        self.reading.cancel()
        await asyncio.gather(self.reading, return_exceptions=True)

    async def send(self, event: str, event_id: int, data: LiveEventJson | None = None) -> None:
        """Send a message with an id."""
        await _send(self._socket, SocketMessage(event=event, id=str(event_id), data=data))

    async def pong(self, message: ClientMessage) -> None:
        """Answer a ping with its text."""
        if isinstance(message.ping, UnsetType):
            raise _invalid()
        await _send(self._socket, SocketMessage(event="pong", data={"ping": message.ping}))

    async def _receive(self) -> ClientMessage:
        received: Mapping[str, Any] = await self._socket.receive()
        if received["type"] != "websocket.receive":
            raise _Left
        text = received.get("text")
        if text is None:
            raise _Closed(BINARY, "text_only")
        if len(text.encode()) > MOST_BYTES:
            raise _Closed(TOO_BIG, "too_big")
        message: ClientMessage = read_json(text.encode(), ClientMessage)
        return message


def _invalid() -> _Closed:
    return _Closed(OWN + HTTPStatus.BAD_REQUEST, "validation.invalid_input")


async def _send(socket: WebSocket[Any, Any, Any], message: SocketMessage) -> None:
    await socket.send_data(msgspec.json.encode(message).decode(), mode="text")


async def _close(socket: WebSocket[Any, Any, Any], code: int, reason: str) -> None:
    # The client was faster, or does not read.
    with suppress(WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(STUCK_SECONDS):
            await _send(socket, SocketMessage(event="end", data={"reason": reason}))
            await socket.close(code, reason)


@websocket("/ws", opt=PUBLIC | limited_as("read"))
async def follow_over_socket(socket: WebSocket[Any, Any, Any], live_sockets: Injected[LiveSockets]) -> None:
    """Follow what happens over a WebSocket."""
    await live_sockets.serve(socket)
