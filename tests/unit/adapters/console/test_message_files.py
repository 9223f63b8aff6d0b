"""Message files: readable by their owner only, and erased with their person."""

import os
import stat
from pathlib import Path
from uuid import UUID

import pytest

from adapters.console.files import MessageFiles, message_path, sms_path, write_message
from adapters.kit.email_page import Brand
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW

DORJ, BOLD = UserId(UUID(int=1)), UserId(UUID(int=2))


def write(path: Path, to: str) -> Path:
    assert write_message(path, NOW, channel="email", to=to, subject="", text="x")
    return path


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_files_and_folder(tmp_path: Path, umask: int) -> None:
    folder = tmp_path / "messages"
    folder.mkdir(0o755)  # of an earlier version
    folder.chmod(0o755)
    before = os.umask(umask)
    try:
        path = write(folder / "1.json", "dorj@example.com")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_was_half_written_by_a_crash_is_replaced(tmp_path: Path) -> None:
    left_over = tmp_path / "1.part"
    left_over.write_text("half")
    left_over.chmod(0o644)
    path = write(tmp_path / "1.json", "dorj@example.com")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not left_over.exists()


def test_erasing_deletes_the_messages_of_one_person_only(tmp_path: Path) -> None:
    write(message_path(tmp_path, "1", DORJ), "former@example.com")
    write(tmp_path / "by-address.json", "dorj@example.com")
    write(sms_path(tmp_path, 7), "+97688112233")
    kept = {
        write(message_path(tmp_path, "1", BOLD), "bold@example.com"),
        write(message_path(tmp_path, "2", None), "unknown@example.com"),
        write(sms_path(tmp_path, 8), "+97699112233"),
    }
    MessageFiles(tmp_path, Brand("Ink")).erase(DORJ, ["dorj@example.com"], [7])
    assert set(tmp_path.iterdir()) == kept


def test_erasing_without_a_folder_does_nothing(tmp_path: Path) -> None:
    MessageFiles(tmp_path / "messages", Brand("Ink")).erase(DORJ, ["dorj@example.com"], [7])
    assert list(tmp_path.iterdir()) == []
