"""One-time codes by e-mail, for development: each is kept as a JSON file, beside the other messages."""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from adapters.console.files import keep
from booking_domain.notifications.codes import CodeMessenger, code_subject, code_text, language_of
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import UserId


class ConsoleCodeMessenger(CodeMessenger):
    """Writes `{channel, to, subject, text, createdAt}` to a file a code.

    The console itself shows neither the address nor the code: only the file has them.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def send_code(
        self,
        *,
        to: str,
        code: str,
        purpose: str,
        locale: str,
        user_id: UserId | None = None,  # noqa: ARG002 - nothing is kept here
    ) -> None:
        language = language_of(locale)
        text, subject = code_text(purpose, code, language), code_subject(code, language)
        await asyncio.to_thread(self._keep, to, subject, text)

    def _keep(self, to: str, subject: str, text: str) -> None:
        now = self._clock.now()
        path = self._folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{uuid4()}.json"
        keep(path, now, channel="email", to=to, subject=subject, text=text)
        sys.stdout.write(f"[code by email] {path}\n")
        sys.stdout.flush()
