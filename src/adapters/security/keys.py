"""Derives a separate key per purpose from each configured secret, current or previous."""

import base64
import hmac
from collections.abc import Iterable
from typing import Final

_ID_BYTES: Final = 12


def derived_key(secret: str, purpose: str) -> bytes:
    """Derive a 32-byte key with HKDF (RFC 5869, one block); a leaked key reveals nothing about other purposes."""
    pseudorandom = hmac.digest(b"booking", secret.encode(), "sha256")
    return hmac.digest(pseudorandom, purpose.encode() + b"\x01", "sha256")


def derived_keys(secrets: Iterable[str], purpose: str) -> tuple[bytes, ...]:
    """Derive one key per secret."""
    return tuple(derived_key(secret, purpose) for secret in secrets)


def key_id(key: bytes) -> str:
    """Derive a public key id: the same in every process, without revealing the key."""
    return base64.urlsafe_b64encode(hmac.digest(key, b"key id", "sha256")[:_ID_BYTES]).decode()
