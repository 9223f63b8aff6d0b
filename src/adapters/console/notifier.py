"""A notifier for development: prints each message, and keeps it as a JSON file."""

import asyncio
import json
import sys
from datetime import UTC
from pathlib import Path

from booking_domain.notifications.ports import Notification, Notifier


class ConsoleNotifier(Notifier):
    """Writes `{channel, to, subject, text, createdAt}` to a file a message; the same message is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notification: Notification) -> None:
        await asyncio.to_thread(self._keep, notification)

    def _keep(self, notification: Notification) -> None:
        created_at = notification.created_at.astimezone(UTC)
        path = self._folder / f"{created_at:%Y%m%dT%H%M%S.%fZ}-{notification.id}.json"
        if path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = path.with_suffix(".part")
        half_written.write_text(
            json.dumps(
                {
                    "channel": notification.channel,
                    "to": notification.to,
                    "subject": notification.subject,
                    "text": notification.text,
                    "createdAt": created_at.isoformat().replace("+00:00", "Z"),
                },
                ensure_ascii=False,
                indent=2,
            ),
            encoding="utf-8",
        )
        half_written.replace(path)
        sys.stdout.write(f"[{notification.channel} to {notification.to}] {notification.subject}: {notification.text}\n")
        sys.stdout.flush()
