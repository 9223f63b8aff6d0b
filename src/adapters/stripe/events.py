"""Stripe's events: signed with the secret of the webhook endpoint, and believed only as hints."""

from datetime import datetime
from typing import Annotated

import msgspec
from stripe import SignatureVerificationError, WebhookSignature

from adapters.kit.signatures import recent
from adapters.stripe.wire import INTENT
from booking_domain.payments.errors import InvalidGatewaySignature
from booking_domain.payments.ports import GatewayEvents


class _Object(msgspec.Struct, frozen=True):
    id: str = ""
    object: str = ""
    payment_intent: str | None = None


class _Data(msgspec.Struct, frozen=True):
    object: _Object


class _Event(msgspec.Struct, frozen=True):
    object: Annotated[str, msgspec.Meta(pattern=r"\Aevent\Z")]
    data: _Data


class _Intent(msgspec.Struct, frozen=True):
    reference: Annotated[str, msgspec.Meta(pattern=INTENT)]


class StripeEvents(GatewayEvents):
    """Accepts signatures with any of the endpoint's secrets; with none, it refuses every event."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets

    def read(self, body: bytes, signature: str, now: datetime) -> str | None:
        """As in the port. The signature covers the time, which must be within five minutes of `now`."""
        if recent(_time_of(signature), now) is None or not self._is_signed(body, signature):
            raise InvalidGatewaySignature
        try:
            subject = msgspec.json.decode(body, type=_Event).data.object
        except (msgspec.MsgspecError, RecursionError):
            return None
        reference = subject.id if subject.object == "payment_intent" else subject.payment_intent
        try:
            return msgspec.convert({"reference": reference}, type=_Intent).reference
        except msgspec.ValidationError:
            return None

    def _is_signed(self, body: bytes, signature: str) -> bool:
        """The SDK checks the signature. It would accept a time in the future, so the time is checked here."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False
        for secret in self._secrets:
            try:
                WebhookSignature.verify_header(text, signature, secret)
            except SignatureVerificationError:
                continue
            return True
        return False


def _time_of(signature: str) -> str:
    """The time that is signed: the first `t` of the header, as the SDK reads it; empty without one."""
    if not signature.isascii():  # the SDK compares ASCII only
        return ""
    times = (value for name, _, value in (part.partition("=") for part in signature.split(",")) if name == "t")
    return next(times, "")
