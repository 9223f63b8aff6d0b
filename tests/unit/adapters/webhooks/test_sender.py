"""Webhooks over HTTP: signatures that independent libraries verify, and destinations that are refused."""

import asyncio
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from standardwebhooks import Webhook
from standardwebhooks.exceptions import WebhookVerificationError
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.calendars.feed_server import FakeResolver
from tests.unit.adapters.webhooks.receiver import LOOPBACK, Request, answer, receiving

from adapters.webhooks.sender import HttpWebhookSender
from adapters.webhooks.signing import signed_headers
from booking_domain.testing.shared.memory.entropy import SeededEntropy
from booking_domain.webhooks.model import MAX_EXCERPT, Failure, Outcome, new_secret
from booking_domain.webhooks.ports import WebhookMessage

OLD, SECRET = new_secret(SeededEntropy(1)), new_secret(SeededEntropy(2))
BODY: Final = json.dumps({"type": "webhook.ping", "data": {"нэр": "Болд"}}, ensure_ascii=False).encode()
CLIENT: Final = Path(__file__).parents[3] / "clients" / "standardwebhooks"
VERIFY: Final = """
import { Webhook } from "standardwebhooks";
const { secrets, headers, body } = JSON.parse(await new Response(process.stdin).text());
const verified = secrets.map((secret) => {
  try { return new Webhook(secret).verify(body, headers); } catch (error) { return error.message; }
});
console.log(JSON.stringify(verified));
"""


def message(url: str, *secrets: str, at: datetime | None = None) -> WebhookMessage:
    return WebhookMessage(url=url, id="msg_1", at=at or datetime.now(UTC), body=BODY, secrets=secrets or (SECRET,))


async def sent(url: str, *, timeout_seconds: float = 10.0) -> Outcome:
    async with HttpWebhookSender(allow_private=True, timeout_seconds=timeout_seconds) as sender:
        return await sender.send(message(url))


async def received(*secrets: str, at: datetime | None = None) -> Request:
    async with receiving() as receiver, HttpWebhookSender(allow_private=True) as sender:
        outcome = await sender.send(message(receiver.url("/a?b=c"), *secrets, at=at))
        assert outcome == Outcome(response_status=204)
        [request] = receiver.requests
        return request


async def test_a_message_is_posted_with_a_signature_that_the_pypi_package_verifies() -> None:
    request = await received()
    assert (request.path, request.body) == ("/a?b=c", BODY)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"
    assert Webhook(SECRET).verify(request.body, request.headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body + b" ", request.headers)


async def test_while_a_secret_is_rotated_both_verify() -> None:
    request = await received(SECRET, OLD)
    for secret in (SECRET, OLD):
        assert Webhook(secret).verify(request.body, request.headers)


async def test_the_time_of_the_attempt_is_signed() -> None:
    request = await received(at=datetime.now(UTC) - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(request.body, request.headers)


def test_a_signature_is_that_of_the_standard() -> None:
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    known = WebhookMessage(
        url="",
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=at,
        body=b'{"test": 2432232314}',
        secrets=("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
    )
    assert signed_headers(known)["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm standardwebhooks: Node.js is not installed")
async def test_the_npm_package_verifies_a_signature(tmp_path: Path) -> None:
    request = await received(SECRET, OLD)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENT / name, tmp_path)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    installed = await asyncio.to_thread(
        subprocess.run, command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    if installed.returncode:
        pytest.skip(f"npm standardwebhooks: cannot be installed here: {installed.stderr[-200:]}")
    other = new_secret(SeededEntropy(3))
    asked = {"secrets": [SECRET, OLD, other], "headers": request.headers, "body": request.body.decode()}
    done = await asyncio.to_thread(
        subprocess.run,
        ["node", "--input-type=module", "-e", VERIFY],
        cwd=tmp_path,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert json.loads(done.stdout) == [json.loads(BODY)] * 2 + ["No matching signature found"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_a_success(status: int) -> None:
    async with receiving(answer(status)) as receiver:
        assert await sent(receiver.url()) == Outcome(response_status=status)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
async def test_every_other_status_is_a_failure_with_an_excerpt(status: int) -> None:
    async with receiving(answer(status, "буруу\0".encode())) as receiver:
        outcome = await sent(receiver.url())
        assert outcome == Outcome(failure=Failure.STATUS, response_status=status, excerpt="буруу�")
        assert outcome.gone is (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with receiving() as target, receiving(answer(status, headers=f"location: {target.url()}\r\n")) as receiver:
        assert (await sent(receiver.url())).failure is Failure.STATUS
        assert target.requests == []


@pytest.mark.parametrize("location", ["https://xn--/", "https://[::1/", "https://a:99999999/", "//xn--", "\xff", "\t"])
async def test_a_redirect_to_no_address_is_a_failure(location: str) -> None:
    async with receiving(answer(302, headers=f"location: {location}\r\n")) as receiver:
        assert (await sent(receiver.url())).failure in {Failure.STATUS, Failure.BROKEN}


async def test_a_long_response_is_cut_and_a_slow_one_not_waited_for() -> None:
    async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx")
        await asyncio.Event().wait()

    for respond, excerpt in ((endless, "x" * MAX_EXCERPT), (silent, "x")):
        async with receiving() as receiver:
            receiver.respond = respond
            assert await sent(receiver.url(), timeout_seconds=2.0) == Outcome(response_status=200, excerpt=excerpt)


async def test_an_endpoint_that_does_not_answer_times_out() -> None:
    async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with receiving() as receiver:
        receiver.respond = silent
        assert await sent(receiver.url(), timeout_seconds=0.2) == Outcome(failure=Failure.TIMED_OUT)


async def test_a_broken_answer_and_a_closed_port_are_failures() -> None:
    async with receiving(b"nonsense\r\n\r\n") as receiver:
        assert await sent(receiver.url()) == Outcome(failure=Failure.BROKEN)
        closed = receiver.url()
    assert await sent(closed) == Outcome(failure=Failure.UNREACHABLE)


REFUSED: Final = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local, and metadata of clouds": ["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"],
    "carrier-grade NAT": ["100.64.0.1"],
    "unspecified, multicast, reserved": ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1"],  # noqa: S104
    "IPv4 in IPv6": ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::1"],
}


@pytest.mark.parametrize("addresses", REFUSED.values(), ids=REFUSED.keys())
async def test_an_address_that_is_not_public_is_refused_however_it_is_named(addresses: list[str]) -> None:
    for address in addresses:
        for names in ([address], ["8.8.8.8", address]):
            async with HttpWebhookSender(resolve=FakeResolver([names])) as sender:
                outcome = await sender.send(message("https://hooks.example.com/"))
                assert outcome == Outcome(failure=Failure.UNREACHABLE), address


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.1", "localhost", "[::1]"])
async def test_other_notations_of_the_local_host_are_refused(host: str) -> None:
    async with HttpWebhookSender() as sender:
        assert await sender.send(message(f"https://{host}/")) == Outcome(failure=Failure.UNREACHABLE)


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "https://8.8.8.8:22/", "https://u:p@8.8.8.8/", "ftp://8.8.8.8/"])
async def test_only_https_on_a_web_port_without_credentials_is_sent(url: str) -> None:
    async with HttpWebhookSender() as sender:
        assert await sender.send(message(url)) == Outcome(failure=Failure.UNREACHABLE)


@pytest.mark.parametrize("host", ["xn--", "xn--.example.com", "a..b", "[2606:4700::1111%25lo]", "a%00b", "[::1", "a:x"])
async def test_a_host_that_is_no_name_is_unreachable(host: str) -> None:
    async with HttpWebhookSender(resolve=FakeResolver([["8.8.8.8"]])) as sender:
        assert await sender.send(message(f"https://{host}/")) == Outcome(failure=Failure.UNREACHABLE)


async def test_a_name_that_changes_its_address_is_contacted_where_it_was_checked() -> None:
    """DNS rebinding: each attempt resolves the name once, and connects to the address that was checked."""
    async with receiving() as receiver:
        resolver = FakeResolver([[LOOPBACK], ["127.0.0.2"]])
        async with HttpWebhookSender(allow_private=True, resolve=resolver) as sender:
            url = receiver.url(host="rebinding.example.com")
            assert await sender.send(message(url)) == Outcome(response_status=204)
            assert resolver.hosts == ["rebinding.example.com"]
            assert (await sender.send(message(url))).failure is Failure.UNREACHABLE
        [request] = receiver.requests
        assert request.headers["host"] == f"rebinding.example.com:{receiver.port}"
