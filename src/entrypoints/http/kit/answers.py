"""Public answers that are made once and kept as bytes, under the version of what they show.

The version is known before anything is read or computed. An answer under it is served as it is; without one, one
request makes it, and others for the same wait for that. An answer that time alone changes is kept until then. A
lifetime is the net below both. Shortly before its end one request makes the answer again, while others get the one that
is kept (XFetch: Vattani, Chierichetti, Lowenstein 2015), so that not all wait at once.

Tags are hashes of the bodies, not versions: a version tells of changes that the answer does not show, for example that
a provider has blocked time. So an answer also keeps its tag when a change does not concern it.
"""

import asyncio
import random
from asyncio import to_thread
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from math import log
from time import perf_counter
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from litestar import Request, Response
from litestar.types import Scope
from msgspec.json import encode

from booking_domain.scheduling.validity import NEVER
from booking_domain.shared.actor import Actor
from booking_domain.shared.cache import AnswerCache, KeptAnswer
from booking_domain.shared.clock import Clock
from booking_domain.shared.rate_limits import ServiceBusy, TooManyAtOnce
from entrypoints.http.kit.compression import CODINGS, LARGE, SMALLEST, chosen
from entrypoints.http.kit.etags import NOT_MODIFIED, matches
from entrypoints.http.kit.public_versions import KnownVersions, Watch
from entrypoints.http.kit.request_guard import ACCESS, PUBLIC

Made = TypeVar("Made")
JSON: Final = "application/json"
_PUBLIC: Final = "public, no-cache"
"""Browsers and shared caches may keep the answer, and ask each time whether it is still true."""
_OWN: Final = "private, no-cache"
MOST_KNOWN: Final = 50_000
MOST_LISTS: Final = 5_000
INEXACT_SECONDS: Final = 10.0
"""How long a search is kept at most that found those only who match in part."""
RANKED_SECONDS: Final = 30.0
"""How old a ranking, all who match and their order, may be of which only those are shown anew who have changed."""
MOST_RANKED: Final = 200
"""Of how many searches what they found is kept, besides the answer: some 100 kB each."""
LONGEST_ASKED: Final = 500
"""Longer requests are not kept: no client of ours sends them."""
_OWN_ERRORS: Final = (TooManyAtOnce, ServiceBusy)
"""Errors of the request that makes an answer; those that waited for it try themselves."""
_DIGEST_LENGTH: Final = 24
"""With the name of a coding it is a variant of `etags`."""
_SOON: Final = 16
"""As many times as an answer took to make, before its end: earlier it is made again once in nine million requests."""
_FROM_CACHE: Final = "answered_from_cache"
_EARLY: Final = "makes_again_early"


class Lifetime(StrEnum):
    """What an answer shows. For each there is a setting: how long an answer is kept at most, whatever happens."""

    PROFILES = "profiles"
    SERVICES = "services"
    SEARCH = "search"
    AVAILABILITY = "availability"


class Answer(NamedTuple):
    """JSON that was made, and the first instant at which time alone may change it."""

    body: bytes
    until: datetime = NEVER
    tag: str = ""
    """Its tag, if it is not the hash of the body, for example because clients send it as `If-Match`."""


class Listed(NamedTuple):
    """An answer about many, and the providers and salons that it shows."""

    answer: Answer
    about: frozenset[UUID]
    """Nobody is no answer to keep from those who are found a moment later."""
    exact: bool = True
    """Whether those that it shows match. If not, others may match at any moment: it is kept for some seconds only."""
    again: "Again | None" = None
    """Makes it again after a change of some that it shows. None, and an answer of None: all is to be made again."""


Again = Callable[[frozenset[UUID]], Awaitable[Listed | None]]


class Head(NamedTuple):
    """What the headers of an answer follow from."""

    tag: str
    coding: str | None
    varies: bool
    length: int

    @property
    def etag(self) -> str:
        """The `ETag`: each coding has its own."""
        separator = "" if "-" in self.tag else "-"  # a tag has one variant: see `etags`
        return f'"{self.tag}"' if self.coding is None else f'"{self.tag}{separator}{self.coding}"'

    def headers(self, *, own: bool = False) -> dict[str, str]:
        """The headers, also when the answer is not modified; `own`: the request has an access token."""
        return {
            "ETag": self.etag,
            "Cache-Control": _OWN if own else _PUBLIC,
            "Vary": "Accept-Encoding, Authorization, Cookie" if self.varies else "Accept-Encoding",
        }


class Ready(NamedTuple):
    """A response that is ready to be sent."""

    body: bytes
    head: Head
    template: str
    """The path of the route, with parameters."""


class _Known(NamedTuple):
    """What a request asks for, of which an answer was kept."""

    version: Callable[[], str | None]
    watch: Watch | None
    """Of an answer about many."""
    varies: bool
    template: str


class _ListBeingMade(NamedTuple):
    """An answer about many that is being made."""

    watch: Watch
    task: asyncio.Task[tuple[KeptAnswer, frozenset[UUID]]]


class _Ranked(NamedTuple):
    """An answer about many that was made, and how to make those again that it shows."""

    watch: Watch
    again: Again


def answered_from_cache(scope: Scope) -> bool:
    """Whether nothing was computed for this request: its answer was kept."""
    return bool(scope["state"].get(_FROM_CACHE))


class Answers:
    """Keeps public answers, and makes those that it does not have."""

    def __init__(
        self,
        cache: AnswerCache,
        versions: KnownVersions,
        clock: Clock,
        *,
        own: AnswerCache,
        seconds: Mapping[Lifetime, float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._cache = cache
        self._own = own
        self._versions = versions
        self._clock = clock
        self._seconds = seconds
        self._chance = chance
        self._being_made: dict[str, asyncio.Task[KeptAnswer]] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lists: OrderedDict[str, Watch] = OrderedDict()
        """Of the answers about many that are kept, by what was asked."""
        self._ranked: OrderedDict[str, _Ranked] = OrderedDict()
        """The newest of them."""
        self._lists_being_made: dict[str, _ListBeingMade] = {}
        """The newest for each."""
        self.served = self.made = 0
        """How many answers were kept ones, and how many were made."""

    async def answer(
        self,
        request: Request[Any, Any, Any],
        about: UUID | None,
        lifetime: Lifetime,
        make: Callable[[], Awaitable[Answer]],
        *,
        actor: Actor | None = None,
        if_none_match: str | None,
    ) -> Response[Any]:
        """Answer a request that shows this provider or salon; None: the answer is made and not kept.

        `make` makes the answer for the actor. Everybody gets the same, except that some actors may ask for more: so an
        answer made for nobody serves all, and one made for an actor is not kept.
        """
        found = await self.found(request, about, lifetime, make, actor=actor)
        return await self.shown(request, found, if_none_match)

    async def found(
        self,
        request: Request[Any, Any, Any],
        about: UUID | None,
        lifetime: Lifetime,
        make: Callable[[], Awaitable[Answer]],
        *,
        actor: Actor | None = None,
    ) -> KeptAnswer:
        """The answer that is kept, or one that is made now."""
        scope = request.scope
        asked, version = asked_of(scope), None if about is None else await self._versions.of(about)
        if about is None or version is None or len(asked) > LONGEST_ASKED:
            return await self._made(make)
        key = f"{version} {asked}"
        kept = await self._cache.get(key)
        if kept is not None and self._is_true(kept[0]):
            self._served(scope)
            if asked not in self._known:  # another process has made it
                self._remember(scope, partial(self._versions.known, about))
            if actor is None and key not in self._being_made and self._is_early(scope, *kept):
                self._begin(key, lifetime, make)
            return kept[0]
        if actor is not None:
            return await self._made(make)
        self._remember(scope, partial(self._versions.known, about))
        return await self._made_once(key, lifetime, make)

    async def listed(
        self,
        request: Request[Any, Any, Any],
        lifetime: Lifetime,
        make: Callable[[], Awaitable[Listed]],
        *,
        if_none_match: str | None,
    ) -> Response[Any]:
        """Answer a request that shows many providers or salons, the same to everybody.

        It is kept until one of those changes that it shows. For `RANKED_SECONDS` only these are made again. Others that
        match by then are missing, until its lifetime ends.
        """
        asked = asked_of(request.scope)
        kept = self._list_kept(asked)
        if kept is None:
            answer = await self._list_made(request.scope, lifetime, make)
        else:
            self._served(request.scope)
            answer, left = kept
            if asked not in self._lists_being_made and self._is_early(request.scope, answer, left):
                self._begin_list(request.scope, lifetime, make, self._versions.watch())
        return await self.shown(request, answer, if_none_match)

    def _list_kept(self, asked: str) -> tuple[KeptAnswer, float] | None:
        """The answer about many that is kept, and the seconds for which it still is."""
        watch = self._lists.get(asked)
        version = None if watch is None else watch.version()
        kept = None if version is None else self._own.peek(f"{version} {asked}")
        if watch is None or kept is None or not self._is_true(kept[0]):
            return None
        answer, left = kept
        return answer, min(left, watch.left())

    async def _list_made(self, scope: Scope, lifetime: Lifetime, make: Callable[[], Awaitable[Listed]]) -> KeptAnswer:
        """What one request makes for all who wait for it.

        Who came after something had changed that it shows waits for the next one.
        """
        asked = asked_of(scope)
        while (making := self._lists_being_made.get(asked)) is not None and not making.watch.over:
            changed = frozenset(making.watch.heard)
            with suppress(*_OWN_ERRORS):
                answer, about = await asyncio.shield(making.task)
                if about.isdisjoint(changed):
                    return answer
        watch = self._versions.watch()
        if watch.over or len(asked) > LONGEST_ASKED:
            self._versions.unwatch(watch)

            async def made() -> Answer:
                return (await make()).answer

            return await self._made(made)
        answer, _ = await asyncio.shield(self._begin_list(scope, lifetime, make, watch))
        return answer

    def _begin_list(
        self, scope: Scope, lifetime: Lifetime, make: Callable[[], Awaitable[Listed]], watch: Watch
    ) -> asyncio.Task[tuple[KeptAnswer, frozenset[UUID]]]:
        task = _begun(self._make_list(scope, lifetime, make, watch))
        self._lists_being_made[asked_of(scope)] = _ListBeingMade(watch, task)
        return task

    async def _make_list(
        self, scope: Scope, lifetime: Lifetime, make: Callable[[], Awaitable[Listed]], watch: Watch
    ) -> tuple[KeptAnswer, frozenset[UUID]]:
        """The answer, and whom it shows."""
        asked, found = asked_of(scope), Listed(Answer(b""), frozenset())

        async def made() -> Answer:
            nonlocal found
            again = await self._made_again(asked, watch)
            if again is None:
                found = await make()
                watch.end_in(self._seconds[lifetime] if found.exact else self._spread(INEXACT_SECONDS))
                watch.rank_for(self._spread(RANKED_SECONDS))
            else:
                found = again
            return found.answer

        try:
            answer = await self._made(made)
            self._versions.settle(watch, found.about)
            if (version := watch.version()) is not None and found.about:
                # Not in a cache that other processes share: they do not watch the same.
                await self._own.put(f"{version} {asked}", answer, self._seconds[lifetime])
            self._keep_list(scope, watch, found)
        except BaseException:
            self._versions.unwatch(watch)
            raise
        finally:
            newest = self._lists_being_made.get(asked)
            if newest is not None and newest.watch is watch:
                del self._lists_being_made[asked]
        return answer, found.about

    async def _made_again(self, asked: str, watch: Watch) -> Listed | None:
        """What was found before, with those made again that have changed; None if all is to be made again.

        So it is if what was found is too old, if others may match, and if only time has changed it.
        """
        former = self._ranked.get(asked)
        if former is None or not former.watch.over or former.watch.lost or not former.watch.is_ranked():
            return None
        found = await former.again(frozenset(former.watch.heard))
        if found is not None:
            watch.succeed(former.watch)
        return found

    def _keep_list(self, scope: Scope, watch: Watch, found: Listed) -> None:
        asked = asked_of(scope)
        self._drop_list(asked)
        if watch.lost or not found.about:
            self._versions.unwatch(watch)
            return
        self._lists[asked] = watch
        if found.again is not None:
            self._ranked[asked] = _Ranked(watch, found.again)
        if len(self._lists) > MOST_LISTS:
            self._drop_list(next(iter(self._lists)))
        while self._ranked:
            first, ranked = next(iter(self._ranked.items()))
            if len(self._ranked) <= MOST_RANKED and ranked.watch.is_ranked():
                break
            del self._ranked[first]
        self._remember(scope, watch.version, watch)

    def _spread(self, seconds: float) -> float:
        """Half of the time to all of it: what was made at once, after a start, is not made again at once."""
        return seconds * (1.0 - self._chance() / 2)

    def _drop_list(self, asked: str) -> None:
        former = self._lists.pop(asked, None)
        self._ranked.pop(asked, None)
        if former is not None:
            self._versions.unwatch(former)

    async def shown(
        self, request: Request[Any, Any, Any], answer: KeptAnswer, if_none_match: str | None
    ) -> Response[Any]:
        """The response: 304 if the client has this answer in the coding that it accepts."""
        scope = request.scope
        coding = _coding(answer, scope)
        head = Head(answer.tag, coding, _varies(scope), len(answer.body))
        headers = head.headers(own=scope.get("user") is not None)
        if matches(if_none_match, headers["ETag"]):
            nothing: Any = None
            return Response(nothing, status_code=NOT_MODIFIED, headers=headers)
        if coding is not None:
            headers["Content-Encoding"] = coding
        return Response(await self._coded(answer, coding), media_type=JSON, headers=headers)

    def known(self, scope: Scope) -> Ready | None:
        """The response to an anonymous request, if nothing need be computed or read for it."""
        asked = asked_of(scope)
        known = self._known.get(asked)
        version = None if known is None else known.version()
        found = None if version is None else self._own.peek(f"{version} {asked}")
        if known is None or found is None:
            return None
        answer, left = found
        if known.watch is not None:
            left = min(left, known.watch.left())
        if not self._is_true(answer) or self._is_early(scope, answer, left):
            return None
        coding = _coding(answer, scope)
        body = answer.body if coding is None else self._coded_already(answer, coding)
        if body is None:
            return None
        self._served(scope)
        return Ready(body, Head(answer.tag, coding, known.varies, len(body)), known.template)

    def _served(self, scope: Scope) -> None:
        scope["state"][_FROM_CACHE] = True
        self.served += 1

    def _is_true(self, answer: KeptAnswer) -> bool:
        return answer.since <= self._clock.now() < answer.until

    def _is_early(self, scope: Scope, answer: KeptAnswer, left: float) -> bool:
        """Whether this request makes the answer again, the likelier the nearer its end and the longer it takes."""
        if left >= _SOON * answer.took:
            return False
        state = scope["state"]
        if _EARLY not in state:  # drawn once for each request
            state[_EARLY] = left < -answer.took * log(1.0 - self._chance())
        return bool(state[_EARLY])

    def _remember(self, scope: Scope, version: Callable[[], str | None], watch: Watch | None = None) -> None:
        self._known[asked_of(scope)] = _Known(version, watch, _varies(scope), scope.get("path_template", ""))
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    async def _made_once(self, key: str, lifetime: Lifetime, make: Callable[[], Awaitable[Answer]]) -> KeptAnswer:
        """What the one request makes that has begun; this one, if none has."""
        while (making := self._being_made.get(key)) is not None:
            try:
                return await asyncio.shield(making)
            except _OWN_ERRORS:
                continue
        return await asyncio.shield(self._begin(key, lifetime, make))

    def _begin(self, key: str, lifetime: Lifetime, make: Callable[[], Awaitable[Answer]]) -> asyncio.Task[KeptAnswer]:
        making = self._being_made[key] = _begun(self._make_and_keep(key, lifetime, make))
        return making

    async def _make_and_keep(self, key: str, lifetime: Lifetime, make: Callable[[], Awaitable[Answer]]) -> KeptAnswer:
        try:
            answer = await self._made(make)
            await self._cache.put(key, answer, self._seconds[lifetime])
        finally:
            del self._being_made[key]
        return answer

    async def _made(self, make: Callable[[], Awaitable[Answer]]) -> KeptAnswer:
        began = perf_counter()
        body, until, tag = await make()
        took = perf_counter() - began
        self.made += 1
        # Not from before it was made: should the clock be set back, it was never asked what is true then.
        return KeptAnswer(
            body=body,
            digest=digest_of(body),
            tag=tag or digest_of(body),
            since=self._clock.now(),
            until=until,
            took=took,
        )

    def _coded_already(self, answer: KeptAnswer, coding: str) -> bytes | None:
        found = self._own.peek(f"{answer.digest} {coding}")
        return None if found is None else found[0].body

    async def _coded(self, answer: KeptAnswer, coding: str | None) -> bytes:
        """The body in a coding. It is kept by its tag: equal bodies are compressed once."""
        if coding is None:
            return answer.body
        body = self._coded_already(answer, coding)
        if body is None:
            compress = CODINGS[coding]
            body = compress(answer.body) if len(answer.body) < LARGE else await to_thread(compress, answer.body)
            await self._own.put(f"{answer.digest} {coding}", replace(answer, body=body), max(self._seconds.values()))
        return body


def _begun(making: Coroutine[Any, Any, Made]) -> asyncio.Task[Made]:
    """Make it in a task of its own: others wait for the answer, also when the client of this request goes."""
    task = asyncio.create_task(making)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # all who waited may have gone
    return task


def with_members(answer: KeptAnswer, **members: object) -> KeptAnswer:
    """The answer, a JSON object, with more members."""
    body = answer.body[:-1] + b"," + encode(members)[1:]
    return replace(answer, body=body, digest=digest_of(body), tag=digest_of(body))


def digest_of(body: bytes) -> str:
    """What identifies these bytes, in a tag."""
    return sha256(body).hexdigest()[:_DIGEST_LENGTH]


def asked_of(scope: Scope) -> str:
    """What the request asks for: path and query."""
    return f"{scope['path']}?{scope['query_string'].decode('latin-1')}"


def _varies(scope: Scope) -> bool:
    """Whether an access token makes a difference on the route."""
    return bool(scope["route_handler"].opt.get(ACCESS) != PUBLIC[ACCESS])


def _coding(answer: KeptAnswer, scope: Scope) -> str | None:
    return chosen(scope["headers"]) if len(answer.body) >= SMALLEST else None
