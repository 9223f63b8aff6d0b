"""A notifier for development: keeps each message as a JSON file."""

import asyncio
import sys
from datetime import UTC
from pathlib import Path

from adapters.console.files import keep
from booking_domain.notifications.ports import Notification, Notifier


class ConsoleNotifier(Notifier):
    """Writes `{channel, to, subject, text, createdAt}` to a file a message; the same message is the same file.

    The console itself shows neither the address nor the text: only the file has them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notification: Notification) -> None:
        await asyncio.to_thread(self._keep, notification)

    def _keep(self, notification: Notification) -> None:
        created_at = notification.created_at.astimezone(UTC)
        path = self._folder / f"{created_at:%Y%m%dT%H%M%S.%fZ}-{notification.id}.json"
        is_new = keep(
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
