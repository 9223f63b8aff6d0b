"""Answers kept in Redis: the contract of caches, what processes share, and a Redis that fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.redis_server import REDIS, RedisServer, redis_server
from tests.tcp_server import serving_tcp
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.http.test_kept_answers import PLAIN, booked, paths

from adapters.kit.circuit_breaker import CircuitBreaker
from adapters.kit.process_cache import ProcessCache
from adapters.redis_cache import RedisCache
from booking_domain.testing.shared.contracts.cache import AnswerCacheContract, an_answer
from entrypoints.http.kit import answers as kept_answers

MEGABYTE: Final = 1_048_576
REST: Final = 15.0

pytestmark = pytest.mark.skipif(REDIS is None, reason="Redis is not installed: apt-get install redis-server")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(running: RedisServer) -> RedisServer:
    running.client.flushall()
    return running


class Timer:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


Make = Callable[..., RedisCache]


@pytest.fixture
async def process(server: RedisServer, timer: Timer) -> AsyncIterator[Make]:
    """Makes the cache of another process."""
    made: list[RedisCache] = []

    def make(url: str = server.url, prefix: str = "answers", **given: Any) -> RedisCache:
        own = ProcessCache(most_bytes=MEGABYTE, timer=timer)
        breaker = CircuitBreaker(failures=2, rest_seconds=REST, now=timer)
        made.append(RedisCache(url, own, prefix=prefix, breaker=breaker, **given))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture
async def cache(process: Make) -> RedisCache:
    return process()


@pytest.fixture
def pass_seconds(server: RedisServer, timer: Timer) -> Callable[[float], None]:
    def passing(seconds: float) -> None:
        timer.now += seconds
        server.pass_seconds(seconds)

    return passing


class TestRedisCache(AnswerCacheContract): ...


async def test_what_one_process_keeps_others_have(process: Make, pass_seconds: Callable[[float], None]) -> None:
    one, other, stranger = process(), process(), process(prefix="another release")
    await one.put("key", an_answer("цаг".encode()), 60)
    pass_seconds(20)
    assert other.peek("key") is None
    found = await other.get("key")
    assert found is not None
    assert found[0] == an_answer("цаг".encode())
    assert 35 < found[1] <= 40
    at_once = other.peek("key")
    assert at_once is not None
    assert at_once[0] == found[0]
    assert await stranger.get("key") is None
    pass_seconds(found[1] + 1)
    assert await other.get("key") is await one.get("key") is None


async def test_without_redis_an_answer_is_missing_elsewhere_and_nothing_fails(
    process: Make, timer: Timer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with redis_server(tmp_path) as gone:
        one, other = process(gone.url), process(gone.url)
        await one.put("early", an_answer(), 60)
    with caplog.at_level(logging.WARNING):
        await one.put("key", an_answer(), 60)
    assert caplog.messages == ["Redis does not answer: ConnectionError"]
    assert [(await one.get(key)) is not None for key in ("early", "key")] == [True, True]
    caplog.clear()
    assert [await other.get("key") for _ in range(5)] == [None] * 5
    assert len(caplog.messages) == 2  # then it is not asked for a while
    timer.now += REST
    assert [await other.get("key") for _ in range(5)] == [None] * 5
    assert len(caplog.messages) == 3


async def test_it_is_asked_again_when_it_is_back(process: Make, timer: Timer, server: RedisServer) -> None:
    one, other = process(), process()
    await one.put("key", an_answer(), 60)
    for _ in range(2):
        other._breaker.failed_now()
    assert await other.get("key") is None
    timer.now += REST
    assert await other.get("key") is not None
    await other.put("next", an_answer(), 60)
    assert server.client.exists("answers:next")


async def test_a_redis_that_says_nothing_is_not_waited_for(process: Make, caplog: pytest.LogCaptureFixture) -> None:
    async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving_tcp(silence) as port:
        silent = process(f"redis://127.0.0.1:{port}/0", seconds=0.05)
        assert await silent.get("key") is None
    assert caplog.messages == ["Redis does not answer: TimeoutError"]


@pytest.mark.parametrize("text", [b"", b"nonsense", b"\x81\xa4body\xa1x"])
async def test_what_is_not_ours_is_no_answer(
    process: Make, server: RedisServer, caplog: pytest.LogCaptureFixture, text: bytes
) -> None:
    server.client.set("answers:key", text, px=60_000)
    assert await process().get("key") is None
    assert caplog.messages == ["an answer in Redis is not one of ours"]


async def test_an_api_answers_with_what_another_process_has_made_until_a_change(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = kept_answers.Answers._made

    async def counting(self: Any, work: Any) -> Any:
        made.append("")
        return await make(self, work)

    monkeypatch.setattr(kept_answers.Answers, "_made", counting)
    async with serving(BOOKING_CACHE_URL=server.url) as api:
        await _answered_by_two(api, made)


async def _answered_by_two(api: Api, made: list[str]) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    first = await api.get(path, headers=PLAIN)
    own = api.container.process_cache()
    for _ in range(2):
        for key in [*own._kept]:  # as a process that begins now
            own._drop(key)
        api.container.answers.reset()
        api.container.known_answers.reset()
        again = [await api.get(path, headers=PLAIN) for _ in range(2)]
        assert {(each.content, each.headers["ETag"]) for each in again} == {(first.content, first.headers["ETag"])}
        assert "RateLimit" not in again[1].headers
    assert len(made) == 1
    await booked(api, "", provider_id, "")
    after = await api.get(path, headers=PLAIN)
    assert 0 < len(after.json()["slots"]) < len(first.json()["slots"])
    assert len(made) == 2
