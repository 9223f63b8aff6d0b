"""Messages as JSON files that only the user of the process can read."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.kit.email_page import Brand, email_page
from booking_domain.shared.ids import UserId

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,200}\.json")
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


def message_path(folder: Path, name: str, user_id: UserId | None) -> Path:
    """The file of a message. Its name contains the recipient's account, so that an erasure finds it."""
    return folder / (f"{name}.json" if user_id is None else f"{name}.{user_id}.json")


def write_message(
    path: Path, created_at: datetime, *, channel: str, to: str, subject: str, text: str, **more: str
) -> bool:
    """Write `{channel, to, subject, text, createdAt, …}` atomically; return False if the file already exists."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    path.parent.chmod(_FOLDER_MODE)  # an earlier version may have created it readable by others
    message = {
        "channel": channel,
        "to": to,
        "subject": subject,
        "text": text,
        "createdAt": created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        **more,
    }
    half_written = path.with_suffix(".part")
    half_written.unlink(missing_ok=True)
    half_written.touch(_FILE_MODE, exist_ok=False)  # before anything is written into it
    half_written.write_text(json.dumps(message, ensure_ascii=False, indent=2), encoding="utf-8")
    half_written.replace(path)
    return True


def sms_path(folder: Path, key: object) -> Path:
    """The file of a text message."""
    return folder / f"sms-{key}.json"


class MessageFiles:
    """The files that the adapters of this package have written. Production writes none."""

    def __init__(self, folder: Path, brand: Brand, own_urls: Sequence[str] = ()) -> None:
        self._folder = folder
        self._brand = brand
        self._own_urls = own_urls

    def listed(self, most: int) -> Sequence[Mapping[str, str]]:
        """The newest messages, each with the `name` of its file."""
        found = filter(None, map(self.named, (path.name for path in self._folder.glob("*.json"))))
        return sorted(found, key=lambda message: (message["createdAt"], message["name"]), reverse=True)[:most]

    def named(self, name: str) -> Mapping[str, str] | None:
        """The message in a file, with its `html` if it is an e-mail; None if there is no such file."""
        if not _FILE_NAME.fullmatch(name):
            return None
        try:
            message = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if message["channel"] == "email":
            language = message.get("language", "und")
            message["html"] = email_page(message["subject"], message["text"], language, self._brand, self._own_urls)
        return {**message, "name": name}

    def erase(self, user_id: UserId, addresses: Collection[str], sms: Collection[object]) -> None:
        """Delete the messages to an account: to its id, to its addresses, and these text messages."""
        for path in (*self._folder.glob(f"*.{user_id}.json"), *(sms_path(self._folder, key) for key in sms)):
            path.unlink(missing_ok=True)
        for path in self._folder.glob("*.json"):
            with suppress(FileNotFoundError):  # another erasure deleted it
                if json.loads(path.read_text(encoding="utf-8"))["to"] in addresses:
                    path.unlink()
