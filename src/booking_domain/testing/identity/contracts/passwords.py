"""The contract of `PasswordHasher`. Define a fixture `password_hasher`."""

import asyncio
from typing import Final

from booking_domain.identity.ports import PasswordHasher
from booking_domain.testing.kit.asynchronous import AsyncContract

PASSWORDS: Final = ("correct horse", "нууц үг 🔑", " leading and trailing ", "x" * 256, "nul\x00inside", "$argon2id$")


class PasswordHasherContract(AsyncContract):
    """Salts, hashes and verifies."""

    async def test_only_the_exact_password_verifies(self, password_hasher: PasswordHasher) -> None:
        for password in PASSWORDS:
            hashed = await password_hasher.hash(password)
            assert await password_hasher.verify(password, hashed)
            for other in (password + "x", password[:-1], password.upper() + "!", password.strip() + " ", ""):
                assert not await password_hasher.verify(other, hashed)

    async def test_a_hash_is_salted_and_does_not_contain_the_password(self, password_hasher: PasswordHasher) -> None:
        first, second = await asyncio.gather(password_hasher.hash("secret one"), password_hasher.hash("secret one"))
        assert first != second
        assert "secret" not in first

    async def test_without_a_hash_no_password_verifies(self, password_hasher: PasswordHasher) -> None:
        assert not await password_hasher.verify("anything", None)
        assert not await password_hasher.verify("", None)

    async def test_a_malformed_hash_does_not_verify(self, password_hasher: PasswordHasher) -> None:
        for rubbish in ("", "plain", "$", "$$$$", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"):
            assert not await password_hasher.verify("plain", rubbish)
