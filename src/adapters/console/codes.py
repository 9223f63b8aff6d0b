"""A messenger of one-time codes for development: prints each, and keeps it as a JSON file beside the other messages."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import uuid4

from booking_domain.notifications.codes import CodeMessenger, code_text
from booking_domain.shared.clock import Clock


class ConsoleCodeMessenger(CodeMessenger):
    """Writes `{channel, to, subject, text, code, purpose, createdAt}` to a file a code."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str) -> None:
        await asyncio.to_thread(self._keep, to, code, purpose, locale)

    def _keep(self, to: str, code: str, purpose: str, locale: str) -> None:
        now = self._clock.now()
        text = code_text(code, locale)
        path = self._folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{uuid4()}.json"
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = path.with_suffix(".part")
        half_written.write_text(
            json.dumps(
                {
                    "channel": "email" if "@" in to else "sms",
                    "to": to,
                    "subject": f"One-time code: {purpose}",
                    "text": text,
                    "code": code,
                    "purpose": purpose,
                    "createdAt": now.isoformat().replace("+00:00", "Z"),
                },
                ensure_ascii=False,
                indent=2,
            ),
            encoding="utf-8",
        )
        half_written.replace(path)
        sys.stdout.write(f"[code for {to}] {text}\n")
        sys.stdout.flush()
