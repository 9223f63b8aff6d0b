"""One secret, a key of its own for each use; of a secret that was replaced too, as long as it is still accepted."""

import base64
import hmac
from collections.abc import Iterable
from typing import Final

_ID_BYTES: Final = 12


def derived_key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose: what leaks of one key says nothing about another (RFC 5869, one block)."""
    pseudorandom = hmac.digest(b"booking", secret.encode(), "sha256")
    return hmac.digest(pseudorandom, purpose.encode() + b"\x01", "sha256")


def derived_keys(secrets: Iterable[str], purpose: str) -> tuple[bytes, ...]:
    """Return the keys of several secrets for one purpose."""
    return tuple(derived_key(secret, purpose) for secret in secrets)


def key_id(key: bytes) -> str:
    """Return a name that follows from the key, so that all processes agree, and from which the key does not follow."""
    return base64.urlsafe_b64encode(hmac.digest(key, b"key id", "sha256")[:_ID_BYTES]).decode()
