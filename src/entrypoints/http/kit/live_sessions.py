"""Which sessions are live, and whose: read once in some seconds for each session, and forgotten when that changes.

A token is signed, but only the database knows whether its session has ended since. What is read is kept while the
process hears of every change (`Listening`); while it may miss one, each request reads. Whatever reduces the access of
an account sends a signal with its commit, and `forget` is called: by the transaction in this process, before it
returns, and by the signal for all others. What is kept also has a short life, in case a signal is lost unnoticed: then
it is read again, in one statement with others whose time comes and those that other requests ask for, so that a crowd
of clients costs few statements.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import Holder, SessionReads
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.signals import ReceivedSignals
from entrypoints.http.kit.together import Together

MOST_KEPT: Final = 10_000
"""How many sessions a process keeps; more make it forget the ones that it read first."""
TOGETHER: Final = 100
"""How many sessions are read again together with the one of a request."""
READ_AGAIN_AFTER: Final = 0.9
"""The part of its time after which a session is among them: earlier is too often, later too few are due together."""
IDLE_SECONDS: Final = 300
"""A session that was not used for so long is not read again."""


@dataclass(slots=True)
class _Kept:
    holder: Holder
    until: float
    used_at: float


class LiveSessions:
    """The live sessions that this process has read."""

    def __init__(
        self,
        reads: SessionReads,
        clock: Clock,
        *,
        seconds: float,
        most: int = MOST_KEPT,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds`: how long what was read is used; 0: every request reads."""
        self._reads = reads
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._timer = timer
        self._listening = False
        self._changes = 0
        """Counts the reasons to forget: what was read before one of them may be outdated."""
        self._together = Together(self._read)
        self._kept: dict[SessionId, _Kept] = {}
        """In the order of the reads."""
        self._of_account: defaultdict[UserId, set[SessionId]] = defaultdict(set)

    async def require(self, actor: Actor, session_id: SessionId) -> Holder:
        """The holder, or raise `InvalidToken` unless the session is live, and its account usable and in this role."""
        now, began = self._clock.now(), self._timer()
        kept = self._kept.get(session_id)
        if kept is not None and kept.holder.actor == actor and began < kept.until and now < kept.holder.expires_at:
            kept.used_at = began
            return kept.holder
        found = (await self._together.ask(session_id)).get(session_id)
        if found is None or found.actor != actor:
            raise InvalidToken
        return found

    async def _read(self, session_ids: set[SessionId]) -> Mapping[SessionId, Holder]:
        now, began, changes = self._clock.now(), self._timer(), self._changes
        used_at = {**self._take_due(began), **dict.fromkeys(session_ids, began)}
        holders = await self._reads.holders(used_at, now)
        if self._listening and changes == self._changes and self._seconds:
            for each, holder in holders.items():
                self._keep(each, _Kept(holder, began + self._seconds, used_at[each]))
        return holders

    def forget(self, account: UserId) -> None:
        """Forget the sessions of an account, and what is being read now."""
        self._changes += 1
        for session_id in self._of_account.pop(account, ()):
            del self._kept[session_id]

    def receive(self, signals: ReceivedSignals) -> None:
        """Forget what has changed, or everything if something may have been missed. From now on changes are heard."""
        if signals.missed:
            self._forget_all()
        self._listening = True
        for account in signals.accounts:
            self.forget(account)

    def interrupted(self) -> None:
        """Forget everything, and keep nothing until changes are heard again."""
        self._forget_all()
        self._listening = False

    def _forget_all(self) -> None:
        self._changes += 1
        self._kept.clear()
        self._of_account.clear()

    def _take_due(self, now: float) -> dict[SessionId, float]:
        """Forget the first sessions whose time is nearly over, and return when those still in use were used."""
        used_at: dict[SessionId, float] = {}
        for session_id, kept in list(islice(self._kept.items(), TOGETHER)):
            if now < kept.until - self._seconds * (1 - READ_AGAIN_AFTER):
                break
            self._drop(session_id)
            if now < kept.used_at + IDLE_SECONDS:
                used_at[session_id] = kept.used_at
        return used_at

    def _keep(self, session_id: SessionId, kept: _Kept) -> None:
        self._drop(session_id)
        self._kept[session_id] = kept
        self._of_account[kept.holder.actor.id].add(session_id)
        if len(self._kept) > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, session_id: SessionId) -> None:
        kept = self._kept.pop(session_id, None)
        if kept is None:
            return
        sessions = self._of_account[kept.holder.actor.id]
        sessions.discard(session_id)
        if not sessions:
            del self._of_account[kept.holder.actor.id]
