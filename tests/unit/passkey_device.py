"""A device with a passkey, in software: it responds as a browser does, also wrongly."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from booking_domain.testing.identity.contracts.passkeys import Device

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
WITH_KEY: Final = 0x40


@dataclass
class SoftwareDevice(Device):
    """A device with one passkey (ES256, no attestation)."""

    origin: str = "http://localhost"
    domain: str = "localhost"
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    user: str = ""
    counter: int = 0

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        self.user = options["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        credential = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cbor2.dumps(public)
        data = self._data(WITH_KEY, **wrong) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options, **wrong)
        return self._response(clientDataJSON=said, attestationObject=attestation)

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        self.counter = wrong.get("counter", self.counter + 1)
        data, said = self._data(0, **wrong), self._said("webauthn.get", options, **wrong)
        signature = wrong.get("key", self.key).sign(data + sha256(said).digest(), ECDSA(SHA256()))
        handle = base64.urlsafe_b64decode(wrong.get("user", self.user) + "==")
        return self._response(clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=handle)

    def _data(self, flags: int, *, verified: bool = True, domain: str = "", **_: Any) -> bytes:
        flags |= PRESENT | (VERIFIED if verified else 0)
        return sha256((domain or self.domain).encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)

    def _said(self, kind: str, options: dict[str, Any], *, origin: str = "", challenge: str = "", **_: Any) -> bytes:
        said = {"type": kind, "challenge": challenge or options["challenge"], "origin": origin or self.origin}
        return json.dumps(said).encode()

    def _response(self, **parts: bytes) -> str:
        name = _text(self.credential_id)
        response = {part: _text(raw) for part, raw in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
