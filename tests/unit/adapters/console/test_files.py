"""What the console adapters write to files and print."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.console.sender import ConsoleMessageSender
from adapters.console.sms import ConsoleSmsSender
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.shared.ids import SmsId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock, SeededEntropy

ID = SeededEntropy(1).new_id()
AT = "2026-11-23T01:02:03.456789Z"


async def test_a_notification_is_one_file_and_one_line_without_its_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = OutgoingMessage(
        id=ID, channel="email", to="dorj@example.com", subject="Захиалга", text="Маргааш", created_at=NOW
    )
    sender = ConsoleMessageSender(tmp_path / "messages")
    for _ in range(2):
        await sender.send(message)
    (path,) = (tmp_path / "messages").iterdir()
    assert path.name == f"20261123T010203.456789Z-{ID}.json"
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "channel": "email",
        "to": "dorj@example.com",
        "subject": "Захиалга",
        "text": "Маргааш",
        "createdAt": AT,
        "language": "und",
        "calendar": "",
    }
    assert capsys.readouterr().out == f"[email] {path}\n"


async def test_an_sms_is_one_file_and_one_line_without_number_or_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = ConsoleSmsSender(tmp_path / "messages", ManualClock(NOW))
    receipts = [await sender.send(to="+97699112233", text="482913 - код", key=SmsId(ID)) for _ in range(2)]
    assert receipts[0] == receipts[1]
    (path,) = (tmp_path / "messages").iterdir()
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "channel": "sms",
        "to": "+97699112233",
        "subject": "",
        "text": "482913 - код",
        "createdAt": AT,
    }
    assert capsys.readouterr().out == f"[sms to +976****2233] {path}\n"


async def test_a_message_about_what_happened_before_the_start_is_a_file_and_no_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = ConsoleMessageSender(tmp_path, NOW)
    for number, created_at in enumerate((NOW - timedelta(seconds=1), NOW)):
        new = SeededEntropy(number).new_id()
        message = OutgoingMessage(
            id=new, channel="email", to="d@example.com", subject="", text="", created_at=created_at
        )
        await sender.send(message)
    assert len(list(tmp_path.iterdir())) == 2
    assert capsys.readouterr().out.count("[email]") == 1
