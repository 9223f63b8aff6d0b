"""Password hashing with argon2id."""

import asyncio
import os
import threading
from types import SimpleNamespace

from argon2 import extract_parameters

from adapters.security.passwords import Argon2PasswordHasher


async def test_a_hash_verifies_only_its_password() -> None:
    hasher = Argon2PasswordHasher(memory_kib=64, passes=1)
    hashed = await hasher.hash("correct-horse-battery")
    assert hashed.startswith("$argon2id$")
    assert hashed != await hasher.hash("correct-horse-battery")
    assert await hasher.verify("correct-horse-battery", hashed)
    assert not await hasher.verify("Correct-horse-battery", hashed)
    hasher.close()


async def test_an_invalid_hash_matches_no_password() -> None:
    hasher = Argon2PasswordHasher(memory_kib=64, passes=1)
    for stored in (None, "", "plain", "$argon2id$broken"):
        assert not await hasher.verify("no account has this password", stored)
    hasher.close()


async def test_a_password_may_be_any_text() -> None:
    hasher = Argon2PasswordHasher(memory_kib=64, passes=1)
    for password in ("нууц үг нууц үг", "🐴🔋", "\ud800 lone", "a\0b"):
        assert await hasher.verify(password, await hasher.hash(password))
    hasher.close()


async def test_hashing_does_not_block_the_event_loop() -> None:
    async def run() -> None:
        hasher = Argon2PasswordHasher(threads=1)
        iterations = 0

        async def spin() -> None:
            nonlocal iterations
            while True:
                iterations += 1
                await asyncio.sleep(0)

        spinner = asyncio.create_task(spin())
        await asyncio.gather(*(hasher.hash("correct-horse-battery") for _ in range(3)))
        spinner.cancel()
        hasher.close()
        assert iterations > 10

    await run()


async def test_an_unknown_account_costs_the_same_computation_as_a_wrong_password() -> None:
    hasher = Argon2PasswordHasher(passes=3)
    hashed = await hasher.hash("correct-horse-battery")
    compared: list[str] = []

    def verify(password_hash: str, _password: bytes) -> bool:
        compared.append(password_hash)
        return False

    hasher._argon2 = SimpleNamespace(verify=verify)  # type: ignore[assignment]
    for stored in (hashed, None):
        assert not await hasher.verify("wrong", stored)
    hasher.close()
    known, unknown = (extract_parameters(each) for each in compared)
    assert known == unknown


async def test_hashing_leaves_one_core_free() -> None:
    async def run() -> None:
        hasher = Argon2PasswordHasher()
        lock = threading.Lock()
        running, peak = 0, 0

        def verify(_hash: str, _password: bytes) -> bool:
            nonlocal running, peak
            with lock:
                running += 1
                peak = max(peak, running)
            threading.Event().wait(0.002)
            with lock:
                running -= 1
            return True

        hasher._argon2 = SimpleNamespace(verify=verify)  # type: ignore[assignment]
        assert all(await asyncio.gather(*(hasher.verify("x", "y") for _ in range(50))))
        hasher.close()
        assert peak == max(1, (os.cpu_count() or 1) - 1)

    await run()
