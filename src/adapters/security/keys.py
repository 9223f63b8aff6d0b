"""One secret, a key of its own for each use."""

import hmac


def derived_key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose: what leaks of one key says nothing about another (RFC 5869, one block)."""
    pseudorandom = hmac.digest(b"booking", secret.encode(), "sha256")
    return hmac.digest(pseudorandom, purpose.encode() + b"\x01", "sha256")
