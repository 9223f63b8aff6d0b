"""Answers kept in the process: the contract of caches, and their bound."""

from collections.abc import Callable
from typing import Final

import pytest

from adapters.kit.process_cache import ENTRY_BYTES, ProcessCache
from booking_domain.testing.shared.contracts.cache import AnswerCacheContract, an_answer

MEGABYTE: Final = 1_048_576


class Timer:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def cache(timer: Timer) -> ProcessCache:
    return ProcessCache(most_bytes=MEGABYTE, timer=timer)


@pytest.fixture
def pass_seconds(timer: Timer) -> Callable[[float], None]:
    def passing(seconds: float) -> None:
        timer.now += seconds

    return passing


class TestProcessCache(AnswerCacheContract): ...


async def test_the_least_recently_used_answers_make_room(cache: ProcessCache) -> None:
    size = MEGABYTE // 4 - ENTRY_BYTES - 1
    for key in "abcd":
        await cache.put(key, an_answer(bytes(size)), 60)
    assert cache.bytes == MEGABYTE
    assert cache.peek("a") is not None
    await cache.put("e", an_answer(), 60)
    assert [cache.peek(key) is not None for key in "abcde"] == [True, False, True, True, True]
    assert cache.bytes <= MEGABYTE


async def test_what_has_no_room_is_not_kept_and_displaces_nothing(cache: ProcessCache) -> None:
    await cache.put("a", an_answer(), 60)
    await cache.put("b", an_answer(bytes(MEGABYTE)), 60)
    assert cache.peek("a") is not None
    assert cache.peek("b") is None


async def test_every_byte_is_given_back(cache: ProcessCache, timer: Timer) -> None:
    await cache.put("a", an_answer(bytes(1_000)), 5)
    await cache.put("a", an_answer(bytes(10)), 5)
    assert cache.bytes == 10 + 1 + ENTRY_BYTES
    timer.now += 5
    assert cache.peek("a") is None
    assert cache.bytes == 0
