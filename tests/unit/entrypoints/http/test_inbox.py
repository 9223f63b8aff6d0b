"""`/docs/inbox`: what development writes to files instead of sending it."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from tests.unit.entrypoints.api import Api

from adapters.console.files import MessageFiles
from adapters.console.sender import ConsoleMessageSender
from adapters.kit.email_page import Brand
from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryMessageSender, SeededEntropy
from entrypoints.http.container import HttpContainer
from entrypoints.languages.notices import GettextTranslator
from entrypoints.settings.main import Environment

INBOX = "http://localhost/docs/inbox"
MESSAGE = OutgoingMessage(
    id=SeededEntropy(1).new_id(),
    channel="email",
    to="dorj@example.com",
    subject="رزرو <b>",
    text="سلام <script>alert(1)</script>",
    created_at=NOW,
    language="fa",
    calendar="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
)


@pytest.fixture
async def folder(api: Api, tmp_path: Path) -> Path:
    """Two messages: one with a calendar file, and a code."""
    api.container.message_files.override(MessageFiles(tmp_path, Brand("Ink")))
    await ConsoleMessageSender(tmp_path).send(MESSAGE)
    codes = MessageCodes(
        brand="Ink",
        email=ConsoleMessageSender(tmp_path),
        sms=MemoryMessageSender(),
        translator=GettextTranslator("en"),
        clock=api.clock,
        entropy=SeededEntropy(),
    )
    await codes.send_code(
        to="dorj@example.com",
        code="012345",
        purpose="login",
        locale="en",
        until=NOW + CODE_LIFE,
        zone="Asia/Ulaanbaatar",
    )
    return tmp_path


async def opened(api: Api, path: str = "", status: int = 200) -> httpx.Response:
    answer = await api.client.get(f"{INBOX}{path}")
    assert answer.status_code == status, answer.text
    return answer


async def test_messages_are_listed_and_shown_as_text_html_and_calendar(api: Api, folder: Path) -> None:
    listed = (await opened(api)).text
    name = next(path.name for path in folder.iterdir() if str(MESSAGE.id) in path.name)
    assert listed.index(name) < listed.index("012345 is your code")
    assert "رزرو &lt;b&gt;" in listed
    shown = await opened(api, f"/{name}")
    assert "<script>" not in shown.text
    assert f'<iframe class="preview" sandbox title="The message as HTML" src="/docs/inbox/{name}/page">' in shown.text
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    page = await opened(api, f"/{name}/page")
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert 'dir="rtl"' in page.text
    assert "<script>" not in page.text
    calendar = await opened(api, f"/{name}/booking.ics")
    assert (calendar.text, calendar.headers["Content-Type"]) == (MESSAGE.calendar, "text/calendar; charset=utf-8")


async def test_a_code_has_no_calendar_and_a_text_message_no_html(api: Api, folder: Path) -> None:
    (code,) = (path.name for path in folder.iterdir() if str(MESSAGE.id) not in path.name)
    await opened(api, f"/{code}/page")
    await opened(api, f"/{code}/booking.ics", 404)
    text = replace(MESSAGE, id=SeededEntropy(2).new_id(), channel="sms", subject="", calendar="")
    await ConsoleMessageSender(folder).send(text)
    name = next(path.name for path in folder.iterdir() if str(text.id) in path.name)
    assert "iframe" not in (await opened(api, f"/{name}")).text
    await opened(api, f"/{name}/page", 404)


@pytest.mark.parametrize("name", ["unknown.json", "..%2Fsecret.json", "%2e%2e", "x", ".json"])
async def test_nothing_but_messages_is_shown(api: Api, folder: Path, name: str) -> None:
    (folder.parent / "secret.json").write_text('{"channel": "email"}')
    for part in ("", "/page", "/booking.ics"):
        await opened(api, f"/{name}{part}", 404)


async def test_other_machines_other_names_and_production_have_no_inbox(api: Api, folder: Path) -> None:
    assert (await api.client.get("http://rebound.example/docs/inbox")).status_code == 404
    transport = httpx.ASGITransport(cast("Any", api.app), client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport) as elsewhere:
        assert (await elsewhere.get(INBOX)).status_code == 404
    settings = api.container.settings()
    assert HttpContainer(settings=settings).inbox() is not None
    assert HttpContainer(settings=replace(settings, environment=Environment.PRODUCTION)).inbox() is None
