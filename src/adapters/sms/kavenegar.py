"""Kavenegar: `sms/send` and `sms/status` of its REST API, v1.

https://kavenegar.com/rest.html (Persian) describes the methods, codes and statuses; costs are in rials, statuses are
known for 48 hours. A second `sms/send` with the same `localid` sends nothing and answers with the first message. No
callback for delivery is described there, so that deliveries are asked for.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec

from adapters.answers import Answer, UnusableAnswer
from adapters.sms.http import LARGEST_COST, HttpSender, ProviderLine, decoded
from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import SmsCost, SmsReceipt, SmsReport, SmsStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SmsId

KAVENEGAR: Final = "kavenegar"
BASE_URL: Final = "https://api.kavenegar.com"
_CURRENCY: Final = "IRR"
_DONE: Final = 200
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
_GONE_WRONG: Final = frozenset({SmsStatus.FAILED, SmsStatus.UNDELIVERED})
_REFUSALS: Final = frozenset(
    {
        411,  # not a valid number
        413,  # the text is empty or too long
        422,  # the text has characters that are not allowed
    }
)
"""Of the number or the text. Every other refusal is of our account, and no fault of the recipient's."""


class Return(msgspec.Struct, frozen=True):
    """What came of a call: 200, or why nothing did. The HTTP status says the same, and is not relied on."""

    status: int


class Entry(msgspec.Struct, frozen=True):
    """A message. Only its id has to be there: it was taken then, whatever else is missing."""

    messageid: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    status: Any = None
    cost: Any = None


class KavenegarAnswer(msgspec.Struct, frozen=True):
    """Every answer."""

    return_: Return = msgspec.field(name="return")


class Entries(msgspec.Struct, frozen=True):
    """The messages of an answer that succeeded."""

    entries: Annotated[list[Entry], msgspec.Meta(min_length=1)]


class KavenegarSmsSender(HttpSender, SmsSender):
    """Sends from a line of ours, or from the account's own. The key is part of every address: they are not logged."""

    def __init__(
        self, *, api_key: str, sender: str = "", base_url: str = BASE_URL, timeout_seconds: float = 10.0
    ) -> None:
        super().__init__(ProviderLine(KAVENEGAR, base_url, timeout_seconds=timeout_seconds))
        self._sms = f"/v1/{quote(api_key, safe='')}/sms"
        self._from = {"sender": sender} if sender else {}

    @property
    def name(self) -> str:
        return KAVENEGAR

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        form = {"receptor": receptor(to), "message": text, "localid": str(local_id(key)), **self._from}
        async with self._line.conversation("a message"):
            entry = _entry_of(await self._line.call("POST", f"{self._sms}/send.json", form=form))
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
            raise SmsUnavailable(provider=KAVENEGAR)  # never Kavenegar's
        async with self._line.conversation("a question"):
            query = {"messageid": provider_message_id}
            entry = _entry_of(await self._line.call("GET", f"{self._sms}/status.json", query=query))
            status = _STATUS.get(str(entry.status))
            if status is None or str(entry.messageid) != provider_message_id:
                raise UnusableAnswer("another message, or a status that there is not")
        return SmsReport(status=status, cost=_cost_of(entry), error=_error_of(entry, status))


def receptor(phone: str) -> str:
    """A number of Iran as it is dialled there, any other with 00.

    >>> receptor("+989123456789"), receptor("+97699112233")
    ('09123456789', '0097699112233')
    """
    return f"0{phone.removeprefix('+98')}" if phone.startswith("+98") else f"00{phone.removeprefix('+')}"


def local_id(key: SmsId) -> int:
    """63 bits of our id, 62 of which are chance: a second message with the same one is not sent."""
    return key.int & (2**63 - 1)


def _entry_of(answer: Answer) -> Entry:
    code = decoded(answer, KavenegarAnswer).return_.status
    if answer.succeeded and code == _DONE:
        return decoded(answer, Entries).entries[0]
    if code in _REFUSALS:
        raise SmsRefused(provider=KAVENEGAR, reason=f"{KAVENEGAR} {code}")
    raise UnusableAnswer(f"{answer.status} {code}")


def _cost_of(entry: Entry) -> SmsCost | None:
    try:
        cost = Decimal(str(entry.cost))
        return SmsCost.from_decimal(cost, _CURRENCY) if cost <= LARGEST_COST else None
    except (InvalidOperation, InvalidValue):
        return None


def _error_of(entry: Entry, status: SmsStatus) -> str | None:
    return f"{KAVENEGAR} {entry.status}" if status in _GONE_WRONG else None
