"""Whatever a provider answers, it is one of two errors, in time, asked once, and no secret of it comes out."""

import asyncio
import logging
import time
import traceback
from collections.abc import Callable

import pytest
from tests.unit.adapters.qpay.gateway_scenes import listening
from tests.unit.adapters.qpay.scripted_qpay import document, http
from tests.unit.adapters.qpay.simulator_process import free_port
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
GARBAGE = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "an answer that breaks off": b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{",
    "a redirect": http(status="302 Found", headers="location: /elsewhere\r\n"),
    "a permanent redirect": http(status="308 Permanent Redirect", headers="location: http://127.0.0.1:9/\r\n"),
    "ten megabytes": http(b" " * TEN_MEGABYTES),
    "a good answer in ten megabytes": http(GOOD + b" " * TEN_MEGABYTES),
    "ten megabytes in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"10000\r\n%b\r\n" % (b" " * 65_536) * 160,
    "ten megabytes of one header": b"HTTP/1.1 200 OK\r\nx: " + b"x" * TEN_MEGABYTES,
    "a page": http("<html><title>502</title></html>", status="502 Bad Gateway"),
    "a page that succeeds": http("<html>Sign in to the Wi-Fi</html>"),
    "no content": http(status="204 No Content"),
    "an array": http("[]"),
    "a deep well": http('{"x":' * 100_000),
    "no UTF-8": http(b'{"sid": "\xff"}'),
    "a false encoding": http("x", headers="content-encoding: gzip\r\n"),
    "a bomb": http("x", headers="content-encoding: gzip, gzip, gzip\r\n"),
    "too many requests": document({"code": 20429, "return": {"status": 429}}, status="429 Too Many Requests"),
    "an error of theirs": document({"code": 20500, "return": {"status": 409}}, status="500 Internal Server Error"),
    "wrong credentials": document({"code": 20003, "return": {"status": 403}}, status="401 Unauthorized"),
    "no credit": document({"code": 20006, "return": {"status": 418}}, status="418 No Credit"),
    "a sender that is not ours": document({"code": 21606, "return": {"status": 412}}, status="400 Bad Request"),
    "no id": document({"sid": None, "return": {"status": 200}, "entries": [{"messageid": None, "status": 1}]}),
    "an id that is a path": document({"sid": "../x", "return": {"status": 200}, "entries": [{"messageid": "../x"}]}),
    "no entries": document({"return": {"status": 200}, "entries": []}),
    "a refusal that succeeds": document({"code": 21606, "return": {"status": 412}}),
}
PROVIDERS: dict[str, tuple[type[Fake], Callable[..., TwilioSmsSender | KavenegarSmsSender]]] = {
    "twilio": (FakeTwilio, twilio_at),
    "kavenegar": (FakeKavenegar, kavenegar_at),
}
each_provider = pytest.mark.parametrize("provider", PROVIDERS)


@each_provider
@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_unavailable_is_asked_for_once_and_gives_nothing_away(
    provider: str, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    make, sender_at = PROVIDERS[provider]
    fake = make()
    fake.answer = lambda _: answer
    refusals: list[SmsUnavailable] = []

    async def play() -> None:
        async with fake.open() as url, sender_at(url) as sender:
            for attempt in (sender.send(to=TO, text=f"{CODE} is your code", key=KEY), sender.report("123")):
                with pytest.raises(SmsUnavailable) as refusal:
                    await attempt
                refusals.append(refusal.value)

    with caplog.at_level(logging.INFO, logger="adapters"):
        asyncio.run(play())
    assert [request.method for request in fake.requests] == ["POST", "GET"]
    assert [refusal.provider for refusal in refusals] == [provider, provider]
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("adapters"))
    shown = ours + "".join("".join(traceback.format_exception(refusal)) for refusal in refusals)
    assert provider in ours
    for secret in (CODE, TO, TO[3:], TOKEN, API_KEY, "3A5B"):
        assert secret not in shown


@each_provider
def test_the_answer_that_is_too_long_would_do_if_it_were_shorter(provider: str) -> None:
    make, sender_at = PROVIDERS[provider]
    fake = make()
    fake.answer = lambda _: http(GOOD)

    async def play() -> None:
        async with fake.open() as url, sender_at(url) as sender:
            assert (await sender.send(to=TO, text="Hello", key=KEY)).provider_message_id in {"SM1", "123"}

    asyncio.run(play())


@each_provider
def test_a_provider_that_stalls_is_unavailable_in_time(provider: str) -> None:
    make, sender_at = PROVIDERS[provider]

    async def play() -> float:
        fake = make()
        fake.stalls = True
        async with fake.open() as url, sender_at(url, timeout_seconds=0.3) as sender:
            begun = time.monotonic()
            with pytest.raises(SmsUnavailable):
                await sender.send(to=TO, text="Hello", key=KEY)
            return time.monotonic() - begun

    assert 0.2 <= asyncio.run(play()) < 8


@each_provider
def test_an_answer_that_drips_is_unavailable_in_time(provider: str) -> None:
    _, sender_at = PROVIDERS[provider]

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        await asyncio.Event().wait()

    async def play() -> None:
        async with listening(drip) as url, sender_at(url, timeout_seconds=0.3) as sender:
            with pytest.raises(SmsUnavailable):
                await sender.send(to=TO, text="Hello", key=KEY)

    asyncio.run(play())


@each_provider
def test_nobody_there_is_unavailable(provider: str) -> None:
    _, sender_at = PROVIDERS[provider]

    async def play() -> None:
        async with sender_at(f"http://127.0.0.1:{free_port()}") as sender:
            with pytest.raises(SmsUnavailable):
                await sender.send(to=TO, text="Hello", key=KEY)

    asyncio.run(play())


@each_provider
def test_a_sender_that_is_not_open_is_a_bug(provider: str) -> None:
    _, sender_at = PROVIDERS[provider]
    with pytest.raises(RuntimeError):
        asyncio.run(sender_at("http://127.0.0.1:9").send(to=TO, text="Hello", key=KEY))


@each_provider
@pytest.mark.parametrize("unknown", ["", "../../Accounts", "1?x=1", "é", "x" * 3 + "/"])
def test_what_was_never_an_id_is_not_asked_about(provider: str, unknown: str) -> None:
    make, sender_at = PROVIDERS[provider]
    fake = make()

    async def play() -> None:
        async with fake.open() as url, sender_at(url) as sender:
            with pytest.raises(SmsUnavailable):
                await sender.report(unknown)

    asyncio.run(play())
    assert fake.requests == []
