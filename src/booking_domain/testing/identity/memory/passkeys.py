"""Passkeys in memory, and ceremonies whose responses a device in memory signs with a shared secret."""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from booking_domain.identity.passkeys import (
    InvalidPasskey,
    NewCredential,
    Passkey,
    PasskeyCeremonies,
    PasskeyChallenge,
    PasskeyId,
    PasskeyReads,
    PasskeyResponse,
    Passkeys,
    PasskeyTaken,
)
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import PASSKEY_CHALLENGES, PASSKEYS, USERS
from booking_domain.testing.kit.tables import InMemory, Repository, State

ORIGIN: Final = "http://localhost"


def _owner(state: State, credential_id: bytes) -> UserId | None:
    found = (each.user_id for each in state[PASSKEYS].values() if each.credential_id == credential_id)
    return next(found, None)


def _of_user(state: State, user_id: UserId) -> Sequence[Passkey]:
    return state[PASSKEYS].page(lambda each: each.user_id == user_id)


class MemoryPasskeys(Repository[PasskeyId, Passkey], Passkeys):
    """The passkeys of one database transaction."""

    table = PASSKEYS

    async def add(self, passkey: Passkey) -> None:
        self._state.require(USERS, passkey.user_id)
        if _owner(self._state, passkey.credential_id) is not None:
            raise PasskeyTaken
        self._rows[passkey.id] = passkey

    async def owner(self, credential_id: bytes) -> UserId | None:
        return _owner(self._state, credential_id)

    async def of_user(self, user_id: UserId) -> Sequence[Passkey]:
        return _of_user(self._state, user_id)

    async def save(self, passkey: Passkey) -> None:
        self._rows[passkey.id] = passkey

    async def remove_all(self, user_id: UserId) -> None:
        self._rows.delete(lambda each: each.user_id == user_id)

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        self._state[PASSKEY_CHALLENGES].put(challenge)

    async def use_challenge(self, digest: bytes) -> PasskeyChallenge | None:
        return self._state[PASSKEY_CHALLENGES].pop(digest, None)

    async def remove_expired(self, now: datetime) -> None:
        self._state[PASSKEY_CHALLENGES].delete(lambda each: each.expires_at <= now)


class MemoryPasskeyReads(InMemory, PasskeyReads):
    """Committed passkeys."""

    async def owner(self, credential_id: bytes) -> UserId | None:
        return _owner(self._state, credential_id)

    async def of_user(self, user_id: UserId) -> Sequence[Passkey]:
        return _of_user(self._state, user_id)


class MemoryPasskeyCeremonies(PasskeyCeremonies):
    """Accepts the responses of `MemoryDevice`; its public keys are the secrets of the devices."""

    def creation_options(
        self, challenge: bytes, user_id: UserId, name: str, existing: Sequence[Passkey]
    ) -> dict[str, Any]:
        return {
            "challenge": _text(challenge),
            "user": {"id": _text(user_id.bytes), "name": name},
            "excludeCredentials": [{"id": _text(each.credential_id)} for each in existing],
        }

    def request_options(self, challenge: bytes) -> dict[str, Any]:
        return {"challenge": _text(challenge)}

    def read(self, response: str) -> PasskeyResponse:
        try:
            document = json.loads(response)
            return PasskeyResponse(
                challenge=_bytes(document["challenge"]),
                credential_id=_bytes(document["id"]),
                user_handle=None if document["user"] is None else _bytes(document["user"]),
                text=response,
            )
        except (ValueError, TypeError, KeyError):
            raise InvalidPasskey from None

    def verify_new(self, answer: PasskeyResponse) -> NewCredential:
        document = json.loads(answer.text)
        key = _bytes(document.get("key", ""))
        self._verify(document, key)
        return NewCredential(credential_id=answer.credential_id, public_key=key, counter=document["counter"])

    def verify(self, answer: PasskeyResponse, passkey: Passkey) -> int:
        document = json.loads(answer.text)
        self._verify(document, passkey.public_key)
        counter: int = document["counter"]
        if (counter or passkey.counter) and counter <= passkey.counter:
            raise InvalidPasskey
        return counter

    def _verify(self, document: dict[str, Any], key: bytes) -> None:
        right = _signature(document, key)
        if (
            document["origin"] != ORIGIN
            or not document["verified"]
            or not hmac.compare_digest(document["signature"], right)
        ):
            raise InvalidPasskey


@dataclass
class MemoryDevice:
    """A device with one passkey."""

    key: bytes = b"k" * 32
    credential_id: bytes = b"a passkey"
    user: str | None = None
    counter: int = 0

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        """Make a passkey; `wrong` replaces parts of what is signed."""
        self.user = options["user"]["id"]
        return self._respond({"key": _text(self.key), **self._said(options), **wrong})

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        """Sign in; `wrong` replaces parts of what is signed."""
        self.counter += 1
        return self._respond({**self._said(options), **wrong})

    def _said(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": _text(self.credential_id),
            "challenge": options["challenge"],
            "user": self.user,
            "origin": ORIGIN,
            "verified": True,
            "counter": self.counter,
        }

    def _respond(self, document: dict[str, Any]) -> str:
        return json.dumps({**document, "signature": _signature(document, self.key)})


def _signature(document: dict[str, Any], key: bytes) -> str:
    signed = {name: value for name, value in document.items() if name != "signature"}
    return hmac.new(key, json.dumps(signed, sort_keys=True).encode(), "sha256").hexdigest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
