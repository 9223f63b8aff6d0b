"""People with nothing but a phone number sign up, book, answer, move and cancel, by text messages and links alone."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from tests.databases import TestServer
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.worker.workshop import StudioJobs, run_due_jobs, studio_jobs

from adapters.postgres.outbox.relay import relay
from booking_domain.notifications.segments import segments_of

WEB: Final = "https://ink.example"
DOCUMENT: Final = Path(__file__).parents[4] / "docs/use/journeys.md"
_CODE: Final = re.compile(r"\b\d{6}\b")
_LINK: Final = re.compile(re.escape(WEB) + r"/b#([\w-]+)")


@dataclass
class Journey:
    """A person with a phone, and the text messages that they got."""

    api: Api
    jobs: StudioJobs
    phone: str
    language: str
    seen: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    async def texts(self, step: str) -> list[str]:
        """Let the worker do its work; return the text messages of this step, and keep them for the document."""
        while (await relay(self.api.container.database(), self.jobs.dispatch)).total:
            await run_due_jobs(self.jobs)
        files = self.api.container.message_files()
        messages = [each for each in files.listed(100) if each["to"] == self.phone and each["name"] not in self.seen]
        assert {each["channel"] for each in messages} <= {"sms"}
        self.seen |= {each["name"] for each in messages}
        texts = sorted(each["text"] for each in messages)
        self.lines.append(f"**{step}**\n")
        self.lines += [f"```text\n{text}\n```\n" for text in texts] or ["No message.\n"]
        return texts

    async def text(self, step: str) -> str:
        """The only text message of a step, within three segments."""
        texts = await self.texts(step)
        assert len(texts) == 1, texts
        [text] = texts
        assert segments_of(text) <= 3, text
        return text

    async def signed_up(self, name: str, zone: str) -> str:
        """The access token of the new account."""
        language = {"Accept-Language": self.language}
        contact = {"phone": self.phone, "purpose": "signup"}
        assert (await self.api.post("/auth/send-otp", json=contact, headers=language)).status_code == 202
        code = _CODE.findall(await self.text("Asks for a code to sign up"))[0]
        answer = await self.api.post(
            "/auth/verify-otp", json={**contact, "code": code, "timeZone": zone}, headers=language
        )
        pending = answer.json()["accessToken"]
        done = await self.api.post(
            "/auth/complete-profile", pending, json={"name": name, "role": "customer"}, headers=language
        )
        assert done.status_code == 200, done.text
        return str(done.json()["accessToken"])

    def link(self, text: str) -> str:
        """The token of the link in a message."""
        [token] = _LINK.findall(text)
        return str(token)

    async def by_link(self, action: str, token: str, **body: Any) -> dict[str, Any]:
        """The answer to what the page of the link does."""
        answer = await self.api.post(f"/action-links/{action}", json={"token": token, **body})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def transcript(self, reference: str) -> str:
        """The messages; what is drawn at random is replaced."""
        text = "\n".join(self.lines).replace(reference, "ABCDEFGH")
        return _LINK.sub(f"{WEB}/b#…", _CODE.sub("123456", text))


@asynccontextmanager
async def journey(server: TestServer, folder: Path, phone: str, language: str) -> AsyncIterator[Journey]:
    """Serve the API and run its worker's jobs on an empty database; text messages are written to files."""
    with server.database() as url:
        environ = {"DATABASE_URL": url, "BOOKING_DATA_DIR": str(folder), "BOOKING_WEB_URL": WEB}
        api = Api({**environ, "BOOKING_RATE_LIMITS": "off"}, in_memory=False)
        jobs = studio_jobs(api.container, url)
        async with api.opened(), jobs.app.open_async():
            yield Journey(api, jobs, phone, language)


@dataclass(frozen=True)
class Person:
    """Who takes a journey, and the terms of the provider that they go to."""

    heading: str
    language: str
    phone: str
    name: str
    zone: str
    provider: dict[str, Any]
    slot: str
    other_slot: str
    why: str
    """What the provider says of the higher price."""


PEOPLE: Final = (
    Person(
        heading="A customer in Ulaanbaatar, in Mongolian, who pays a deposit",
        language="mn",
        phone="+97699112233",
        name="Дорж",
        zone="Asia/Ulaanbaatar",
        provider={
            "displayName": "Хас тату",
            "timeZone": "Asia/Ulaanbaatar",
            "depositAmount": 2_000_000,
            "priceAmount": 8_000_000,
        },
        slot="2026-11-25T10:00:00+08:00",
        other_slot="2026-11-26T15:00:00+08:00",
        why="Зураг томорсон.",
    ),
    Person(
        heading="A customer in Tehran, in Persian, who pays at the desk in rials",
        language="fa",
        phone="+989121234567",
        name="شیرین",
        zone="Asia/Tehran",
        provider={"displayName": "سالن گل", "timeZone": "Asia/Tehran", "currency": "IRR", "priceAmount": 500_000_000},
        slot="2026-11-25T10:00:00+03:30",
        other_slot="2026-11-26T15:00:00+03:30",
        why="طرح بزرگ‌تر شد.",
    ),
    Person(
        heading="A customer in London, in English, of a provider in Ulaanbaatar, who pays a deposit",
        language="en",
        phone="+447911123456",
        name="Grace",
        zone="Europe/London",
        provider={
            "displayName": "Ink",
            "timeZone": "Asia/Ulaanbaatar",
            "depositAmount": 2_000_000,
            "priceAmount": 8_000_000,
        },
        slot="2026-11-25T10:00:00+08:00",
        other_slot="2026-11-26T15:00:00+08:00",
        why="The drawing has grown.",
    ),
)


async def played(me: Journey, person: Person) -> str:
    """Play the journey; return its messages."""
    api = me.api
    owner, provider_id = await api.open_provider(**person.provider)
    token = await me.signed_up(person.name, person.zone)
    booking = await api.booked(token, provider_id, person.slot)
    link = me.link(await me.text("Books a time"))
    opened = await me.by_link("open", link)
    assert opened["booking"]["reference"] == booking["reference"]
    if "pay" in opened["actions"]:
        payment = await me.by_link("pay", link)
        api.pay(payment)
        assert (await api.post(api.callback(payment["id"]))).status_code < 300
        link = me.link(await me.text("Pays the deposit"))
    assert (await me.by_link("open", link))["actions"][-2:] == ["move", "cancel"]
    path = f"/bookings/{booking['id']}"
    assert (await api.post(f"{path}/reschedule", owner, json={"slot": person.other_slot})).status_code == 200
    link = me.link(await me.text("The provider moves the appointment"))
    assert "accept" in (await me.by_link("open", link))["actions"]
    accepted = await me.by_link("accept", link, slot=person.other_slot)
    assert "rescheduledBy" not in accepted
    more = 2 * person.provider["priceAmount"]
    asked = {"priceAmount": more, "message": person.why}
    assert (await api.post(f"{path}/change-terms", owner, json=asked)).status_code == 200
    link = me.link(await me.text("The provider asks for a higher price"))
    assert (await me.by_link("open", link))["actions"][:2] == ["accept", "decline"]
    agreed = await me.by_link("accept", link, priceAmount=more)
    assert (agreed["priceAmount"], agreed["start"]) == (more, accepted["start"])
    moved = await me.by_link("move", link, slot=person.slot)
    link = me.link(await me.text("Moves the appointment by the link"))
    quote = (await me.by_link("open", link))["cancellationQuote"]
    cancelled = await me.by_link("cancel", link, expectedRefundAmount=quote["refundAmount"])
    assert (moved["status"], cancelled["status"]) == ("confirmed", "cancelled")
    assert len(await me.texts("Cancels by the link")) == (2 if cancelled["paymentStatus"] != "unpaid" else 1)
    return me.transcript(booking["reference"])


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.language)
async def test_a_person_with_a_phone_alone_signs_up_books_answers_moves_and_cancels(
    postgres: TestServer, tmp_path: Path, person: Person
) -> None:
    async with journey(postgres, tmp_path, person.phone, person.language) as me:
        section = f"## {person.heading}\n\n{await played(me, person)}"
    begin = f"## {person.heading}\n"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(begin)
    written, mark, after = f"{begin}{rest}".partition("\n## ")
    if os.environ.get("WRITE_TRANSCRIPT"):
        DOCUMENT.write_text(f"{before}{section}{mark}{after}", encoding="utf-8")
    assert section.rstrip() == written.rstrip(), f"{DOCUMENT} is stale: run this test with WRITE_TRANSCRIPT=1 and -n 0"
