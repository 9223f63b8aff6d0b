"""Passwords as argon2id hashes."""

import asyncio
import os
import threading
import time
from types import SimpleNamespace

from adapters.security.passwords import Argon2PasswordHasher


def test_a_hash_verifies_its_password_and_no_other() -> None:
    async def story() -> None:
        hasher = Argon2PasswordHasher(memory_kib=64, passes=1)
        made = await hasher.hash("correct-horse-battery")
        assert made.startswith("$argon2id$")
        assert made != await hasher.hash("correct-horse-battery")
        assert await hasher.verify("correct-horse-battery", made)
        assert not await hasher.verify("Correct-horse-battery", made)
        hasher.close()

    asyncio.run(story())


def test_what_is_no_hash_matches_nothing() -> None:
    async def story() -> None:
        hasher = Argon2PasswordHasher(memory_kib=64, passes=1)
        for stored in (None, "", "plain", "$argon2id$broken"):
            assert not await hasher.verify("nobody has this password", stored)
        hasher.close()

    asyncio.run(story())


def test_a_password_may_be_any_text() -> None:
    async def story() -> None:
        hasher = Argon2PasswordHasher(memory_kib=64, passes=1)
        for password in ("нууц үг нууц үг", "🐴🔋", "\ud800 lone", "a\0b"):
            assert await hasher.verify(password, await hasher.hash(password))
        hasher.close()

    asyncio.run(story())


def test_the_event_loop_goes_on_while_passwords_are_hashed() -> None:
    async def story() -> None:
        hasher = Argon2PasswordHasher(threads=1)
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        turning = asyncio.create_task(turn())
        await asyncio.gather(*(hasher.hash("correct-horse-battery") for _ in range(3)))
        turning.cancel()
        hasher.close()
        assert turns > 10

    asyncio.run(story())


def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    async def story() -> None:
        hasher = Argon2PasswordHasher(passes=3)
        made = await hasher.hash("correct-horse-battery")

        async def fastest(stored: str | None) -> float:
            times = []
            for _ in range(5):
                begun = time.perf_counter()
                await hasher.verify("wrong", stored)
                times.append(time.perf_counter() - begun)
            return min(times)

        known, unknown = await fastest(made), await fastest(None)
        hasher.close()
        assert 0.2 < unknown / known < 5

    asyncio.run(story())


def test_hashes_leave_a_processor_to_others() -> None:
    async def story() -> None:
        hasher = Argon2PasswordHasher()
        lock = threading.Lock()
        at_work, most = 0, 0

        def verify(_hash: str, _password: bytes) -> bool:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            threading.Event().wait(0.002)
            with lock:
                at_work -= 1
            return True

        hasher._argon2 = SimpleNamespace(verify=verify)  # type: ignore[assignment]
        assert all(await asyncio.gather(*(hasher.verify("x", "y") for _ in range(50))))
        hasher.close()
        assert most == max(1, (os.cpu_count() or 1) - 1)

    asyncio.run(story())
