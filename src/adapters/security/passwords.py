"""Password hashing with argon2id on a dedicated thread pool."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import InvalidHashError, VerificationError

from booking_domain.identity.ports import PasswordHasher

THREADS: Final = max(1, (os.cpu_count() or 1) - 1)
"""argon2 releases the GIL and saturates a core, so one core is left for other work. Each thread needs the memory of one
hash (19 MiB by default)."""

Result = TypeVar("Result")


class Argon2PasswordHasher(PasswordHasher):
    """argon2id (RFC 9106); the defaults are OWASP's second choice: 19 MiB, two passes, one lane."""

    def __init__(self, *, memory_kib: int = 19 * 1024, passes: int = 2, threads: int = THREADS) -> None:
        self._argon2 = Argon2(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="argon2")
        self._dummy_hash = self._argon2.hash("no account has this password")

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._argon2.hash(_bytes(password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        compared = self._dummy_hash if password_hash is None else password_hash
        matches = await self._in_thread(lambda: self._matches(password, compared))
        return matches and password_hash is not None

    def close(self) -> None:
        """Shut the thread pool down without waiting for running hashes."""
        self._threads.shutdown(wait=False)

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._argon2.verify(password_hash, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
