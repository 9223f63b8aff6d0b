"""A notifier for development that writes each message to a JSON file."""

import asyncio
import sys
from datetime import UTC
from pathlib import Path

from adapters.console.files import message_path, write_message
from booking_domain.notifications.ports import Notification, Notifier


class ConsoleNotifier(Notifier):
    """Writes one file `{channel, to, subject, text, createdAt}` per message; a repeated message is written once.

    Prints only the path, neither the address nor the text.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notification: Notification) -> None:
        await asyncio.to_thread(self._write, notification)

    def _write(self, notification: Notification) -> None:
        created_at = notification.created_at.astimezone(UTC)
        name = f"{created_at:%Y%m%dT%H%M%S.%fZ}-{notification.id}"
        path = message_path(self._folder, name, notification.user_id)
        is_new = write_message(
            path,
            created_at,
            channel=notification.channel,
            to=notification.to,
            subject=notification.subject,
            text=notification.text,
        )
        if not is_new:
            return
        sys.stdout.write(f"[{notification.channel}] {path}\n")
        sys.stdout.flush()
