"""One-time codes in development: written to files, never printed."""

import json
from pathlib import Path

import pytest

from adapters.console.sender import ConsoleMessageSender
from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.codes import MessageCodes
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock, MemoryMessageSender, SeededEntropy
from entrypoints.languages.notices import GettextTranslator


async def test_a_code_is_written_in_the_recipients_language_and_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messenger = MessageCodes(
        brand="Ink",
        email=ConsoleMessageSender(tmp_path / "messages"),
        sms=MemoryMessageSender(),
        clock=ManualClock(NOW),
        entropy=SeededEntropy(),
        translator=GettextTranslator("en"),
    )
    for locale in ("en", "mn", "fa", "xx"):
        await messenger.send_code(
            to="dorj@example.com",
            code="012345",
            purpose="login",
            locale=locale,
            until=NOW + CODE_LIFE,
            zone="Asia/Ulaanbaatar",
        )
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "messages").iterdir()]
    assert len(kept) == 4
    assert {(each["channel"], each["to"], each["createdAt"]) for each in kept} == {
        ("email", "dorj@example.com", NOW.isoformat().replace("+00:00", "Z"))
    }
    assert {each["subject"] for each in kept} == {"012345 is your code", "Таны код: 012345", "کد شما: 012345"}
    texts = {each["text"] for each in kept}
    assert len(texts) == 3  # an unknown language falls back to English
    assert all("012345" in text for text in texts)
    shown = capsys.readouterr().out
    assert shown.count("[email]") == 4
    assert "012345" not in shown
    assert "dorj@example.com" not in shown
