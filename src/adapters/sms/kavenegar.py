"""Kavenegar: `sms/send` and `sms/status` of its REST API, v1.

https://kavenegar.com/rest.html (Persian) documents methods, codes and statuses. Costs are in rials; a status can be
queried for 48 hours. A repeated `sms/send` with the same `localid` sends nothing and returns the first message. The API
has no delivery callback, so delivery status is polled.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec

from adapters.kit.http_responses import HttpResponse, UnusableResponse
from adapters.sms.http import MAX_COST, HttpSmsSender, ProviderClient, decode
from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import SmsCost, SmsReceipt, SmsReport, SmsStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SmsId

KAVENEGAR: Final = "kavenegar"
BASE_URL: Final = "https://api.kavenegar.com"
_CURRENCY: Final = "IRR"
_SUCCESS: Final = 200
_STATUS: Final = {
    "1": SmsStatus.QUEUED,
    "2": SmsStatus.QUEUED,  # scheduled
    "4": SmsStatus.SENT,
    "5": SmsStatus.SENT,
    "6": SmsStatus.FAILED,
    "10": SmsStatus.DELIVERED,
    "11": SmsStatus.UNDELIVERED,
    "13": SmsStatus.FAILED,  # cancelled
    "14": SmsStatus.FAILED,  # blocked by the recipient
}
_FAILURES: Final = frozenset({SmsStatus.FAILED, SmsStatus.UNDELIVERED})
_RECIPIENT_ERRORS: Final = frozenset(
    {
        411,  # invalid recipient number
        413,  # empty or too long text
        422,  # disallowed characters in the text
    }
)
"""Permanent errors of this number or text. Every other error concerns the platform's account, so the message may be
retried."""


class Return(msgspec.Struct, frozen=True):
    """Result of a call: 200 or an error code. The HTTP status duplicates it and is not relied on."""

    status: int


class Entry(msgspec.Struct, frozen=True):
    """An accepted message. Only its id is required, because the id alone proves acceptance."""

    messageid: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    status: Any = None
    cost: Any = None


class KavenegarResponse(msgspec.Struct, frozen=True):
    return_: Return = msgspec.field(name="return")


class Entries(msgspec.Struct, frozen=True):
    entries: Annotated[list[Entry], msgspec.Meta(min_length=1)]


class KavenegarSmsSender(HttpSmsSender, SmsSender):
    """Sends from the given sender line, or from the account's default. URLs contain the API key; never log them."""

    def __init__(
        self, *, api_key: str, sender: str = "", base_url: str = BASE_URL, timeout_seconds: float = 10.0
    ) -> None:
        super().__init__(ProviderClient(KAVENEGAR, base_url, timeout_seconds=timeout_seconds))
        self._sms = f"/v1/{quote(api_key, safe='')}/sms"
        self._from = {"sender": sender} if sender else {}

    @property
    def name(self) -> str:
        return KAVENEGAR

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        form = {"receptor": receptor(to), "message": text, "localid": str(local_id(key)), **self._from}
        async with self._client.unavailable_on_error("send"):
            entry = _entry_of(await self._client.call("POST", f"{self._sms}/send.json", form=form))
        status = _STATUS.get(str(entry.status), SmsStatus.QUEUED)
        return SmsReceipt(
            provider_message_id=str(entry.messageid),
            status=status,
            segments=segments_of(text),
            cost=_cost_of(entry),
            error=_error_of(entry, status),
        )

    async def report(self, provider_message_id: str) -> SmsReport:
        if not provider_message_id.isascii() or not provider_message_id.isdecimal():
            raise SmsUnavailable(provider=KAVENEGAR)  # not a Kavenegar id
        async with self._client.unavailable_on_error("status"):
            query = {"messageid": provider_message_id}
            entry = _entry_of(await self._client.call("GET", f"{self._sms}/status.json", query=query))
            status = _STATUS.get(str(entry.status))
            if status is None or str(entry.messageid) != provider_message_id:
                raise UnusableResponse("another message or an unknown status")
        return SmsReport(status=status, cost=_cost_of(entry), error=_error_of(entry, status))


def receptor(phone: str) -> str:
    """Format an Iranian number nationally and any other with the 00 prefix.

    >>> receptor("+989123456789"), receptor("+97699112233")
    ('09123456789', '0097699112233')
    """
    return f"0{phone.removeprefix('+98')}" if phone.startswith("+98") else f"00{phone.removeprefix('+')}"


def local_id(key: SmsId) -> int:
    """Idempotency key: the low 63 bits of the id, 62 of them random. Kavenegar sends one message per key."""
    return key.int & (2**63 - 1)


def _entry_of(response: HttpResponse) -> Entry:
    code = decode(response, KavenegarResponse).return_.status
    if response.succeeded and code == _SUCCESS:
        return decode(response, Entries).entries[0]
    if code in _RECIPIENT_ERRORS:
        raise SmsRefused(provider=KAVENEGAR, reason=f"{KAVENEGAR} {code}")
    raise UnusableResponse(f"{response.status} {code}")


def _cost_of(entry: Entry) -> SmsCost | None:
    try:
        cost = Decimal(str(entry.cost))
        return SmsCost.from_decimal(cost, _CURRENCY) if cost <= MAX_COST else None
    except (InvalidOperation, InvalidValue):
        return None


def _error_of(entry: Entry, status: SmsStatus) -> str | None:
    return f"{KAVENEGAR} {entry.status}" if status in _FAILURES else None
