"""Password hashing with argon2id."""

import asyncio
import os
import threading
from types import SimpleNamespace

from argon2 import extract_parameters
from tests.gates import PATIENCE_SECONDS

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
    """The hash is only computed after the event loop has run another task."""
    started, proceed = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def compute(_password: bytes) -> str:
        loop.call_soon_threadsafe(started.set)
        return "hashed" if proceed.wait(PATIENCE_SECONDS) else "the event loop was blocked"

    hasher = Argon2PasswordHasher(threads=1)
    hasher._argon2 = SimpleNamespace(hash=compute)  # type: ignore[assignment]
    hashing = asyncio.create_task(hasher.hash("correct-horse-battery"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await started.wait()
        proceed.set()
        assert await hashing == "hashed"
    hasher.close()


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
    threads = max(1, (os.cpu_count() or 1) - 1)
    together = threading.Barrier(threads, timeout=PATIENCE_SECONDS)
    lock = threading.Lock()
    running, peak = 0, 0

    def verify(_hash: str, _password: bytes) -> bool:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        together.wait()  # until as many threads compute as there may be
        with lock:
            running -= 1
        return True

    hasher = Argon2PasswordHasher()
    hasher._argon2 = SimpleNamespace(verify=verify)  # type: ignore[assignment]
    assert all(await asyncio.gather(*(hasher.verify("x", "y") for _ in range(threads * 5))))
    hasher.close()
    assert peak == threads
