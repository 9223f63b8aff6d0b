"""The hub of a process: it passes each announced event to the open streams that may receive it.

It keeps the events of the last minutes in memory, so that a reconnecting client costs no query.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from booking_domain.identity.errors import InvalidToken
from booking_domain.live.model import (
    KEPT_FOR,
    Channel,
    EndReason,
    Follower,
    LiveEvent,
    NewLiveEvent,
    StreamLimits,
    TooManyStreams,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.ids import ProviderId, SessionId
from booking_domain.shared.rate_limits import ServiceBusy
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads

MOST_STREAMS: Final = 3_000
"""Streams of one process: fewer than its connections, so that other requests are still served."""
MOST_WAITING: Final = 500
"""How many events may wait for a client to read them."""
LONGEST_SECONDS: Final = 3_600
STUCK_SECONDS: Final = 30
"""How long an ended stream may take to send its last event."""
CHECK_SECONDS: Final = 5
RETRY_SECONDS: Final = 1
_PAGE: Final = 500
_SEE_ALL: Final = "all"

log: Final = structlog.get_logger()


class Stream:
    """One open stream."""

    def __init__(self, follower: Follower, counted_as: str, now: float) -> None:
        self.follower = follower
        self.counted_as = counted_as
        self.began = now
        self.end: EndReason | None = None
        self.ended_at = 0.0
        self.missed = False
        """Whether the client missed events that are no longer kept."""
        self.request = asyncio.current_task()
        self._queue: deque[LiveEvent] = deque()
        self._wake = asyncio.Event()

    def resume(self, events: Iterable[LiveEvent]) -> None:
        """Begin with these events."""
        self._queue.extend(events)
        self._wake.set()

    def push(self, event: LiveEvent) -> None:
        """Queue an event for the client; drop a client for which too many wait."""
        if self.end is not None:
            return
        if len(self._queue) >= MOST_WAITING:
            self.finish(EndReason.TOO_SLOW)
            return
        self._queue.append(event)
        self._wake.set()

    def finish(self, reason: EndReason) -> None:
        """End the stream without sending waiting events: a client that resumes, and still may, gets them then."""
        if self.end is None:
            self.end, self.ended_at = reason, asyncio.get_running_loop().time()
            self._queue.clear()
            self._wake.set()

    @property
    def first_waiting(self) -> int | None:
        """The id of the first event that waits for the client."""
        return self._queue[0].id if self._queue else None

    async def next(self, seconds: float) -> LiveEvent | None:
        """Return the next event; None if the stream has ended or none arrives within this time."""
        if not self._queue and self.end is None:
            self._wake.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return None
        return self._queue.popleft() if self._queue else None


class LiveHub:
    """Reads what is announced, from the first stream on, until it is closed."""

    def __init__(self, reads: Reads, clock: Clock, limits: StreamLimits) -> None:
        self._reads = reads.live
        self._sessions = reads.sessions
        self._schedules = reads.schedules
        self._clock = clock
        self._limits = limits
        self._starting = asyncio.Lock()
        self._catching_up = asyncio.Lock()
        self._announced = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._kept: deque[LiveEvent] = deque()
        self._streams: set[Stream] = set()
        self._by: defaultdict[object, set[Stream]] = defaultdict(set)
        """The streams by account, by followed provider, and those that see all bookings."""
        self._open: Counter[str] = Counter()
        self._stopping = False
        self.last_id = 0
        """The last event that was given to the streams."""

    async def open(self, follower: Follower, counted_as: str, *, after: int | None) -> Stream:
        """Open a stream, which begins after the event with this id; None: with the next.

        Raises:
            InvalidToken: the session is over, or the account has another role or is disabled.
            ProviderNotFound: a provider that is followed takes no bookings.
            TooManyStreams, ServiceBusy: too many are open.
        """
        await self._start()
        await self._require_live(follower)
        if await self._hidden(follower.providers):
            raise ProviderNotFound
        if after is not None and after > self.last_id:
            await self._catch_up()  # the client last used another process, which was ahead of this one
        # No await from here on: no event can slip in between the kept events and the pushed ones.
        most = self._limits.per_account if follower.actor is not None else self._limits.per_address
        if self._open[counted_as] >= most:
            raise TooManyStreams(most=most)
        if len(self._streams) >= MOST_STREAMS:
            raise ServiceBusy
        stream = Stream(follower, counted_as, asyncio.get_running_loop().time())
        if after is not None:
            oldest = self._kept[0].id if self._kept else self.last_id + 1
            stream.missed = not oldest - 1 <= after <= self.last_id
            stream.resume(each for each in self._kept if each.id > after and follower.receives(each.what))
        self._streams.add(stream)
        self._open[counted_as] += 1
        for key in _keys(follower):
            self._by[key].add(stream)
        if self._stopping:
            stream.finish(EndReason.SHUTDOWN)
        return stream

    @property
    def open_streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def position(self, stream: Stream) -> int:
        """The id up to which the client has every event that it may receive."""
        return self.last_id if stream.first_waiting is None else stream.first_waiting - 1

    def close(self, stream: Stream) -> None:
        """Forget a stream. Closing it again has no effect."""
        if stream not in self._streams:
            return
        self._streams.remove(stream)
        self._open[stream.counted_as] -= 1
        if not self._open[stream.counted_as]:
            del self._open[stream.counted_as]
        for key in _keys(stream.follower):
            self._by[key].discard(stream)
            if not self._by[key]:
                del self._by[key]

    def stop(self) -> None:
        """End all streams, including those opened from now on."""
        self._stopping = True
        for stream in self._streams:
            stream.finish(EndReason.SHUTDOWN)

    def receive(self, received: ReceivedSignals) -> None:
        """Read what may have been announced: not if only something else was heard."""
        if received.live_events or not (received.accounts or received.public):
            self._announced.set()

    def interrupted(self) -> None:
        """Do nothing: what is missed is read as soon as something is heard again."""

    async def aclose(self) -> None:
        """Stop, and read nothing more."""
        self.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _start(self) -> None:
        async with self._starting:
            if self._tasks:
                return
            position = await self._reads.last_id()
            self.last_id = 0
            self._kept.clear()
            await self._catch_up()
            self.last_id = max(self.last_id, position)
            self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._check())]

    async def _require_live(self, follower: Follower) -> None:
        if follower.actor is None or follower.session_id is None:
            return
        holder = await self._sessions.holder(follower.session_id, self._clock.now())
        if holder is None or holder.actor != follower.actor:
            raise InvalidToken

    async def _follow(self) -> None:
        while True:
            await self._announced.wait()
            self._announced.clear()
            try:
                await self._catch_up()
            except Unavailable as error:
                self._announced.set()
                log.warning("live.interrupted", code=error.code)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                self._announced.set()
                log.exception("live.failed")
                await asyncio.sleep(RETRY_SECONDS)

    async def _catch_up(self) -> None:
        """Pass on the announced events in order: none to sessions that are over, none of hidden providers."""
        async with self._catching_up:
            while found := await self._reads.after(self.last_id, _PAGE):
                await self._end_dead({stream for event in found for stream in self._concerned(event.what)})
                await self._end_hidden({event.what.provider_id for event in found} & self._by.keys())
                for event in found:
                    self._kept.append(event)
                    for stream in self._concerned(event.what):
                        stream.push(event)
                self.last_id = found[-1].id
        old = self._clock.now() - KEPT_FOR
        while self._kept and self._kept[0].at < old:
            self._kept.popleft()

    def _concerned(self, what: NewLiveEvent) -> list[Stream]:
        if what.channel is Channel.SYSTEM:
            found: Collection[Stream] = self._streams
        elif what.channel is Channel.AVAILABILITY:
            found = self._by.get(what.provider_id, ())
        else:
            keys = (*what.parties, what.manager_id, _SEE_ALL)
            found = set().union(*(self._by.get(key, ()) for key in keys))
        return [stream for stream in found if stream.follower.receives(what)]

    async def _check(self) -> None:
        """Run `check` every few seconds."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Unavailable as error:
                log.warning("live.interrupted", code=error.code)

    async def check(self) -> None:
        """End the streams of sessions that are over, and old ones; drop those whose clients do not read."""
        await self._end_dead(self._streams)
        now = asyncio.get_running_loop().time()
        for stream in list(self._streams):
            if stream.request is not None and stream.request.done():
                self.close(stream)
            elif stream.end is None and now - stream.began > LONGEST_SECONDS:
                stream.finish(EndReason.TOO_OLD)
            elif stream.end is not None and now - stream.ended_at > STUCK_SECONDS:
                self.close(stream)
                if stream.request is not None:
                    stream.request.cancel()

    async def _end_dead(self, streams: Collection[Stream]) -> None:
        signed_in = [(each, each.follower.session_id) for each in streams if each.follower.session_id is not None]
        if not signed_in:
            return
        params: set[SessionId] = {session_id for _, session_id in signed_in}
        holders = await self._sessions.holders(params, self._clock.now())
        for stream, session_id in signed_in:
            holder = holders.get(session_id)
            if holder is None or holder.actor != stream.follower.actor:
                stream.finish(EndReason.SESSION_ENDED)

    async def _end_hidden(self, followed: Collection[object]) -> None:
        for provider_id in await self._hidden([ProviderId(each) for each in followed if isinstance(each, UUID)]):
            for stream in self._by.get(provider_id, ()):
                stream.finish(EndReason.PROVIDER_NOT_FOUND)

    async def _hidden(self, provider_ids: Collection[ProviderId]) -> set[ProviderId]:
        """The providers whose slots nobody may read."""
        if not provider_ids:
            return set()
        now = self._clock.now()
        schedules = await self._schedules.of_all(sorted(provider_ids), TimeRange(now, now + timedelta(minutes=1)))
        return set(provider_ids) - {each.provider_id for each in schedules if each.accepting}


def _keys(follower: Follower) -> list[object]:
    """The keys under which to index a follower's streams."""
    keys: list[object] = list(follower.providers)
    if follower.actor is not None:
        keys.append(follower.actor.id)
        if follower.sees_all:
            keys.append(_SEE_ALL)
    return keys
