"""The public versions that this process knows: read once, and forgotten when they change.

A version is used as long as the process hears of changes (`Listening`), and for some seconds at most, in case a signal
is lost unnoticed. Requests that need versions at the same time read them together, in one statement; so are those in
use whose time comes.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count, islice
from math import inf
from typing import Final
from uuid import UUID

from booking_domain.shared.public_versions import PublicVersion, PublicVersionReads
from booking_domain.shared.signals import ReceivedSignals
from entrypoints.http.kit.together import Together

MOST_KEPT: Final = 50_000
"""How many versions a process knows; it forgets the ones that it read first."""
TOGETHER: Final = 200
"""How many versions in use are read again together with those of a request."""


class Watch:
    """Hears of changes while an answer about many is made, and then of those that concern the answer."""

    def __init__(self, name: str, timer: Callable[[], float]) -> None:
        self._name = name
        self._timer = timer
        self.ends = inf
        self.ranked_until = -inf
        self.about: frozenset[UUID] = frozenset()
        self.heard: set[UUID] = set()
        """What has changed since the answer was begun; once it is made, only what it shows."""
        self.over = False
        """Whether the answer may show something that has changed since it was begun."""
        self.lost = False
        """Whether more may have changed than was heard of."""

    def version(self) -> str | None:
        """What the answer is kept under, as long as nothing that it shows has changed."""
        return None if self.over or self.left() <= 0 else self._name

    def left(self) -> float:
        """The seconds for which it may still be sent, as far as is known."""
        return self.ends - self._timer()

    def end_in(self, seconds: float) -> None:
        """Send it no longer than so many seconds from now."""
        self.ends = self._timer() + seconds

    def rank_for(self, seconds: float) -> None:
        """Show the same, in the same order, no longer than so many seconds from now."""
        self.ranked_until = self._timer() + seconds

    def is_ranked(self) -> bool:
        """Whether an answer of which only those parts are new that have changed may follow."""
        return self._timer() < min(self.ranked_until, self.ends)

    def succeed(self, former: "Watch") -> None:
        """Watch an answer of which only those parts are new that have changed: it ages, and ends, with the former."""
        self.ranked_until, self.ends = former.ranked_until, former.ends


@dataclass(slots=True)
class _Kept:
    version: PublicVersion
    until: float
    used: bool = False
    """Whether it was asked for since it was read."""


class _Overtaking:
    """What has changed since a statement was sent."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()
        self.any = False
        """Whether anything may have."""


class KnownVersions:
    """The versions that this process has read."""

    def __init__(
        self,
        reads: PublicVersionReads,
        *,
        seconds: float,
        most: int = MOST_KEPT,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds`: how long a version is used without reading it again; 0: each request reads it."""
        self._reads = reads
        self._seconds = seconds
        self._most = most
        self._timer = timer
        self._listening = False
        self._known: OrderedDict[UUID, _Kept] = OrderedDict()
        """In the order of the reads."""
        self._shown_in: defaultdict[UUID, set[UUID]] = defaultdict(set)
        """By id: the ids whose version changes with it."""
        self._names = count()
        self._watching: set[Watch] = set()
        """While their answers are made."""
        self._watched_by: defaultdict[UUID, set[Watch]] = defaultdict(set)
        self._together = Together(self._read)
        self._overtaking: _Overtaking | None = None

    def known(self, about: UUID) -> str | None:
        """The version, if it need not be read."""
        found = self._known.get(about)
        if found is None or self._timer() >= found.until:
            return None
        found.used = True
        return found.version.text

    async def of(self, about: UUID) -> str | None:
        """The version; None if there is no such provider or salon. It is as new as this call."""
        known = self.known(about)
        if known is not None:
            return known
        found = (await self._together.ask(about)).get(about)
        return None if found is None else found.text

    async def _read(self, ids: set[UUID]) -> Mapping[UUID, PublicVersion]:
        began, overtaking = self._timer(), _Overtaking()
        self._overtaking = overtaking
        try:
            found = await self._reads.of(ids | self._due(began))
        finally:
            self._overtaking = None
        if self._listening and self._seconds:
            self._keep(found, overtaking, began + self._seconds)
        return found

    def _due(self, now: float) -> set[UUID]:
        """The first versions in use that are past half of their time; those not in use are forgotten."""
        due = set[UUID]()
        for about, kept in list(islice(self._known.items(), TOGETHER)):
            if now < kept.until - self._seconds / 2:
                break
            if kept.used:
                due.add(about)
            else:
                self._drop(about)
        return due

    def forget(self, changed: Iterable[UUID] | None) -> None:
        """Forget the versions of these, and of what shows them; None: of all."""
        overtaking = self._overtaking
        if changed is None:
            for watch in {*self._watching, *chain.from_iterable(self._watched_by.values())}:
                watch.over = watch.lost = True
            self._watching.clear()
            self._watched_by.clear()
            self._known.clear()
            self._shown_in.clear()
            if overtaking is not None:
                overtaking.any = True
            return
        changed = frozenset(changed)
        for watch in self._watching:
            watch.heard |= changed
        for each in changed:
            for watch in self._watched_by.get(each, ()):
                watch.heard.add(each)
                watch.over = True
            for about in tuple(self._shown_in.get(each, ())):
                self._drop(about)
            if overtaking is not None:
                overtaking.ids.add(each)

    def watch(self) -> Watch:
        """Begin to hear of changes, before anything is read for an answer about many."""
        watch = Watch(f"list.{next(self._names)}", self._timer)
        if self._listening and self._seconds:
            self._watching.add(watch)
        else:
            watch.over = watch.lost = True
        return watch

    def settle(self, watch: Watch, about: frozenset[UUID]) -> None:
        """Say what the answer shows, now that it is made: it is over if something of that has changed meanwhile."""
        if watch.lost:
            return
        self._watching.discard(watch)
        watch.about = about
        watch.heard &= about
        watch.over = bool(watch.heard)
        for each in about:
            self._watched_by[each].add(watch)

    def unwatch(self, watch: Watch) -> None:
        """Keep the answer no longer."""
        watch.over = watch.lost = True
        self._watching.discard(watch)
        for each in watch.about:
            watched_by = self._watched_by[each]
            watched_by.discard(watch)
            if not watched_by:
                del self._watched_by[each]

    def receive(self, received: ReceivedSignals) -> None:
        """Forget what has changed, or everything if something may have been missed. From now on changes are heard."""
        self.forget(None if received.missed else received.public)
        self._listening = True

    def interrupted(self) -> None:
        """Forget everything, and keep nothing until changes are heard again."""
        self.forget(None)
        self._listening = False

    def _keep(self, found: Mapping[UUID, PublicVersion], overtaking: _Overtaking, until: float) -> None:
        for about, version in found.items():
            if overtaking.any or not version.about.isdisjoint(overtaking.ids):
                continue
            self._drop(about)
            self._known[about] = _Kept(version, until)
            for each in version.about:
                self._shown_in[each].add(about)
        while len(self._known) > self._most:
            self._drop(next(iter(self._known)))

    def _drop(self, about: UUID) -> None:
        found = self._known.pop(about, None)
        if found is None:
            return
        for each in found.version.about:
            shown_in = self._shown_in[each]
            shown_in.discard(about)
            if not shown_in:
                del self._shown_in[each]
