"""Answers kept in Redis for all processes, and in this process what it has read or made.

Redis is optional in each moment: what it does not answer in time is a miss, and a line in the log. After some failures
in a row it is not asked for a while.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.kit.circuit_breaker import CircuitBreaker
from adapters.kit.process_cache import ProcessCache
from booking_domain.shared.cache import AnswerCache, KeptAnswer

SECONDS: Final = 0.25
"""How long Redis may take for an answer, which takes some milliseconds to make."""
_MILLISECONDS: Final = 1_000
_LOG: Final = logging.getLogger(__name__)
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(KeptAnswer).decode


class RedisCache(AnswerCache):
    """`AnswerCache` in Redis, behind the cache of this process."""

    def __init__(
        self,
        url: str,
        own: ProcessCache,
        *,
        prefix: str,
        seconds: float = SECONDS,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        """`prefix`: of the keys; processes with the same prefix share answers."""
        self._redis = Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
        )
        self._own = own
        self._prefix = prefix
        self._breaker = breaker or CircuitBreaker()

    async def open(self) -> None:
        """Connections are opened when they are needed."""

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    async def get(self, key: str) -> tuple[KeptAnswer, float] | None:
        found = self.peek(key)
        if found is not None or not self._breaker.admits():
            return found
        name, text, left = self._name(key), None, 0
        with self._forgiving():
            both = self._redis.pipeline(transaction=False)
            both.get(name)
            both.pttl(name)
            text, left = await both.execute()
        if text is None or left <= 0:
            return None
        try:
            answer = _decode(text)
        except msgspec.MsgspecError:
            _LOG.warning("an answer in Redis is not one of ours")
            return None
        await self._own.put(key, answer, left / _MILLISECONDS)
        return answer, left / _MILLISECONDS

    def peek(self, key: str) -> tuple[KeptAnswer, float] | None:
        return self._own.peek(key)

    async def put(self, key: str, answer: KeptAnswer, seconds: float) -> None:
        await self._own.put(key, answer, seconds)
        milliseconds = int(seconds * _MILLISECONDS)
        if milliseconds > 0 and self._breaker.admits():
            with self._forgiving():
                await self._redis.set(self._name(key), _encode(answer), px=milliseconds)

    def _name(self, key: str) -> str:
        return f"{self._prefix}:{key}"

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """Count and log a failure of Redis, and go on."""
        try:
            yield
        except (RedisError, OSError) as error:
            self._breaker.failed_now()
            _LOG.warning("Redis does not answer: %s", type(error).__name__)
        except BaseException:
            self._breaker.gave_up()
            raise
        else:
            self._breaker.succeeded()
