"""Bounces (RFC 3464) and complaints (RFC 5965) that a mail server passes on, signed with a secret.

E-mails carry a reference, so that a bounce names the message that it is about: its id, with an HMAC.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from typing import Any, Final, TypeAlias
from uuid import UUID

from adapters.kit.signatures import matches, recent
from booking_domain.notifications.bounces import Bounce, BounceKind, BounceReports
from booking_domain.notifications.errors import InvalidBounceSignature
from booking_domain.notifications.model import MessageId

_ID_BYTES: Final = 16
_SIGNATURE_BYTES: Final = 16
REFERENCE_LENGTH: Final = 52
REFERENCE: Final = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{REFERENCE_LENGTH}}}(?![a-z2-7])", re.IGNORECASE)
REFERENCE_HEADER: Final = "X-Delivery-Reference"
_NAMED_IN: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Return-Path", REFERENCE_HEADER)
"""Headers of a report, or of the message that it returns, which contain the reference."""
_STATUS: Final = re.compile(r"\A\s*([245])\.(\d{1,3})\.(\d{1,3})")
_EMPTY_LINE: Final = re.compile(r"\r?\n\r?\n")
_ABOUT_THE_MESSAGE: Final = frozenset({"3", "5", "6", "7"})
"""Subjects of RFC 3463 that are not about the address: system, protocol, content and policy, as filters of spam."""
_FULL, _TOO_LONG = ("2", "2"), ("2", "3")
_COMPLAINTS: Final = frozenset({"abuse", "fraud", "virus", "other"})
"""Types of feedback (RFC 5965 §7.3); `not-spam` (RFC 6430) is praise."""

_Part: TypeAlias = "Message[Any, Any]"


class HmacDeliveryReferences:
    """32 bytes in base32, because servers change the case of addresses: the id and a truncated HMAC-SHA256."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, message_id: UUID) -> str:
        """The reference of a message; always the same."""
        plain = message_id.bytes
        return base64.b32encode(plain + _signature(self._key, plain)).decode().rstrip("=").lower()

    def read(self, text: str) -> MessageId | None:
        """The first message that the text refers to; a reference that was not issued here is none."""
        for found in REFERENCE.findall(text):
            sealed = base64.b32decode(f"{found.upper()}====")
            plain, signature = sealed[:_ID_BYTES], sealed[_ID_BYTES:]
            if any(hmac.compare_digest(_signature(key, plain), signature) for key in self._keys):
                return MessageId(UUID(bytes=plain))
        return None


class SignedBounceReports(BounceReports):
    """Accepts `HMAC-SHA256(secret, timestamp "." body)` in hexadecimal; without a secret it refuses everything."""

    def __init__(self, secret: str, references: HmacDeliveryReferences) -> None:
        self._secret = secret.encode()
        self._references = references

    def read(self, body: bytes, *, timestamp: str, signature: str, now: datetime) -> Bounce | None:
        """As in the port."""
        if not self._secret or recent(timestamp, now) is None:
            raise InvalidBounceSignature
        right = hmac.digest(self._secret, timestamp.encode() + b"." + body, "sha256").hex()
        if not matches(signature, [right.encode()]):
            raise InvalidBounceSignature
        try:
            return self._bounce(body)
        except (RecursionError, ValueError, LookupError):  # nested without end, or headers that cannot be decoded
            return None

    def _bounce(self, body: bytes) -> Bounce | None:
        report = message_from_bytes(body)
        parts = list(_parts(report))
        kind = next(filter(None, map(_kind_of, parts)), None)
        if kind is None:
            return None
        for text in _places(parts):
            message_id = self._references.read(text)
            if message_id is not None:
                return Bounce(message_id=message_id, kind=kind)
        return None


def _parts(message: _Part) -> Iterator[_Part]:
    """The message and its parts; not those of the message that it returns."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in _held(message):
            yield from _parts(part)


def _held(part: _Part) -> list[_Part]:
    held: Any = part.get_payload()
    return [each for each in held if isinstance(each, Message)] if isinstance(held, list) else []


def _kind_of(part: _Part) -> BounceKind | None:
    """What a part with the fields for programs says."""
    if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
        kinds = set(map(_delivery, _recipients(part)))
        return next((kind for kind in (BounceKind.ADDRESS, BounceKind.MESSAGE) if kind in kinds), None)
    if part.get_content_type() == "message/feedback-report":
        feedback_type = _field(_fields_of(part), "Feedback-Type").strip().lower()
        return BounceKind.COMPLAINT if feedback_type in _COMPLAINTS else None
    return None


def _recipients(part: _Part) -> Iterator[_Part]:
    """The groups of fields; the standard library leaves those after the first of a part of another type as text."""
    for fields in _held(part):
        yield fields
        rest: Any = fields.get_payload()
        if isinstance(rest, str):
            yield from map(message_from_string, _EMPTY_LINE.split(rest))


def _delivery(fields: _Part) -> BounceKind | None:
    """What the fields about a recipient say: an address is given up for a permanent failure that is about it."""
    status = _STATUS.match(_field(fields, "Status"))
    if _field(fields, "Action").strip().lower() != "failed" or status is None or status[1] == "2":
        return None
    if status[1] == "4" or status[2] in _ABOUT_THE_MESSAGE or (status[2], status[3]) in {_FULL, _TOO_LONG}:
        return BounceKind.MESSAGE
    return BounceKind.ADDRESS


def _fields_of(part: _Part) -> _Part:
    """The fields of a part of another type, which the parser of the standard library leaves as text."""
    held = _held(part)
    if held:
        return held[0]
    content: Any = part.get_payload(decode=True)
    return message_from_bytes(content if isinstance(content, bytes) else b"")


def _places(parts: list[_Part]) -> Iterator[str]:
    """The texts that may contain the reference: headers of the report, its fields, and of the message returned."""
    for part in parts:
        sources, held = [part], part.get_content_type()
        if held in {"message/rfc822", "message/global"}:
            sources += _held(part)
        elif held in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            sources.append(_fields_of(part))
        elif held == "message/feedback-report":
            yield _field(_fields_of(part), "Original-Mail-From")
        for source in sources:
            for name in _NAMED_IN:
                yield from map(str, source.get_all(name, ()))


def _field(fields: _Part, name: str) -> str:
    return str(fields.get(name, ""))


def _signature(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, b"delivery:" + plain, "sha256")[:_SIGNATURE_BYTES]
