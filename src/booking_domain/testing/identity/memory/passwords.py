"""A fast password hasher."""

import hmac
from hashlib import sha256
from itertools import count

from booking_domain.identity.ports import PasswordHasher


class MemoryPasswordHasher(PasswordHasher):
    """Salts with a counter and hashes once. Only for tests."""

    def __init__(self) -> None:
        self._salts = count(1)

    async def hash(self, password: str) -> str:
        return _hashed(password, salt=str(next(self._salts)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        scheme, _, rest = (password_hash or "").partition("$")
        salt, _, _ = rest.partition("$")
        return scheme == "memory" and hmac.compare_digest(_hashed(password, salt=salt), password_hash or "")


def _hashed(password: str, *, salt: str) -> str:
    digest = sha256(f"{salt}${password}".encode()).hexdigest()
    return f"memory${salt}${digest}"
