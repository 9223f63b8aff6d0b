"""Fake Twilio and Kavenegar HTTP servers that check requests and inject faults on demand."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from tests.gates import PATIENCE_SECONDS
from tests.http_answers import document
from tests.tcp_server import serve_tcp

from adapters.sms.kavenegar import KavenegarSmsSender
from adapters.sms.twilio import TwilioSmsSender
from booking_domain.shared.ids import SmsId

ACCOUNT: Final = "AC0123456789abcdef0123456789abcdef"
TOKEN: Final = "twilio-auth-token"
FROM: Final = "+15005550006"
SERVICE: Final = "MG0123456789abcdef0123456789abcdef"
API_KEY: Final = "3A5B/7+key=of-kavenegar"
LINE: Final = "10004346"


def status_callback(message_id: SmsId) -> str:
    return f"https://booking.example.com/api/v1/webhooks/sms/twilio?message={message_id}"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The decoded form; fails if a field is repeated."""
        assert self.headers["content-type"] == "application/x-www-form-urlencoded"
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict")
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)


@dataclass(slots=True)
class Fake:
    """Fake server of one provider. `response` overrides the default response; with `stalls` it never responds."""

    response: Callable[[Request], bytes] | None = None
    stalls: bool = False
    refused: set[str] = field(default_factory=set)
    arrived: list[tuple[str, str]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def default_response(self, request: Request) -> bytes:
        raise NotImplementedError

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Serve during the block; yield the base URL."""
        async with serve_tcp(self._serve) as url:
            yield url

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, _, rest = head.partition("\r\n")
        method, target, _ = line.split(" ")
        path, _, query = target.partition("?")
        fields = [part.partition(": ") for part in rest.split("\r\n") if part]
        headers = {name.lower(): value for name, _, value in fields}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(method, path, dict(parse_qsl(query, strict_parsing=bool(query))), headers, body)
        self.requests.append(request)
        if self.stalls:
            await asyncio.Event().wait()
        writer.write((self.response or self.default_response)(request))
        await writer.drain()


class FakeTwilio(Fake):
    def __init__(self, *, price: str | None = None) -> None:
        super().__init__()
        self.price = price
        self.statuses: dict[str, str] = {}

    def default_response(self, request: Request) -> bytes:
        credentials = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credentials}":
            return self.error(20003, "401 Unauthorized")
        collection = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
        if (request.method, request.path) == ("POST", f"{collection}.json"):
            return self._create(request.form)
        sid = request.path.removeprefix(f"{collection}/").removesuffix(".json")
        if request.method == "GET" and sid in self.statuses:
            return document(self.message(sid, self.statuses[sid], self.price))
        return self.error(20404, "404 Not Found")

    def _create(self, form: dict[str, str]) -> bytes:
        sender = {"From": FROM} if "From" in form else {"MessagingServiceSid": SERVICE}
        assert form.keys() == {"To", "Body", "StatusCallback"} | sender.keys()
        assert {name: form[name] for name in sender} == sender
        assert form["StatusCallback"].startswith("https://")
        if form["To"] in self.refused:
            return self.error(21211, "400 Bad Request")
        self.arrived.append((form["To"], form["Body"]))
        sid = f"SM{len(self.arrived):032x}"
        self.statuses[sid] = "delivered"
        return document(self.message(sid, "queued" if "From" in form else "accepted", None), status="201 Created")

    @staticmethod
    def message(sid: str, status: str, price: str | None) -> dict[str, Any]:
        """A message as in the documentation of Twilio; `num_segments` is 0 until it is sent."""
        segments = "0" if price is None else "2"
        return {
            "sid": sid,
            "account_sid": ACCOUNT,
            "status": status,
            "num_segments": segments,
            "price": price,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
            "direction": "outbound-api",
        }

    @staticmethod
    def error(code: int, status: str) -> bytes:
        content = {
            "code": code,
            "message": "The 'To' number +15005550001 is not a valid phone number.",
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": int(status.split(maxsplit=1)[0]),
        }
        return document(content, status=status)


class FakeKavenegar(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.by_local_id: dict[str, int] = {}
        self.statuses: dict[str, int] = {}

    def default_response(self, request: Request) -> bytes:
        _, version, key, _, _ = request.path.split("/")
        if (version, unquote(key)) != ("v1", API_KEY):
            return self.reply(403)
        match request.method, request.path.rpartition("/")[2]:
            case "POST", "send.json":
                return self._send(request.form)
            case "GET", "status.json":
                return self._status(request.query["messageid"])
            case _:
                return self.reply(404)

    def _send(self, form: dict[str, str]) -> bytes:
        assert form.keys() == {"receptor", "message", "localid", "sender"}
        assert form["sender"] == LINE
        assert 0 < int(form["localid"]) < 2**63
        if form["receptor"] in self.refused:
            return self.reply(411)
        local_id = form["localid"]
        if local_id not in self.by_local_id:
            self.arrived.append((form["receptor"], form["message"]))
            self.by_local_id[local_id] = 8_792_342 + len(self.arrived)
            self.statuses[str(self.by_local_id[local_id])] = 10
        entry = {
            "messageid": self.by_local_id[local_id],
            "message": form["message"],
            "status": 1,
            "statustext": "در صف ارسال",
            "sender": form["sender"],
            "receptor": form["receptor"],
            "date": 1356619709,
            "cost": 120,
        }
        return self.reply(200, [entry])

    def _status(self, message_id: str) -> bytes:
        status = self.statuses.get(message_id, 100)
        return self.reply(200, [{"messageid": int(message_id), "status": status, "statustext": "رسیده به گیرنده"}])

    @staticmethod
    def reply(status: int, entries: Sequence[Any] | None = None) -> bytes:
        http = "200 OK" if status == 200 else f"{status} Refused"
        return document({"return": {"status": status, "message": "تایید شد"}, "entries": entries}, status=http)


def twilio_at(url: str, *, service: bool = False, timeout_seconds: float = PATIENCE_SECONDS) -> TwilioSmsSender:
    return TwilioSmsSender(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sender="" if service else FROM,
        messaging_service_sid=SERVICE if service else "",
        status_callback=status_callback,
        base_url=url,
        timeout_seconds=timeout_seconds,
    )


def kavenegar_at(url: str, *, timeout_seconds: float = PATIENCE_SECONDS) -> KavenegarSmsSender:
    return KavenegarSmsSender(api_key=API_KEY, sender=LINE, base_url=url, timeout_seconds=timeout_seconds)
