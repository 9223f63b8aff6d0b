"""Twilio: the Messages resource of its REST API, and status callbacks.

- https://www.twilio.com/docs/messaging/api/message-resource: the resource and its statuses. `num_segments` is 0 for a
  message sent by a Messaging Service; `price` is negative and set only later.
- https://www.twilio.com/docs/usage/twilios-response and https://www.twilio.com/docs/api/errors: errors.
- https://www.twilio.com/docs/usage/webhooks/webhooks-security: callback signatures.
- https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks: callback events.
"""

import base64
import hmac
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

import httpx
import msgspec

from adapters.kit.http_responses import HttpResponse, UnusableResponse
from adapters.kit.signatures import matches
from adapters.sms.http import MAX_COST, HttpSmsSender, ProviderClient, decode
from booking_domain.notifications.errors import InvalidSmsSignature, SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsCallbacks, SmsSender
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import SmsCost, SmsReceipt, SmsReport, SmsStatus, SmsUpdate
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SmsId

TWILIO: Final = "twilio"
BASE_URL: Final = "https://api.twilio.com"
_STATUS: Final = {
    "accepted": SmsStatus.QUEUED,
    "scheduled": SmsStatus.QUEUED,
    "queued": SmsStatus.QUEUED,
    "sending": SmsStatus.QUEUED,
    "sent": SmsStatus.SENT,
    "delivered": SmsStatus.DELIVERED,
    "read": SmsStatus.DELIVERED,
    "undelivered": SmsStatus.UNDELIVERED,
    "failed": SmsStatus.FAILED,
    "canceled": SmsStatus.FAILED,
}
_RECIPIENT_ERRORS: Final = frozenset(
    {
        21211,  # invalid number
        21217,  # number does not appear to be valid
        21408,  # no permission for the region
        21604,  # no recipient
        21602,  # no text
        21608,  # unverified number on a trial account
        21610,  # recipient has unsubscribed
        21612,  # recipient not reachable from this sender
        21614,  # not a mobile number
        21617,  # text too long
    }
)
"""Permanent errors of this number or text. Every other error concerns the platform's account, so the message may be
retried."""
_SID: Final = r"\A[A-Za-z0-9]{1,64}\Z"
_MAX_FIELDS: Final = 200
_SCHEME_PORTS: Final = {"http": 80, "https": 443}


class TwilioMessage(msgspec.Struct, frozen=True):
    """An accepted message. Only its id is required, because the id alone proves acceptance."""

    sid: Annotated[str, msgspec.Meta(pattern=_SID)]
    status: Any = None
    num_segments: Any = None
    price: Any = None
    price_unit: Any = None
    error_code: Any = None


class TwilioError(msgspec.Struct, frozen=True):
    code: int | None = None


class TwilioSmsSender(HttpSmsSender, SmsSender):
    """Sends from a fixed number, or through a Messaging Service that chooses one.

    `status_callback` returns the URL to which Twilio posts status changes of a message. Twilio has no idempotency key
    for messages, so a request is never retried here; the caller decides.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str = "",
        messaging_service_sid: str = "",
        status_callback: Callable[[SmsId], str],
        base_url: str = BASE_URL,
        timeout_seconds: float = 10.0,
    ) -> None:
        super().__init__(ProviderClient(TWILIO, base_url, timeout_seconds=timeout_seconds))
        self._messages = f"/2010-04-01/Accounts/{account_sid}/Messages"
        self._auth = httpx.BasicAuth(account_sid, auth_token)
        self._from = {"MessagingServiceSid": messaging_service_sid} if messaging_service_sid else {"From": sender}
        self._status_callback = status_callback

    @property
    def name(self) -> str:
        return TWILIO

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        form = {"To": to, **self._from, "Body": text, "StatusCallback": self._status_callback(key)}
        async with self._client.unavailable_on_error("send"):
            response = await self._client.call("POST", f"{self._messages}.json", form=form, auth=self._auth)
            message = _message_of(response)
        return SmsReceipt(
            provider_message_id=message.sid,
            status=_STATUS.get(str(message.status), SmsStatus.QUEUED),
            segments=_segments_of(message) or segments_of(text),
            cost=_cost_of(message),
            error=_error_of(message.error_code),
        )

    async def report(self, provider_message_id: str) -> SmsReport:
        if not provider_message_id.isalnum() or not provider_message_id.isascii():
            raise SmsUnavailable(provider=TWILIO)  # not a Twilio id
        async with self._client.unavailable_on_error("status"):
            path = f"{self._messages}/{provider_message_id}.json"
            message = _message_of(await self._client.call("GET", path, auth=self._auth))
        return SmsReport(
            status=_STATUS.get(str(message.status)),
            segments=_segments_of(message),
            cost=_cost_of(message),
            error=_error_of(message.error_code),
        )


class TwilioCallbacks(SmsCallbacks):
    """Reads status callbacks signed with the account's auth token; with an empty token it rejects every callback."""

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token.encode()

    def read(self, message_id: SmsId | None, *, url: str, signature: str, body: bytes) -> SmsUpdate | None:
        fields = _fields_of(body)
        if not self._auth_token or not self._is_signed(url, fields, signature):
            raise InvalidSmsSignature
        values = dict(fields)
        status = _STATUS.get(values.get("MessageStatus", ""))
        if message_id is None or status is None:
            return None
        return SmsUpdate(
            message_id=message_id,
            provider_message_id=_sid_of(values.get("MessageSid", "")),
            status=status,
            error=_error_of(values.get("ErrorCode")),
        )

    def _is_signed(self, url: str, fields: list[tuple[str, str]], signature: str) -> bool:
        """Twilio signs some URLs without their port, and some with the default port added."""
        joined = "".join(name + value for name, value in sorted(set(fields)))
        return matches(signature, (self._signature(each + joined) for each in _url_variants(url)))

    def _signature(self, text: str) -> bytes:
        return base64.b64encode(hmac.digest(self._auth_token, text.encode("utf-8", "surrogatepass"), "sha1"))


def _message_of(response: HttpResponse) -> TwilioMessage:
    if response.succeeded:
        return decode(response, TwilioMessage)
    code = decode(response, TwilioError).code
    if code in _RECIPIENT_ERRORS:
        raise SmsRefused(provider=TWILIO, reason=f"{TWILIO} {code}")
    raise UnusableResponse(f"{response.status} {'without a code' if code is None else code}")


def _segments_of(message: TwilioMessage) -> int | None:
    count = str(message.num_segments or "")
    return int(count) or None if count.isdecimal() and len(count) <= 3 else None  # noqa: PLR2004 - 1,600 characters


def _cost_of(message: TwilioMessage) -> SmsCost | None:
    if message.price is None or message.price_unit is None:
        return None
    try:
        price = abs(Decimal(str(message.price)))
        return SmsCost.from_decimal(price, str(message.price_unit).upper()) if price <= MAX_COST else None
    except (InvalidOperation, InvalidValue):
        return None


def _error_of(code: object) -> str | None:
    text = "" if code is None else str(code)
    return f"{TWILIO} {text}" if text.isascii() and text.isdecimal() and text != "0" else None


def _sid_of(text: str) -> str | None:
    return text if text.isascii() and text.isalnum() else None


def _fields_of(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InvalidSmsSignature from None


def _url_variants(url: str) -> Iterator[str]:
    """The URL as received, then with its port removed or the default port added."""
    yield url
    parts = urlsplit(url)
    if parts.port is not None:
        yield _with_netloc(parts, parts.netloc.rpartition(":")[0])
    elif parts.scheme in _SCHEME_PORTS:
        yield _with_netloc(parts, f"{parts.netloc}:{_SCHEME_PORTS[parts.scheme]}")


def _with_netloc(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()
