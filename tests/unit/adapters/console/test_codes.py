"""Codes on a laptop: printed, and kept beside the other messages."""

import asyncio
import json
from pathlib import Path

import pytest

from adapters.console.codes import ConsoleCodeMessenger
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock


@pytest.mark.parametrize(("to", "channel"), [("+97699112233", "sms"), ("dorj@example.com", "email")])
def test_a_code_is_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str, channel: str) -> None:
    messenger = ConsoleCodeMessenger(tmp_path / "messages", ManualClock(NOW))
    for locale in ("en", "mn", "fa", "xx"):
        asyncio.run(messenger.send_code(to=to, code="012345", purpose="login", locale=locale))
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "messages").iterdir()]
    assert len(kept) == 4
    assert {(each["channel"], each["to"], each["code"], each["purpose"]) for each in kept} == {
        (channel, to, "012345", "login")
    }
    assert {each["createdAt"] for each in kept} == {NOW.isoformat().replace("+00:00", "Z")}
    texts = {each["text"] for each in kept}
    assert len(texts) == 3  # English, where there is no text in somebody's language
    assert all("012345" in text for text in texts)
    assert capsys.readouterr().out.count("012345") == 4
