"""Every provider fault becomes a domain error within the deadline, is not retried, and leaks no secret."""

import asyncio
import logging
import traceback
from collections.abc import Callable

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.http_answers import document, http
from tests.ports import free_port
from tests.tcp_server import serve_tcp
from tests.unit.adapters.sms.fakes import (
    API_KEY,
    TOKEN,
    Fake,
    FakeKavenegar,
    FakeTwilio,
    kavenegar_at,
    twilio_at,
)

from adapters.sms.kavenegar import KavenegarSmsSender
from adapters.sms.twilio import TwilioSmsSender
from booking_domain.notifications.errors import SmsUnavailable
from booking_domain.shared.ids import SmsId
from booking_domain.testing.memory import SeededEntropy

KEY = SmsId(SeededEntropy(1).new_id())
TO = "+989123456789"
CODE = "482913"
TEN_MEGABYTES = 10 * 1024 * 1024
GOOD = b'{"sid": "SM1", "status": "queued", "return": {"status": 200}, "entries": [{"messageid": 123, "status": 1}]}'
INVALID_RESPONSES = {
    "an empty response": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a truncated response": b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{",
    "a redirect": http(status="302 Found", headers="location: /elsewhere\r\n"),
    "a permanent redirect": http(status="308 Permanent Redirect", headers="location: http://127.0.0.1:9/\r\n"),
    "ten megabytes": http(b" " * TEN_MEGABYTES),
    "a valid response padded to ten megabytes": http(GOOD + b" " * TEN_MEGABYTES),
    "ten megabytes in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"10000\r\n%b\r\n" % (b" " * 65_536) * 160,
    "ten megabytes of one header": b"HTTP/1.1 200 OK\r\nx: " + b"x" * TEN_MEGABYTES,
    "an HTML error page": http("<html><title>502</title></html>", status="502 Bad Gateway"),
    "an HTML page with status 200": http("<html>Sign in to the Wi-Fi</html>"),
    "no content": http(status="204 No Content"),
    "an array": http("[]"),
    "deeply nested JSON": http('{"x":' * 100_000),
    "invalid UTF-8": http(b'{"sid": "\xff"}'),
    "a mislabelled encoding": http("x", headers="content-encoding: gzip\r\n"),
    "stacked encodings": http("x", headers="content-encoding: gzip, gzip, gzip\r\n"),
    "too many requests": document({"code": 20429, "return": {"status": 429}}, status="429 Too Many Requests"),
    "a server error": document({"code": 20500, "return": {"status": 409}}, status="500 Internal Server Error"),
    "wrong credentials": document({"code": 20003, "return": {"status": 403}}, status="401 Unauthorized"),
    "no credit": document({"code": 20006, "return": {"status": 418}}, status="418 No Credit"),
    "a sender of another account": document({"code": 21606, "return": {"status": 412}}, status="400 Bad Request"),
    "no id": document({"sid": None, "return": {"status": 200}, "entries": [{"messageid": None, "status": 1}]}),
    "an id that is a path": document({"sid": "../x", "return": {"status": 200}, "entries": [{"messageid": "../x"}]}),
    "no entries": document({"return": {"status": 200}, "entries": []}),
    "an error code with status 200": document({"code": 21606, "return": {"status": 412}}),
}
PROVIDERS: dict[str, tuple[type[Fake], Callable[..., TwilioSmsSender | KavenegarSmsSender]]] = {
    "twilio": (FakeTwilio, twilio_at),
    "kavenegar": (FakeKavenegar, kavenegar_at),
}
each_provider = pytest.mark.parametrize("provider", PROVIDERS)


@each_provider
@pytest.mark.parametrize("response", INVALID_RESPONSES.values(), ids=INVALID_RESPONSES.keys())
async def test_an_invalid_response_is_unavailable_not_retried_and_leaks_no_secret(
    provider: str, response: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    make, sender_at = PROVIDERS[provider]
    fake = make()
    fake.response = lambda _: response
    refusals: list[SmsUnavailable] = []

    async def run() -> None:
        async with fake.open() as url, sender_at(url) as sender:
            for attempt in (sender.send(to=TO, text=f"{CODE} is your code", key=KEY), sender.report("123")):
                with pytest.raises(SmsUnavailable) as refusal:
                    await attempt
                refusals.append(refusal.value)

    with caplog.at_level(logging.INFO, logger="adapters"):
        await run()
    assert [request.method for request in fake.requests] == ["POST", "GET"]
    assert [refusal.provider for refusal in refusals] == [provider, provider]
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("adapters"))
    logged_or_raised = ours + "".join("".join(traceback.format_exception(refusal)) for refusal in refusals)
    assert provider in ours
    for secret in (CODE, TO, TO[3:], TOKEN, API_KEY, "3A5B"):
        assert secret not in logged_or_raised


@each_provider
async def test_the_oversized_response_is_valid_at_normal_size(provider: str) -> None:
    make, sender_at = PROVIDERS[provider]
    fake = make()
    fake.response = lambda _: http(GOOD)

    async with fake.open() as url, sender_at(url) as sender:
        assert (await sender.send(to=TO, text="Hello", key=KEY)).provider_message_id in {"SM1", "123"}


@each_provider
async def test_a_provider_that_stalls_is_unavailable_after_the_deadline(provider: str) -> None:
    make, sender_at = PROVIDERS[provider]

    fake = make()
    fake.stalls = True
    async with fake.open() as url, sender_at(url, timeout_seconds=0.3) as sender:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(SmsUnavailable):
                await sender.send(to=TO, text="Hello", key=KEY)


@each_provider
async def test_a_response_that_never_completes_is_unavailable_after_the_deadline(provider: str) -> None:
    _, sender_at = PROVIDERS[provider]

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        await asyncio.Event().wait()

    async with serve_tcp(drip) as url, sender_at(url, timeout_seconds=0.3) as sender:
        with pytest.raises(SmsUnavailable):
            await sender.send(to=TO, text="Hello", key=KEY)


@each_provider
async def test_a_refused_connection_is_unavailable(provider: str) -> None:
    _, sender_at = PROVIDERS[provider]

    async with sender_at(f"http://127.0.0.1:{free_port()}") as sender:
        with pytest.raises(SmsUnavailable):
            await sender.send(to=TO, text="Hello", key=KEY)


@each_provider
async def test_using_a_sender_before_open_raises_runtime_error(provider: str) -> None:
    _, sender_at = PROVIDERS[provider]
    with pytest.raises(RuntimeError):
        await sender_at("http://127.0.0.1:9").send(to=TO, text="Hello", key=KEY)


@each_provider
@pytest.mark.parametrize("unknown", ["", "../../Accounts", "1?x=1", "é", "x" * 3 + "/"])
async def test_an_invalid_message_id_is_unavailable_without_a_request(provider: str, unknown: str) -> None:
    make, sender_at = PROVIDERS[provider]
    fake = make()

    async with fake.open() as url, sender_at(url) as sender:
        with pytest.raises(SmsUnavailable):
            await sender.report(unknown)
    assert fake.requests == []
