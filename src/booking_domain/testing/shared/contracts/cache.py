"""The contract of `AnswerCache`."""

from collections.abc import Callable
from typing import Final

import pytest

from booking_domain.shared.cache import AnswerCache, KeptAnswer
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.asynchronous import AsyncContract

_LONG: Final = 3_600.0


def an_answer(body: bytes = b"{}", tag: str = "a") -> KeptAnswer:
    """Return an answer that is true for an hour."""
    return KeptAnswer(body=body, digest=tag, tag=tag, since=NOW, until=NOW + HOUR, took=0.25)


class AnswerCacheContract(AsyncContract):
    """Answers by key, for a time. Its subclasses need a fixture `cache`, empty, with room for a megabyte.

    The fixture `pass_seconds` lets time pass for the cache.
    """

    cache: AnswerCache
    pass_seconds: Callable[[float], None]

    @pytest.fixture(autouse=True)
    def _keep(self, cache: AnswerCache, pass_seconds: Callable[[float], None]) -> None:
        self.cache, self.pass_seconds = cache, pass_seconds

    async def test_an_answer_is_kept_whole_under_its_key(self) -> None:
        one, other = an_answer(bytes(range(256)), "one"), an_answer("цаг".encode(), "other")
        await self.cache.put("1 /a?b=%20", one, _LONG)
        await self.cache.put("2 /a?b=%20", other, _LONG)
        for key, answer in (("1 /a?b=%20", one), ("2 /a?b=%20", other)):
            found = await self.cache.get(key)
            assert found is not None
            assert found[0] == answer
            at_once = self.cache.peek(key)
            assert at_once is None or at_once[0] == answer
            assert _LONG - 60 < found[1] <= _LONG
        assert await self.cache.get("3 /a?b=%20") is None

    async def test_a_new_answer_replaces_the_former(self) -> None:
        await self.cache.put("key", an_answer(b"1"), _LONG)
        await self.cache.put("key", an_answer(b"2"), _LONG)
        found = await self.cache.get("key")
        assert found is not None
        assert found[0].body == b"2"

    async def test_an_answer_is_gone_after_its_time(self) -> None:
        await self.cache.put("short", an_answer(), 2.0)
        await self.cache.put("long", an_answer(), _LONG)
        self.pass_seconds(3.0)
        assert self.cache.peek("short") is await self.cache.get("short") is None
        assert await self.cache.get("long") is not None

    async def test_an_answer_for_no_time_is_not_kept(self) -> None:
        await self.cache.put("key", an_answer(), 0.0)
        assert await self.cache.get("key") is None
