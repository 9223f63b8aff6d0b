"""A sender for development that writes each message to a JSON file."""

import asyncio
import sys
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from adapters.console.files import message_path, write_message
from booking_domain.notifications.ports import AttachedFile, MessageSender, OutgoingMessage


class ConsoleMessageSender(MessageSender):
    """Writes one file `{channel, to, subject, text, createdAt}` per message; a repeated message is written once.

    Prints only the path, neither the address nor the text; and nothing of what happened before `printed_from`, such as
    the hundred messages about the demo data.
    """

    def __init__(self, folder: Path, printed_from: datetime | None = None) -> None:
        self._folder = folder
        self._printed_from = printed_from

    async def send(self, message: OutgoingMessage) -> None:
        await asyncio.to_thread(self._write, message)

    def _write(self, message: OutgoingMessage) -> None:
        created_at = message.created_at.astimezone(UTC)
        name = f"{created_at:%Y%m%dT%H%M%S.%fZ}-{message.id}"
        path = message_path(self._folder, name, message.user_id)
        is_new = write_message(
            path,
            created_at,
            channel=message.channel,
            to=message.to,
            subject=message.subject,
            text=message.text,
            language=message.language,
            calendar=message.calendar,
            **({} if message.file is None else _file(message.file)),
        )
        if not is_new or (self._printed_from is not None and created_at < self._printed_from):
            return
        sys.stdout.write(f"[{message.channel}] {path}\n")
        sys.stdout.flush()


def _file(file: AttachedFile) -> Mapping[str, str]:
    return {"fileName": file.name, "file": b64encode(file.content).decode()}
