"""The SMS adapters keep their contract: Twilio and Kavenegar against local servers, and the console."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.http_answers import http
from tests.unit.adapters.sms.fakes import Fake, FakeKavenegar, FakeTwilio, kavenegar_at, twilio_at

from adapters.console.sms import ConsoleSmsSender
from booking_domain.notifications.ports import SmsSender
from booking_domain.testing.builders import NOW
from booking_domain.testing.notifications.contracts.sms import OpenSms, SmsSenderContract, SmsUnderTest


class FakeSmsUnderTest:
    def __init__(self, sender: SmsSender, fake: Fake, *, number: str, dialled: str, refused_number: str) -> None:
        self.sender = sender
        self.number = number
        self.refused_number = refused_number
        self._fake = fake
        self._dialled = dialled

    async def arrived(self) -> Sequence[tuple[str, str]]:
        assert {to for to, _ in self._fake.arrived} <= {self._dialled}
        return [(self.number, text) for _, text in self._fake.arrived]

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        self._fake.response = lambda _: http("<html>502</html>", status="502 Bad Gateway")
        yield
        self._fake.response = None


class TestTwilio(SmsSenderContract):
    @pytest.fixture(params=[False, True], ids=["a number", "a Messaging Service"])
    def open_sms(self, request: pytest.FixtureRequest) -> OpenSms:
        @asynccontextmanager
        async def opened() -> AsyncIterator[SmsUnderTest]:
            fake = FakeTwilio()
            fake.refused = {"+15005550001"}
            async with fake.open() as url, twilio_at(url, service=request.param) as sender:
                number = "+97699112233"
                yield FakeSmsUnderTest(sender, fake, number=number, dialled=number, refused_number="+15005550001")

        return opened


class TestKavenegar(SmsSenderContract):
    @pytest.fixture
    def open_sms(self) -> OpenSms:
        @asynccontextmanager
        async def opened() -> AsyncIterator[SmsUnderTest]:
            fake = FakeKavenegar()
            fake.refused = {"0015005550001"}
            async with fake.open() as url, kavenegar_at(url) as sender:
                yield FakeSmsUnderTest(
                    sender, fake, number="+989123456789", dialled="09123456789", refused_number="+15005550001"
                )

        return opened


class TickingClock:
    def __init__(self) -> None:
        self._now = NOW

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class ConsoleSmsUnderTest:
    number = "+97699112233"
    refused_number = "99112233"

    def __init__(self, folder: Path) -> None:
        self.sender = ConsoleSmsSender(folder, TickingClock())
        self._folder = folder

    async def arrived(self) -> Sequence[tuple[str, str]]:
        messages = [json.loads(path.read_text(encoding="utf-8")) for path in self._folder.glob("sms-*.json")]
        assert all((each["channel"], each["subject"]) == ("sms", "") for each in messages)
        return [(each["to"], each["text"]) for each in sorted(messages, key=lambda each: str(each["createdAt"]))]

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        aside = self._folder.with_name("aside")
        self._folder.rename(aside)
        self._folder.write_text("no folder")
        yield
        self._folder.unlink()
        aside.rename(self._folder)


class TestConsole(SmsSenderContract):
    @pytest.fixture
    def open_sms(self, tmp_path: Path) -> OpenSms:
        @asynccontextmanager
        async def opened() -> AsyncIterator[SmsUnderTest]:
            yield ConsoleSmsUnderTest(tmp_path / "messages")

        return opened
